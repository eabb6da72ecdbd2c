/* Backpropagation as the textbook writes it: one sample, plain loops, the book's names. Read this
 * first. The fast core (pass.h) calculates the same for whole batches, bit for bit. */
#ifndef BACKPROPD_TEXTBOOK_H
#define BACKPROPD_TEXTBOOK_H

#include "backpropd/network.h"

/* What is calculated for one layer, in arrays that the caller owns. */
struct bp_textbook_layer {
    double *z, *h;                 /* (n_out); the last layer's h is y_hat */
    double *dL_dh, *dh_dz, *dL_dz; /* (n_out); the last layer's dL_dh is dL_dy_hat */
    double *dL_dW, *dL_db;         /* (n_in, n_out); (n_out), not used without biases */
};

/* Forward. Out: z and h of book, (depth). In: x, (n_in of the first layer). Cannot fail. */
void bp_textbook_forward(struct bp_textbook_layer *book, const double *x,
                         const struct bp_network *network, const struct bp_rules *rules);

/* The loss of one sample. In: z, y_hat and y of the last layer, (n). Cannot fail. */
double bp_textbook_loss(const double *z, const double *y_hat, const double *y, enum bp_loss loss,
                        size_t n);

/*
 * The seven steps.
 * Out: the rest of book, after bp_textbook_forward;
 *      dL_dx, (n_in of the first layer).
 * In: sample, with its y or dL_dy_hat.
 * Cannot fail.
 */
void bp_textbook_backward(struct bp_textbook_layer *book, double *dL_dx,
                          const struct bp_sample *sample, const struct bp_network *network,
                          const struct bp_rules *rules);

#endif
