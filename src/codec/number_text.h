/* The two calls into C++'s <charconv>, the one place where the product is not C: no C library
 * writes shortest digits, and strtod is four times slower. */
#ifndef BACKPROPD_CODEC_NUMBER_TEXT_H
#define BACKPROPD_CODEC_NUMBER_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The nearest double of a text that is known to be a JSON number; false if it is too small or too
 * large for one, value then untouched. */
int bp_text_to_double(double *value, const char *first, const char *last);

/* The shortest digits of a finite value > 0, without a point, and the power of ten of the first
 * digit. Returns how many digits, at most 17. */
size_t bp_double_to_digits(char digits[17], int *exponent, double value);

#ifdef __cplusplus
}
#endif

#endif
