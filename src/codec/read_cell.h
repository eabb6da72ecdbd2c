/* Reading one cell of an answer as it was typed. */
#ifndef BACKPROPD_CODEC_READ_CELL_H
#define BACKPROPD_CODEC_READ_CELL_H

#include <stdbool.h>

#define BP_CELL_TEXT_MAX 64 /* characters */

struct bp_typed_cell {
    double value; /* finite */
    int places;   /* decimals shown, or BP_PLACES_EXACT */
};

/*
 * Reads a text such as "-0.0125", "-.5", "1e-3", "-39/400", with a decimal comma or U+2212 for the
 * sign, and blanks around it. Out: cell, its value the nearest double. In: is_count, whether it
 * must be a whole number. Returns NULL, or what is wrong.
 */
const char *bp_cell_read_text(struct bp_typed_cell *cell, const char *text, bool is_count);

/* True of at most BP_CELL_TEXT_MAX characters: a longer text is read by nobody. */
bool bp_cell_text_fits(const char *text);

/* The same of a number of JSON: its decimals are those of its shortest text. */
const char *bp_cell_read_number(struct bp_typed_cell *cell, double number, bool is_count);

#endif
