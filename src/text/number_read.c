#include "backpropd/number_read.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "digits.h"
#include "number_library.h"

/*
 * The nearest double, by one exact division.
 *
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
struct divisor {
    uint64_t five;
    uint64_t reciprocal;
    int exponent;
};

#define QUOTIENT_BITS 62
#define NEAREST_PLACES 27 /* 5^27 is the largest power of five in 64 bits */

#define TOP(five) __builtin_clzll(five)
#define ROW(places, five)                                                                          \
    {                                                                                              \
        (five) << TOP(five), (uint64_t)(~(bp_uint128)0 / ((five) << TOP(five))),                   \
            TOP(five) - (places)-QUOTIENT_BITS                                                     \
    }
#define ROWS(places, five)                                                                         \
    ROW(places, five), ROW(places + 1, (five)*5), ROW(places + 2, (five)*25),                      \
        ROW(places + 3, (five)*125)

static const struct divisor DIVISORS[NEAREST_PLACES + 1] = {ROWS(0, UINT64_C(1)),
                                                            ROWS(4, UINT64_C(625)),
                                                            ROWS(8, UINT64_C(390625)),
                                                            ROWS(12, UINT64_C(244140625)),
                                                            ROWS(16, UINT64_C(152587890625)),
                                                            ROWS(20, UINT64_C(95367431640625)),
                                                            ROWS(24, UINT64_C(59604644775390625))};

/* The quotient of high:low / d, high < d; its last bit is set if anything remains. */
static inline uint64_t divide(uint64_t high, uint64_t low, const struct divisor *d)
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

/* The double nearest to digits / 10^places, ties to even. */
static inline double nearest(uint64_t digits, unsigned places)
{
    const struct divisor *d = &DIVISORS[places];
    if (digits == 0)
        return 0;
    const int top = __builtin_clzll(digits);
    const uint64_t dividend = digits << top;
    const int64_t quotient = (int64_t)divide(dividend >> 2, dividend << QUOTIENT_BITS, d);
    const uint64_t bits = (uint64_t)(1023 + d->exponent - top) << 52; /* of a power of two */
    double power;
    memcpy(&power, &bits, sizeof power);
    return (double)quotient * power;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* True for a character that cannot follow a number: it belongs to the number, or makes it
 * invalid. */
static inline bool goes_on(char c)
{
    static const bool more[256] = {
        ['0'] = true, ['1'] = true, ['2'] = true, ['3'] = true, ['4'] = true,
        ['5'] = true, ['6'] = true, ['7'] = true, ['8'] = true, ['9'] = true,
        ['.'] = true, ['-'] = true, ['+'] = true, ['e'] = true, ['E'] = true};
    return more[(unsigned char)c];
}

static const uint64_t POWERS_OF_TEN[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

#define DIGITS_MAX_64 19 /* any number of so many digits fits into 64 bits */

/* Takes the digits at `at`, sixteen and eight at a time, and puts them behind `digits`, which wraps
 * around when they are too many. */
static inline const char *take_digits(uint64_t *digits, const char *at, const char *end)
{
    uint64_t sixteen;
    if (end - at >= BP_DIGITS && bp_digits_take(&sixteen, at)) {
        *digits = *digits * BP_TEN_TO_16 + sixteen;
        at += BP_DIGITS;
    }
    while (end - at >= 8) {
        uint64_t others;
        const uint64_t values = bp_eight_digits(&others, at);
        if (others == 0) {
            *digits = *digits * BP_TEN_TO_8 + bp_eight_join(values);
            at += 8;
            continue;
        }
        const unsigned n = (unsigned)__builtin_ctzll(others) / 8;
        *digits = *digits * POWERS_OF_TEN[n] + bp_eight_join(values << 8 * (7 - n) << 8);
        return at + n;
    }
    for (; is_digit(*at); at++)
        *digits = *digits * 10 + (uint64_t)(*at - '0');
    return at;
}

/* Takes the exponent at its 'e', up to four digits of it; NULL if there are none. */
static inline const char *take_exponent(int *exponent, const char *at)
{
    const bool minus = at[1] == '-';
    const char *first = at + 1 + (minus || at[1] == '+');
    int power = 0;
    for (at = first; is_digit(*at) && at - first < 4; at++)
        power = power * 10 + (*at - '0');
    *exponent = minus ? -power : power;
    return at == first ? NULL : at;
}

/* True if the digits of a number from `whole` to `end` fit into 64 bits; zeros before the first
 * other digit do not count. */
static inline bool fits(const char *whole, const char *point, const char *end)
{
    ptrdiff_t n = end - whole - (end != point) - (*whole == '0');
    if (n > DIGITS_MAX_64 && *whole == '0')
        for (const char *at = point + 1; *at == '0'; at++)
            n--;
    return n <= DIGITS_MAX_64;
}

/* Any number: std::from_chars does it, by fast_float (Lemire, Number parsing at a gigabyte per
 * second, 2021). It accepts more than JSON allows, but the caller has checked that before. It stops
 * before an exponent without digits, so the next character shows that fault. */
static const char *read_any(double *value, const char *text, const char *end)
{
    const char *at = bp_text_to_double(value, text, end);
    return goes_on(*at) ? NULL : at;
}

/* Most numbers have few places, and their digits fit into 64 bits: for these there is a fast exact
 * method. */
const char *bp_number_read(double *value, const char *text, const char *end)
{
    static const double SIGNS[] = {1, -1};
    const bool minus = *text == '-';
    const char *whole = text + minus, *at = whole, *point, *digits_end;
    uint64_t digits = 0;
    ptrdiff_t places = 0;
    int exponent = 0;
    if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
        return NULL;
    for (; is_digit(*at); at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    point = at;
    if (*at == '.') {
        if (!is_digit(at[1]))
            return NULL;
        at = take_digits(&digits, at + 1, end);
        places = at - point - 1;
    }
    digits_end = at;
    if (*at == 'e' || *at == 'E') {
        at = take_exponent(&exponent, at);
        if (!at)
            return NULL;
        places -= exponent;
    }
    if (places < 0 || places > NEAREST_PLACES || goes_on(*at) || !fits(whole, point, digits_end))
        return read_any(value, text, end);
    *value = SIGNS[minus] * nearest(digits, (unsigned)places);
    return at;
}
