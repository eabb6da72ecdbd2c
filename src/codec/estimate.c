#include "estimate.h"

#include <stdint.h>

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

size_t bp_forward_multiply_adds(const struct bp_task *task)
{
    return bp_times(task->n_samples, bp_network_parameters(&task->network));
}

size_t bp_backward_multiply_adds(const struct bp_task *task)
{
    const size_t all = bp_network_parameters(&task->network);
    const size_t first = bp_layer_parameters(&task->network.layers[0]);
    return bp_times(task->n_samples, 3 * all - first);
}

/* Of one entry but for its loss: z1, h1, ..., zL, y_hat, then for the seven steps the gradients of
 * its own loss with dL_dh, dh_dz (of softmax a matrix) and dL_dz of every layer, and dL_dx. */
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

#define RUN_COST 8 /* of a multiply-add of the referee, in those of the core */

void bp_estimate_runs(struct bp_estimate *estimate, const struct bp_task *task, size_t runs)
{
    *estimate = (struct bp_estimate){
        .multiply_adds = bp_times(runs, bp_times(RUN_COST, bp_backward_multiply_adds(task))),
        .passes = bp_times(runs, bp_times(RUN_COST, task->n_samples)),
    };
}

void bp_estimate_make(struct bp_job *job)
{
    struct bp_estimate *estimate = &job->estimate;
    job->operation->estimate(estimate, job);
    /* 22 characters for a number and its comma: full doubles take 19 or 20 as a rule */
    estimate->reply_bytes = 1024 + 22 * estimate->reply_numbers;
    if (job->include & BP_PART_WHY_ZERO)
        estimate->reply_bytes += 14 * bp_network_parameters(&job->task.network);
}
