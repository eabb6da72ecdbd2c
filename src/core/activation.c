#include "backpropd/activation.h"

#include <math.h>

static const double POWERS_OF_TEN[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/*
 * rint for |t| < 2^53 without a call, so that the loop below becomes vector code on every
 * machine: adding 2^52 pushes the fraction out, rounding ties to even; from 2^52 on every
 * double is whole already.
 */
static inline double nearest_even(double t)
{
    const double shift = 0x1p52;
    double magnitude = fabs(t);
    double whole = magnitude < shift ? (magnitude + shift) - shift : magnitude;
    return copysign(whole, t);
}

void bp_round(double *z, int decimals, size_t n)
{
    if (decimals == BP_NO_ROUNDING)
        return;
    const double power = POWERS_OF_TEN[decimals];
    for (size_t i = 0; i < n; i++) {
        double t = z[i] * power;
        z[i] = fabs(t) < 0x1p53 ? nearest_even(t) / power : z[i];
    }
}

/* exp of a negative number only, so that it never overflows: far down the result fades to 0 as it
 * should. */
static double sigmoid(double z)
{
    const double e = exp(-fabs(z));
    return z < 0 ? e / (1 + e) : 1 / (1 + e);
}

void bp_activate(double *h, const double *z, enum bp_activation activation, size_t n)
{
    switch (activation) {
    case BP_ACTIVATION_RELU:
        for (size_t i = 0; i < n; i++)
            h[i] = z[i] > 0 ? z[i] : 0;
        return;
    case BP_ACTIVATION_LEAKY_RELU:
        for (size_t i = 0; i < n; i++)
            h[i] = z[i] > 0 ? z[i] : BP_LEAKY_SLOPE * z[i];
        return;
    case BP_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < n; i++)
            h[i] = sigmoid(z[i]);
        return;
    case BP_ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++)
            h[i] = tanh(z[i]);
        return;
    case BP_ACTIVATION_IDENTITY:
        for (size_t i = 0; i < n; i++)
            h[i] = z[i];
        return;
    case BP_ACTIVATION_COUNT:
        return;
    }
}

static double relu_slope(double z, double at_zero)
{
    return z > 0 ? 1 : (z < 0 ? 0 : at_zero);
}

void bp_derive(double *dh_dz, const double *z, const double *h, enum bp_activation activation,
               double relu_at_zero, size_t n)
{
    switch (activation) {
    case BP_ACTIVATION_RELU:
        for (size_t i = 0; i < n; i++)
            dh_dz[i] = relu_slope(z[i], relu_at_zero);
        return;
    case BP_ACTIVATION_LEAKY_RELU:
        for (size_t i = 0; i < n; i++)
            dh_dz[i] = z[i] > 0 ? 1 : BP_LEAKY_SLOPE;
        return;
    case BP_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < n; i++)
            dh_dz[i] = h[i] * (1 - h[i]);
        return;
    case BP_ACTIVATION_TANH:
        for (size_t i = 0; i < n; i++)
            dh_dz[i] = 1 - h[i] * h[i];
        return;
    case BP_ACTIVATION_IDENTITY:
        for (size_t i = 0; i < n; i++)
            dh_dz[i] = 1;
        return;
    case BP_ACTIVATION_COUNT:
        return;
    }
}
