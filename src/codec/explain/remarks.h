/* The remarks on a cell, and on the step as a whole. */
#ifndef BACKPROPD_CODEC_EXPLAIN_REMARKS_H
#define BACKPROPD_CODEC_EXPLAIN_REMARKS_H

#include "template.h"
#include "words.h"

/* The remark on a cell. Cannot fail. */
enum bp_remark bp_remark_of_cell(const struct bp_subject *of);

/* Calls `put` with each remark on the step as a whole. */
typedef void bp_put_remark(struct bp_text *text, enum bp_remark remark,
                           const struct bp_subject *of);
void bp_remarks_of_step(struct bp_text *text, const struct bp_explanation *e, bp_put_remark *put);

#endif
