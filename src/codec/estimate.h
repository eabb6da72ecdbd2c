/* The cost of a job, in parts that the operations add up. Sums and products of sizes saturate at
 * SIZE_MAX. */
#ifndef BACKPROPD_CODEC_ESTIMATE_H
#define BACKPROPD_CODEC_ESTIMATE_H

#include "backpropd/job.h"
#include "backpropd/work.h"

size_t bp_plus(size_t a, size_t b);
size_t bp_times(size_t a, size_t b);

/* Numbers in the `samples` of a reply, 0 if it has none; `backward`: with the seven steps. */
size_t bp_sample_numbers(const struct bp_job *job, bool backward);

/* The work of this many runs of the referee, over a task with this many cells: in a grading, and in
 * a review. */
double bp_work_grade(size_t runs, size_t cells);
double bp_work_review(size_t runs, size_t cells);

/* Entries of the `why_zero` of a reply, 0 if it has none. */
size_t bp_why_entries(const struct bp_job *job);

/* Sets the job's estimate, for a reply in JSON. The limit, the choice of thread and the queue all
 * use this one figure of work. */
void bp_estimate_make(struct bp_job *job);

#endif
