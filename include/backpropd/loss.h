/* The losses of one sample, and what step 1 of the textbook makes of them. */
#ifndef BACKPROPD_LOSS_H
#define BACKPROPD_LOSS_H

#include "backpropd/network.h"

/* c' of the loss for n outputs: a sample's loss is c' * sum((y_hat - y)^2). Cannot fail. */
double bp_loss_factor(enum bp_loss loss, size_t n);

/* c' * sum((y_hat - y)^2). In: y_hat and y, (n). Cannot fail; infinite beyond the largest double.
 */
double bp_loss(const double *y_hat, const double *y, enum bp_loss loss, size_t n);

/* dL_dy_hat = 2c' (y_hat - y). Out: dl_dy_hat, (n). In: y_hat and y, (n). Cannot fail. */
void bp_loss_derive(double *dl_dy_hat, const double *y_hat, const double *y, enum bp_loss loss,
                    size_t n);

#endif
