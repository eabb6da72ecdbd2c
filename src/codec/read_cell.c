#include "read_cell.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backpropd/number_read.h"
#include "backpropd/number_write.h"
#include "backpropd/verdict.h"

__extension__ typedef unsigned __int128 wide;

#define NO_NUMBER "not a number: write the result alone, like -0.0125, -0,0125, -1/80 or -1.25e-2"
#define NO_COUNT "a whole number is needed here"
#define TOO_LARGE "larger than any number that can be read"

#define MINUS "\xE2\x88\x92"  /* U+2212 */
#define WIDE_BLANK "\xC2\xA0" /* U+00A0 */
#define RATIO_DIGITS 18       /* of either side: both fit 64 bits */
#define EXPONENT_DIGITS 3

/* The blank that a text starts with, in bytes; 0 if it starts with none. */
static size_t blank_length(const char *at)
{
    if (*at && strchr(" \t\n\r\v\f", *at))
        return 1;
    return strncmp(at, WIDE_BLANK, 2) == 0 ? 2 : 0;
}

bool bp_cell_text_fits(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xC0) != 0x80;
    return n <= BP_CELL_TEXT_MAX;
}

/* Without blanks around it, with a hyphen for U+2212. Other characters stay, and are no number. */
static void tidy(char out[BP_CELL_TEXT_MAX * 4 + 1], const char *text)
{
    char *end = out;
    for (size_t n; (n = blank_length(text)) > 0;)
        text += n;
    while (*text) {
        const bool is_minus = strncmp(text, MINUS, 3) == 0;
        *end++ = is_minus ? '-' : *text;
        text += is_minus ? 3 : 1;
    }
    *end = '\0';
    while (end > out &&
           (blank_length(end - 1) == 1 || (end > out + 1 && blank_length(end - 2) == 2)))
        *(end -= blank_length(end - 1) == 1 ? 1 : 2) = '\0';
}

static size_t count_digits(const char *at)
{
    return strspn(at, "0123456789");
}

/* --- fractions -------------------------------------------------------------------------------- */

/* True of digits, a slash and digits, each 1 to 18. */
static bool is_ratio(const char *at)
{
    const size_t above = count_digits(at);
    if (above == 0 || above > RATIO_DIGITS || at[above] != '/')
        return false;
    const size_t below = count_digits(at + above + 1);
    return below > 0 && below <= RATIO_DIGITS && !at[above + 1 + below];
}

/* The nearest double to a / b, ties to even: a quotient of more than 64 bits is cut to 64, whose
 * lowest then says whether anything is left over. Both are below 2^60, b is not 0. */
static double divide(uint64_t a, uint64_t b)
{
    if (a == 0)
        return 0;
    const int zeros = __builtin_clzll(a);
    const wide scaled = (wide)(a << zeros) << 63;
    wide quotient = scaled / b;
    bool is_inexact = scaled % b != 0;
    int exponent = -63 - zeros;
    for (; quotient >> 64; quotient >>= 1, exponent++)
        is_inexact = is_inexact || (quotient & 1);
    return ldexp((double)((uint64_t)quotient | is_inexact), exponent);
}

static const char *read_ratio(struct bp_typed_cell *cell, const char *at, bool is_negative,
                              bool is_count)
{
    char *slash;
    const uint64_t above = strtoull(at, &slash, 10), below = strtoull(slash + 1, NULL, 10);
    if (below == 0)
        return "the denominator is 0";
    if (is_count && above % below)
        return NO_COUNT;
    cell->value = is_negative ? -divide(above, below) : divide(above, below);
    cell->places = BP_PLACES_EXACT;
    return NULL;
}

/* --- decimals --------------------------------------------------------------------------------- */

/* A decimal number in parts. */
struct decimal {
    const char *whole, *fraction; /* digits */
    size_t n_whole, n_fraction;
    int exponent;
};

static bool split(struct decimal *out, const char *at)
{
    *out = (struct decimal){.whole = at, .n_whole = count_digits(at)};
    at += out->n_whole;
    if (*at == '.' || *at == ',') {
        out->fraction = ++at;
        out->n_fraction = count_digits(at);
        at += out->n_fraction;
    }
    if (out->n_whole + out->n_fraction == 0)
        return false;
    if (*at == 'e' || *at == 'E') {
        const char *sign = ++at;
        at += *at == '-' || *at == '+';
        const size_t n = count_digits(at);
        if (n == 0 || n > EXPONENT_DIGITS)
            return false;
        out->exponent = (int)strtol(sign, NULL, 10);
        at += n;
    }
    return !*at;
}

/* True if no digit but 0 stands after the point, wherever the exponent moves it. */
static bool is_whole(const struct decimal *of)
{
    const size_t n = of->n_whole + of->n_fraction;
    size_t zeros = 0; /* at the end */
    while (zeros < n && (zeros < of->n_fraction ? of->fraction[of->n_fraction - 1 - zeros]
                                                : of->whole[n - 1 - zeros]) == '0')
        zeros++;
    return zeros == n || (int)zeros >= (int)of->n_fraction - of->exponent;
}

static int places_of(const struct decimal *of)
{
    const int places = (int)of->n_fraction - of->exponent;
    return places > 0 ? places : 0;
}

/* By way of JSON's grammar, which wants a digit on both sides of the point and no leading 0. */
static double value_of(const struct decimal *of)
{
    char json[BP_CELL_TEXT_MAX + 16], *end = json;
    const size_t zeros = strspn(of->whole, "0");
    double value = 0;
    if (zeros == of->n_whole)
        *end++ = '0';
    memcpy(end, of->whole + zeros, of->n_whole - zeros);
    end += of->n_whole - zeros;
    if (of->n_fraction) {
        *end++ = '.';
        memcpy(end, of->fraction, of->n_fraction);
        end += of->n_fraction;
    }
    end += sprintf(end, "e%d", of->exponent);
    bp_number_read(&value, json, end);
    return value;
}

static const char *read_decimal(struct bp_typed_cell *cell, const char *at, bool is_negative,
                                bool is_count)
{
    struct decimal decimal;
    if (!split(&decimal, at))
        return NO_NUMBER;
    if (is_count && !is_whole(&decimal))
        return NO_COUNT;
    const double value = value_of(&decimal);
    if (!isfinite(value))
        return TOO_LARGE;
    cell->value = is_negative ? -value : value;
    cell->places = is_count ? BP_PLACES_EXACT : places_of(&decimal);
    return NULL;
}

/* --- cells ------------------------------------------------------------------------------------ */

const char *bp_cell_read_text(struct bp_typed_cell *cell, const char *text, bool is_count)
{
    char tidied[BP_CELL_TEXT_MAX * 4 + 1];
    if (!bp_cell_text_fits(text))
        return "longer than 64 characters";
    tidy(tidied, text);
    const bool is_negative = *tidied == '-';
    const char *digits = tidied + (is_negative || *tidied == '+');
    return (is_ratio(digits) ? read_ratio : read_decimal)(cell, digits, is_negative, is_count);
}

const char *bp_cell_read_number(struct bp_typed_cell *cell, double number, bool is_count)
{
    char text[BP_NUMBER_ROOM];
    struct decimal decimal;
    if (!isfinite(number))
        return TOO_LARGE;
    if (is_count && number != floor(number))
        return NO_COUNT;
    *bp_number_write(text, number) = '\0';
    split(&decimal, text + (*text == '-'));
    *cell = (struct bp_typed_cell){number, is_count ? BP_PLACES_EXACT : places_of(&decimal)};
    return NULL;
}
