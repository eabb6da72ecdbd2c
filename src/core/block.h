/* One block of samples of a pass: forward, and backward. */
#ifndef BACKPROPD_CORE_BLOCK_H
#define BACKPROPD_CORE_BLOCK_H

#include <float.h>
#include <math.h>

#include "backpropd/layout.h"
#include "backpropd/loss.h"

/* A run of at most BP_BLOCK samples of the batch, and where its rows start in the pass. */
struct bp_block {
    size_t first; /* sample */
    size_t row;
    size_t m;
};

/* The block of at most `most` samples from sample `first` on. Cannot fail. */
static inline struct bp_block bp_block_at(const struct bp_pass *pass, const struct bp_task *task,
                                          size_t first, size_t most)
{
    size_t left = task->n_samples - first;
    return (struct bp_block){first, first % pass->rows, left < most ? left : most};
}

/* True if the sample's loss and dL_dzL are calculated from z: see loss.h. */
static inline bool bp_sample_is_from_z(const struct bp_task *task, const struct bp_sample *sample)
{
    return sample->y && bp_loss_is_from_z(task->rules.loss);
}

/* True if all n values are finite. Looks at all of them, so that it becomes vector code: the
 * usual answer is yes. */
static inline bool bp_all_finite(const double *v, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !(fabs(v[i]) <= DBL_MAX);
    return bad == 0;
}

/* z, h and losses of the block, and dead of those so far. Fails (false) at the first tensor that
 * is not finite: tensors after it are not calculated. */
bool bp_block_forward(struct bp_pass *pass, const struct bp_task *task, struct bp_block block);

/* dL_dh, dh_dz and dL_dz of every layer, from the loss down, and dL_dx where it is asked for, after
 * bp_block_forward. Fails likewise. */
bool bp_block_errors(struct bp_pass *pass, const struct bp_task *task, struct bp_block block);

/* Adds the block's gradients to the sums, and notes the reasons of zeros, after bp_block_errors.
 * Cannot fail; sums may be infinite. */
void bp_block_add_gradients(struct bp_pass *pass, const struct bp_task *task,
                            struct bp_block block);

#endif
