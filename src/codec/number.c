#include "backpropd/number.h"

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

/* The powers of ten that a double holds exactly. */
static const double POWERS_OF_TEN[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number as it is scanned: up to 19 digits as one integer, and how far the point moved. */
struct scan {
    uint64_t mantissa;
    size_t n_digits; /* from the first that is not 0; beyond 19 the mantissa is of no use */
    int scale;       /* digits after the point */
};

static inline const char *scan_digits(struct scan *scan, const char *at)
{
    for (; is_digit(*at); at++) {
        scan->mantissa = scan->mantissa * 10 + (uint64_t)(*at - '0');
        scan->n_digits += scan->n_digits > 0 || *at != '0';
    }
    return at;
}

/* Skips an exponent; NULL if it has no digits. Its value matters only to <charconv>. */
static const char *skip_exponent(const char *at)
{
    at++;
    if (*at == '+' || *at == '-')
        at++;
    if (!is_digit(*at))
        return NULL;
    while (is_digit(*at))
        at++;
    return at;
}

static double read_slowly(const char *first, const char *last)
{
    double value;
    if (bp_text_to_double(&value, first, last))
        return value;
    /* Beyond a double's range, where <charconv> says only that: strtod tells 0 from infinity. It
     * stops where the number stops, and no locale is ever set. */
    return strtod(first, NULL);
}

const char *bp_number_read(double *value, const char *text)
{
    struct scan scan = {0, 0, 0};
    const char *at = text + (*text == '-');
    const char *whole = at;
    bool has_exponent = false;

    at = scan_digits(&scan, at);
    if (at == whole || (*whole == '0' && at > whole + 1))
        return NULL;
    if (*at == '.') {
        const char *fraction = at + 1;
        at = scan_digits(&scan, fraction);
        if (at == fraction)
            return NULL;
        scan.scale = at - fraction > 22 ? 23 : (int)(at - fraction);
    }
    if (*at == 'e' || *at == 'E') {
        has_exponent = true;
        at = skip_exponent(at);
        if (!at)
            return NULL;
    }
    if (is_digit(*at) || *at == '.' || *at == '-' || *at == '+')
        return NULL;

    /* Two exact doubles and one division: correctly rounded by IEEE 754 (Clinger 1990). Most
     * numbers that people write take this way, at a fifth of the cost. */
    if (!has_exponent && scan.n_digits <= 19 && scan.mantissa <= (UINT64_C(1) << 53) &&
        scan.scale <= 22) {
        double magnitude = (double)scan.mantissa / POWERS_OF_TEN[scan.scale];
        *value = *text == '-' ? -magnitude : magnitude;
    } else {
        *value = read_slowly(text, at);
    }
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
    char digits[17];
    int exponent = 0;
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    if (value < 0)
        *out++ = '-';
    char *end = bp_decimal_write(out, fabs(value));
    if (end)
        return end;
    size_t n = bp_double_to_digits(digits, &exponent, fabs(value));
    return lay_out(out, digits, n, exponent);
}
