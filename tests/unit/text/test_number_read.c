#include <math.h>

#include "random.h"
#include "suite.h"

/* The source is included besides, for the part of it that is tested alone. */
#define bp_number_read number_read
#include "text/number_read.c"

static void require_nearest(uint64_t digits, unsigned places)
{
    char text[40];
    snprintf(text, sizeof text, "%llue-%u", (unsigned long long)digits, places);
    const double got = nearest(digits, places), expected = strtod(text, NULL);
    REQUIRE(same_bits(got, expected), "%s is %a, not %a", text, expected, got);
}

TEST(test_ends_of_both_ranges)
{
    static const uint64_t digits[] = {0,
                                      1,
                                      2,
                                      9,
                                      10,
                                      UINT64_C(1) << 53,
                                      (UINT64_C(1) << 53) + 1,
                                      (UINT64_C(1) << 63) - 1,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX - 1,
                                      UINT64_MAX};
    for (unsigned places = 0; places <= NEAREST_PLACES; places++)
        for (size_t i = 0; i < LENGTH(digits); i++)
            require_nearest(digits[i], places);
}

TEST(test_any_digits)
{
    uint64_t seed = 1;
    for (int i = 0; i < 3000000; i++) {
        const uint64_t digits = random_bits(&seed) >> random_below(&seed, 64);
        require_nearest(digits, (unsigned)random_below(&seed, NEAREST_PLACES + 1));
    }
}

/* Powers of five leave no remainder, and their neighbours a small one. */
TEST(test_quotients_without_remainder)
{
    uint64_t five = 1;
    for (unsigned power = 0; power <= NEAREST_PLACES; power++, five *= 5)
        for (uint64_t factor = 1; factor < UINT64_MAX / five && factor < 4000; factor++)
            for (unsigned places = 0; places <= NEAREST_PLACES; places++)
                require_nearest(five * factor - 1 + factor % 3, places);
}

/* (2m + 1) 2^-k lies half-way between two doubles when m has 53 bits; as a decimal of k places it
 * has the digits (2m + 1) 5^k. So do its neighbours, one unit of the last place away. */
TEST(test_half_way_goes_to_even)
{
    uint64_t seed = 2, five = 1;
    for (unsigned k = 0; k <= 4; k++, five *= 5) {
        for (int i = 0; i < 100000; i++) {
            const uint64_t m = UINT64_C(1) << 52 | random_bits(&seed) >> 12;
            const uint64_t digits = (2 * m + 1) * five;
            const double even = ldexp((double)(m + (m & 1)), 1 - (int)k);
            REQUIRE(same_bits(nearest(digits, k), even), "%llu / 10^%u", (unsigned long long)digits,
                    k);
            require_nearest(digits - 1, k);
            require_nearest(digits + 1, k);
        }
    }
}

SUITE("text/number_read", test_ends_of_both_ranges, test_any_digits,
      test_quotients_without_remainder, test_half_way_goes_to_even)
