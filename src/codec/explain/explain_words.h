/* The words of /explain: one row a kind of line, one row an activation, one row a loss. */
#ifndef BACKPROPD_CODEC_EXPLAIN_WORDS_H
#define BACKPROPD_CODEC_EXPLAIN_WORDS_H

#include "explain.h"

/*
 * What an activation is in words, in mathematics and in NumPy. Cells are patterns: %z the
 * pre-activation, %h the value, %v 1 - h, %g the slope. The others are templates, see
 * bp_put_template.
 */
struct bp_activation_words {
    const char *formula;    /* of h, behind "h1[j] = " */
    const char *heading;    /* of h, behind "h1 = " */
    const char *mathml;     /* of h */
    const char *cell;       /* of h */
    const char *cell_below; /* of h, where z < 0 */
    const char *slope;      /* the derivative in words, in a formula of dL_dz */
    const char *slope_mathml;
    const char *slope_cell; /* behind the factor dL_dh, parentheses included */
    const char *program;    /* h = ... */
    const char *slope_program;
};

const struct bp_activation_words *bp_activation_words(enum bp_activation activation);

struct bp_loss_words {
    const char *formula;      /* of a sample's loss */
    const char *mathml;       /* of the same */
    const char *slope;        /* of dL_dy_hat, in words */
    const char *slope_mathml; /* of the same */
    const char *program;
    const char *slope_program;
};

const struct bp_loss_words *bp_loss_words(enum bp_loss loss);

/*
 * Writes a template for a layer:
 *   %k its number, %K the number of the layer above      %h its output: h1, y_hat
 *   %x what feeds it: x, h1      %e the gradient of its z: dL_dz1, of a last identity layer dL_dy_hat
 *   %E the same of the layer above                       %u the gradient of its output: dL_dh1
 *   %w W1[i][j] and %W the W above, W2[j][k], as posted: [j][i] and [k][j] the other way round
 *   %b "b1[j] + ", or nothing    %r ", rounded to 10 decimals", or nothing
 *   %a the activation's name     %d decimals      %z relu's slope at 0
 *   %f c' and %F 2c' of the loss as fractions, and a blank; nothing for 1
 *   %p the same as %f in NumPy, %P as %F: "1 / 4 * "     %n outputs      %s samples
 */
void bp_put_template(struct bp_text *text, const struct bp_explanation *e, size_t layer,
                     const char *template);

#endif
