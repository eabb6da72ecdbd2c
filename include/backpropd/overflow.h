/* Where the first number that is not finite stands, after a pass that failed. */
#ifndef BACKPROPD_OVERFLOW_H
#define BACKPROPD_OVERFLOW_H

#include "backpropd/layout.h"

/* Tensors that can overflow: name in C, name on the wire, which the layer's number follows but for
 * loss, dL_dx and the last layer's dL_dy_hat. */
#define BP_TENSORS(X)                                                                              \
    X(Z, "z")                                                                                      \
    X(LOSS, "loss")                                                                                \
    X(DL_DH, "dL_dh")                                                                              \
    X(DL_DZ, "dL_dz") /* of the last layer: softmax, or a loss calculated from z */                \
    X(DL_DW, "dL_dW")                                                                              \
    X(DL_DX, "dL_dx")                                                                              \
    X(GRADIENT_W, "gradients.W") /* the batch's sum */                                             \
    X(GRADIENT_B, "gradients.b")                                                                   \
    X(W, "W") /* after an update */                                                                \
    X(B, "b")

#define BP_AS_TENSOR(name, wire) BP_TENSOR_##name,
enum bp_tensor { BP_TENSORS(BP_AS_TENSOR) };
#undef BP_AS_TENSOR

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
