#include "backpropd/loss.h"

double bp_loss_factor(enum bp_loss loss, size_t n)
{
    switch (loss) {
    case BP_LOSS_MSE:
        return 1 / (double)n;
    case BP_LOSS_SSE:
        return 1;
    case BP_LOSS_HALF_MSE:
        return 1 / (2 * (double)n);
    case BP_LOSS_HALF_SSE:
    case BP_LOSS_COUNT:
        break;
    }
    return 0.5;
}

double bp_loss(const double *y_hat, const double *y, enum bp_loss loss, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (y_hat[i] - y[i]) * (y_hat[i] - y[i]);
    return bp_loss_factor(loss, n) * sum;
}

void bp_loss_derive(double *dl_dy_hat, const double *y_hat, const double *y, enum bp_loss loss,
                    size_t n)
{
    const double factor = 2 * bp_loss_factor(loss, n);
    for (size_t j = 0; j < n; j++)
        dl_dy_hat[j] = factor * (y_hat[j] - y[j]);
}
