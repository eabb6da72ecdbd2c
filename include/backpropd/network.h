/*
 * A network, its samples and the rules of the calculation: plain views, no ownership.
 *
 * Shapes are row-major. w is (n_in, n_out): row i holds the weights that leave unit i below, column
 * j those that enter unit j above. Every number is finite and every shape agrees: the codec has
 * checked this, and core does not check again.
 */
#ifndef BACKPROPD_NETWORK_H
#define BACKPROPD_NETWORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "backpropd/loss.h"

/* What is done with the samples' losses and gradients. */
#define BP_REDUCTIONS(X)                                                                           \
    X(MEAN, "mean")                                                                                \
    X(SUM, "sum")

#define BP_AS_REDUCTION(name, wire) BP_REDUCTION_##name,
enum bp_reduction { BP_REDUCTIONS(BP_AS_REDUCTION) BP_REDUCTION_COUNT };
#undef BP_AS_REDUCTION

struct bp_layer {
    size_t n_in;
    size_t n_out;
    double *w; /* (n_in, n_out) */
    double *b; /* (n_out), NULL: a layer without biases */
    enum bp_activation activation;
};

struct bp_network {
    size_t depth; /* layers, at least 1 */
    struct bp_layer *layers;
};

struct bp_sample {
    const double *x;         /* (layers[0].n_in) */
    const double *y;         /* (layers[depth - 1].n_out), NULL: no target was given */
    const double *dl_dy_hat; /* (same), the gradient of a loss of the caller's own, in place of y */
};

struct bp_rules {
    enum bp_loss loss;
    int round_decimals;  /* 0..15, or BP_NO_ROUNDING: what feeds relu and leaky_relu is rounded */
    double relu_at_zero; /* relu's derivative at exactly 0, in 0..1 */
    enum bp_reduction reduction;
};

/* What is calculated: a network, a batch of n_samples >= 1 samples, the rules. */
struct bp_task {
    struct bp_network network;
    const struct bp_sample *samples;
    size_t n_samples;
    struct bp_rules rules;
    const atomic_bool *cancelled; /* set when the result is no longer wanted; or NULL */
};

/* True if the rest need not be calculated. Asked between steps and blocks of samples. Cannot fail.
 */
static inline bool bp_is_cancelled(const struct bp_task *task)
{
    return task->cancelled && atomic_load_explicit(task->cancelled, memory_order_relaxed);
}

/* Weights and biases of a layer, and parameters, which are both, of a layer and of a network.
 * Cannot fail. */
static inline size_t bp_layer_weights(const struct bp_layer *layer)
{
    return layer->n_in * layer->n_out;
}

static inline size_t bp_layer_biases(const struct bp_layer *layer)
{
    return layer->b ? layer->n_out : 0;
}

static inline size_t bp_layer_parameters(const struct bp_layer *layer)
{
    return bp_layer_weights(layer) + bp_layer_biases(layer);
}

static inline size_t bp_network_parameters(const struct bp_network *network)
{
    size_t total = 0;
    for (size_t k = 0; k < network->depth; k++)
        total += bp_layer_parameters(&network->layers[k]);
    return total;
}

static inline const struct bp_layer *bp_network_last(const struct bp_network *network)
{
    return &network->layers[network->depth - 1];
}

/* True if the layer's pre-activations are rounded: they feed relu or leaky_relu. */
static inline bool bp_layer_is_gated(const struct bp_layer *layer)
{
    return layer->activation == BP_ACTIVATION_RELU || layer->activation == BP_ACTIVATION_LEAKY_RELU;
}

#endif
