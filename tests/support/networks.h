/* Networks for the core's tests: a task in one struct, and what a pass over it needs. */
#ifndef TESTS_NETWORKS_H
#define TESTS_NETWORKS_H

#include <assert.h>
#include <math.h>

#include "backpropd/descent.h"
#include "backpropd/loss.h"
#include "random.h"
#include "suite.h"

#define NET_DEPTH_MAX 6
#define NET_SAMPLES_MAX 300

struct net {
    struct bp_task task;
    struct bp_layer layers[NET_DEPTH_MAX];
    struct bp_sample samples[NET_SAMPLES_MAX];
    size_t n_parameters;
    size_t n_numbers;
    double *numbers; /* owned: W1, b1, W2, ... and then each sample's x and y (or dL_dy_hat) */
};

/* A network with sizes[0] inputs and sizes[1..depth] units, and its samples: all numbers 0, relu
 * but for the last layer, mse, no rounding. To be freed with net_free. */
static inline void net_make(struct net *net, size_t depth, const size_t *sizes, size_t n_samples)
{
    const size_t n_x = sizes[0], n_y = sizes[depth];
    assert(depth <= NET_DEPTH_MAX && n_samples <= NET_SAMPLES_MAX);
    *net = (struct net){.n_parameters = 0};
    for (size_t k = 0; k < depth; k++)
        net->n_parameters += (sizes[k] + 1) * sizes[k + 1];
    net->n_numbers = net->n_parameters + n_samples * (n_x + n_y);
    net->numbers = calloc(net->n_numbers, sizeof *net->numbers);
    double *at = net->numbers;
    for (size_t k = 0; k < depth; k++) {
        const size_t n_w = sizes[k] * sizes[k + 1];
        net->layers[k] =
            (struct bp_layer){sizes[k], sizes[k + 1], at, at + n_w,
                              k + 1 < depth ? BP_ACTIVATION_RELU : BP_ACTIVATION_IDENTITY};
        at += n_w + sizes[k + 1];
    }
    for (size_t s = 0; s < n_samples; s++, at += n_x + n_y)
        net->samples[s] = (struct bp_sample){.x = at, .y = at + n_x};
    net->task = (struct bp_task){.network = {depth, net->layers},
                                 .samples = net->samples,
                                 .n_samples = n_samples,
                                 .rules = {.loss = BP_LOSS_MSE, .round_decimals = BP_NO_ROUNDING}};
}

/* What is y of sample s becomes its dL_dy_hat. */
static inline void net_give_gradient(struct net *net, size_t s)
{
    net->samples[s].dl_dy_hat = net->samples[s].y;
    net->samples[s].y = NULL;
}

/* Layer k loses its biases; their places in net.numbers stay, and mean nothing. */
static inline void net_drop_biases(struct net *net, size_t k)
{
    net->layers[k].b = NULL;
}

/* True if the loss goes with this last layer. */
static inline bool net_can_pair(enum bp_activation last, enum bp_loss loss)
{
    const enum bp_activation needed = bp_loss_needs(loss);
    return needed == BP_ACTIVATION_ANY || needed == last;
}

static inline void net_free(struct net *net)
{
    free(net->numbers);
}

static inline void net_fill(struct net *net, uint64_t seed)
{
    for (size_t i = 0; i < net->n_numbers; i++)
        net->numbers[i] = random_between(&seed, -1, 1);
}

static inline void net_set(double *numbers, size_t n, const double *values)
{
    memcpy(numbers, values, n * sizeof *numbers);
}

/* The numbers of sample s: x, then y. */
static inline double *net_sample(struct net *net, size_t s)
{
    const size_t n = net->n_numbers - net->n_parameters;
    return net->numbers + net->n_parameters + s * (n / net->task.n_samples);
}

/* The textbook's example, as it stands in the book: rounded to 10 decimals. */
static inline void net_textbook(struct net *net)
{
    static const double numbers[] = {
        0.2, -0.5, 0.1,  -0.3, 0.4,  -0.2, 0.1,  0.3, 0.5, -0.4, 0.2, -0.1, /* W1 */
        0.1, -0.1, 0,                                                       /* b1 */
        0.3, -0.2, 0.4,  0.1,  -0.1, 0.5,  -0.3, 0.2, 0.2, -0.4, 0.1, -0.5, /* W2 */
        0,   0.1,  -0.1, 0,                                                 /* b2 */
        1,   0,    1,    1,    1,    1,    0,    1,                         /* x, y */
    };
    net_make(net, 2, (const size_t[]){4, 3, 4}, 1);
    net->task.rules.round_decimals = 10;
    net_set(net->numbers, LENGTH(numbers), numbers);
}

/* A block of memory of exactly the size that a layout counted. */
static inline void *block_of(size_t size)
{
    void *block = aligned_alloc(64, size);
    REQUIRE(block, "no memory for %zu bytes", size);
    memset(block, 0xFF, size); /* NaN: what is not set by the code must not look like an answer */
    return block;
}

struct run {
    struct bp_pass pass;
    struct bp_overflow overflow;
    void *block; /* owned */
};

/* A pass carved for the task. To be freed with run_free. */
static inline void run_make(struct run *run, const struct bp_task *task, unsigned parts)
{
    struct bp_layout layout = {NULL, 0};
    bp_layout_pass(&run->pass, &layout, task, parts);
    layout = (struct bp_layout){run->block = block_of(layout.used), 0};
    bp_layout_pass(&run->pass, &layout, task, parts);
}

static inline void run_free(struct run *run)
{
    free(run->block);
}

#define EVERYTHING (BP_PASS_BACKWARD | BP_PASS_REASONS | BP_PASS_ALL_SAMPLES)

/* Forward and backward with all there is. To be freed with run_free. */
static inline void run_backward(struct run *run, const struct bp_task *task)
{
    run_make(run, task, EVERYTHING);
    REQUIRE(bp_backward(&run->pass, &run->overflow, task), "the pass overflowed");
}

/* The gradients of all parameters, in the order of net.numbers; 0 for biases that are not there. */
static inline void run_gradients(double *gradients, const struct run *run,
                                 const struct bp_task *task)
{
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer *layer = &task->network.layers[k];
        const size_t n_w = layer->n_in * layer->n_out;
        memcpy(gradients, run->pass.layers[k].dw, n_w * sizeof *gradients);
        memset(gradients + n_w, 0, layer->n_out * sizeof *gradients);
        if (layer->b)
            memcpy(gradients + n_w, run->pass.layers[k].db, layer->n_out * sizeof *gradients);
        gradients += n_w + layer->n_out;
    }
}

#endif
