/* What a job costs, for the rows of operations to sum up. Sums and products saturate at SIZE_MAX.
 */
#ifndef BACKPROPD_CODEC_ESTIMATE_H
#define BACKPROPD_CODEC_ESTIMATE_H

#include "backpropd/job.h"

size_t bp_plus(size_t a, size_t b);
size_t bp_times(size_t a, size_t b);

/* Multiply-adds of a forward pass over n samples: n P, P parameters a network. */
size_t bp_forward_multiply_adds(const struct bp_task *task);

/* Of a forward and a backward pass: n (3 P - P1), P1 parameters in the first layer. */
size_t bp_backward_multiply_adds(const struct bp_task *task);

/* Numbers in the `samples` of a reply, 0 if it has none; `backward`: with the seven steps. */
size_t bp_sample_numbers(const struct bp_job *job, bool backward);

/* Sets an estimate for so many runs of the referee over a task: its one machine makes one step
 * after the other, and costs more than the core. */
void bp_estimate_runs(struct bp_estimate *estimate, const struct bp_task *task, size_t runs);

/* Sets the job's estimate, by its operation and for its reply as JSON. */
void bp_estimate_make(struct bp_job *job);

#endif
