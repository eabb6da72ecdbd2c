#include "explain.h"
#include "backpropd/activation.h"

static bool is_last(const struct bp_explanation *e, size_t layer)
{
    return layer + 1 == e->job->task.network.depth;
}

static const struct bp_layer *layer_of(const struct bp_line *line, const struct bp_explanation *e)
{
    return &e->job->task.network.layers[line->layer];
}

static const struct bp_sample *sample_of(const struct bp_line *line, const struct bp_explanation *e)
{
    return &e->job->task.samples[line->sample];
}

/* True if the line is there: a bias may be null, a sample may have no loss, and where the last layer
 * is identity, y_hat says what z would. */
static bool is_there(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_layer *layer = layer_of(line, e);
    const bool is_plain_output =
        is_last(e, line->layer) && layer->activation == BP_ACTIVATION_IDENTITY;
    switch (line->kind) {
    case BP_LINE_Z:
    case BP_LINE_DL_DZ:
        return !is_plain_output;
    case BP_LINE_LOSS:
        return sample_of(line, e)->y;
    case BP_LINE_DL_DB:
    case BP_LINE_GRADIENT_B:
    case BP_LINE_NEW_B:
        return layer->b;
    case BP_LINE_BATCH_LOSS:
    case BP_LINE_LOSS_AFTER:
        return e->job->n_targets == e->job->task.n_samples;
    case BP_LINE_H:
    case BP_LINE_DL_DY_HAT:
    case BP_LINE_DL_DW:
    case BP_LINE_DL_DH:
    case BP_LINE_GRADIENT_W:
    case BP_LINE_NEW_W:
    case BP_LINE_KINDS:
        break;
    }
    return true;
}

static void next_sample_or_batch(struct bp_line *line, const struct bp_explanation *e)
{
    const size_t last = e->job->task.network.depth - 1;
    line->number = 0;
    line->layer = 0;
    if (line->sample + 1 < e->job->task.n_samples) {
        line->sample++;
        line->phase = BP_PHASE_FORWARD;
        line->kind = BP_LINE_Z;
    } else if (e->job->task.n_samples > 1 && line->phase < BP_PHASE_BATCH) {
        line->phase = BP_PHASE_BATCH;
        line->kind = BP_LINE_BATCH_LOSS;
        line->layer = last;
    } else {
        line->phase = BP_PHASE_UPDATE;
        line->kind = e->descent ? BP_LINE_NEW_W : BP_LINE_KINDS;
    }
}

static void step_forward(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->kind == BP_LINE_Z) {
        line->kind = BP_LINE_H;
    } else if (line->kind == BP_LINE_H && is_last(e, line->layer)) {
        line->kind = BP_LINE_LOSS;
    } else if (line->kind == BP_LINE_H) {
        line->kind = BP_LINE_Z;
        line->layer++;
    } else if (e->has_backward) {
        line->phase = BP_PHASE_BACKWARD;
        line->kind = BP_LINE_DL_DY_HAT;
    } else {
        next_sample_or_batch(line, e);
    }
}

static void step_backward(struct bp_line *line, const struct bp_explanation *e)
{
    switch (line->kind) {
    case BP_LINE_DL_DY_HAT:
        line->kind = BP_LINE_DL_DZ;
        return;
    case BP_LINE_DL_DZ:
        line->kind = BP_LINE_DL_DW;
        return;
    case BP_LINE_DL_DW:
        line->kind = BP_LINE_DL_DB;
        return;
    case BP_LINE_DL_DB:
        if (line->layer == 0) {
            next_sample_or_batch(line, e);
            return;
        }
        line->layer--;
        line->kind = BP_LINE_DL_DH;
        return;
    default:
        line->kind = BP_LINE_DL_DZ;
    }
}

static void step_batch(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->kind == BP_LINE_BATCH_LOSS) {
        line->kind = BP_LINE_GRADIENT_W;
        if (!e->has_backward)
            next_sample_or_batch(line, e);
    } else if (line->kind == BP_LINE_GRADIENT_W) {
        line->kind = BP_LINE_GRADIENT_B;
    } else if (line->layer == 0) {
        next_sample_or_batch(line, e);
    } else {
        line->layer--;
        line->kind = BP_LINE_GRADIENT_W;
    }
}

static void step_update(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->kind == BP_LINE_NEW_W) {
        line->kind = BP_LINE_NEW_B;
    } else if (line->kind == BP_LINE_NEW_B && !is_last(e, line->layer)) {
        line->kind = BP_LINE_NEW_W;
        line->layer++;
    } else {
        line->kind = line->kind == BP_LINE_NEW_B ? BP_LINE_LOSS_AFTER : BP_LINE_KINDS;
    }
}

struct bp_line bp_line_first(void)
{
    return (struct bp_line){.kind = BP_LINE_KINDS};
}

bool bp_line_next(struct bp_line *line, const struct bp_explanation *e)
{
    static void (*const step[])(struct bp_line *, const struct bp_explanation *) = {
        [BP_PHASE_FORWARD] = step_forward,
        [BP_PHASE_BACKWARD] = step_backward,
        [BP_PHASE_BATCH] = step_batch,
        [BP_PHASE_UPDATE] = step_update,
    };
    do {
        if (line->kind == BP_LINE_KINDS)
            line->kind = BP_LINE_Z; /* the start */
        else
            step[line->phase](line, e);
        if (line->kind == BP_LINE_KINDS)
            return false;
    } while (!is_there(line, e));
    line->number += line->phase == BP_PHASE_BACKWARD;
    return true;
}

static bool is_matrix(enum bp_line_kind kind)
{
    return kind == BP_LINE_DL_DW || kind == BP_LINE_GRADIENT_W || kind == BP_LINE_NEW_W;
}

struct bp_line_shape bp_line_shape(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_layer *layer = layer_of(line, e);
    const bool is_out_in = e->job->is_out_in;
    if (line->kind == BP_LINE_LOSS || line->kind == BP_LINE_BATCH_LOSS ||
        line->kind == BP_LINE_LOSS_AFTER)
        return (struct bp_line_shape){0, 1, 1};
    if (is_matrix(line->kind))
        return (struct bp_line_shape){2, is_out_in ? layer->n_out : layer->n_in,
                                      is_out_in ? layer->n_in : layer->n_out};
    return (struct bp_line_shape){1, layer->n_out, 1};
}

double bp_line_value(const struct bp_line *line, const struct bp_explanation *e, size_t i, size_t j)
{
    const struct bp_layer *layer = layer_of(line, e);
    const struct bp_layer_pass *got = &e->pass->layers[line->layer];
    const size_t row = line->sample * layer->n_out + i, w = bp_weight_at(e, line->layer, i, j);
    switch (line->kind) {
    case BP_LINE_Z:
        return got->z[row];
    case BP_LINE_H:
        return got->h[row];
    case BP_LINE_LOSS:
        return e->pass->losses[line->sample];
    case BP_LINE_DL_DY_HAT:
    case BP_LINE_DL_DH:
        return got->dl_dh[row];
    case BP_LINE_DL_DZ:
    case BP_LINE_DL_DB:
        return got->dl_dz[row];
    case BP_LINE_DL_DW:
        return bp_pass_source(e->pass, &e->job->task, line->layer, line->sample)[w / layer->n_out] *
               got->dl_dz[line->sample * layer->n_out + w % layer->n_out];
    case BP_LINE_BATCH_LOSS:
        return e->pass->loss;
    case BP_LINE_GRADIENT_W:
        return got->dw[w];
    case BP_LINE_GRADIENT_B:
        return got->db[i];
    case BP_LINE_NEW_W:
        return e->descent->after.layers[line->layer].w[w];
    case BP_LINE_NEW_B:
        return e->descent->after.layers[line->layer].b[i];
    case BP_LINE_LOSS_AFTER:
        return e->descent->losses[1];
    case BP_LINE_KINDS:
        break;
    }
    return 0;
}
