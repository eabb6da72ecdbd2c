/* Which lines there are, in the order of the calculation, and their values. */
#ifndef BACKPROPD_CODEC_EXPLAIN_LINE_H
#define BACKPROPD_CODEC_EXPLAIN_LINE_H

#include "explain.h"

/* The lines in the order of the calculation. Those that are written in several ways have a form
 * each. */
enum bp_form {
    BP_FORM_Z,
    BP_FORM_H,     /* of the last layer: y_hat */
    BP_FORM_Y_HAT, /* of a last layer that is identity: y_hat is its sum */
    BP_FORM_LOSS,
    BP_FORM_ERROR, /* dL_dy_hat */
    BP_FORM_ERROR_GIVEN,
    BP_FORM_DH,
    BP_FORM_DZ,
    BP_FORM_DZ_SOFTMAX, /* by its matrix */
    BP_FORM_DZ_PAIR,    /* of a loss that is calculated from z */
    BP_FORM_DW,
    BP_FORM_DB,
    BP_FORM_BATCH_LOSS,
    BP_FORM_GRADIENT_W,
    BP_FORM_GRADIENT_B,
    BP_FORM_NEW_W,
    BP_FORM_NEW_W_FROZEN,
    BP_FORM_NEW_B,
    BP_FORM_NEW_B_FROZEN,
    BP_FORM_LOSS_AFTER,
    BP_FORM_COUNT,
};

enum bp_phase { BP_PHASE_FORWARD, BP_PHASE_BACKWARD, BP_PHASE_BATCH, BP_PHASE_UPDATE };

/* One line: a tensor of one sample, of the batch or of the network. */
struct bp_line {
    enum bp_form form;
    enum bp_phase phase;
    size_t layer;  /* from 0 */
    size_t sample; /* of the first two phases */
    size_t number; /* of a step back, from 1; else 0 */
};

/* A walk over all lines starts with bp_line_first, which is before the first; bp_line_next goes to
 * the next one, false at the end. They read e->task and the members next to it, not results.
 * Cannot fail. */
struct bp_line bp_line_first(void);
bool bp_line_next(struct bp_line *line, const struct bp_explanation *e);

/* The first sample with y, or without y if not `has_y`; n_samples if no sample is like that. */
size_t bp_first_sample(const struct bp_task *task, bool has_y);

/* True if the solution has this line. */
bool bp_line_exists(const struct bp_line *line, const struct bp_explanation *e);

/* The shape of a line as it is shown, in the layout posted: n_index 0 is a scalar, 1 a vector of
 * `rows`, 2 a matrix. */
struct bp_line_shape {
    size_t n_index, rows, columns;
};
struct bp_line_shape bp_line_shape(const struct bp_line *line, const struct bp_explanation *e);

/* The products and values that are written out; saturates at SIZE_MAX. Out: n_lines. */
size_t bp_explain_terms(const struct bp_explanation *e, size_t *n_lines);

/* The unit a cell belongs to, and of a matrix the source that feeds it; i and j as shown. */
struct bp_cell {
    size_t source, unit;
};
static inline struct bp_cell bp_cell_at(const struct bp_line_shape *shape,
                                        const struct bp_explanation *e, size_t i, size_t j)
{
    if (shape->n_index < 2)
        return (struct bp_cell){0, i};
    return e->is_out_in ? (struct bp_cell){j, i} : (struct bp_cell){i, j};
}

/* A cell of a line: the subject of a template. */
struct bp_subject {
    const struct bp_explanation *e;
    const struct bp_line *line;
    struct bp_cell cell;
};

static inline const struct bp_layer *bp_layer_of(const struct bp_subject *of)
{
    return &of->e->task->network.layers[of->line->layer];
}

static inline const struct bp_layer_pass *bp_pass_of(const struct bp_subject *of)
{
    return &of->e->pass->layers[of->line->layer];
}

/* Its value. Only dL_dy_hat can be infinite. */
double bp_line_value(const struct bp_subject *of);

static inline const struct bp_layer *bp_line_layer(const struct bp_line *line,
                                                   const struct bp_explanation *e)
{
    return &e->task->network.layers[line->layer];
}

static inline bool bp_line_is_last(const struct bp_line *line, const struct bp_explanation *e)
{
    return line->layer + 1 == e->task->network.depth;
}

#endif
