/* The shortest decimal that reads back to a double, by one exact product. */
#ifndef BACKPROPD_TEXT_NUMBER_SHORTEST_H
#define BACKPROPD_TEXT_NUMBER_SHORTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "digits.h"
#include "number_library.h"
#include "uint128.h"

/*
 * Why this is right: a double is m 2^e, and what reads back to it lies less than half a unit, that
 * is 2^(e-1), away. It is multiplied by 10^n, where n is such that a unit becomes at least 1 and
 * less than 10. So in the interval of what reads back there is always a whole number, and there is
 * at most one multiple of ten. If there is one, it is the shortest decimal (and has all the zeros
 * at its end that any in the interval could have); if there is none, the nearest whole number is.
 *
 * m 2^e 10^n = m 5^n 2^(e+n) is exact: 5^n has at most 128 bits for n <= 55, m has 53. What decides
 * is compared with 60 bits behind the point. Where that is not enough (the end of the interval lies
 * on a decimal, or two decimals are as near), and for doubles out of reach, the library decides. So
 * it does for powers of two, whose interval is half as wide below, unless the decimal is so near
 * that this does not matter.
 *
 * The idea that a unit between 1 and 10 leaves one candidate of either length is Giulietti's (The
 * Schubfach way to render doubles, 2020). Why it is worth it: 15 ns a number, layout included,
 * where Dragonbox took 33 and std::to_chars, which is the library here, takes 63.
 */

/* 5^n, shifted until its top bit is set. */
struct bp_power_of_five {
    uint64_t high;
    uint64_t low;
};

#define BP_SHORTEST_PLACES 55 /* 5^55 is the largest power of five in 128 bits */

extern const struct bp_power_of_five bp_powers_of_five[BP_SHORTEST_PLACES + 1];

/* floor(e log10 2) and floor(n log2 10), for what is needed here. */
static inline int bp_floor_log10_of_power_of_2(int e)
{
    return e * 315653 >> 20;
}

static inline int bp_floor_log2_of_power_of_10(int n)
{
    return n * 1741647 >> 19;
}

#define BP_UNIT_EXPONENT_MIN (-182) /* of units for which n is from 0 to BP_SHORTEST_PLACES */
#define BP_UNIT_EXPONENT_MAX 3

/* As bp_double_to_decimal, but without digits (0) where it cannot tell, as for all below 2^-130 and
 * from 2^56 on. */
static inline struct bp_decimal bp_shortest(double magnitude)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    const int e = (int)(bits >> 52) - 1075;
    if (e < BP_UNIT_EXPONENT_MIN || e > BP_UNIT_EXPONENT_MAX)
        return (struct bp_decimal){0, 0};
    const uint64_t hidden_bit = UINT64_C(1) << 52;
    const bool is_power_of_two = (bits & (hidden_bit - 1)) == 0;
    const uint64_t m = (bits & (hidden_bit - 1)) | hidden_bit;

    /* m 2^e 10^n, with 64 bits behind the point; a unit has become five * 2^shift, shift 1 to 4 */
    const int n = -bp_floor_log10_of_power_of_2(e);
    const struct bp_power_of_five *five = &bp_powers_of_five[n];
    const int shift = e + 1 + bp_floor_log2_of_power_of_10(n);
    const uint64_t shifted = m << shift;
    const bp_uint128 product =
        (bp_uint128)five->high * shifted + ((bp_uint128)five->low * shifted >> 64);
    const uint64_t whole = (uint64_t)(product >> 64), fraction = (uint64_t)product;

    /* The same modulo ten, and half a unit, with 60 bits behind the point. Less than 1 is cut off
     * from either, so the order of the two is in doubt only if they are equal, and that of their
     * sum and ten only if the sum is 1 less or equal. */
    const uint64_t last = whole % 10;
    const uint64_t place = last << 60 | fraction >> 4;
    const uint64_t half_unit = five->high >> (5 - shift);
    const uint64_t ten = UINT64_C(10) << 60, upper_end = place + half_unit;
    if (is_power_of_two && place >= half_unit / 2)
        return (struct bp_decimal){0, 0};
    if (place == half_unit || ten - upper_end <= 1 || fraction == UINT64_C(1) << 63)
        return (struct bp_decimal){0, 0};

    /* masks, for a branch would be guessed wrong: which of them it is is as good as random */
    const uint64_t is_below = -(uint64_t)(place < half_unit);
    const uint64_t is_above = -(uint64_t)(upper_end > ten);
    const uint64_t nearest = whole + (fraction >> 63);
    const uint64_t round = whole - last + (is_above & 10);
    uint64_t digits = nearest ^ ((nearest ^ round) & (is_below | is_above));
    const uint64_t has_16 = -(uint64_t)(digits < BP_TEN_TO_16);
    digits += digits * 9 & has_16;
    return (struct bp_decimal){digits, BP_DECIMAL_DIGITS - 1 - n + (int)has_16};
}

#endif
