#include "number_library.h"

#include <charconv>
#include <cstdlib>

const char *bp_text_to_double(double *value, const char *first, const char *last)
{
    auto result = std::from_chars(first, last, *value);
    if (result.ec != std::errc()) // strtod tells 0 from infinity; no locale is ever set
        *value = std::strtod(first, nullptr);
    return result.ptr;
}

struct bp_decimal bp_double_to_decimal(double value)
{
    char text[32] = ""; // d.ddde-ddd
    std::to_chars(text, text + sizeof text - 1, value, std::chars_format::scientific);
    const char *at = text;
    uint64_t digits = 0;
    int n = 0;
    for (; *at != 'e'; at++) {
        if (*at == '.')
            continue;
        digits = digits * 10 + static_cast<uint64_t>(*at - '0');
        n++;
    }
    for (; n < BP_DECIMAL_DIGITS; n++)
        digits *= 10;
    return {digits, std::atoi(at + 1)};
}
