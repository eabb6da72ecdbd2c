#include "backpropd/loss.h"

#include <math.h>

#include "backpropd/activation.h"

double bp_loss_factor(enum bp_loss loss, size_t n)
{
    switch (loss) {
    case BP_LOSS_MSE:
    case BP_LOSS_BINARY_CROSS_ENTROPY:
        return 1 / (double)n;
    case BP_LOSS_HALF_MSE:
        return 1 / (2 * (double)n);
    case BP_LOSS_HALF_SSE:
        return 0.5;
    case BP_LOSS_SSE:
    case BP_LOSS_CROSS_ENTROPY:
    case BP_LOSS_SUM_BINARY_CROSS_ENTROPY:
    case BP_LOSS_COUNT:
        break;
    }
    return 1;
}

enum bp_activation bp_loss_needs(enum bp_loss loss)
{
    switch (loss) {
    case BP_LOSS_CROSS_ENTROPY:
        return BP_ACTIVATION_SOFTMAX;
    case BP_LOSS_BINARY_CROSS_ENTROPY:
    case BP_LOSS_SUM_BINARY_CROSS_ENTROPY:
        return BP_ACTIVATION_SIGMOID;
    case BP_LOSS_MSE:
    case BP_LOSS_SSE:
    case BP_LOSS_HALF_MSE:
    case BP_LOSS_HALF_SSE:
    case BP_LOSS_COUNT:
        break;
    }
    return BP_ACTIVATION_COUNT;
}

static double sum_of_squares(const double *y_hat, const double *y, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += (y_hat[j] - y[j]) * (y_hat[j] - y[j]);
    return sum;
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

static double binary_cross_entropy(const double *z, const double *y, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += (z[j] > 0 ? z[j] : 0) - z[j] * y[j] + log1p(exp(-fabs(z[j])));
    return sum;
}

double bp_loss(const double *z, const double *y_hat, const double *y, enum bp_loss loss, size_t n)
{
    switch (bp_loss_needs(loss)) {
    case BP_ACTIVATION_SOFTMAX:
        return cross_entropy(z, y, n);
    case BP_ACTIVATION_SIGMOID:
        return bp_loss_factor(loss, n) * binary_cross_entropy(z, y, n);
    default:
        return bp_loss_factor(loss, n) * sum_of_squares(y_hat, y, n);
    }
}

/* A term of the derivative by y_hat: 0 if its numerator is 0, whatever the denominator is. */
static double ratio(double numerator, double denominator)
{
    return numerator == 0 ? 0 : numerator / denominator;
}

void bp_loss_derive(double *dl_dy_hat, const double *z, const double *y_hat, const double *y,
                    enum bp_loss loss, size_t n)
{
    const double factor = bp_loss_factor(loss, n), twice = 2 * factor;
    switch (bp_loss_needs(loss)) {
    case BP_ACTIVATION_SOFTMAX:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] = ratio(-y[j], y_hat[j]);
        return;
    case BP_ACTIVATION_SIGMOID:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] =
                factor * (ratio(1 - y[j], bp_sigmoid(-z[j])) - ratio(y[j], bp_sigmoid(z[j])));
        return;
    default:
        for (size_t j = 0; j < n; j++)
            dl_dy_hat[j] = twice * (y_hat[j] - y[j]);
    }
}

void bp_loss_derive_by_z(double *dl_dz, const double *z, const double *y_hat,
                         const double *one_less_h, const double *y, enum bp_loss loss, size_t n)
{
    const double factor = bp_loss_factor(loss, n);
    if (bp_loss_needs(loss) == BP_ACTIVATION_SOFTMAX) {
        bp_sums_of_others(dl_dz, y, n);
        for (size_t j = 0; j < n; j++)
            dl_dz[j] = y_hat[j] * dl_dz[j] - y[j] * one_less_h[j];
        return;
    }
    for (size_t j = 0; j < n; j++)
        dl_dz[j] = factor * ((1 - y[j]) * bp_sigmoid(z[j]) - y[j] * bp_sigmoid(-z[j]));
}
