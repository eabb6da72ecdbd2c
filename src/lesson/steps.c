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

/* Appends a step that reads steps a and b, or only counts its cells. Returns its index. */
static size_t add(struct bp_steps *steps, enum bp_step_kind kind, size_t layer, size_t a, size_t b)
{
    struct bp_step step = step_of(steps, kind, layer);
    step.inputs[0] = a;
    step.inputs[1] = b;
    steps->n_cells += step.rows * step.n;
    if (steps->list && steps->at) {
        steps->list[steps->n] = step;
        steps->at[(size_t)kind * steps->task->network.depth + layer] = steps->n;
    }
    return steps->n++;
}

/* A step that is there already; BP_NO_STEP while cells are only counted. */
static size_t find(const struct bp_steps *steps, enum bp_step_kind kind, size_t layer)
{
    return steps->at ? bp_step_at(steps, kind, layer) : BP_NO_STEP;
}

static void add_forward(struct bp_steps *steps, size_t depth)
{
    size_t below = BP_NO_STEP;
    for (size_t k = 0; k < depth; k++) {
        const size_t z = add(steps, BP_STEP_Z, k, below, BP_NO_STEP);
        below = add(steps, BP_STEP_H, k, z, BP_NO_STEP);
    }
}

/* A gate stands before the dL_dh that passes it: it needs the forward pass alone. */
static void add_backward(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    const size_t z = find(steps, BP_STEP_Z, last), h = find(steps, BP_STEP_H, last);
    const bool softmax = network->layers[last].activation == BP_ACTIVATION_SOFTMAX;
    add(steps, BP_STEP_LOSS, last, z, h);
    size_t u = add(steps, BP_STEP_DL_DY, last, z, h);
    size_t gate = add(steps, softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ, last, z, h);
    for (size_t k = network->depth; k-- > 0;) {
        const size_t d = add(steps, BP_STEP_DL_DZ, k, u, gate);
        const size_t below = k > 0 ? find(steps, BP_STEP_H, k - 1) : BP_NO_STEP;
        add(steps, BP_STEP_DL_DW, k, below, d);
        if (network->layers[k].b)
            add(steps, BP_STEP_DL_DB, k, d, BP_NO_STEP);
        if (k > 0)
            gate = add(steps, BP_STEP_DH_DZ, k - 1, find(steps, BP_STEP_Z, k - 1), below);
        u = add(steps, BP_STEP_DL_DH, k, d, BP_NO_STEP);
    }
}

static void add_batch(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    add(steps, BP_STEP_MEAN_LOSS, last, find(steps, BP_STEP_LOSS, last), BP_NO_STEP);
    for (size_t k = network->depth; k-- > 0;) {
        add(steps, BP_STEP_MEAN_W, k, find(steps, BP_STEP_DL_DW, k), BP_NO_STEP);
        if (network->layers[k].b)
            add(steps, BP_STEP_MEAN_B, k, find(steps, BP_STEP_DL_DB, k), BP_NO_STEP);
    }
    add(steps, BP_STEP_COUNTS, last, BP_NO_STEP, BP_NO_STEP);
    for (size_t k = 0; k < network->depth; k++)
        if (network->layers[k].activation == BP_ACTIVATION_RELU)
            add(steps, BP_STEP_DEAD, k, find(steps, BP_STEP_DH_DZ, k), BP_NO_STEP);
    for (size_t k = 0; k < network->depth && steps->learning_rate >= 0; k++) {
        add(steps, BP_STEP_NEW_W, k, find(steps, BP_STEP_MEAN_W, k), BP_NO_STEP);
        if (network->layers[k].b)
            add(steps, BP_STEP_NEW_B, k, find(steps, BP_STEP_MEAN_B, k), BP_NO_STEP);
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
