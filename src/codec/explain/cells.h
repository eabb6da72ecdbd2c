/* What each cell is the result of, with every number written out. */
#ifndef BACKPROPD_CODEC_EXPLAIN_CELLS_H
#define BACKPROPD_CODEC_EXPLAIN_CELLS_H

#include "backpropd/text.h"
#include "line.h"

/* The sum that a pre-activation was before it was rounded. */
double bp_unrounded(const struct bp_line *line, const struct bp_explanation *e,
                    struct bp_cell cell);

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

#endif
