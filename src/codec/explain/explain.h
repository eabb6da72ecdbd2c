/*
 * /explain: the solution line by line, as JSON, as a text to read and as a NumPy program.
 *
 * The numbers are those of the pass that /backward runs; nothing here calculates a network anew.
 * One walk (explain_walk.c) says which lines there are and in which order, one table of words
 * (explain_words.c) says how each is called, and explain_cells.c writes out the sums of a cell.
 */
#ifndef BACKPROPD_CODEC_EXPLAIN_H
#define BACKPROPD_CODEC_EXPLAIN_H

#include "backpropd/descent.h"
#include "backpropd/job.h"
#include "backpropd/text.h"

/* The kinds of lines, in the order of the calculation. */
enum bp_line_kind {
    BP_LINE_Z,
    BP_LINE_H, /* of the last layer: y_hat */
    BP_LINE_LOSS,
    BP_LINE_DL_DY_HAT,
    BP_LINE_DL_DZ, /* of any layer whose activation is not identity, and of hidden identity ones */
    BP_LINE_DL_DW,
    BP_LINE_DL_DB,
    BP_LINE_DL_DH,
    BP_LINE_BATCH_LOSS,
    BP_LINE_GRADIENT_W,
    BP_LINE_GRADIENT_B,
    BP_LINE_NEW_W,
    BP_LINE_NEW_B,
    BP_LINE_LOSS_AFTER,
    BP_LINE_KINDS,
};

enum bp_line_phase { BP_PHASE_FORWARD, BP_PHASE_BACKWARD, BP_PHASE_BATCH, BP_PHASE_UPDATE };

#define BP_SHOW_ALL (-1)

/* What is explained. */
struct bp_explanation {
    const struct bp_job *job;
    const struct bp_pass *pass;       /* with the rows of all samples */
    const struct bp_descent *descent; /* one step, or NULL; `pass` is its first one then */
    bool has_backward;                /* the samples have targets */
    int shown_decimals;               /* 0..17, or BP_SHOW_ALL */
    unsigned *lines;                  /* (BP_LINE_KINDS, depth): where the program has them, or 0 */
};

/* One line: a tensor of one sample, of the batch or of the network. */
struct bp_line {
    enum bp_line_kind kind;
    enum bp_line_phase phase;
    size_t layer;  /* from 0 */
    size_t sample; /* of the first two phases */
    size_t number; /* of a step back, from 1; else 0 */
};

/* The line after `line`; false at the end. A walk starts with bp_line_first. Cannot fail. */
struct bp_line bp_line_first(void);
bool bp_line_next(struct bp_line *line, const struct bp_explanation *e);

/* The shape of a line as it is shown, in the layout posted: a scalar, a vector, a matrix. */
struct bp_line_shape {
    size_t n_index; /* 0, 1, 2 */
    size_t rows, columns;
};
struct bp_line_shape bp_line_shape(const struct bp_line *line, const struct bp_explanation *e);

/* The value of a cell of a line; i and j as shown. Only dL_dy_hat can be infinite. */
double bp_line_value(const struct bp_line *line, const struct bp_explanation *e, size_t i,
                     size_t j);

/* The place in a row-major (n_in, n_out) matrix of the cell that is shown at i, j. */
static inline size_t bp_weight_at(const struct bp_explanation *e, size_t layer, size_t i, size_t j)
{
    const size_t n_out = e->job->task.network.layers[layer].n_out;
    return e->job->is_out_in ? j * n_out + i : i * n_out + j;
}

/* Writes a number as shown. */
void bp_show(struct bp_text *text, const struct bp_explanation *e, double value);

/* Writes what a cell is the result of, without "= V"; z that is rounded ends with its sum,
 * "= A, rounded to", where that looks otherwise than the value. */
void bp_line_cell(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                  size_t i, size_t j);

/* The tensor's name in the reply: z1, y_hat, dL_dW2, gradients.b1. */
void bp_line_name(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e);

/* Words about a line, each a template of explain_words.c filled in. */
enum bp_words { BP_WORDS_TITLE, BP_WORDS_FORMULA, BP_WORDS_MATHML, BP_WORDS_HEADING, BP_WORDS_USES };
void bp_line_words(struct bp_text *text, const struct bp_line *line,
                   const struct bp_explanation *e, enum bp_words which);

/* The program. Out: e->lines. */
void bp_explain_program(struct bp_text *text, const struct bp_explanation *e);

void bp_explain_json(struct bp_text *text, const struct bp_explanation *e);
void bp_explain_text(struct bp_text *text, const struct bp_explanation *e);

#endif
