#include "backpropd/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "decimal.h"
#include "number_text.h"

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number that <charconv> calls out of range: strtod tells 0 from infinity. It stops where the number
 * stops, and no locale is ever set. */
static double out_of_range(const char *text)
{
    return strtod(text, NULL);
}

/*
 * <charconv> reads more than JSON allows: what it would let pass is looked at here, and no digit twice
 * but those before the point. It stops before an exponent without digits, and at what can only be
 * the rest of a wrong number, so the character after tells.
 */
const char *bp_number_read(double *value, const char *text, const char *end)
{
    const char *at = text + (*text == '-');
    int in_range;
    if (!is_digit(*at) || (*at == '0' && is_digit(at[1])))
        return NULL;
    while (is_digit(*at))
        at++;
    if (*at == '.' && !is_digit(at[1]))
        return NULL;
    at = bp_text_to_double(value, &in_range, text, end);
    if (is_digit(*at) || *at == '.' || *at == '-' || *at == '+' || *at == 'e' || *at == 'E')
        return NULL;
    if (!in_range)
        *value = out_of_range(text);
    return at;
}

static char *put(char *out, const char *from, size_t n)
{
    memcpy(out, from, n);
    return out + n;
}

static char *put_zeros(char *out, size_t n)
{
    memset(out, '0', n);
    return out + n;
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
        out = put(out, "0.", 2);
        out = put_zeros(out, (size_t)(-exponent - 1));
        return put(out, digits, n);
    }
    size_t whole = (size_t)exponent + 1;
    if (n <= whole) {
        out = put(out, digits, n);
        return put_zeros(out, whole - n);
    }
    out = put(out, digits, whole);
    *out++ = '.';
    return put(out, digits + whole, n - whole);
}

char *bp_number_write(char *out, double value)
{
    const double magnitude = fabs(value);
    char digits[17];
    int exponent = 0;
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    if (value < 0)
        *out++ = '-';
    char *end = bp_decimal_write(out, magnitude);
    if (end)
        return end;
    if (magnitude >= 1e-6 && magnitude < 1e15)
        return bp_double_to_fixed(out, magnitude);
    size_t n = bp_double_to_digits(digits, &exponent, magnitude);
    return lay_out(out, digits, n, exponent);
}
