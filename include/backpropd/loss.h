/*
 * The loss of one sample, and its derivative, step 1 of the textbook.
 *
 * Two pairs of last layer and loss belong together: softmax with cross_entropy, sigmoid with a
 * binary loss. Their loss and dL_dzL are calculated from z, where nothing can overflow or cancel;
 * dL_dy_hat is only shown. All other losses go by the chain rule.
 */
#ifndef BACKPROPD_LOSS_H
#define BACKPROPD_LOSS_H

#include "backpropd/activation.h"

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

#define BP_AS_LOSS_KIND(name, needed) BP_LOSS_KIND_##name,
#define BP_AS_LOSS(name, wire, kind, c) BP_LOSS_##name,
enum bp_loss_kind { BP_LOSS_KINDS(BP_AS_LOSS_KIND) };
enum bp_loss { BP_LOSSES(BP_AS_LOSS) BP_LOSS_COUNT };
#undef BP_AS_LOSS_KIND
#undef BP_AS_LOSS

/* What its sum is over. Cannot fail. */
enum bp_loss_kind bp_loss_kind(enum bp_loss loss);

/* c of the loss for n_outputs outputs: the factor before the sum. Cannot fail. */
double bp_loss_factor(enum bp_loss loss, size_t n_outputs);

/* Any activation: what a loss needs that goes by the chain rule. */
#define BP_ACTIVATION_ANY BP_ACTIVATION_COUNT

/* The activation that a loss needs the last layer to have, or BP_ACTIVATION_ANY. Cannot fail. */
enum bp_activation bp_loss_needs(enum bp_loss loss);

/* True if the loss and its last layer are a pair, and both loss and dL_dzL are calculated from z.
 * Cannot fail. */
static inline bool bp_loss_is_from_z(enum bp_loss loss)
{
    return bp_loss_needs(loss) != BP_ACTIVATION_ANY;
}

/* A term of a logarithm's derivative: 0 if its numerator is 0, whatever the denominator is. Cannot
 * fail; may be infinite. */
static inline double bp_loss_ratio(double numerator, double denominator)
{
    return numerator == 0 ? 0 : numerator / denominator;
}

/* The loss of one sample. In: z, y_hat and y, (n). Cannot fail; not finite beyond the largest
 * double. */
double bp_loss(const double *z, const double *y_hat, const double *y, enum bp_loss loss, size_t n);

/* dL_dy_hat: 2c (y_hat - y) of squares; -y / y_hat; c ((1 - y) / (1 - y_hat) - y / y_hat), where a
 * term whose y, or 1 - y, is 0 is 0. All have the shape (n). Cannot fail; entries may be infinite.
 */
void bp_loss_derive(double *dl_dy_hat, const double *z, const double *y_hat, const double *y,
                    enum bp_loss loss, size_t n);

/* dL_dzL of a pair. Cross-entropy: y_hat[j] (the sum of the other y) - y[j] (1 - y_hat[j]); binary:
 * c ((1 - y) u - y v), with u = sigmoid(z) and v = sigmoid(-z). All have the shape (n); one_less_h
 * is as bp_derive leaves it for softmax. Cannot fail; entries may be infinite. */
void bp_loss_derive_by_z(double *dl_dz, const double *z, const double *y_hat,
                         const double *one_less_h, const double *y, enum bp_loss loss, size_t n);

#endif
