/* The search for the first number that is not finite, after a pass that failed. */
#ifndef BACKPROPD_CORE_OVERFLOW_H
#define BACKPROPD_CORE_OVERFLOW_H

#include "backpropd/pass.h"

/* Notes the first number of v, (n), that is not finite; false if there is none. With n_columns > 0
 * v is a matrix of such rows. Out: overflow, if found. */
bool bp_overflow_in(struct bp_overflow *overflow, enum bp_tensor tensor, size_t layer,
                    size_t sample, const double *v, size_t n, size_t n_columns);

/*
 * Finds why a pass failed: samples one by one, in order, and in each the tensors in the order in
 * which they are calculated; then what is the batch's. Costs at most another pass.
 *
 * Out: overflow. In/out: pass, as the failed run left it; its numbers are then unspecified.
 */
void bp_overflow_find(struct bp_overflow *overflow, struct bp_pass *pass,
                      const struct bp_task *task, bool backward);

#endif
