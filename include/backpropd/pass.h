/*
 * Forward and backward passes over a batch, in blocks of BP_BLOCK samples.
 *
 * A folder's rule: core is pure numbers. No function here or below allocates, prints, reads a
 * clock or keeps state; outputs come first, then in/out, then inputs, then sizes.
 *
 * Memory is one block that the caller allocates: layout.h says how large it must be, and lays out
 * its arrays.
 */
#ifndef BACKPROPD_PASS_H
#define BACKPROPD_PASS_H

#include "backpropd/layout.h"
#include "backpropd/overflow.h"

/*
 * Forward pass over the batch: z, h, dead and, where there are targets, losses and loss.
 *
 * In/out: pass, laid out for this task.
 * Out on failure: overflow, the first sample's first tensor; the pass's numbers are then
 *                   unspecified.
 * Fails (false) if a result is not finite, or the task was cancelled: then overflow is unspecified,
 * too.
 */
bool bp_forward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task);

/*
 * Forward and backward pass: the above, and gradients of the batch's loss (and reasons and dL_dx,
 * if the layout has room for them). Every sample needs its target, or dl_dy_hat in place of it.
 *
 * Method: reverse accumulation in the seven steps of the textbook. The rounding of a
 * pre-activation counts as the identity. In/out, Out and failure as bp_forward.
 */
bool bp_backward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task);

#endif
