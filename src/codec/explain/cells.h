/* The arithmetic of each cell, with every number written out. */
#ifndef BACKPROPD_CODEC_EXPLAIN_CELLS_H
#define BACKPROPD_CODEC_EXPLAIN_CELLS_H

#include "backpropd/text.h"
#include "line.h"

/* The sum that a pre-activation was rounded from. */
double bp_unrounded(const struct bp_subject *of);

/* Writes the arithmetic of a cell, every number written out. Writes nothing for given values and
 * for loss_after. */
void bp_put_cell(struct bp_text *text, const struct bp_subject *of);

/* Writes the sum of a loss, term by term; nothing for other lines. */
void bp_put_loss_terms(struct bp_text *text, const struct bp_subject *of);

/* Writes " = V", or " = A, rounded to V" if the two look different. */
void bp_put_result(struct bp_text *text, const struct bp_subject *of);

#endif
