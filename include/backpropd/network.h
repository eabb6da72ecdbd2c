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

/* name in C, name on the wire */
#define BP_ACTIVATIONS(X)                                                                          \
    X(RELU, "relu")                                                                                \
    X(LEAKY_RELU, "leaky_relu")                                                                    \
    X(SIGMOID, "sigmoid")                                                                          \
    X(TANH, "tanh")                                                                                \
    X(IDENTITY, "identity")                                                                        \
    X(SOFTMAX, "softmax") /* of the last layer alone */

/*
 * The loss of one sample of n outputs, as c times a sum over the outputs, which is the kind's.
 * SQUARES: (y_hat - y)^2. SOFTMAX: -y ln y_hat. SIGMOID: -(y ln y_hat + (1 - y) ln(1 - y_hat)).
 *
 * A loss of another kind is a new kind: each `switch` over enum bp_loss_kind then fails to compile.
 * A kind stands with the activation that it needs: see bp_loss_needs.
 */
#define BP_LOSS_KINDS(X) X(SQUARES, ANY) X(SOFTMAX, SOFTMAX) X(SIGMOID, SIGMOID)

/* name in C, name on the wire, kind, c */
#define BP_LOSSES(X)                                                                               \
    X(MSE, "mse", SQUARES, 1 / n)                                                                  \
    X(SSE, "sse", SQUARES, 1)                                                                      \
    X(HALF_MSE, "half_mse", SQUARES, 1 / (2 * n))                                                  \
    X(HALF_SSE, "half_sse", SQUARES, 0.5)                                                          \
    X(CROSS_ENTROPY, "cross_entropy", SOFTMAX, 1)                                                  \
    X(BINARY_CROSS_ENTROPY, "binary_cross_entropy", SIGMOID, 1 / n)                                \
    X(SUM_BINARY_CROSS_ENTROPY, "sum_binary_cross_entropy", SIGMOID, 1)

/* What is done with the samples' losses and gradients. */
#define BP_REDUCTIONS(X)                                                                           \
    X(MEAN, "mean")                                                                                \
    X(SUM, "sum")

#define BP_AS_ACTIVATION(name, wire) BP_ACTIVATION_##name,
#define BP_AS_LOSS_KIND(name, needed) BP_LOSS_KIND_##name,
#define BP_AS_LOSS(name, wire, kind, c) BP_LOSS_##name,
#define BP_AS_REDUCTION(name, wire) BP_REDUCTION_##name,
enum bp_activation { BP_ACTIVATIONS(BP_AS_ACTIVATION) BP_ACTIVATION_COUNT };
enum bp_loss_kind { BP_LOSS_KINDS(BP_AS_LOSS_KIND) };
enum bp_loss { BP_LOSSES(BP_AS_LOSS) BP_LOSS_COUNT };
enum bp_reduction { BP_REDUCTIONS(BP_AS_REDUCTION) BP_REDUCTION_COUNT };
#undef BP_AS_ACTIVATION
#undef BP_AS_LOSS_KIND
#undef BP_AS_LOSS
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

#define BP_NO_ROUNDING (-1)

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
