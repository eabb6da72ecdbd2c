/* The solution as JSON. Out: e->lines. */
#ifndef BACKPROPD_CODEC_EXPLAIN_WRITE_JSON_H
#define BACKPROPD_CODEC_EXPLAIN_WRITE_JSON_H

#include "backpropd/text.h"
#include "explain.h"

void bp_explain_json(struct bp_text *text, const struct bp_explanation *e);

#endif
