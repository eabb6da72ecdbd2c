#include "backpropd/loss.h"

#include <assert.h>
#include <math.h>

#include "backpropd/activation.h"

enum bp_loss_kind bp_loss_kind(enum bp_loss loss)
{
#define AS_KIND(name, wire, kind, c) BP_LOSS_KIND_##kind,
    static const enum bp_loss_kind kinds[] = {BP_LOSSES(AS_KIND)};
    return kinds[loss];
}

double bp_loss_factor(enum bp_loss loss, size_t n_outputs)
{
    const double n = (double)n_outputs;
#define AS_FACTOR(name, wire, kind, c) loss == BP_LOSS_##name ? (c):
    return BP_LOSSES(AS_FACTOR) 1;
}

enum bp_activation bp_loss_needs(enum bp_loss loss)
{
#define AS_NEEDED(name, needed) BP_ACTIVATION_##needed,
    static const enum bp_activation activations[] = {BP_LOSS_KINDS(AS_NEEDED)};
    return activations[bp_loss_kind(loss)];
}

/* The sum of y ((largest z - z) + ln of the sum of all powers), where the power of the largest, 1,
 * is what log1p adds. */
static double cross_entropy(const double *z, const double *y, size_t n)
{
    size_t largest = 0;
    double others = 0, sum = 0;
    for (size_t j = 1; j < n; j++)
        largest = z[j] > z[largest] ? j : largest;
    for (size_t j = 0; j < n; j++)
        if (j != largest)
            others += exp(z[j] - z[largest]);
    const double spread = log1p(others);
    for (size_t j = 0; j < n; j++)
        if (y[j] != 0) /* no term, not even where the difference is infinite */
            sum += y[j] * ((z[largest] - z[j]) + spread);
    return sum;
}

double bp_loss(const double *z, const double *y_hat, const double *y, enum bp_loss loss, size_t n)
{
    double sum = 0;
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SQUARES:
        for (size_t j = 0; j < n; j++)
            sum += (y_hat[j] - y[j]) * (y_hat[j] - y[j]);
        break;
    case BP_LOSS_KIND_SOFTMAX:
        sum = cross_entropy(z, y, n);
        break;
    case BP_LOSS_KIND_SIGMOID:
        for (size_t j = 0; j < n; j++)
            sum += (z[j] > 0 ? z[j] : 0) - z[j] * y[j] + log1p(exp(-fabs(z[j])));
        break;
    }
    return bp_loss_factor(loss, n) * sum;
}

void bp_loss_derive(double *dl_dy_hat, const double *z, const double *y_hat, const double *y,
                    enum bp_loss loss, size_t n)
{
    const double factor = bp_loss_factor(loss, n), twice = 2 * factor;
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SOFTMAX:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] = bp_loss_ratio(-y[j], y_hat[j]);
        return;
    case BP_LOSS_KIND_SIGMOID:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] = factor * (bp_loss_ratio(1 - y[j], bp_sigmoid(-z[j])) -
                                     bp_loss_ratio(y[j], bp_sigmoid(z[j])));
        return;
    case BP_LOSS_KIND_SQUARES:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] = twice * (y_hat[j] - y[j]);
    }
}

void bp_loss_derive_by_z(double *dl_dz, const double *z, const double *y_hat,
                         const double *one_less_h, const double *y, enum bp_loss loss, size_t n)
{
    const double factor = bp_loss_factor(loss, n);
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SOFTMAX:
        bp_sums_of_others(dl_dz, y, n);
        for (size_t j = 0; j < n; j++)
            dl_dz[j] = y_hat[j] * dl_dz[j] - y[j] * one_less_h[j];
        return;
    case BP_LOSS_KIND_SIGMOID:
        for (size_t j = 0; j < n; j++)
            dl_dz[j] = factor * ((1 - y[j]) * bp_sigmoid(z[j]) - y[j] * bp_sigmoid(-z[j]));
        return;
    case BP_LOSS_KIND_SQUARES:
        assert(false && "squares go by the chain rule");
    }
}
