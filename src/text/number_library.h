/* Conversions between text and double for which C has no fast library. This is the only part of the
 * program that is not C. */
#ifndef BACKPROPD_TEXT_NUMBER_LIBRARY_H
#define BACKPROPD_TEXT_NUMBER_LIBRARY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reads the number that starts at `first` and goes no further than `last`, where a NUL stands.
 * Returns where it ends.
 * Out: value, the nearest double; 0 or an infinity for what is out of range. */
const char *bp_text_to_double(double *value, const char *first, const char *last);

#define BP_DECIMAL_DIGITS 17

/* Digits, always 17 of them with zeros at the end, and the power of ten that the first one stands
 * for. */
struct bp_decimal {
    uint64_t digits;
    int exponent;
};

/* The shortest decimal that reads back to a finite value > 0, the nearest one of these: by
 * std::to_chars, which is Ryu (Adams, Ryu: fast float-to-string conversion, 2018). */
struct bp_decimal bp_double_to_decimal(double value);

#ifdef __cplusplus
}
#endif

#endif
