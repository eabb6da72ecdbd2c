/* Numbers as the texts show them. */
#ifndef BACKPROPD_CODEC_EXPLAIN_SHOWN_H
#define BACKPROPD_CODEC_EXPLAIN_SHOWN_H

#include "backpropd/text.h"
#include "explain.h"

/* A value rounded to the decimals that are shown, and its text; "null" if it is infinite. */
double bp_shown(const struct bp_explanation *e, double value);
void bp_put_shown(struct bp_text *text, const struct bp_explanation *e, double value);

#endif
