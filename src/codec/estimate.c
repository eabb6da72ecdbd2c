#include <stdint.h>

#include "backpropd/job.h"

/* Sums and products that stay at SIZE_MAX once they are there. */
static size_t plus(size_t a, size_t b)
{
    size_t sum;
    return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

static size_t times(size_t a, size_t b)
{
    size_t product;
    return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

size_t bp_job_multiply_adds(const struct bp_job *job)
{
    const size_t all = bp_network_parameters(&job->task.network);
    const size_t first = bp_layer_parameters(&job->task.network.layers[0]);
    const size_t forward = times(job->task.n_samples, all);
    const size_t backward = times(job->task.n_samples, 2 * all - first);
    switch (job->endpoint) {
    case BP_FORWARD:
        return forward;
    case BP_BACKWARD:
        return plus(forward, backward);
    case BP_STEP:
        return plus(times(job->steps, plus(forward, backward)), forward);
    }
    return SIZE_MAX;
}

/* Numbers of one sample's entry but its loss: z1, h1, ..., zL, y_hat, then for /backward the
 * gradients of its own loss with dL_dh, dh_dz and dL_dz of every layer. */
static size_t sample_numbers(const struct bp_job *job)
{
    size_t units = 0;
    for (size_t k = 0; k < job->task.network.depth; k++)
        units += job->task.network.layers[k].n_out;
    if (job->endpoint == BP_FORWARD)
        return 2 * units;
    return 5 * units + bp_network_parameters(&job->task.network);
}

size_t bp_job_reply_numbers(const struct bp_job *job)
{
    const size_t parameters = bp_network_parameters(&job->task.network);
    const size_t samples =
        job->include[BP_PART_SAMPLES]
            ? plus(times(job->task.n_samples, sample_numbers(job)), job->n_targets)
            : 0;
    switch (job->endpoint) {
    case BP_FORWARD:
        return samples;
    case BP_BACKWARD:
        return plus(parameters, samples);
    case BP_STEP:
        return plus(plus(2 * parameters, plus(job->steps, 1)), samples);
    }
    return SIZE_MAX;
}
