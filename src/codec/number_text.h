/* The calls into C++'s <charconv>, the one place where the product is not C: no C library writes
 * shortest digits, and strtod is four times slower. */
#ifndef BACKPROPD_CODEC_NUMBER_TEXT_H
#define BACKPROPD_CODEC_NUMBER_TEXT_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads the number that starts at `first` and goes no further than `last`. Returns where it ends.
 * Out: value, the nearest double; *in_range says whether there is one, value is untouched if not.
 */
const char *bp_text_to_double(double *value, int *in_range, const char *first, const char *last);

/* Writes the shortest digits of a finite value without an exponent, at most 25 characters for 1e-6
 * <= |value| < 1e15. Returns the end. */
char *bp_double_to_fixed(char *out, double value);

/* The shortest digits of a finite value > 0, without a point, and the power of ten of the first
 * digit. Returns how many digits, at most 17. */
size_t bp_double_to_digits(char digits[17], int *exponent, double value);

#ifdef __cplusplus
}
#endif

#endif
