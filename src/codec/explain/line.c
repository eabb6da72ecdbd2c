#include "line.h"

#include "../estimate.h"
#include "backpropd/loss.h"

static const struct bp_sample *sample_of(const struct bp_line *line, const struct bp_explanation *e)
{
    return &e->task->samples[line->sample];
}

static bool is_plain_output(const struct bp_line *line, const struct bp_explanation *e)
{
    return bp_line_is_last(line, e) && bp_line_layer(line, e)->activation == BP_ACTIVATION_IDENTITY;
}

/* True if the line exists: a bias may be null, a sample may have no loss, and if the last layer is
 * identity, y_hat replaces z. */
static bool is_there(const struct bp_line *line, const struct bp_explanation *e)
{
    switch (line->form) {
    case BP_FORM_Z:
    case BP_FORM_DZ:
        return !is_plain_output(line, e);
    case BP_FORM_LOSS:
        return sample_of(line, e)->y;
    case BP_FORM_DB:
    case BP_FORM_GRADIENT_B:
    case BP_FORM_NEW_B:
        return bp_line_layer(line, e)->b;
    case BP_FORM_BATCH_LOSS:
    case BP_FORM_LOSS_AFTER:
        return e->has_loss;
    default:
        return true;
    }
}

static enum bp_form form_of_dz(const struct bp_line *line, const struct bp_explanation *e)
{
    if (!bp_line_is_last(line, e))
        return BP_FORM_DZ;
    if (sample_of(line, e)->y && bp_loss_is_from_z(e->task->rules.loss))
        return BP_FORM_DZ_PAIR;
    return bp_line_layer(line, e)->activation == BP_ACTIVATION_SOFTMAX ? BP_FORM_DZ_SOFTMAX
                                                                       : BP_FORM_DZ;
}

/* The form of a line that the walk knows by its first form alone. */
static enum bp_form form_of(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_frozen frozen = bp_is_frozen(e, line->layer);
    switch (line->form) {
    case BP_FORM_H:
        return is_plain_output(line, e) ? BP_FORM_Y_HAT : BP_FORM_H;
    case BP_FORM_ERROR:
        return sample_of(line, e)->y ? BP_FORM_ERROR : BP_FORM_ERROR_GIVEN;
    case BP_FORM_DZ:
        return form_of_dz(line, e);
    case BP_FORM_NEW_W:
        return frozen.w ? BP_FORM_NEW_W_FROZEN : BP_FORM_NEW_W;
    case BP_FORM_NEW_B:
        return frozen.b ? BP_FORM_NEW_B_FROZEN : BP_FORM_NEW_B;
    default:
        return line->form;
    }
}

bool bp_line_make(struct bp_line *line, const struct bp_explanation *e, enum bp_form form,
                  size_t layer, size_t sample)
{
    *line = (struct bp_line){.form = form, .layer = layer, .sample = sample};
    if (!is_there(line, e))
        return false;
    line->form = form_of(line, e);
    return true;
}

static void to_next_sample(struct bp_line *line, const struct bp_explanation *e)
{
    const size_t last = e->task->network.depth - 1;
    line->number = 0;
    line->layer = 0;
    if (line->phase < BP_PHASE_BATCH && line->sample + 1 < e->task->n_samples) {
        line->sample++;
        line->phase = BP_PHASE_FORWARD;
        line->form = BP_FORM_Z;
    } else if (line->phase < BP_PHASE_BATCH && e->task->n_samples > 1 && e->has_backward) {
        line->phase = BP_PHASE_BATCH;
        line->form = BP_FORM_BATCH_LOSS;
        line->layer = last;
    } else {
        line->phase = BP_PHASE_UPDATE;
        line->form = e->descent ? BP_FORM_NEW_W : BP_FORM_COUNT;
    }
}

static void step_forward(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->form == BP_FORM_Z) {
        line->form = BP_FORM_H;
    } else if (line->form != BP_FORM_LOSS && bp_line_is_last(line, e)) {
        line->form = BP_FORM_LOSS;
    } else if (line->form != BP_FORM_LOSS) {
        line->form = BP_FORM_Z;
        line->layer++;
    } else if (e->has_backward) {
        line->phase = BP_PHASE_BACKWARD;
        line->form = BP_FORM_ERROR;
    } else {
        to_next_sample(line, e);
    }
}

static void step_backward(struct bp_line *line, const struct bp_explanation *e)
{
    switch (line->form) {
    case BP_FORM_DW:
        line->form = BP_FORM_DB;
        return;
    case BP_FORM_DB:
        if (line->layer == 0) {
            to_next_sample(line, e);
            return;
        }
        line->layer--;
        line->form = BP_FORM_DH;
        return;
    case BP_FORM_DZ:
    case BP_FORM_DZ_SOFTMAX:
    case BP_FORM_DZ_PAIR:
        line->form = BP_FORM_DW;
        return;
    default: /* dL_dy_hat, dL_dh */
        line->form = BP_FORM_DZ;
    }
}

static void step_batch(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->form == BP_FORM_BATCH_LOSS) {
        line->form = BP_FORM_GRADIENT_W;
    } else if (line->form == BP_FORM_GRADIENT_W) {
        line->form = BP_FORM_GRADIENT_B;
    } else if (line->layer == 0) {
        to_next_sample(line, e);
    } else {
        line->layer--;
        line->form = BP_FORM_GRADIENT_W;
    }
}

static void step_update(struct bp_line *line, const struct bp_explanation *e)
{
    if (line->form == BP_FORM_NEW_W || line->form == BP_FORM_NEW_W_FROZEN) {
        line->form = BP_FORM_NEW_B;
    } else if (line->form == BP_FORM_LOSS_AFTER) {
        line->form = BP_FORM_COUNT;
    } else if (bp_line_is_last(line, e)) {
        line->form = BP_FORM_LOSS_AFTER;
    } else {
        line->form = BP_FORM_NEW_W;
        line->layer++;
    }
}

struct bp_line bp_line_first(void)
{
    return (struct bp_line){.form = BP_FORM_COUNT};
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
        if (line->form == BP_FORM_COUNT)
            line->form = BP_FORM_Z; /* the start */
        else
            step[line->phase](line, e);
        if (line->form == BP_FORM_COUNT)
            return false;
    } while (!is_there(line, e));
    line->form = form_of(line, e);
    line->number += line->phase == BP_PHASE_BACKWARD;
    return true;
}

struct bp_line_shape bp_line_shape(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_layer *layer = bp_line_layer(line, e);
    switch (line->form) {
    case BP_FORM_LOSS:
    case BP_FORM_BATCH_LOSS:
    case BP_FORM_LOSS_AFTER:
        return (struct bp_line_shape){0, 1, 1};
    case BP_FORM_DW:
    case BP_FORM_GRADIENT_W:
    case BP_FORM_NEW_W:
    case BP_FORM_NEW_W_FROZEN:
        return (struct bp_line_shape){2, e->is_out_in ? layer->n_out : layer->n_in,
                                      e->is_out_in ? layer->n_in : layer->n_out};
    default:
        return (struct bp_line_shape){1, layer->n_out, 1};
    }
}

/* Terms of one cell's sum. */
static size_t terms_of_cell(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_layer *layer = bp_line_layer(line, e);
    switch (line->form) {
    case BP_FORM_Z:
    case BP_FORM_Y_HAT:
        return layer->n_in;
    case BP_FORM_H:
        return layer->activation == BP_ACTIVATION_SOFTMAX ? layer->n_out : 1;
    case BP_FORM_LOSS:
    case BP_FORM_DZ_SOFTMAX:
        return layer->n_out;
    case BP_FORM_DH:
        return layer[1].n_out;
    case BP_FORM_BATCH_LOSS:
    case BP_FORM_GRADIENT_W:
    case BP_FORM_GRADIENT_B:
        return e->task->n_samples;
    default:
        return 1;
    }
}

size_t bp_line_terms(const struct bp_line *line, const struct bp_explanation *e)
{
    const struct bp_line_shape shape = bp_line_shape(line, e);
    return bp_times(bp_times(shape.rows, shape.columns), terms_of_cell(line, e));
}

size_t bp_explain_terms(const struct bp_explanation *e, size_t *n_lines)
{
    size_t terms = 0;
    *n_lines = 0;
    for (struct bp_line line = bp_line_first(); bp_line_next(&line, e); ++*n_lines)
        terms = bp_plus(terms, bp_line_terms(&line, e));
    return terms;
}

double bp_line_value(const struct bp_line *line, const struct bp_explanation *e,
                     struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(line, e);
    const struct bp_layer_pass *got = &e->pass->layers[line->layer];
    const size_t row = line->sample * layer->n_out + cell.unit;
    const size_t w = cell.source * layer->n_out + cell.unit;
    switch (line->form) {
    case BP_FORM_Z:
        return got->z[row];
    case BP_FORM_H:
    case BP_FORM_Y_HAT:
        return got->h[row];
    case BP_FORM_LOSS:
        return e->pass->losses[line->sample];
    case BP_FORM_ERROR:
    case BP_FORM_ERROR_GIVEN:
    case BP_FORM_DH:
        return got->dl_dh[row];
    case BP_FORM_DZ:
    case BP_FORM_DZ_SOFTMAX:
    case BP_FORM_DZ_PAIR:
    case BP_FORM_DB:
        return got->dl_dz[row];
    case BP_FORM_DW:
        return bp_pass_source(e->pass, e->task, line->layer, line->sample)[cell.source] *
               got->dl_dz[row];
    case BP_FORM_BATCH_LOSS:
        return e->pass->loss;
    case BP_FORM_GRADIENT_W:
        return got->dw[w];
    case BP_FORM_GRADIENT_B:
        return got->db[cell.unit];
    case BP_FORM_NEW_W:
    case BP_FORM_NEW_W_FROZEN:
        return e->descent->after.layers[line->layer].w[w];
    case BP_FORM_NEW_B:
    case BP_FORM_NEW_B_FROZEN:
        return e->descent->after.layers[line->layer].b[cell.unit];
    case BP_FORM_LOSS_AFTER:
        return e->descent->losses[1];
    case BP_FORM_COUNT:
        break;
    }
    return 0;
}
