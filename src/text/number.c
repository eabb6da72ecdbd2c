#include "backpropd/number.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "number_nearest.h"
#include "number_library.h"
#include "number_shortest.h"

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

/* Of most numbers the digits fit into 64 bits, and they have few places: there is an exact way for
 * these. */
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
    if (places < 0 || places > BP_NEAREST_PLACES || goes_on(*at) || !fits(whole, point, digits_end))
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
    *out = '-'; /* signs come as they like, and a branch would be guessed wrong half the time */
    out += value < 0;
    struct bp_decimal decimal = bp_shortest(fabs(value));
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
