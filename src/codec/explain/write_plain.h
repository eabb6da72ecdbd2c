/* The solution as a page to read in a terminal or to print. */
#ifndef BACKPROPD_CODEC_EXPLAIN_WRITE_PLAIN_H
#define BACKPROPD_CODEC_EXPLAIN_WRITE_PLAIN_H

#include "backpropd/text.h"
#include "explain.h"

void bp_explain_plain(struct bp_text *text, const struct bp_explanation *e);

#endif
