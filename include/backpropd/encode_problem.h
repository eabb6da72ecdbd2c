/* Problems as JSON. Running out of memory sets `failed` of the text; nothing else can go wrong.
 */
#ifndef BACKPROPD_ENCODE_PROBLEM_H
#define BACKPROPD_ENCODE_PROBLEM_H

#include "backpropd/problem.h"
#include "backpropd/text.h"

/* An RFC 9457 problem document. */
void bp_encode_problem(struct bp_text *text, const struct bp_problem *problem);

/* The code with hyphens, as in /problems/CODE. */
void bp_encode_slug(struct bp_text *text, enum bp_problem_code code);

#endif
