#include "backpropd/number.h"

#include <endian.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "number_text.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number that <charconv> calls out of range: strtod tells 0 from infinity. It stops where the
 * number stops, and no locale is ever set. */
static double out_of_range(const char *text)
{
    return strtod(text, NULL);
}

/* Exactly representable, like every whole number below 2^53: one division of two such is the
 * nearest double of the quotient (Clinger 1990). */
static const double POWERS_OF_TEN[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7};
#define SHORT_PLACES 7
#define SHORT_DIGITS 8 /* before the point */

/* True for what may not follow a number: the number is another one then, or a wrong one. */
static inline bool goes_on(char c)
{
    return is_digit(c) || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E';
}

/*
 * <charconv> reads more than JSON allows: what it would let pass is looked at here first, and if
 * the number turns out to be a short one on the way, there is nothing left to do. It stops before
 * an exponent without digits, so the character after tells.
 */
const char *bp_number_read(double *value, const char *text, const char *end)
{
    const char *whole = text + (*text == '-'), *at = whole, *point;
    uint64_t digits = 0;
    int in_range;
    if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
        return NULL;
    for (; is_digit(*at); at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    point = at;
    if (*at == '.') {
        if (!is_digit(at[1]))
            return NULL;
        for (at++; is_digit(*at) && at - point <= SHORT_PLACES; at++)
            digits = digits * 10 + (uint64_t)(*at - '0');
    }
    if (!goes_on(*at) && point - whole <= SHORT_DIGITS) {
        double magnitude = (double)digits / POWERS_OF_TEN[at == point ? 0 : at - point - 1];
        *value = *text == '-' ? -magnitude : magnitude;
        return at;
    }
    at = bp_text_to_double(value, &in_range, text, end);
    if (goes_on(*at))
        return NULL;
    if (!in_range)
        *value = out_of_range(text);
    return at;
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

/* 17 digits are at hand, of which n count: copies of fixed size are single instructions, so these
 * take more than counts and go on where that ends. BP_NUMBER_ROOM allows for it. */
#define DIGITS_MAX 17

static inline char *put(char *out, const char *digits, size_t n)
{
    memcpy(out, digits, DIGITS_MAX);
    return out + n;
}

/* ECMA-262, Number::toString: n digits, the first of which stands for 10^exponent. */
static char *lay_out(char *out, const char *digits, size_t n, int exponent)
{
    if (exponent >= 21 || exponent < -6) {
        *out++ = digits[0];
        if (n > 1) {
            *out++ = '.';
            out = put(out, digits + 1, n - 1);
        }
        return put_exponent(out, exponent);
    }
    if (exponent < 0) {
        memcpy(out, "0.00000", 8);
        return put(out + 1 - exponent, digits, n);
    }
    const size_t whole = (size_t)exponent + 1;
    out = put(out, digits, n < whole ? n : whole);
    if (n <= whole) {
        memcpy(out, "00000000000000000000", 20); /* at most 21 places, one of them a digit */
        return out + (whole - n);
    }
    *out++ = '.';
    return put(out, digits + whole, n - whole);
}

/* Eight digits of a number below 10^8: pairs of two, of four, of eight digits are split in the
 * halves of one word, without a loop. */
static void put_8_digits(char *out, uint32_t number)
{
    uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = (fours * 10486) >> 20 & UINT64_C(0x7F0000007F);
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = (twos * 103) >> 10 & UINT64_C(0x000F000F000F000F);
    uint64_t ones = tens | (twos - 10 * tens) << 8;
    ones = htole64(ones + UINT64_C(0x3030303030303030)); /* the first digit is the lowest byte */
    memcpy(out, &ones, sizeof ones);
}

char *bp_number_write(char *out, double value)
{
    char text[2 * DIGITS_MAX]; /* lay_out copies from its middle on */
    uint64_t digits = 0;
    int exponent = 0;
    size_t first = 0;
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    if (value < 0)
        *out++ = '-';
    char *end = bp_decimal_write(out, fabs(value));
    if (end)
        return end;
    bp_double_to_decimal(&digits, &exponent, fabs(value));
    text[0] = (char)('0' + digits / 10000000000000000);
    put_8_digits(text + 1, (uint32_t)(digits / 100000000 % 100000000));
    put_8_digits(text + 9, (uint32_t)(digits % 100000000));
    while (text[first] == '0')
        first++;
    const size_t n = DIGITS_MAX - first;
    return lay_out(out, text + first, n, exponent + (int)n - 1);
}
