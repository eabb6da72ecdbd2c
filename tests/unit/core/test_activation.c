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
            bp_activate(h, z, (enum bp_activation)activation, n);
            bp_derive(slope, z, h, (enum bp_activation)activation, 0.5, n);
            for (size_t i = 0; i < n; i++) {
                bp_activate(&one_h, &z[i], (enum bp_activation)activation, 1);
                bp_derive(&one_slope, &z[i], &h[i], (enum bp_activation)activation, 0.5, 1);
                ck_assert_double_eq(z[i], rounded(first[i], 2));
                ck_assert(same_bits(h[i], one_h) && same_bits(slope[i], one_slope));
            }
            ck_assert(z[n] == first[n] && h[n] == 77 && slope[n] == 77);
        }
}

static double activated(enum bp_activation activation, double z)
{
    double h;
    bp_activate(&h, &z, activation, 1);
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
        double z, h, at_zero, slope;
    } rows[] = {
        {BP_ACTIVATION_RELU, -1, 0, 0.25, 0},
        {BP_ACTIVATION_RELU, -DBL_TRUE_MIN, 0, 1, 0},
        {BP_ACTIVATION_RELU, 0, 0, 0, 0},
        {BP_ACTIVATION_RELU, 0, 0, 0.25, 0.25},
        {BP_ACTIVATION_RELU, -0.0, 0, 0.25, 0.25},
        {BP_ACTIVATION_RELU, 0, 0, 1, 1},
        {BP_ACTIVATION_RELU, DBL_TRUE_MIN, DBL_TRUE_MIN, 0, 1},
        {BP_ACTIVATION_RELU, 9, 9, 0.25, 1},
        {BP_ACTIVATION_LEAKY_RELU, -9, -0.09, 1, 0.01},
        {BP_ACTIVATION_LEAKY_RELU, 0, 0, 1, 0.01},
        {BP_ACTIVATION_LEAKY_RELU, -0.0, 0, 1, 0.01},
        {BP_ACTIVATION_LEAKY_RELU, 0.5, 0.5, 0, 1},
        {BP_ACTIVATION_SIGMOID, 123, 0.5, 0, 0.25}, /* it is h that counts */
        {BP_ACTIVATION_SIGMOID, 123, 0.25, 0, 0.1875},
        {BP_ACTIVATION_SIGMOID, 123, 1, 0, 0},
        {BP_ACTIVATION_SIGMOID, 123, 0, 0, 0},
        {BP_ACTIVATION_TANH, 123, 0, 0, 1},
        {BP_ACTIVATION_TANH, 123, 0.5, 0, 0.75},
        {BP_ACTIVATION_TANH, 123, -0.5, 0, 0.75},
        {BP_ACTIVATION_TANH, 123, 1, 0, 0},
        {BP_ACTIVATION_TANH, 123, -1, 0, 0},
        {BP_ACTIVATION_IDENTITY, -3, -3, 0, 1},
        {BP_ACTIVATION_IDENTITY, 0, 0, 0, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double slope;
        bp_derive(&slope, &rows[i].z, &rows[i].h, rows[i].activation, rows[i].at_zero, 1);
        REQUIRE(slope == rows[i].slope, "row %zu: %.17g", i, slope);
    }
}

TEST(test_derive_agrees_with_activate)
{
    const double step = 1e-6;
    uint64_t seed = 4;
    for (int i = 0; i < 2000; i++)
        for (int activation = 0; activation < BP_ACTIVATION_COUNT; activation++) {
            double z = random_between(&seed, 0.01, 3) * (i % 2 ? 1 : -1), slope;
            double h = activated((enum bp_activation)activation, z);
            bp_derive(&slope, &z, &h, (enum bp_activation)activation, 0.5, 1);
            double rise = activated((enum bp_activation)activation, z + step) -
                          activated((enum bp_activation)activation, z - step);
            REQUIRE(fabs(rise / (2 * step) - slope) < 1e-8, "activation %d at %g: %g, not %g",
                    activation, z, slope, rise / (2 * step));
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
      test_derive_agrees_with_activate, test_relu_is_dead_by_its_derivative)
