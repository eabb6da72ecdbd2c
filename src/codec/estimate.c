#include "estimate.h"

#include <stdint.h>

#include "backpropd/memory.h"
#include "backpropd/operation.h"

size_t bp_plus(size_t a, size_t b)
{
    size_t sum;
    return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

size_t bp_times(size_t a, size_t b)
{
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

/* The numbers of one entry, without its loss: z1, h1, ..., zL, y_hat; with the seven steps also the
 * gradients of its own loss, dL_dh, dh_dz (a matrix for softmax) and dL_dz of every layer, and
 * dL_dx. */
size_t bp_sample_numbers(const struct bp_job *job, bool backward)
{
    const struct bp_network *network = &job->task.network;
    size_t units = 0;
    if (!(job->include & BP_PART_SAMPLES))
        return 0;
    for (size_t k = 0; k < network->depth; k++)
        units += network->layers[k].n_out;
    const struct bp_layer *last = bp_network_last(network);
    const size_t n = last->n_out;
    const size_t matrix = last->activation == BP_ACTIVATION_SOFTMAX ? bp_times(n, n) - n : 0;
    const size_t each =
        backward
            ? bp_plus(matrix, 5 * units + bp_network_parameters(network) + network->layers[0].n_in)
            : 2 * units;
    return bp_plus(bp_times(job->task.n_samples, each), job->n_targets);
}

/* Work for one cell in one run of the referee. A grading is counted as the worst case; a review
 * makes all its runs, and compares them. */
enum { GRADED = 40, REVIEWED = 200 };

double bp_work_grade(size_t runs, size_t cells)
{
    return GRADED * (double)runs * (double)cells;
}

double bp_work_review(size_t runs, size_t cells)
{
    return REVIEWED * (double)runs * (double)cells;
}

size_t bp_why_entries(const struct bp_job *job)
{
    return job->include & BP_PART_WHY_ZERO ? bp_network_parameters(&job->task.network) : 0;
}

/* Work that every job has: once per job, per number in its reply, per entry of why_zero, and for
 * the names of one layer's members in a sample. */
enum { JOB = 14000, NUMBER = 360, WHY = 30, NAMES = 1100 };

/* Work for one byte of memory that comes fresh from the system: large blocks do. */
#define FRESH_BYTE 20

static double fresh_memory(const struct bp_job *job)
{
    struct bp_layout layout = {NULL, 0};
    job->operation->layout(&layout, job);
    return layout.used > BP_MEMORY_KEPT ? FRESH_BYTE * (double)layout.used : 0;
}

static double writing(const struct bp_job *job)
{
    const double samples = job->include & BP_PART_SAMPLES ? (double)job->task.n_samples : 0;
    return NUMBER * (double)job->estimate.reply_numbers + WHY * (double)job->estimate.why_entries +
           NAMES * samples * (double)job->task.network.depth;
}

void bp_estimate_make(struct bp_job *job)
{
    struct bp_estimate *estimate = &job->estimate;
    job->operation->estimate(estimate, job);
    estimate->work += JOB + fresh_memory(job) + writing(job);
    /* 22 characters for a number and its comma: most full doubles take 19 or 20 */
    estimate->reply_bytes = 1024 + 22 * estimate->reply_numbers;
    estimate->reply_bytes += 14 * estimate->why_entries;
}
