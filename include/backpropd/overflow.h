/* Where the first number that is not finite stands, after a pass that failed. */
#ifndef BACKPROPD_OVERFLOW_H
#define BACKPROPD_OVERFLOW_H

#include "backpropd/layout.h"

/* Tensors that can overflow, and their names in a reply for layer k (from 1; the last layer's h is
 * y_hat). */
enum bp_tensor {
    BP_TENSOR_Z,
    BP_TENSOR_LOSS,
    BP_TENSOR_DL_DH,
    BP_TENSOR_DL_DZ, /* of the last layer: softmax, or a loss calculated from z */
    BP_TENSOR_DL_DW,
    BP_TENSOR_DL_DX,
    BP_TENSOR_GRADIENT_W, /* the batch's sum */
    BP_TENSOR_GRADIENT_B,
    BP_TENSOR_W, /* after an update */
    BP_TENSOR_B,
};

#define BP_WHOLE_BATCH ((size_t)-1)

/* Where the first number that is not finite stands, all counted from 0. */
struct bp_overflow {
    enum bp_tensor tensor;
    size_t layer;
    size_t n_index; /* 0 for a scalar */
    size_t index[2];
    size_t sample; /* or BP_WHOLE_BATCH */
    size_t step;   /* of bp_descend, else 0 */
};

/* Notes the first number of v, (n), that is not finite; false if there is none. With n_columns > 0
 * v is a matrix of such rows. Out: overflow, if found. */
bool bp_overflow_in(struct bp_overflow *overflow, enum bp_tensor tensor, size_t layer,
                    size_t sample, const double *v, size_t n, size_t n_columns);

/*
 * Finds why a pass failed: samples one by one, in order, and in each the tensors in the order in
 * which they are calculated (dL_dx after the sample's gradients); then those of the batch. Costs at
 * most another pass.
 *
 * Out: overflow.
 * In/out: pass, as the failed run left it; its numbers are then unspecified.
 * In: backward, whether the run was one of bp_backward.
 */
void bp_overflow_find(struct bp_overflow *overflow, struct bp_pass *pass,
                      const struct bp_task *task, bool backward);

#endif
