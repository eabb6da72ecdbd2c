#include "decimal_values.h"

#include <float.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "suite.h"

/*
 * Activations and losses against values that were calculated in decimals, far out and near 0: a few
 * roundings apart, of the value itself or of the terms that it is the sum of.
 */

static void require_near(const char *what, size_t row, double got, double expected, double size)
{
    const double allowed = isinf(expected) ? 0 : 4 * DBL_EPSILON * size + 4 * DBL_TRUE_MIN;
    REQUIRE(got == expected || fabs(got - expected) <= allowed, "row %zu: %s is %.17g, not %.17g",
            row, what, got, expected);
}

static void require_all_near(const char *what, size_t row, const double *got,
                             const double *expected, const double *sizes, size_t n)
{
    for (size_t j = 0; j < n; j++)
        require_near(what, row, got[j], expected[j], fabs(sizes[j]));
}

static double derivative(enum bp_activation activation, double z)
{
    double slope;
    bp_derive(&slope, &z, activation, 0, 1, 1);
    return slope;
}

TEST(test_sigmoid_and_derivatives)
{
    for (size_t i = 0; i < LENGTH(POINTS); i++) {
        const double z = POINTS[i].z, sigmoid = POINTS[i].sigmoid;
        const double slope = POINTS[i].sigmoid_slope, tanh_slope = POINTS[i].tanh_slope;
        double h;
        bp_activate(&h, &z, BP_ACTIVATION_SIGMOID, 1, 1);
        require_near("sigmoid", i, h, sigmoid, sigmoid);
        require_near("bp_sigmoid", i, bp_sigmoid(z), sigmoid, sigmoid);
        require_near("sigmoid's", i, derivative(BP_ACTIVATION_SIGMOID, z), slope, slope);
        require_near("tanh's", i, derivative(BP_ACTIVATION_TANH, z), tanh_slope, tanh_slope);
    }
}

/* As good far above 0 as far below: the same. */
TEST(test_derivatives_are_even)
{
    for (size_t i = 0; i < LENGTH(POINTS); i++)
        for (int f = BP_ACTIVATION_SIGMOID; f <= BP_ACTIVATION_TANH; f++)
            ck_assert(derivative((enum bp_activation)f, POINTS[i].z) ==
                      derivative((enum bp_activation)f, -POINTS[i].z));
}

TEST(test_softmax)
{
    for (size_t i = 0; i < LENGTH(SOFTMAX_ROWS); i++) {
        const size_t n = SOFTMAX_ROWS[i].n;
        const double *z = SOFTMAX_ROWS[i].z, *y_hat = SOFTMAX_ROWS[i].y_hat;
        double h[4], rest[4], back[4];
        bp_activate(h, z, BP_ACTIVATION_SOFTMAX, 1, n);
        bp_derive(rest, z, BP_ACTIVATION_SOFTMAX, 0, 1, n);
        bp_softmax_back(back, SOFTMAX_ROWS[i].given, h, rest, n);
        require_all_near("y_hat", i, h, y_hat, y_hat, n);
        require_all_near("1 - y_hat", i, rest, SOFTMAX_ROWS[i].rest, SOFTMAX_ROWS[i].rest, n);
        require_all_near("dL_dz", i, back, SOFTMAX_ROWS[i].back, SOFTMAX_ROWS[i].back_size, n);
    }
}

TEST(test_cross_entropy)
{
    for (size_t i = 0; i < LENGTH(SOFTMAX_ROWS); i++) {
        const size_t n = SOFTMAX_ROWS[i].n;
        const double *z = SOFTMAX_ROWS[i].z, *y = SOFTMAX_ROWS[i].y, loss = SOFTMAX_ROWS[i].loss;
        double h[4], rest[4], dl_dy_hat[4], dl_dz[4];
        bp_activate(h, z, BP_ACTIVATION_SOFTMAX, 1, n);
        bp_derive(rest, z, BP_ACTIVATION_SOFTMAX, 0, 1, n);
        bp_loss_derive(dl_dy_hat, z, h, y, BP_LOSS_CROSS_ENTROPY, n);
        bp_loss_derive_by_z(dl_dz, z, h, rest, y, BP_LOSS_CROSS_ENTROPY, n);
        require_near("loss", i, bp_loss(z, h, y, BP_LOSS_CROSS_ENTROPY, n), loss, loss);
        require_all_near("dL_dy_hat", i, dl_dy_hat, SOFTMAX_ROWS[i].dl_dy_hat,
                         SOFTMAX_ROWS[i].dl_dy_hat, n);
        require_all_near("dL_dz", i, dl_dz, SOFTMAX_ROWS[i].dl_dz, SOFTMAX_ROWS[i].size, n);
    }
}

static void check_binary(enum bp_loss loss, size_t i, double c)
{
    const size_t n = BINARY_ROWS[i].n;
    const double *z = BINARY_ROWS[i].z, *y = BINARY_ROWS[i].y;
    double h[4], dl_dy_hat[4], dl_dz[4];
    bp_activate(h, z, BP_ACTIVATION_SIGMOID, 1, n);
    bp_loss_derive(dl_dy_hat, z, h, y, loss, n);
    bp_loss_derive_by_z(dl_dz, z, h, NULL, y, loss, n);
    require_near("loss", i, bp_loss(z, h, y, loss, n), c * BINARY_ROWS[i].loss,
                 c * BINARY_ROWS[i].loss_size);
    for (size_t j = 0; j < n; j++) {
        require_near("dL_dy_hat", i, dl_dy_hat[j], c * BINARY_ROWS[i].dl_dy_hat[j],
                     c * BINARY_ROWS[i].dl_dy_hat_size[j]);
        require_near("dL_dz", i, dl_dz[j], c * BINARY_ROWS[i].dl_dz[j], c * BINARY_ROWS[i].size[j]);
    }
}

TEST(test_binary_cross_entropies)
{
    for (size_t i = 0; i < LENGTH(BINARY_ROWS); i++) {
        check_binary(BP_LOSS_SUM_BINARY_CROSS_ENTROPY, i, 1);
        check_binary(BP_LOSS_BINARY_CROSS_ENTROPY, i, 1 / (double)BINARY_ROWS[i].n);
    }
}

SUITE("core/decimal_values", test_sigmoid_and_derivatives, test_derivatives_are_even, test_softmax,
      test_cross_entropy, test_binary_cross_entropies)
