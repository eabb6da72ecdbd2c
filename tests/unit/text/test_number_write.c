#include <math.h>

#include "random.h"
#include "suite.h"

/* The source is included besides, for the part of it that is tested alone. */
#define bp_number_write number_write
#include "text/number_write.c"

static size_t told, not_told;

static void require_shortest(double magnitude)
{
    const struct bp_decimal got = shortest(magnitude);
    const struct bp_decimal expected = bp_double_to_decimal(magnitude);
    not_told += got.digits == 0;
    told += got.digits != 0;
    REQUIRE(got.digits == 0 || (got.digits == expected.digits && got.exponent == expected.exponent),
            "%a is %llu e%d, not %llu e%d", magnitude, (unsigned long long)got.digits, got.exponent,
            (unsigned long long)expected.digits, expected.exponent);
}

/* 5^(n+1) is 5^n + 5^n / 4, times four; nothing of it may be cut off. */
TEST(test_powers_of_five)
{
    bp_uint128 five = (bp_uint128)1 << 127;
    for (size_t n = 0; n <= SHORTEST_PLACES; n++) {
        REQUIRE(five == POWERS_OF_FIVE[n], "5^%zu", n);
        bp_uint128 next = five + (five >> 2);
        const bool carry = next < five;
        REQUIRE(n == SHORTEST_PLACES || ((five & 3) == 0 && !(carry && next & 1)),
                "5^%zu has more bits", n + 1);
        five = carry ? next >> 1 | (bp_uint128)1 << 127 : next;
    }
}

/* Large ones lie half-way between two decimals as often as not; all others are told. */
TEST(test_any_magnitude_within_reach)
{
    uint64_t seed = 1;
    for (int i = 0; i < 1000000; i++)
        require_shortest(ldexp(random_between(&seed, 1, 2), (int)random_below(&seed, 160) - 130));
    REQUIRE(told > 10000 * not_told, "%zu of %zu are not told", not_told, told + not_told);
    for (int i = 0; i < 100000; i++)
        require_shortest(ldexp(random_between(&seed, 1, 2), (int)random_below(&seed, 26) + 30));
}

TEST(test_any_pattern)
{
    uint64_t seed = 2;
    for (int i = 0; i < 1000000; i++) {
        const uint64_t bits = random_bits(&seed) >> 1;
        double magnitude;
        memcpy(&magnitude, &bits, sizeof magnitude);
        if (isfinite(magnitude) && magnitude > 0)
            require_shortest(magnitude);
    }
    ck_assert(told > 50000 && not_told > 500000);
}

/* Few digits, and the doubles beside theirs. */
TEST(test_decimals_and_neighbours)
{
    uint64_t seed = 3;
    for (int i = 0; i < 300000; i++) {
        char text[48];
        snprintf(text, sizeof text, "%llue%d",
                 (unsigned long long)(random_bits(&seed) >> (10 + random_below(&seed, 54))) + 1,
                 (int)random_below(&seed, 44) - 38);
        const double magnitude = strtod(text, NULL);
        require_shortest(magnitude);
        require_shortest(nextafter(magnitude, 0));
        require_shortest(nextafter(magnitude, INFINITY));
    }
}

/* Ends of the interval that are decimals themselves, and decimals as near as one another: what has
 * few bits behind the point. */
TEST(test_few_bits)
{
    uint64_t seed = 4;
    for (int i = 0; i < 1000000; i++) {
        const double whole = (double)(random_bits(&seed) >> 8 >> random_below(&seed, 55));
        require_shortest(ldexp(whole + 1, -(int)random_below(&seed, 60)));
    }
}

TEST(test_powers_of_two_and_neighbours)
{
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        require_shortest(ldexp(1, exponent));
        require_shortest(nextafter(ldexp(1, exponent), 0));
        require_shortest(nextafter(ldexp(1, exponent), INFINITY));
    }
    ck_assert(shortest(0.5).digits != 0 && shortest(0.25).digits != 0 && shortest(1).digits != 0);
}

/* The ends of what is in reach. */
TEST(test_reach)
{
    ck_assert(shortest(nextafter(0x1p-130, 0)).digits == 0);
    ck_assert(shortest(nextafter(0x1p-130, 1)).digits != 0);
    ck_assert(shortest(nextafter(0x1p56, 0)).digits != 0);
    ck_assert(shortest(nextafter(0x1p56, INFINITY)).digits == 0);
}

SUITE("text/number_write", test_powers_of_five, test_any_magnitude_within_reach, test_any_pattern,
      test_decimals_and_neighbours, test_few_bits, test_powers_of_two_and_neighbours, test_reach)
