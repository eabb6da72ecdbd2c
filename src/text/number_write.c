#include "backpropd/number_write.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "number_library.h"

/*
 * The shortest decimal that reads back to a double, by one exact product.
 *
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

#define SHORTEST_PLACES 55 /* 5^55 is the largest power of five in 128 bits */

#define ROW(five)                                                                                  \
    ((five) << ((five) >> 64 ? __builtin_clzll((uint64_t)((five) >> 64))                           \
                             : 64 + __builtin_clzll((uint64_t)(five))))
#define ROWS(five) ROW(five), ROW((five)*5), ROW((five)*25), ROW((five)*125)
#define MORE_ROWS(five) ROWS(five), ROWS((five)*625), ROWS((five)*390625), ROWS((five)*244140625)
#define FIVE_TO_16 ((bp_uint128)152587890625)
#define FIVE_TO_32 (FIVE_TO_16 * 152587890625)
#define FIVE_TO_48 (FIVE_TO_32 * 152587890625)

/* 5^n, shifted until its top bit is set. */
static const bp_uint128 POWERS_OF_FIVE[SHORTEST_PLACES + 1] = {
    MORE_ROWS((bp_uint128)1), MORE_ROWS(FIVE_TO_16), MORE_ROWS(FIVE_TO_32), ROWS(FIVE_TO_48),
    ROWS(FIVE_TO_48 * 625)};

/* floor(e log10 2) for what is needed here. */
static inline int floor_log10_of_power_of_2(int e)
{
    return e * 315653 >> 20;
}

#define UNIT_EXPONENT_MIN (-182) /* of units for which n is from 0 to SHORTEST_PLACES */
#define UNIT_EXPONENT_MAX 3

/* As bp_double_to_decimal, but returns 0 digits if it cannot decide, which includes all numbers
 * below 2^-130 and from 2^56 on. */
static inline struct bp_decimal shortest(double magnitude)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    const int e = (int)(bits >> 52) - 1075;
    if (e < UNIT_EXPONENT_MIN || e > UNIT_EXPONENT_MAX)
        return (struct bp_decimal){0, 0};
    const uint64_t hidden_bit = UINT64_C(1) << 52;
    const bool is_power_of_two = (bits & (hidden_bit - 1)) == 0;
    const uint64_t m = (bits & (hidden_bit - 1)) | hidden_bit;

    /* m 2^e 10^n, with 64 bits behind the point; a unit has become high * 2^shift, shift 1 to 4 */
    const int n = -floor_log10_of_power_of_2(e);
    const uint64_t high = (uint64_t)(POWERS_OF_FIVE[n] >> 64), low = (uint64_t)POWERS_OF_FIVE[n];
    const int shift = e + 1 + (n * 1741647 >> 19); /* floor(n log2 10) */
    const uint64_t shifted = m << shift;
    const bp_uint128 product = (bp_uint128)high * shifted + ((bp_uint128)low * shifted >> 64);
    const uint64_t whole = (uint64_t)(product >> 64), fraction = (uint64_t)product;

    /* The same modulo ten, and half a unit, with 60 bits behind the point. Less than 1 is cut off
     * from either, so the order of the two is in doubt only if they are equal, and that of their
     * sum and ten only if the sum is 1 less or equal. */
    const uint64_t last = whole % 10;
    const uint64_t place = last << 60 | fraction >> 4;
    const uint64_t half_unit = high >> (5 - shift);
    const uint64_t ten = UINT64_C(10) << 60, upper_end = place + half_unit;
    if (is_power_of_two && place >= half_unit / 2)
        return (struct bp_decimal){0, 0};
    if (place == half_unit || ten - upper_end <= 1 || fraction == UINT64_C(1) << 63)
        return (struct bp_decimal){0, 0};

    /* masks instead of a branch, which would often be mispredicted: the choice is almost random */
    const uint64_t is_below = -(uint64_t)(place < half_unit);
    const uint64_t is_above = -(uint64_t)(upper_end > ten);
    const uint64_t nearest = whole + (fraction >> 63);
    const uint64_t round = whole - last + (is_above & 10);
    uint64_t digits = nearest ^ ((nearest ^ round) & (is_below | is_above));
    const uint64_t has_16 = -(uint64_t)(digits < BP_TEN_TO_16);
    digits += digits * 9 & has_16;
    return (struct bp_decimal){digits, BP_DECIMAL_DIGITS - 1 - n + (int)has_16};
}

static char *put_exponent(char *out, int exponent)
{
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    unsigned e = (unsigned)abs(exponent);
    if (e >= 100)
        *out++ = (char)('0' + e / 100);
    if (e >= 10)
        *out++ = (char)('0' + e / 10 % 10);
    *out++ = (char)('0' + e % 10);
    return out;
}

/*
 * ECMA-262, Number::toString. All 17 digits are written, and the number goes on where those that
 * count end: copies of fixed size are single instructions, counted ones are calls. BP_NUMBER_ROOM
 * allows for it.
 */
char *bp_number_write(char *out, double value)
{
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    *out = '-'; /* no branch: signs are random, and it would often be mispredicted */
    out += value < 0;
    struct bp_decimal decimal = shortest(fabs(value));
    if (decimal.digits == 0)
        decimal = bp_double_to_decimal(fabs(value));
    const char first = (char)('0' + decimal.digits / BP_TEN_TO_16);
    const bp_digits others = bp_digits_split(decimal.digits % BP_TEN_TO_16);
    const int n = 1 + (int)bp_digits_used(others);
    const int exponent = decimal.exponent, whole = exponent + 1;
    if (exponent < -6 || exponent >= 21) {
        out[0] = first;
        out[1] = '.';
        bp_digits_put(out + 2, others);
        return put_exponent(out + n + (n > 1), exponent);
    }
    if (whole <= 0) {
        memcpy(out, "0.00000", 8);
        out += 2 - whole;
    }
    out[0] = first;
    bp_digits_put(out + 1, others);
    if (whole <= 0)
        return out + n;
    memcpy(out + BP_DECIMAL_DIGITS, "0000", 4); /* at most 21 places, 17 of them digits */
    if (n <= whole)
        return out + whole;
    memmove(out + whole + 1, out + whole, BP_DIGITS);
    out[whole] = '.';
    return out + n + 1;
}
