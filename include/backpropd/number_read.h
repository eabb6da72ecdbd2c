/* Numbers from JSON text: the nearest double. */
#ifndef BACKPROPD_NUMBER_READ_H
#define BACKPROPD_NUMBER_READ_H

/*
 * Reads one number of the JSON grammar (RFC 8259) at `text`, no further than `end`, where a NUL
 * stands. Returns where the number ends, or NULL if no number of the grammar stands there, or
 * digits, signs, a point or an exponent go on after it. Out: value, the nearest double, ties to
 * even; 0 for what is too small, an infinity for what is beyond the largest double.
 */
const char *bp_number_read(double *value, const char *text, const char *end);

#endif
