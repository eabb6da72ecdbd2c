#include "number_text.h"

#include <charconv>

const char *bp_text_to_double(double *value, int *in_range, const char *first, const char *last)
{
    auto result = std::from_chars(first, last, *value);
    *in_range = result.ec == std::errc();
    return result.ptr;
}

char *bp_double_to_fixed(char *out, double value)
{
    return std::to_chars(out, out + 32, value, std::chars_format::fixed).ptr;
}

size_t bp_double_to_digits(char digits[17], int *exponent, double value)
{
    char text[32]; // d.ddddde-XXX
    const char *end =
        std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
    const char *at = text;
    size_t n = 0;
    for (; *at != 'e'; at++)
        if (*at != '.')
            digits[n++] = *at;
    at++;
    std::from_chars(at + (*at == '+'), end, *exponent);
    return n;
}
