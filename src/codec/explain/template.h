/* What the names in the templates of words.c stand for. */
#ifndef BACKPROPD_CODEC_EXPLAIN_TEMPLATE_H
#define BACKPROPD_CODEC_EXPLAIN_TEMPLATE_H

#include "backpropd/text.h"
#include "line.h"

void bp_put_template(struct bp_text *text, const struct bp_subject *of, const char *words);

/* A value rounded to the decimals that are shown, and its text; "null" if it is infinite. */
double bp_shown(const struct bp_explanation *e, double value);
void bp_put_shown(struct bp_text *text, const struct bp_explanation *e, double value);

/* True if a number that was calculated in another way shows the same digits as `value`. */
bool bp_has_digits_of(double other, double value);

/* The factor of a loss before its sum, or in dL_dy_hat, where the book writes 2/N. */
struct bp_fraction {
    size_t numerator, denominator;
};
struct bp_fraction bp_loss_fraction(const struct bp_explanation *e, bool of_slope);

/* Writes it with `line` for its line, and `after`; false, and nothing is written, if it is 1. */
bool bp_put_fraction(struct bp_text *text, struct bp_fraction fraction, const char *line,
                     const char *after);

/* Writes "1 weight", "4 weights"; numbers to twelve in words: "one", "four". */
void bp_put_count(struct bp_text *text, size_t n, const char *one, const char *many);
void bp_put_in_words(struct bp_text *text, size_t n);

#endif
