#include "line.h"

#include "../estimate.h"
#include "backpropd/loss.h"

size_t bp_first_sample(const struct bp_task *task, bool has_y)
{
    size_t s = 0;
    while (s < task->n_samples && (task->samples[s].y != NULL) != has_y)
        s++;
    return s;
}

static bool has_y(const struct bp_line *line, const struct bp_explanation *e)
{
    return e->task->samples[line->sample].y;
}

static bool is_plain_output(const struct bp_line *line, const struct bp_explanation *e)
{
    return bp_line_is_last(line, e) && bp_line_layer(line, e)->activation == BP_ACTIVATION_IDENTITY;
}

/* The form of a layer's dL_dz; of a last layer that is identity dL_dy_hat is all. */
static enum bp_form form_of_dz(const struct bp_line *line, const struct bp_explanation *e)
{
    if (is_plain_output(line, e))
        return BP_FORM_COUNT;
    if (!bp_line_is_last(line, e))
        return BP_FORM_DZ;
    if (has_y(line, e) && bp_loss_is_from_z(e->task->rules.loss))
        return BP_FORM_DZ_PAIR;
    return bp_line_layer(line, e)->activation == BP_ACTIVATION_SOFTMAX ? BP_FORM_DZ_SOFTMAX
                                                                       : BP_FORM_DZ;
}

static enum bp_phase phase_of(enum bp_form form)
{
    if (form < BP_FORM_BATCH_LOSS)
        return form < BP_FORM_ERROR ? BP_PHASE_FORWARD : BP_PHASE_BACKWARD;
    return form < BP_FORM_NEW_W ? BP_PHASE_BATCH : BP_PHASE_UPDATE;
}

bool bp_line_exists(const struct bp_line *line, const struct bp_explanation *e)
{
    const bool has_phase[] = {true, e->has_backward, e->has_backward && e->task->n_samples > 1,
                              e->descent};
    const bool has_bias = bp_line_layer(line, e)->b;
    const struct bp_frozen frozen = bp_is_frozen(e, line->layer);
    if (!has_phase[phase_of(line->form)])
        return false;
    switch (line->form) {
    case BP_FORM_Z:
    case BP_FORM_H:
        return !is_plain_output(line, e);
    case BP_FORM_Y_HAT:
        return is_plain_output(line, e);
    case BP_FORM_LOSS:
    case BP_FORM_ERROR:
        return has_y(line, e);
    case BP_FORM_ERROR_GIVEN:
        return !has_y(line, e);
    case BP_FORM_DH:
        return !bp_line_is_last(line, e);
    case BP_FORM_DZ:
    case BP_FORM_DZ_SOFTMAX:
    case BP_FORM_DZ_PAIR:
        return line->form == form_of_dz(line, e);
    case BP_FORM_DB:
    case BP_FORM_GRADIENT_B:
        return has_bias;
    case BP_FORM_BATCH_LOSS:
    case BP_FORM_LOSS_AFTER:
        return e->has_loss;
    case BP_FORM_NEW_W:
        return !frozen.w;
    case BP_FORM_NEW_W_FROZEN:
        return frozen.w;
    case BP_FORM_NEW_B:
        return has_bias && !frozen.b;
    case BP_FORM_NEW_B_FROZEN:
        return has_bias && frozen.b;
    default: /* gradients of weights */
        return true;
    }
}

/* Goes to the form that follows, whether the solution has that line or not. */
static void step(struct bp_line *line, const struct bp_explanation *e)
{
    const size_t last = e->task->network.depth - 1;
    const bool ends_sample =
        e->has_backward ? line->form == BP_FORM_DB && line->layer == 0 : line->form == BP_FORM_LOSS;
    if (line->form == BP_FORM_COUNT) {
        line->form = BP_FORM_Z;
    } else if (line->form == BP_FORM_Y_HAT && line->layer < last) {
        line->form = BP_FORM_Z;
        line->layer++;
    } else if (line->form == BP_FORM_DB && line->layer > 0) {
        line->form = BP_FORM_DH;
        line->layer--;
    } else if (ends_sample && line->sample + 1 < e->task->n_samples) {
        line->form = BP_FORM_Z;
        line->layer = 0;
        line->sample++;
    } else if (line->form == BP_FORM_GRADIENT_B && line->layer > 0) {
        line->form = BP_FORM_GRADIENT_W;
        line->layer--;
    } else if (line->form == BP_FORM_NEW_B_FROZEN && line->layer < last) {
        line->form = BP_FORM_NEW_W;
        line->layer++;
    } else {
        line->layer = line->form == BP_FORM_DB ? last : line->layer;
        line->form++;
    }
}

struct bp_line bp_line_first(void)
{
    return (struct bp_line){.form = BP_FORM_COUNT};
}

bool bp_line_next(struct bp_line *line, const struct bp_explanation *e)
{
    do
        step(line, e);
    while (line->form < BP_FORM_COUNT && !bp_line_exists(line, e));
    line->phase = phase_of(line->form);
    line->number = line->phase == BP_PHASE_BACKWARD ? line->number + 1 : 0;
    return line->form < BP_FORM_COUNT;
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

size_t bp_explain_terms(const struct bp_explanation *e, size_t *n_lines)
{
    size_t terms = 0;
    *n_lines = 0;
    for (struct bp_line line = bp_line_first(); bp_line_next(&line, e); ++*n_lines) {
        const struct bp_line_shape shape = bp_line_shape(&line, e);
        const size_t n_cells = bp_times(shape.rows, shape.columns);
        terms = bp_plus(terms, bp_times(n_cells, terms_of_cell(&line, e)));
    }
    return terms;
}

double bp_line_value(const struct bp_subject *of)
{
    const struct bp_explanation *e = of->e;
    const struct bp_line *line = of->line;
    const struct bp_cell cell = of->cell;
    const struct bp_layer *layer = bp_layer_of(of);
    const struct bp_layer_pass *got = bp_pass_of(of);
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
