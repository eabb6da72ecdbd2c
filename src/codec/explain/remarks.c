#include "remarks.h"

#include <math.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"

static enum bp_remark of_error(const struct bp_explanation *e, double error)
{
    if (isinf(error))
        return BP_REMARK_BEYOND;
    /* after softmax an output that is not asked for has no term, however wrong it is */
    const bool is_right = error == 0 && bp_loss_kind(e->task->rules.loss) != BP_LOSS_KIND_SOFTMAX;
    return is_right ? BP_REMARK_RIGHT : BP_REMARK_COUNT;
}

/* Why the product of an error and a slope is 0, nearest to the loss first. */
static enum bp_remark of_closed(const struct bp_layer *layer, double error, double slope, double z)
{
    if (error == 0)
        return BP_REMARK_NO_ERROR;
    if (slope != 0)
        return BP_REMARK_UNDERFLOW;
    if (layer->activation != BP_ACTIVATION_RELU)
        return BP_REMARK_SATURATED;
    return z == 0 ? BP_REMARK_CLOSED_AT_ZERO : BP_REMARK_CLOSED;
}

/* Why a weight gets no gradient although its unit's gate is open. Of all weights of a source, only
 * the first has the remark. */
static enum bp_remark of_weight(const struct bp_line *line, const struct bp_explanation *e,
                                struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(line, e);
    const double *dl_dz = e->pass->layers[line->layer].dl_dz + line->sample * layer->n_out;
    const double x = bp_pass_source(e->pass, e->task, line->layer, line->sample)[cell.source];
    if (dl_dz[cell.unit] == 0)
        return BP_REMARK_COUNT;
    if (x != 0)
        return BP_REMARK_UNDERFLOW;
    for (size_t unit = 0; unit < cell.unit; unit++)
        if (dl_dz[unit] != 0)
            return BP_REMARK_COUNT;
    const bool is_fed_by_relu = line->layer > 0 && layer[-1].activation == BP_ACTIVATION_RELU;
    if (is_fed_by_relu &&
        bp_relu_is_dead(
            e->pass->layers[line->layer - 1].z[line->sample * layer->n_in + cell.source],
            e->task->rules.relu_at_zero))
        return BP_REMARK_SOURCE_DEAD;
    return BP_REMARK_INPUT_ZERO;
}

/* True if a term of the sum that dL_dh is, or dL_dzL after softmax, is not 0. */
static bool has_a_term(const struct bp_line *line, const struct bp_explanation *e,
                       struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(line, e), *above = layer + 1;
    const struct bp_layer_pass *got = &e->pass->layers[line->layer];
    if (line->form == BP_FORM_DZ_SOFTMAX) {
        const size_t at = line->sample * layer->n_out;
        for (size_t j = 0; j < layer->n_out; j++)
            if (got->dl_dh[at + j] *
                    bp_softmax_derivative(got->h + at, got->dh_dz + at, j, cell.unit) !=
                0)
                return true;
        return false;
    }
    for (size_t j = 0; j < above->n_out; j++)
        if (above->w[cell.unit * above->n_out + j] *
                got[1].dl_dz[line->sample * above->n_out + j] !=
            0)
            return true;
    return false;
}

static enum bp_remark of_gradient(enum bp_reason why)
{
    if (why == BP_REASON_CANCELS)
        return BP_REMARK_CANCELS_IN_BATCH;
    return why == BP_REASON_UNDERFLOW ? BP_REMARK_UNDERFLOW : BP_REMARK_COUNT;
}

enum bp_remark bp_remark_of_cell(const struct bp_subject *of)
{
    const struct bp_explanation *e = of->e;
    const struct bp_line *line = of->line;
    const struct bp_cell cell = of->cell;
    const struct bp_layer *layer = bp_layer_of(of);
    const struct bp_layer_pass *got = bp_pass_of(of);
    const size_t at = line->sample * layer->n_out + cell.unit;
    /* gradients of the batch have their reasons, and new parameters no remark */
    const double value = line->form < BP_FORM_BATCH_LOSS ? bp_line_value(of) : 0;
    switch (line->form) {
    case BP_FORM_Z:
        return bp_layer_is_gated(layer) && value == 0 ? BP_REMARK_BOUNDARY : BP_REMARK_COUNT;
    case BP_FORM_H:
        return layer->activation == BP_ACTIVATION_RELU &&
                       bp_relu_is_dead(got->z[at], e->task->rules.relu_at_zero)
                   ? BP_REMARK_DEAD
                   : BP_REMARK_COUNT;
    case BP_FORM_ERROR:
        return of_error(e, value);
    case BP_FORM_ERROR_GIVEN:
    case BP_FORM_DZ_PAIR:
        return value == 0 ? BP_REMARK_RIGHT : BP_REMARK_COUNT;
    case BP_FORM_DZ:
        return value == 0 ? of_closed(layer, got->dl_dh[at], got->dh_dz[at], got->z[at])
                          : BP_REMARK_COUNT;
    case BP_FORM_DZ_SOFTMAX:
    case BP_FORM_DH:
        return value == 0 && has_a_term(line, e, cell) ? BP_REMARK_CANCELS : BP_REMARK_COUNT;
    case BP_FORM_DW:
        return value == 0 ? of_weight(line, e, cell) : BP_REMARK_COUNT;
    case BP_FORM_GRADIENT_W:
        return of_gradient(got->why_w[cell.source * layer->n_out + cell.unit]);
    case BP_FORM_GRADIENT_B:
        return of_gradient(got->why_b[cell.unit]);
    default:
        return BP_REMARK_COUNT;
    }
}

void bp_remarks_of_step(struct bp_text *text, const struct bp_explanation *e, bp_put_remark *put)
{
    struct bp_line line = {.form = BP_FORM_LOSS_AFTER, .phase = BP_PHASE_UPDATE};
    struct bp_subject of = {e, &line, {0, 0}};
    for (; line.layer < e->task->network.depth; line.layer++) {
        const struct bp_layer *layer = bp_line_layer(&line, e);
        const bool *before = e->pass->layers[line.layer].dead;
        const bool *after = e->descent->last.layers[line.layer].dead;
        for (of.cell.unit = 0; of.cell.unit < layer->n_out; of.cell.unit++)
            if (before[of.cell.unit] != after[of.cell.unit])
                put(text, after[of.cell.unit] ? BP_REMARK_NEWLY_DEAD : BP_REMARK_REVIVED, &of);
    }
    line.layer = 0;
    if (e->descent->changed < bp_network_parameters(&e->task->network))
        put(text, BP_REMARK_UNCHANGED, &of);
}
