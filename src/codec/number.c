#include "backpropd/number.h"

#include <endian.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "digits.h"
#include "nearest.h"
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

/* True for what may not follow a number: the number is another one then, or a wrong one. */
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

/* Takes the digits at `at`, eight at a time, and puts them behind `digits`, which wraps around when
 * they are too many. A byte that is no digit sets its top bit, and maybe those of bytes behind. */
static inline const char *take_digits(uint64_t *digits, const char *at, const char *end)
{
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, sizeof eight);
        eight = le64toh(eight);
        const uint64_t values = eight - UINT64_C(0x3030303030303030);
        const uint64_t others =
            (values | (eight + UINT64_C(0x4646464646464646))) & UINT64_C(0x8080808080808080);
        if (others == 0) {
            *digits = *digits * 100000000 + bp_digits_join(values);
            at += 8;
            continue;
        }
        const unsigned n = (unsigned)__builtin_ctzll(others) / 8;
        *digits = *digits * POWERS_OF_TEN[n] + bp_digits_join(values << 8 * (7 - n) << 8);
        return at + n;
    }
    for (; is_digit(*at); at++)
        *digits = *digits * 10 + (uint64_t)(*at - '0');
    return at;
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

/* <charconv> reads more than JSON allows: what it would let pass has been looked at. It stops
 * before an exponent without digits, so the character after tells. */
static const char *read_any(double *value, const char *text, const char *end)
{
    int in_range;
    const char *at = bp_text_to_double(value, &in_range, text, end);
    if (goes_on(*at))
        return NULL;
    if (!in_range)
        *value = out_of_range(text);
    return at;
}

/* Most numbers end before an exponent, and their digits fit into 64 bits: there is an exact way for
 * these. */
const char *bp_number_read(double *value, const char *text, const char *end)
{
    static const double SIGNS[] = {1, -1};
    const bool minus = *text == '-';
    const char *whole = text + minus, *at = whole, *point;
    uint64_t digits = 0;
    size_t places = 0;
    if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
        return NULL;
    for (; is_digit(*at); at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    point = at;
    if (*at == '.') {
        if (!is_digit(at[1]))
            return NULL;
        at = take_digits(&digits, at + 1, end);
        places = (size_t)(at - point) - 1;
    }
    if (places > BP_NEAREST_PLACES || goes_on(*at) || !fits(whole, point, at))
        return read_any(value, text, end);
    *value = SIGNS[minus] * bp_nearest(digits, (unsigned)places);
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

char *bp_number_write(char *out, double value)
{
    char text[2 * DIGITS_MAX]; /* lay_out copies from its middle on */
    uint64_t digits = 0;
    int exponent = 0;
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    *out = '-'; /* signs come as they like, and a branch would be guessed wrong half the time */
    out += value < 0;
    char *end = bp_decimal_write(out, fabs(value));
    if (end)
        return end;
    bp_double_to_decimal(&digits, &exponent, fabs(value));
    text[0] = (char)('0' + digits / 10000000000000000);
    bp_digits_put(text + 1, bp_digits_split((uint32_t)(digits / 100000000 % 100000000)));
    bp_digits_put(text + 9, bp_digits_split((uint32_t)(digits % 100000000)));
    size_t first =
        digits < 10000000000000000; /* as the sign above: 16 or 17 is as good as random */
    while (text[first] == '0')
        first++;
    const size_t n = DIGITS_MAX - first;
    return lay_out(out, text + first, n, exponent + (int)n - 1);
}
