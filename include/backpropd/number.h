/* Numbers as JSON text: the nearest double in, the shortest text that reads back out. */
#ifndef BACKPROPD_NUMBER_H
#define BACKPROPD_NUMBER_H

#define BP_NUMBER_MAX 25  /* characters of the longest number: -0.0000012345678901234567 */
#define BP_NUMBER_ROOM 48 /* what writing one may overwrite */

/*
 * Reads one number of the JSON grammar (RFC 8259) at `text`, no further than `end`, where a NUL
 * stands. Returns where the number ends, or NULL if no number of the grammar stands there, or
 * digits, signs, a point or an exponent go on after it. Out: value, the nearest double, ties to
 * even; 0 for what is too small, an infinity for what is beyond the largest double.
 */
const char *bp_number_read(double *value, const char *text, const char *end);

/*
 * Writes the fewest digits that read back to the same double, laid out as JavaScript's
 * JSON.stringify does: plain for 1e-6 <= |value| < 1e21, else with an exponent; never -0. Returns
 * the end of what was written, at most BP_NUMBER_MAX characters, no NUL; what follows, up to
 * BP_NUMBER_ROOM from `out`, may be overwritten. value must be finite.
 */
char *bp_number_write(char *out, double value);

#endif
