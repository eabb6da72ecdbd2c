/* The fast way to shortest digits, for numbers that have few. */
#ifndef BACKPROPD_CODEC_DECIMAL_H
#define BACKPROPD_CODEC_DECIMAL_H

/*
 * Writes a magnitude that is a decimal of at most 10 places and 15 digits, such as 0.45, and
 * returns the end; NULL if it is none, or below 1e-6 (where the layout has an exponent), with
 * nothing to be read at `out`. Writes at most 17 characters. In: 0 <= magnitude, finite.
 */
char *bp_decimal_write(char *out, double magnitude);

#endif
