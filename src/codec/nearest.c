#include "nearest.h"

#include <string.h>

/*
 * Why this is right: digits / 10^places = digits / 5^places * 2^-places. Both 64-bit numbers are
 * shifted until their top bits are set, and the quotient is taken with 61 or 62 bits, exactly, with
 * its remainder. A remainder other than 0 sets the last bit, which lies below the one that rounding
 * to 53 bits looks at, so the conversion to double rounds the true quotient; the power of two
 * changes no bit of it, since no result is anywhere near the ends of the range.
 *
 * Why it is worth it: weights and gradients are written with 15 to 17 digits behind "0.", and these
 * cost 4 ns here where std::from_chars, which is made for any number, takes 22.
 *
 * The division by a constant is a product with its reciprocal and a correction: algorithm 4 of
 * Moller and Granlund, Improved division by invariant integers (2011).
 */
__extension__ typedef unsigned __int128 uint128;

/* 5^places with its top bit set, floor((2^128 - 1) / that) - 2^64, and the exponent of two that is
 * left to apply. */
struct divisor {
    uint64_t five;
    uint64_t reciprocal;
    int exponent;
};

#define QUOTIENT_BITS 62
#define TOP(five) __builtin_clzll(UINT64_C(five))
#define ROW(places, five)                                                                          \
    {                                                                                              \
        UINT64_C(five) << TOP(five), (uint64_t)(~(uint128)0 / (UINT64_C(five) << TOP(five))),      \
            TOP(five) - (places)-QUOTIENT_BITS                                                     \
    }

static const struct divisor DIVISORS[BP_NEAREST_PLACES + 1] = {
    ROW(0, 1),
    ROW(1, 5),
    ROW(2, 25),
    ROW(3, 125),
    ROW(4, 625),
    ROW(5, 3125),
    ROW(6, 15625),
    ROW(7, 78125),
    ROW(8, 390625),
    ROW(9, 1953125),
    ROW(10, 9765625),
    ROW(11, 48828125),
    ROW(12, 244140625),
    ROW(13, 1220703125),
    ROW(14, 6103515625),
    ROW(15, 30517578125),
    ROW(16, 152587890625),
    ROW(17, 762939453125),
    ROW(18, 3814697265625),
    ROW(19, 19073486328125),
    ROW(20, 95367431640625),
    ROW(21, 476837158203125),
    ROW(22, 2384185791015625),
    ROW(23, 11920928955078125),
    ROW(24, 59604644775390625),
    ROW(25, 298023223876953125),
    ROW(26, 1490116119384765625),
    ROW(27, 7450580596923828125),
};

/* The quotient of high:low / d, high < d; its last bit is set if anything remains. */
static uint64_t divide(uint64_t high, uint64_t low, const struct divisor *d)
{
    const uint128 product =
        (uint128)d->reciprocal * high + ((uint128)high << 64 | low); /* does not overflow */
    uint64_t quotient = (uint64_t)(product >> 64) + 1;
    uint64_t remainder = low - quotient * d->five;
    const uint64_t too_large = -(uint64_t)(remainder > (uint64_t)product);
    quotient += too_large;
    remainder += too_large & d->five;
    const uint64_t too_small = -(uint64_t)(remainder >= d->five);
    quotient -= too_small;
    remainder -= too_small & d->five;
    return quotient | (remainder != 0);
}

static double power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(1023 + exponent) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

double bp_nearest(uint64_t digits, unsigned places)
{
    const struct divisor *d = &DIVISORS[places];
    if (digits == 0)
        return 0;
    const int top = __builtin_clzll(digits);
    const uint64_t dividend = digits << top;
    const int64_t quotient = (int64_t)divide(dividend >> 2, dividend << QUOTIENT_BITS, d);
    return (double)quotient * power_of_two(d->exponent - top);
}
