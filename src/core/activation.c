#include "backpropd/activation.h"

#include <math.h>
#include <string.h>

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

/* Takes exp of a negative number only, so it never overflows: for very negative z the result goes
 * to 0. */
double bp_sigmoid(double z)
{
    const double e = exp(-fabs(z));
    return z < 0 ? e / (1 + e) : 1 / (1 + e);
}

/* u v, with u = sigmoid(z) and v = sigmoid(-z), from one power for both. */
static double sigmoid_slope(double z)
{
    const double e = exp(-fabs(z));
    return 1 / (1 + e) * (e / (1 + e));
}

/* Powers of differences from the largest z: none overflows, and one is 1. */
static void softmax(double *h, const double *z, size_t n)
{
    const double largest = bp_largest(z, n);
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += h[j] = exp(z[j] - largest);
    for (size_t j = 0; j < n; j++)
        h[j] /= sum;
}

void bp_activate(double *h, const double *z, enum bp_activation activation, size_t m, size_t n)
{
    const size_t all = m * n;
    switch (activation) {
    case BP_ACTIVATION_RELU:
        for (size_t i = 0; i < all; i++)
            h[i] = z[i] > 0 ? z[i] : 0;
        return;
    case BP_ACTIVATION_LEAKY_RELU:
        for (size_t i = 0; i < all; i++)
            h[i] = z[i] > 0 ? z[i] : BP_LEAKY_SLOPE * z[i];
        return;
    case BP_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < all; i++)
            h[i] = bp_sigmoid(z[i]);
        return;
    case BP_ACTIVATION_TANH:
        for (size_t i = 0; i < all; i++)
            h[i] = tanh(z[i]);
        return;
    case BP_ACTIVATION_IDENTITY:
        memcpy(h, z, all * sizeof *h);
        return;
    case BP_ACTIVATION_SOFTMAX:
        for (size_t s = 0; s < m; s++)
            softmax(h + s * n, z + s * n, n);
        return;
    case BP_ACTIVATION_COUNT:
        return;
    }
}

static void add_to_others(double *sums, double value, size_t i, size_t n)
{
    for (size_t j = 0; j < i; j++)
        sums[j] += value;
    for (size_t j = i + 1; j < n; j++)
        sums[j] += value;
}

void bp_sums_of_others(double *sums, const double *v, size_t n)
{
    memset(sums, 0, n * sizeof *sums);
    for (size_t i = 0; i < n; i++)
        if (v[i] != 0) /* most targets are 0, which changes no sum */
            add_to_others(sums, v[i], i, n);
}

/* 1 - h of softmax as the sum of the other powers over the sum of all: nothing is lost where h is
 * nearly 1. */
static void softmax_rest(double *rest, const double *z, size_t n)
{
    const double largest = bp_largest(z, n);
    double sum = 0;
    memset(rest, 0, n * sizeof *rest);
    for (size_t i = 0; i < n; i++) {
        const double power = exp(z[i] - largest);
        sum += power;
        add_to_others(rest, power, i, n);
    }
    for (size_t j = 0; j < n; j++)
        rest[j] /= sum;
}

void bp_softmax_back(double *dl_dz, const double *dl_dh, const double *h, const double *one_less_h,
                     size_t n)
{
    memset(dl_dz, 0, n * sizeof *dl_dz);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < n; k++)
            dl_dz[k] += dl_dh[j] * bp_softmax_derivative(h, one_less_h, j, k);
}

static double relu_slope(double z, double at_zero)
{
    return z > 0 ? 1 : (z < 0 ? 0 : at_zero);
}

void bp_derive(double *dh_dz, const double *z, enum bp_activation activation, double relu_at_zero,
               size_t m, size_t n)
{
    const size_t all = m * n;
    switch (activation) {
    case BP_ACTIVATION_RELU:
        for (size_t i = 0; i < all; i++)
            dh_dz[i] = relu_slope(z[i], relu_at_zero);
        return;
    case BP_ACTIVATION_LEAKY_RELU:
        for (size_t i = 0; i < all; i++)
            dh_dz[i] = z[i] > 0 ? 1 : BP_LEAKY_SLOPE;
        return;
    case BP_ACTIVATION_SIGMOID:
        for (size_t i = 0; i < all; i++)
            dh_dz[i] = sigmoid_slope(z[i]);
        return;
    case BP_ACTIVATION_TANH:
        for (size_t i = 0; i < all; i++)
            dh_dz[i] = 4 * sigmoid_slope(2 * z[i]);
        return;
    case BP_ACTIVATION_IDENTITY:
        for (size_t i = 0; i < all; i++)
            dh_dz[i] = 1;
        return;
    case BP_ACTIVATION_SOFTMAX:
        for (size_t s = 0; s < m; s++)
            softmax_rest(dh_dz + s * n, z + s * n, n);
        return;
    case BP_ACTIVATION_COUNT:
        return;
    }
}
