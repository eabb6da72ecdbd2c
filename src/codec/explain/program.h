/* The program in NumPy. */
#ifndef BACKPROPD_CODEC_EXPLAIN_PROGRAM_H
#define BACKPROPD_CODEC_EXPLAIN_PROGRAM_H

#include "backpropd/text.h"
#include "explain.h"

/* Writes the program; `end_of_line` stands between two lines. It is the book's matrix form, unless
 * the order of summation decides: then it adds in the order of the service. Out: e->lines. */
void bp_explain_program(struct bp_text *text, const struct bp_explanation *e,
                        const char *end_of_line);

#endif
