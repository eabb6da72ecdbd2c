#include "number_text.h"

#include <charconv>

int bp_text_to_double(double *value, const char *first, const char *last)
{
    return std::from_chars(first, last, *value).ec == std::errc();
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
