/* Numbers as JSON text: the shortest that reads back. */
#ifndef BACKPROPD_NUMBER_WRITE_H
#define BACKPROPD_NUMBER_WRITE_H

#define BP_NUMBER_MAX 25  /* characters of the longest number: -0.0000012345678901234567 */
#define BP_NUMBER_ROOM 48 /* what writing one may overwrite */

/*
 * Writes the fewest digits that read back to the same double, laid out as JavaScript's
 * JSON.stringify does: plain for 1e-6 <= |value| < 1e21, else with an exponent; never -0. Returns
 * the end of what was written, at most BP_NUMBER_MAX characters, no NUL; what follows, up to
 * BP_NUMBER_ROOM from `out`, may be overwritten. value must be finite.
 */
char *bp_number_write(char *out, double value);

#endif
