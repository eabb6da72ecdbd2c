/*
 * /explain: the solution line by line, as JSON, as a text to read and as a NumPy program.
 *
 * The numbers are those of the pass that /backward runs; nothing here calculates a network anew.
 * walk.c says which lines there are and in which order; words.c, the table of lines, says how each
 * is called, written and programmed; cells.c writes out what each cell is the result of.
 */
#ifndef BACKPROPD_CODEC_EXPLAIN_H
#define BACKPROPD_CODEC_EXPLAIN_H

#include "backpropd/descent.h"
#include "backpropd/text.h"

/* The lines in the order of the calculation. Those that are written in several ways have a form
 * each. */
enum bp_form {
    BP_FORM_Z,
    BP_FORM_H,     /* of the last layer: y_hat */
    BP_FORM_Y_HAT, /* of a last layer that is identity: y_hat is its sum */
    BP_FORM_LOSS,
    BP_FORM_ERROR, /* dL_dy_hat */
    BP_FORM_ERROR_GIVEN,
    BP_FORM_DZ,
    BP_FORM_DZ_SOFTMAX, /* by its matrix */
    BP_FORM_DZ_PAIR,    /* of a loss that is calculated from z */
    BP_FORM_DW,
    BP_FORM_DB,
    BP_FORM_DH,
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

#define BP_SHOW_ALL (-1)

/* What is explained. */
struct bp_explanation {
    const struct bp_task *task;
    bool is_out_in;                   /* the layout posted */
    bool has_backward;                /* each sample has y or dL_dy_hat; if not, none has */
    bool has_loss;                    /* each sample has y */
    int shown_decimals;               /* 0..17, or BP_SHOW_ALL */
    bool adds_in_order;               /* the program does, see bp_put_program */
    const struct bp_pass *pass;       /* with the rows of all samples */
    const struct bp_descent *descent; /* one step, `pass` being its first; or NULL: no update */
    unsigned *lines; /* (BP_FORM_COUNT, depth): where the program has them, 0: nowhere */
};

/* One line: a tensor of one sample, of the batch or of the network. */
struct bp_line {
    enum bp_form form;
    enum bp_phase phase;
    size_t layer;  /* from 0 */
    size_t sample; /* of the first two phases */
    size_t number; /* of a step back, from 1; else 0 */
};

/* A walk over all lines starts with bp_line_first, which is before the first; bp_line_next goes to
 * the next one, false at the end. They look at e->task and what stands next to it, not at results.
 * Cannot fail. */
struct bp_line bp_line_first(void);
bool bp_line_next(struct bp_line *line, const struct bp_explanation *e);

/* A line outside of a walk: `form` is the first of the forms it may have. False if there is no such
 * line. */
bool bp_line_make(struct bp_line *line, const struct bp_explanation *e, enum bp_form form,
                  size_t layer, size_t sample);

/* The shape of a line as it is shown, in the layout posted: n_index 0 is a scalar, 1 a vector of
 * `rows`, 2 a matrix. */
struct bp_line_shape {
    size_t n_index, rows, columns;
};
struct bp_line_shape bp_line_shape(const struct bp_line *line, const struct bp_explanation *e);

/* The products and values that are written out for a line, or for all; saturates at SIZE_MAX. */
size_t bp_line_terms(const struct bp_line *line, const struct bp_explanation *e);
size_t bp_explain_terms(const struct bp_explanation *e);

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

/* The value of a cell. Only dL_dy_hat can be infinite. */
double bp_line_value(const struct bp_line *line, const struct bp_explanation *e,
                     struct bp_cell cell);

/* The sum that a pre-activation was before it was rounded. */
double bp_unrounded(const struct bp_line *line, const struct bp_explanation *e,
                    struct bp_cell cell);

/* A value rounded to the decimals that are shown, and its text; "null" if it is infinite. */
double bp_shown(const struct bp_explanation *e, double value);
void bp_put_shown(struct bp_text *text, const struct bp_explanation *e, double value);

/* Writes what a cell is the result of, every number written out. Nothing where it is the result of
 * nothing: what is given, and loss_after. */
void bp_put_cell(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                 struct bp_cell cell);

/* Writes what a loss is the sum of, term by term; nothing for other lines. */
void bp_put_loss_terms(struct bp_text *text, const struct bp_line *line,
                       const struct bp_explanation *e);

/* Writes " = V", or " = A, rounded to V" where that looks different. */
void bp_put_result(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                   struct bp_cell cell);

/* The three representations. Out, of the first two: e->lines. */
void bp_explain_json(struct bp_text *text, const struct bp_explanation *e);
void bp_explain_program(struct bp_text *text, const struct bp_explanation *e);
void bp_explain_plain(struct bp_text *text, const struct bp_explanation *e);

/* Writes the program; `end_of_line` stands between two lines. It is the book's matrix form, unless
 * the order of summation decides: then it adds in the order of the service. */
void bp_put_program(struct bp_text *text, const struct bp_explanation *e, const char *end_of_line);

static inline const struct bp_layer *bp_line_layer(const struct bp_line *line,
                                                   const struct bp_explanation *e)
{
    return &e->task->network.layers[line->layer];
}

static inline struct bp_frozen bp_is_frozen(const struct bp_explanation *e, size_t layer)
{
    return e->descent && e->descent->frozen ? e->descent->frozen[layer]
                                            : (struct bp_frozen){false, false};
}

static inline bool bp_line_is_last(const struct bp_line *line, const struct bp_explanation *e)
{
    return line->layer + 1 == e->task->network.depth;
}

#endif
