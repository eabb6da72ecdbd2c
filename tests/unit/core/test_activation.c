#include <float.h>
#include <math.h>

#include "backpropd/activation.h"
#include "random.h"
#include "suite.h"

static const double TENS[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* NumPy's rule in its own words. */
static double rounded(double z, int decimals)
{
    double t = z * TENS[decimals];
    return fabs(t) < 9007199254740992.0 ? rint(t) / TENS[decimals] : z;
}

static void require_rounds(double z, int decimals, double expected)
{
    double got = z;
    bp_round(&got, decimals, 1);
    REQUIRE(same_bits(got, expected), "%a to %d decimals is %a, not %a", z, decimals, got,
            expected);
}

TEST(test_round_ties_to_even)
{
    static const struct {
        double z;
        int decimals;
        double expected;
    } rows[] = {
        {0.5, 0, 0},        {1.5, 0, 2},          {2.5, 0, 2},
        {3.5, 0, 4},        {-1.5, 0, -2},        {-2.5, 0, -2},
        {0.125, 2, 0.12},   {0.375, 2, 0.38},     {-0.125, 2, -0.12},
        {0.25, 1, 0.2},     {0.75, 1, 0.8},       {0.49999999999999994, 0, 0},
        {1.4, 0, 1},        {1.6, 0, 2},          {123.456, 1, 123.5},
        {0.1, 10, 0.1},     {-0.3, 10, -0.3},     {2.77e-17, 10, 0},
        {5e-11, 10, 0},     {5.1e-11, 10, 1e-10}, {-5.1e-11, 10, -1e-10},
        {1e-15, 15, 1e-15}, {0.5, 15, 0.5},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        require_rounds(rows[i].z, rows[i].decimals, rows[i].expected);
}

TEST(test_round_around_powers_of_two)
{
    static const struct {
        double z, expected;
    } rows[] = {
        {0x1p51 + 0.5, 0x1p51},     {0x1p51 + 1.5, 0x1p51 + 2}, {0x1p52 - 0.5, 0x1p52},
        {0x1p52 - 1.5, 0x1p52 - 2}, {-0x1p52 + 0.5, -0x1p52},   {0x1p52, 0x1p52},
        {0x1p52 + 1, 0x1p52 + 1},   {0x1p53 - 1, 0x1p53 - 1},   {-0x1p53 + 1, -0x1p53 + 1},
        {0x1p53, 0x1p53},           {0x1p53 + 2, 0x1p53 + 2},   {-0x1p53 - 2, -0x1p53 - 2},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        require_rounds(rows[i].z, 0, rows[i].expected);
}

TEST(test_round_beyond_two_to_the_53_stays)
{
    uint64_t seed = 1;
    size_t would_move = 0;
    for (int i = 0; i < 20000; i++) {
        int decimals = (int)random_below(&seed, 16);
        double z = random_between(&seed, 1, 2);
        while (z * TENS[decimals] < 0x1p53)
            z *= 2;
        would_move += rint(z * TENS[decimals]) / TENS[decimals] != z;
        require_rounds(z, decimals, z);
        require_rounds(-z, decimals, -z);
    }
    ck_assert_msg(would_move > 500, "only %zu numbers could tell staying from moving", would_move);
}

TEST(test_round_just_below_two_to_the_53_moves)
{
    for (int decimals = 0; decimals <= 15; decimals++) {
        double z = (0x1p53 - 1) / TENS[decimals];
        for (int i = 0; i < 64; i++, z = nextafter(z, INFINITY))
            require_rounds(z, decimals, rounded(z, decimals));
    }
}

TEST(test_round_what_has_no_decimals_stays)
{
    static const double rows[] = {0.0,     -0.0,     INFINITY, -INFINITY, NAN,
                                  DBL_MAX, -DBL_MAX, 1e300,    -1e300,    1e22};
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (int decimals = 0; decimals <= 15; decimals++)
            require_rounds(rows[i], decimals, rows[i]);
}

TEST(test_round_keeps_the_sign_of_what_becomes_zero)
{
    require_rounds(-0.4, 0, -0.0);
    require_rounds(-0.5, 0, -0.0);
    require_rounds(-1e-11, 10, -0.0);
    require_rounds(-DBL_TRUE_MIN, 15, -0.0);
    require_rounds(DBL_TRUE_MIN, 15, 0.0);
}

TEST(test_round_random_numbers_as_numpy)
{
    uint64_t seed = 2;
    for (int i = 0; i < 300000; i++) {
        int decimals = (int)random_below(&seed, 16);
        double z = random_wide(&seed);
        require_rounds(z, decimals, rounded(z, decimals));
        double tie = (floor(random_between(&seed, -1e6, 1e6)) + 0.5) / TENS[decimals];
        require_rounds(tie, decimals, rounded(tie, decimals));
    }
}

TEST(test_round_switched_off_does_nothing)
{
    double z[] = {0.123456789012345, -0.0, 1.5, INFINITY};
    const double before[] = {0.123456789012345, -0.0, 1.5, INFINITY};
    bp_round(z, BP_NO_ROUNDING, LENGTH(z));
    ck_assert(memcmp(z, before, sizeof z) == 0);
}

/* Each length's last elements may take another way than the first: none differs, none is missed,
 * and nothing behind is touched. */
TEST(test_every_length_like_one_by_one)
{
    enum { MOST = 40 };
    uint64_t seed = 3;
    for (size_t n = 0; n <= MOST; n++)
        for (int activation = 0; activation < BP_ACTIVATION_COUNT; activation++) {
            double z[MOST + 1], h[MOST + 1], slope[MOST + 1];
            for (size_t i = 0; i <= MOST; i++) {
                z[i] = random_between(&seed, -3, 3);
                h[i] = slope[i] = 77;
            }
            double first[MOST + 1], one_h, one_slope;
            memcpy(first, z, sizeof z);
            bp_round(z, 2, n);
            bp_activate(h, z, (enum bp_activation)activation, n, 1);
            bp_derive(slope, z, (enum bp_activation)activation, 0.5, n, 1);
            for (size_t i = 0; i < n; i++) {
                bp_activate(&one_h, &z[i], (enum bp_activation)activation, 1, 1);
                bp_derive(&one_slope, &z[i], (enum bp_activation)activation, 0.5, 1, 1);
                ck_assert_double_eq(z[i], rounded(first[i], 2));
                ck_assert(same_bits(h[i], one_h) && same_bits(slope[i], one_slope));
            }
            ck_assert(z[n] == first[n] && h[n] == 77 && slope[n] == 77);
        }
}

static double activated(enum bp_activation activation, double z)
{
    double h;
    bp_activate(&h, &z, activation, 1, 1);
    return h;
}

TEST(test_activate_by_hand)
{
    static const struct {
        enum bp_activation activation;
        double z, h, tolerance;
    } rows[] = {
        {BP_ACTIVATION_RELU, -1.5, 0, 0},
        {BP_ACTIVATION_RELU, 0, 0, 0},
        {BP_ACTIVATION_RELU, -0.0, 0, 0},
        {BP_ACTIVATION_RELU, DBL_TRUE_MIN, DBL_TRUE_MIN, 0},
        {BP_ACTIVATION_RELU, -DBL_TRUE_MIN, 0, 0},
        {BP_ACTIVATION_RELU, 2.5, 2.5, 0},
        {BP_ACTIVATION_LEAKY_RELU, -2, -0.02, 0},
        {BP_ACTIVATION_LEAKY_RELU, 0, 0, 0},
        {BP_ACTIVATION_LEAKY_RELU, 3, 3, 0},
        {BP_ACTIVATION_SIGMOID, 0, 0.5, 0},
        {BP_ACTIVATION_SIGMOID, 1.0986122886681098, 0.75, 1e-15},
        {BP_ACTIVATION_SIGMOID, -1.0986122886681098, 0.25, 1e-15},
        {BP_ACTIVATION_SIGMOID, 40, 1, 0},
        {BP_ACTIVATION_SIGMOID, 1000, 1, 0},
        {BP_ACTIVATION_SIGMOID, -1000, 0, 0},
        {BP_ACTIVATION_SIGMOID, -710, 4.476286225675130e-309, 1e-320}, /* not an overflow to 0 */
        {BP_ACTIVATION_TANH, 0, 0, 0},
        {BP_ACTIVATION_TANH, 0.5493061443340549, 0.5, 1e-15},
        {BP_ACTIVATION_TANH, -0.5493061443340549, -0.5, 1e-15},
        {BP_ACTIVATION_TANH, 30, 1, 0},
        {BP_ACTIVATION_TANH, -30, -1, 0},
        {BP_ACTIVATION_IDENTITY, -7.25, -7.25, 0},
        {BP_ACTIVATION_IDENTITY, 1e300, 1e300, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double h = activated(rows[i].activation, rows[i].z);
        REQUIRE(fabs(h - rows[i].h) <= rows[i].tolerance, "activation %d of %.17g is %.17g",
                (int)rows[i].activation, rows[i].z, h);
    }
}

TEST(test_derive_by_hand)
{
    static const struct {
        enum bp_activation activation;
        double z, at_zero, slope, tolerance;
    } rows[] = {
        {BP_ACTIVATION_RELU, -1, 0.25, 0, 0},
        {BP_ACTIVATION_RELU, -DBL_TRUE_MIN, 1, 0, 0},
        {BP_ACTIVATION_RELU, 0, 0, 0, 0},
        {BP_ACTIVATION_RELU, 0, 0.25, 0.25, 0},
        {BP_ACTIVATION_RELU, -0.0, 0.25, 0.25, 0},
        {BP_ACTIVATION_RELU, 0, 1, 1, 0},
        {BP_ACTIVATION_RELU, DBL_TRUE_MIN, 0, 1, 0},
        {BP_ACTIVATION_RELU, 9, 0.25, 1, 0},
        {BP_ACTIVATION_LEAKY_RELU, -9, 1, 0.01, 0},
        {BP_ACTIVATION_LEAKY_RELU, 0, 1, 0.01, 0},
        {BP_ACTIVATION_LEAKY_RELU, -0.0, 1, 0.01, 0},
        {BP_ACTIVATION_LEAKY_RELU, 0.5, 0, 1, 0},
        {BP_ACTIVATION_SIGMOID, 0, 0, 0.25, 0},
        {BP_ACTIVATION_SIGMOID, 1.0986122886681098, 0, 0.1875, 1e-16}, /* ln 3 */
        {BP_ACTIVATION_SIGMOID, -1.0986122886681098, 0, 0.1875, 1e-16},
        {BP_ACTIVATION_SIGMOID, 30, 0, 9.357622968838423e-14, 1e-28}, /* h is 1 - 9.4e-14 */
        {BP_ACTIVATION_SIGMOID, -30, 0, 9.357622968838423e-14, 1e-28},
        {BP_ACTIVATION_SIGMOID, 40, 0, 4.248354255291589e-18, 1e-32}, /* h is 1 */
        {BP_ACTIVATION_SIGMOID, 740, 0, 4.2e-322, 3e-323},
        {BP_ACTIVATION_SIGMOID, 800, 0, 0, 0},
        {BP_ACTIVATION_SIGMOID, -800, 0, 0, 0},
        {BP_ACTIVATION_SIGMOID, DBL_MAX, 0, 0, 0},
        {BP_ACTIVATION_TANH, 0, 0, 1, 0},
        {BP_ACTIVATION_TANH, 0.5493061443340549, 0, 0.75, 2e-16}, /* ln 3 / 2 */
        {BP_ACTIVATION_TANH, -0.5493061443340549, 0, 0.75, 2e-16},
        {BP_ACTIVATION_TANH, 30, 0, 3.502604305078608e-26, 1e-40}, /* h is 1 */
        {BP_ACTIVATION_TANH, -30, 0, 3.502604305078608e-26, 1e-40},
        {BP_ACTIVATION_TANH, 372, 0, 3e-323, 2e-323},
        {BP_ACTIVATION_TANH, 400, 0, 0, 0},
        {BP_ACTIVATION_TANH, -400, 0, 0, 0},
        {BP_ACTIVATION_TANH, DBL_MAX, 0, 0, 0}, /* 2 z is infinite */
        {BP_ACTIVATION_TANH, -DBL_MAX, 0, 0, 0},
        {BP_ACTIVATION_IDENTITY, -3, 0, 1, 0},
        {BP_ACTIVATION_IDENTITY, 0, 0, 1, 0},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double slope;
        bp_derive(&slope, &rows[i].z, rows[i].activation, rows[i].at_zero, 1, 1);
        REQUIRE(fabs(slope - rows[i].slope) <= rows[i].tolerance, "row %zu: %.17g", i, slope);
    }
}

TEST(test_derive_agrees_with_activate)
{
    const double step = 1e-6;
    uint64_t seed = 4;
    for (int i = 0; i < 2000; i++)
        for (int activation = 0; activation < BP_ACTIVATION_SOFTMAX; activation++) {
            double z = random_between(&seed, 0.01, 3) * (i % 2 ? 1 : -1), slope;
            bp_derive(&slope, &z, (enum bp_activation)activation, 0.5, 1, 1);
            double rise = activated((enum bp_activation)activation, z + step) -
                          activated((enum bp_activation)activation, z - step);
            REQUIRE(fabs(rise / (2 * step) - slope) < 1e-8, "activation %d at %g: %g, not %g",
                    activation, z, slope, rise / (2 * step));
        }
}

/* --- softmax -----------------------------------------------------------------------------------
 */

enum { WIDEST = 9 };

/* Powers of the differences from the largest z, and sums of them, as the contract writes them:
 * `but` is left out, none if it is n. */
static double power(const double *z, size_t j, size_t n)
{
    double largest = -INFINITY;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, z[i]);
    return exp(z[j] - largest);
}

static double sum_of_powers(const double *z, size_t but, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (i != but)
            sum += power(z, i, n);
    return sum;
}

/* Several rows, each on its own, all bits. */
TEST(test_softmax_by_its_formula)
{
    uint64_t seed = 5;
    for (size_t m = 1; m <= 5; m++)
        for (size_t n = 1; n <= WIDEST; n++) {
            double z[5 * WIDEST], h[5 * WIDEST + 1] = {0}, rest[5 * WIDEST + 1] = {0};
            for (size_t i = 0; i < m * n; i++)
                z[i] = random_between(&seed, -1, 1) * (i % 7 ? 20 : 500);
            h[m * n] = rest[m * n] = 77;
            bp_activate(h, z, BP_ACTIVATION_SOFTMAX, m, n);
            bp_derive(rest, z, BP_ACTIVATION_SOFTMAX, 0, m, n);
            for (size_t i = 0; i < m * n; i++) {
                const double *row = z + i / n * n, all = sum_of_powers(row, n, n);
                ck_assert(same_bits(h[i], power(row, i % n, n) / all));
                ck_assert(same_bits(rest[i], sum_of_powers(row, i % n, n) / all));
            }
            ck_assert(h[m * n] == 77 && rest[m * n] == 77);
        }
}

/* 2^0, 2^1 and 2^2: 1, 2 and 4 sevenths. */
TEST(test_softmax_by_hand)
{
    const double z[] = {0, log(2), log(4)}, expected[] = {1.0 / 7, 2.0 / 7, 4.0 / 7};
    static const double matrix[3][3] = {{6, -2, -4}, {-2, 10, -8}, {-4, -8, 12}}; /* / 49 */
    double h[3], rest[3];
    bp_activate(h, z, BP_ACTIVATION_SOFTMAX, 1, 3);
    bp_derive(rest, z, BP_ACTIVATION_SOFTMAX, 0, 1, 3);
    for (size_t j = 0; j < 3; j++) {
        ck_assert_double_eq_tol(h[j], expected[j], 1e-15);
        for (size_t k = 0; k < 3; k++)
            ck_assert_double_eq_tol(bp_softmax_derivative(h, rest, j, k), matrix[j][k] / 49, 1e-15);
    }
}

/* One unit is always 1; so are, of two far apart, the one, and of two alike each a half. */
TEST(test_softmax_at_its_ends)
{
    static const struct {
        size_t n;
        double z[3], h[3], rest[3];
    } rows[] = {
        {1, {-7}, {1}, {0}},
        {1, {DBL_MAX}, {1}, {0}},
        {2, {3, 3}, {0.5, 0.5}, {0.5, 0.5}},
        {2, {800, 0}, {1, 0}, {0, 1}},
        {2, {-800, 0}, {0, 1}, {1, 0}},
        {2, {DBL_MAX, -DBL_MAX}, {1, 0}, {0, 1}}, /* their difference is infinite */
        {3, {1000, 1000, -1000}, {0.5, 0.5, 0}, {0.5, 0.5, 1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double h[3], rest[3];
        bp_activate(h, rows[i].z, BP_ACTIVATION_SOFTMAX, 1, rows[i].n);
        bp_derive(rest, rows[i].z, BP_ACTIVATION_SOFTMAX, 0, 1, rows[i].n);
        for (size_t j = 0; j < rows[i].n; j++)
            REQUIRE(h[j] == rows[i].h[j] && rest[j] == rows[i].rest[j], "row %zu, %zu: %g, %g", i,
                    j, h[j], rest[j]);
    }
}

TEST(test_softmax_matrix_agrees_with_activate)
{
    const double step = 1e-6;
    uint64_t seed = 6;
    for (size_t n = 1; n <= WIDEST; n++)
        for (size_t k = 0; k < n; k++) {
            double z[WIDEST], h[WIDEST], rest[WIDEST], above[WIDEST], below[WIDEST];
            for (size_t i = 0; i < n; i++)
                z[i] = random_between(&seed, -3, 3);
            bp_activate(h, z, BP_ACTIVATION_SOFTMAX, 1, n);
            bp_derive(rest, z, BP_ACTIVATION_SOFTMAX, 0, 1, n);
            z[k] += step;
            bp_activate(above, z, BP_ACTIVATION_SOFTMAX, 1, n);
            z[k] -= 2 * step;
            bp_activate(below, z, BP_ACTIVATION_SOFTMAX, 1, n);
            for (size_t j = 0; j < n; j++)
                ck_assert_double_eq_tol(bp_softmax_derivative(h, rest, j, k),
                                        (above[j] - below[j]) / (2 * step), 1e-8);
        }
}

/* dL_dz[k] = the sum over j from 0 up of dL_dh[j] times row j's entry k, all bits. */
TEST(test_softmax_back_by_its_formula)
{
    uint64_t seed = 7;
    for (int i = 0; i < 500; i++) {
        const size_t n = 1 + random_below(&seed, WIDEST);
        double h[WIDEST], rest[WIDEST], dl_dh[WIDEST], dl_dz[WIDEST + 1];
        for (size_t j = 0; j < n; j++) {
            h[j] = random_between(&seed, 0, 1);
            rest[j] = random_between(&seed, 0, 1); /* not 1 - h, so that each has its place */
            dl_dh[j] = random_wide(&seed);
        }
        dl_dz[n] = 77;
        bp_softmax_back(dl_dz, dl_dh, h, rest, n);
        for (size_t k = 0; k < n; k++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += dl_dh[j] * (j == k ? h[j] * rest[j] : -h[j] * h[k]);
            ck_assert(same_bits(dl_dz[k], sum));
        }
        ck_assert(dl_dz[n] == 77);
    }
}

TEST(test_sums_of_others_go_up_in_the_index)
{
    uint64_t seed = 8;
    for (int i = 0; i < 500; i++) {
        const size_t n = 1 + random_below(&seed, WIDEST);
        double v[WIDEST], sums[WIDEST + 1];
        for (size_t j = 0; j < n; j++)
            v[j] = random_below(&seed, 3) ? fabs(random_wide(&seed)) : (j % 2 ? 0 : -0.0);
        sums[n] = 77;
        bp_sums_of_others(sums, v, n);
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += k == j ? 0 : v[k];
            ck_assert(same_bits(sums[j], sum));
        }
        ck_assert(sums[n] == 77);
    }
}

TEST(test_relu_is_dead_by_its_derivative)
{
    static const struct {
        double z, at_zero;
        bool dead;
    } rows[] = {
        {-1, 0, true},
        {-1, 1, true},
        {-DBL_TRUE_MIN, 0.5, true},
        {0, 0, true},
        {-0.0, 0, true},
        {0, 0.5, false},
        {0, DBL_TRUE_MIN, false},
        {-0.0, 1, false},
        {1, 0, false},
        {DBL_TRUE_MIN, 0, false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        REQUIRE(bp_relu_is_dead(rows[i].z, rows[i].at_zero) == rows[i].dead, "row %zu", i);
}

SUITE("core/activation", test_round_ties_to_even, test_round_around_powers_of_two,
      test_round_beyond_two_to_the_53_stays, test_round_just_below_two_to_the_53_moves,
      test_round_what_has_no_decimals_stays, test_round_keeps_the_sign_of_what_becomes_zero,
      test_round_random_numbers_as_numpy, test_round_switched_off_does_nothing,
      test_every_length_like_one_by_one, test_activate_by_hand, test_derive_by_hand,
      test_derive_agrees_with_activate, test_softmax_by_its_formula, test_softmax_by_hand,
      test_softmax_at_its_ends, test_softmax_matrix_agrees_with_activate,
      test_softmax_back_by_its_formula, test_sums_of_others_go_up_in_the_index,
      test_relu_is_dead_by_its_derivative)
