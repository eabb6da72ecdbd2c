#include "backpropd/pass.h"

#include <string.h>

#include "block.h"

static void start(struct bp_pass *pass, const struct bp_task *task, bool backward)
{
    memset(pass->counts, 0, sizeof pass->counts);
    pass->loss = 0;
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer *shape = &task->network.layers[k];
        const struct bp_layer_pass *layer = &pass->layers[k];
        const size_t n = bp_layer_parameters(shape);
        memset(layer->dead, shape->activation == BP_ACTIVATION_RELU, shape->n_out);
        if (!backward)
            continue;
        memset(layer->dw, 0, n * sizeof *layer->dw);
        if (layer->why_w)
            memset(layer->why_w, 0, n);
    }
}

/* What a batch's sums are divided by. */
static size_t divisor_of(const struct bp_task *task)
{
    return task->rules.reduction == BP_REDUCTION_MEAN ? task->n_samples : 1;
}

static void divide(double *sum, size_t divisor, size_t n)
{
    if (divisor > 1) /* by 1 nothing changes */
        for (size_t i = 0; i < n; i++)
            sum[i] /= (double)divisor;
}

/* Takes the mean, or leaves the sum, and settles the reasons; false if a sum is not finite. */
static bool finish_gradients(struct bp_pass *pass, const struct bp_task *task)
{
    const size_t divisor = divisor_of(task);
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer_pass *layer = &pass->layers[k];
        const size_t n = bp_layer_parameters(&task->network.layers[k]);
        if (!bp_all_finite(layer->dw, n))
            return false;
        if (layer->why_w)
            bp_reason_settle(layer->why_w, layer->dw, pass->counts, divisor, n);
        else
            divide(layer->dw, divisor, n);
    }
    return true;
}

static bool finish_loss(struct bp_pass *pass, const struct bp_task *task)
{
    double sum = 0;
    for (size_t s = 0; s < task->n_samples; s++) {
        if (!task->samples[s].y)
            return true; /* only a batch with all targets has a loss */
        sum += pass->losses[s];
    }
    pass->loss = sum / (double)divisor_of(task);
    return isfinite(pass->loss);
}

static bool run(struct bp_pass *pass, const struct bp_task *task, bool backward)
{
    start(pass, task, backward);
    for (size_t first = 0; first < task->n_samples; first += BP_BLOCK) {
        struct bp_block block = bp_block_at(pass, task, first, BP_BLOCK);
        if (bp_is_cancelled(task) || !bp_block_forward(pass, task, block) ||
            (backward && !bp_block_errors(pass, task, block)))
            return false;
        if (backward)
            bp_block_add_gradients(pass, task, block);
    }
    return finish_loss(pass, task) && (!backward || finish_gradients(pass, task));
}

static bool run_or_explain(struct bp_pass *pass, struct bp_overflow *overflow,
                           const struct bp_task *task, bool backward)
{
    const bool good = run(pass, task, backward);
    if (!good && !bp_is_cancelled(task))
        bp_overflow_find(overflow, pass, task, backward);
    return good;
}

bool bp_forward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task)
{
    return run_or_explain(pass, overflow, task, false);
}

bool bp_backward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task)
{
    return run_or_explain(pass, overflow, task, true);
}
