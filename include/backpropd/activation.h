/* Activations and their derivatives, and the rounding before a gate. */
#ifndef BACKPROPD_ACTIVATION_H
#define BACKPROPD_ACTIVATION_H

#include "backpropd/network.h"

#define BP_LEAKY_SLOPE 0.01

/*
 * Rounds each z to `decimals` places as NumPy does: with t = z * 10^decimals, z becomes
 * rint(t) / 10^decimals (ties to even) where |t| < 2^53, and stays as it is elsewhere.
 *
 * In/out: z, (n). In: decimals, 0..15 or BP_NO_ROUNDING (nothing happens). Cannot fail;
 * infinities and NaN stay what they are.
 */
void bp_round(double *z, int decimals, size_t n);

/* h = activation(z). Out: h, (n). In: z, (n), rounded already where it must be. Cannot fail. */
void bp_activate(double *h, const double *z, enum bp_activation activation, size_t n);

/*
 * The derivative at z, of a sigmoid or tanh expressed by h: h (1 - h), 1 - h^2.
 *
 * Out: dh_dz, (n). In: z and h, (n); relu_at_zero, relu's derivative at exactly 0. Cannot fail.
 */
void bp_derive(double *dh_dz, const double *z, const double *h, enum bp_activation activation,
               double relu_at_zero, size_t n);

/* True if a relu unit lets nothing through at z: its derivative there is 0. */
static inline bool bp_relu_is_dead(double z, double relu_at_zero)
{
    return z < 0 || (z == 0 && relu_at_zero == 0);
}

#endif
