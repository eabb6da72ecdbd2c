/* What there is to say of a cell, and of the step as a whole. */
#ifndef BACKPROPD_CODEC_EXPLAIN_REMARKS_H
#define BACKPROPD_CODEC_EXPLAIN_REMARKS_H

#include "template.h"
#include "words.h"

/* What there is to say of a cell. Cannot fail. */
enum bp_remark bp_remark_of_cell(const struct bp_line *line, const struct bp_explanation *e,
                                 struct bp_cell cell);

/* Calls `put` with what there is to say of the step as a whole. */
typedef void bp_put_remark(struct bp_text *text, enum bp_remark remark,
                           const struct bp_subject *of);
void bp_remarks_of_step(struct bp_text *text, const struct bp_explanation *e, bp_put_remark *put);

#endif
