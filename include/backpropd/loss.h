/*
 * The loss of one sample, and its derivative, step 1 of the textbook.
 *
 * Two pairs of last layer and loss belong together: softmax with cross_entropy, sigmoid with a
 * binary loss. Their loss and dL_dzL are calculated from z, where nothing can overflow or cancel;
 * dL_dy_hat is only shown. All other losses go by the chain rule.
 */
#ifndef BACKPROPD_LOSS_H
#define BACKPROPD_LOSS_H

#include "backpropd/network.h"

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
