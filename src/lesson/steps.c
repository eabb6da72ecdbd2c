#include "backpropd/steps.h"

#include "backpropd/loss.h"

static struct bp_step step_of(const struct bp_steps *steps, enum bp_step_kind kind, size_t layer)
{
    const struct bp_layer *shape = &steps->task->network.layers[layer];
    struct bp_step step = {.kind = kind, .layer = layer, .height = 1, .width = shape->n_out};
    switch (kind) {
    case BP_STEP_LOSS:
    case BP_STEP_MEAN_LOSS:
        step.width = 1;
        break;
    case BP_STEP_COUNTS:
        step.width = 2;
        break;
    case BP_STEP_JACOBIAN:
        step.height = shape->n_out;
        break;
    case BP_STEP_DL_DH:
        step.height = shape->n_in;
        step.width = 1;
        break;
    case BP_STEP_DL_DW:
    case BP_STEP_MEAN_W:
    case BP_STEP_NEW_W:
        step.height = shape->n_in;
        break;
    default:
        break;
    }
    step.rows = bp_step_is_batch(&step) ? 1 : steps->task->n_samples;
    step.n = step.height * step.width;
    step.first = steps->n_cells;
    return step;
}

/* Appends a step, or only counts its cells. The steps that it reads are there already. */
static void add(struct bp_steps *steps, enum bp_step_kind kind, size_t layer,
                enum bp_step_kind reads, size_t reads_layer, enum bp_step_kind and_reads)
{
    struct bp_step step = step_of(steps, kind, layer);
    steps->n_cells += step.rows * step.n;
    if (steps->list && steps->at) {
        const size_t depth = steps->task->network.depth;
        step.inputs[0] =
            reads == BP_STEP_KIND_COUNT ? BP_NO_STEP : bp_step_at(steps, reads, reads_layer);
        step.inputs[1] =
            and_reads == BP_STEP_KIND_COUNT ? BP_NO_STEP : bp_step_at(steps, and_reads, layer);
        steps->list[steps->n] = step;
        steps->at[(size_t)kind * depth + layer] = steps->n;
    }
    steps->n++;
}

static void add_forward(struct bp_steps *steps, size_t depth)
{
    for (size_t k = 0; k < depth; k++) {
        if (k == 0)
            add(steps, BP_STEP_Z, k, BP_STEP_KIND_COUNT, k, BP_STEP_KIND_COUNT);
        else
            add(steps, BP_STEP_Z, k, BP_STEP_H, k - 1, BP_STEP_KIND_COUNT);
        add(steps, BP_STEP_H, k, BP_STEP_Z, k, BP_STEP_KIND_COUNT);
    }
}

/* A gate stands before the dL_dh that passes it: it needs the forward pass alone. */
static void add_backward(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    const bool softmax = network->layers[last].activation == BP_ACTIVATION_SOFTMAX;
    add(steps, BP_STEP_LOSS, last, BP_STEP_Z, last, BP_STEP_H);
    add(steps, BP_STEP_DL_DY, last, BP_STEP_Z, last, BP_STEP_H);
    add(steps, softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ, last, BP_STEP_Z, last, BP_STEP_H);
    for (size_t k = network->depth; k-- > 0;) {
        const enum bp_step_kind gate = k == last && softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ;
        if (k == last)
            add(steps, BP_STEP_DL_DZ, k, BP_STEP_DL_DY, k, gate);
        else
            add(steps, BP_STEP_DL_DZ, k, BP_STEP_DL_DH, k + 1, gate);
        if (k == 0)
            add(steps, BP_STEP_DL_DW, k, BP_STEP_KIND_COUNT, k, BP_STEP_DL_DZ);
        else
            add(steps, BP_STEP_DL_DW, k, BP_STEP_H, k - 1, BP_STEP_DL_DZ);
        if (network->layers[k].b)
            add(steps, BP_STEP_DL_DB, k, BP_STEP_DL_DZ, k, BP_STEP_KIND_COUNT);
        if (k > 0)
            add(steps, BP_STEP_DH_DZ, k - 1, BP_STEP_Z, k - 1, BP_STEP_H);
        add(steps, BP_STEP_DL_DH, k, BP_STEP_DL_DZ, k, BP_STEP_KIND_COUNT);
    }
}

static void add_batch(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    add(steps, BP_STEP_MEAN_LOSS, last, BP_STEP_LOSS, last, BP_STEP_KIND_COUNT);
    for (size_t k = network->depth; k-- > 0;) {
        add(steps, BP_STEP_MEAN_W, k, BP_STEP_DL_DW, k, BP_STEP_KIND_COUNT);
        if (network->layers[k].b)
            add(steps, BP_STEP_MEAN_B, k, BP_STEP_DL_DB, k, BP_STEP_KIND_COUNT);
    }
    add(steps, BP_STEP_COUNTS, last, BP_STEP_KIND_COUNT, last, BP_STEP_KIND_COUNT);
    for (size_t k = 0; k < network->depth; k++)
        if (network->layers[k].activation == BP_ACTIVATION_RELU)
            add(steps, BP_STEP_DEAD, k, BP_STEP_DH_DZ, k, BP_STEP_KIND_COUNT);
    for (size_t k = 0; k < network->depth && steps->learning_rate >= 0; k++) {
        add(steps, BP_STEP_NEW_W, k, BP_STEP_MEAN_W, k, BP_STEP_KIND_COUNT);
        if (network->layers[k].b)
            add(steps, BP_STEP_NEW_B, k, BP_STEP_MEAN_B, k, BP_STEP_KIND_COUNT);
    }
}

static size_t widest_of(const struct bp_network *network)
{
    size_t widest = 0;
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        widest = layer->n_in > widest ? layer->n_in : widest;
        widest = layer->n_out > widest ? layer->n_out : widest;
    }
    return widest;
}

void bp_steps_layout(struct bp_steps *steps, struct bp_layout *layout, const struct bp_task *task,
                     double learning_rate)
{
    const struct bp_network *network = &task->network;
    const size_t depth = network->depth, most = BP_STEP_KIND_COUNT * depth;
    *steps = (struct bp_steps){.task = task, .learning_rate = learning_rate};
    steps->pair = bp_loss_is_from_z(task->rules.loss);
    steps->widest = widest_of(network);
    steps->list = bp_layout_array(layout, most, sizeof *steps->list);
    steps->at = bp_layout_array(layout, most, sizeof *steps->at);
    for (size_t i = 0; i < most && steps->at; i++)
        steps->at[i] = BP_NO_STEP;
    add_forward(steps, depth);
    add_backward(steps, network);
    add_batch(steps, network);
}
