/* Activations and their derivatives, and the rounding before a gate. */
#ifndef BACKPROPD_ACTIVATION_H
#define BACKPROPD_ACTIVATION_H

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

#define BP_AS_ACTIVATION(name, wire) BP_ACTIVATION_##name,
enum bp_activation { BP_ACTIVATIONS(BP_AS_ACTIVATION) BP_ACTIVATION_COUNT };
#undef BP_AS_ACTIVATION

#define BP_LEAKY_SLOPE 0.01
#define BP_NO_ROUNDING (-1)

/*
 * Rounds each z to `decimals` places as NumPy does: with t = z * 10^decimals, z becomes
 * rint(t) / 10^decimals (ties to even) where |t| < 2^53, and stays as it is elsewhere.
 *
 * In/out: z, (n). In: decimals, 0..15 or BP_NO_ROUNDING (nothing happens). Cannot fail; infinities
 * and NaN stay what they are.
 */
void bp_round(double *z, int decimals, size_t n);

/* h = activation(z). Out: h, (m, n). In: z, (m, n), finite, rounded already where it must be.
 * Cannot fail. */
void bp_activate(double *h, const double *z, enum bp_activation activation, size_t m, size_t n);

/*
 * The derivative at z: of sigmoid u v, with u = sigmoid(z) and v = sigmoid(-z); of tanh 4 u v,
 * taken at 2 z. Both are as good far above 0 as far below, where 1 - h would have lost its digits.
 *
 * Softmax has a matrix of derivatives, which follows from its h and what this leaves: 1 - h, as the
 * sum of the other powers over the sum of all. See bp_softmax_back.
 *
 * Out: dh_dz, (m, n). In: z, (m, n); relu_at_zero, relu's derivative at exactly 0. Cannot fail.
 */
void bp_derive(double *dh_dz, const double *z, enum bp_activation activation, double relu_at_zero,
               size_t m, size_t n);

/* The derivative of softmax's output j by z[k]: -h[j] h[k], on the diagonal h[j] (1 - h[j]). In: h
 * and one_less_h, (n). Cannot fail. */
static inline double bp_softmax_derivative(const double *h, const double *one_less_h, size_t j,
                                           size_t k)
{
    return j == k ? h[j] * one_less_h[j] : -h[j] * h[k];
}

/* From the gradient of softmax's outputs to that of its z: dl_dz[k] = the sum over j from 0 up of
 * dl_dh[j] times the derivative of output j by z[k]. All have the shape (n). Cannot fail. */
void bp_softmax_back(double *dl_dz, const double *dl_dh, const double *h, const double *one_less_h,
                     size_t n);

/* The largest of v, (n), n >= 1. Cannot fail. */
static inline double bp_largest(const double *v, size_t n)
{
    double largest = v[0];
    for (size_t j = 1; j < n; j++)
        largest = v[j] > largest ? v[j] : largest;
    return largest;
}

/* Each number's sum of all the others, up in the index. Out: sums, (n). In: v, (n), not negative.
 * Cannot fail. */
void bp_sums_of_others(double *sums, const double *v, size_t n);

/* 1 / (1 + exp(-z)). Cannot fail. */
double bp_sigmoid(double z);

/* True if a relu unit passes no gradient at z: its derivative there is 0. */
static inline bool bp_relu_is_dead(double z, double relu_at_zero)
{
    return z < 0 || (z == 0 && relu_at_zero == 0);
}

#endif
