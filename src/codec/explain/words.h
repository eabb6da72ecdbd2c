/*
 * The words of /explain: one row a line, one an activation, one a loss, one a remark. They are
 * templates: a name in braces stands for a text that depends on the line, see template.c.
 */
#ifndef BACKPROPD_CODEC_EXPLAIN_WORDS_H
#define BACKPROPD_CODEC_EXPLAIN_WORDS_H

#include "line.h"

/* The name of a line and how it is calculated. A new line is a row. */
struct bp_line_words {
    const char *name;    /* of its tensor in the reply */
    const char *title;   /* of the JSON */
    const char *formula; /* of a cell, in words */
    const char *mathml;  /* of the same */
    const char *heading; /* of the plain text: of the tensor, as the book writes it */
    const char *uses;    /* names with blanks between them */
    const char *program; /* in NumPy */
};
const struct bp_line_words *bp_line_words(enum bp_form form);

#define BP_AS_MEMBER(member) const char *member;

/* What an activation is. A new one is a row. */
#define BP_ACTIVATION_WORDS(X)                                                                     \
    X(formula)       /* of a cell of h, behind "h1[j] = " */                                       \
    X(mathml)        /* of the same */                                                             \
    X(heading)       /* of h, behind "h1 = " */                                                    \
    X(cell)          /* of h */                                                                    \
    X(slope)         /* its derivative at a cell, in words */                                      \
    X(slope_mathml)  /* of the same */                                                             \
    X(slope_heading) /* behind "dL_dz1 = " */                                                      \
    X(slope_cell)    /* behind the factor dL_dh */                                                 \
    X(program)       /* of h */                                                                    \
    X(slope_program)
struct bp_activation_words {
    BP_ACTIVATION_WORDS(BP_AS_MEMBER)
};
const struct bp_activation_words *bp_activation_words(enum bp_activation activation);

/* What a loss is. A new one is a row. */
#define BP_LOSS_WORDS(X)                                                                           \
    X(in_words)      /* behind "The loss       mse = " */                                          \
    X(formula)       /* of a sample's loss */                                                      \
    X(mathml)        /* of the same */                                                             \
    X(term)          /* one of the loss's terms, {o} being its index */                            \
    X(series)        /* the loss, {terms} being all of them */                                     \
    X(slope)         /* dL_dy_hat at a cell */                                                     \
    X(slope_mathml)  /* of the same */                                                             \
    X(slope_heading) /* of the tensor */                                                           \
    X(pair)          /* of a loss that is calculated from z: dL_dzL at a cell */                   \
    X(pair_mathml)   /* of the same */                                                             \
    X(pair_heading)  /* of the tensor */                                                           \
    X(program)                                                                                     \
    X(slope_program)                                                                               \
    X(pair_program)
struct bp_loss_words {
    BP_LOSS_WORDS(BP_AS_MEMBER)
};
const struct bp_loss_words *bp_loss_words(enum bp_loss loss);

/* The remarks on a cell, or on the step as a whole. */
enum bp_remark {
    BP_REMARK_BOUNDARY,
    BP_REMARK_DEAD,
    BP_REMARK_RIGHT, /* dL_dy_hat is 0 */
    BP_REMARK_BEYOND,
    BP_REMARK_NO_ERROR,
    BP_REMARK_CLOSED,
    BP_REMARK_CLOSED_AT_ZERO,
    BP_REMARK_SATURATED,
    BP_REMARK_SOURCE_DEAD,
    BP_REMARK_INPUT_ZERO,
    BP_REMARK_CANCELS,
    BP_REMARK_CANCELS_IN_BATCH,
    BP_REMARK_UNDERFLOW,
    BP_REMARK_NEWLY_DEAD,
    BP_REMARK_REVIVED,
    BP_REMARK_UNCHANGED,
    BP_REMARK_COUNT /* nothing */
};
struct bp_remark_words {
    const char *code;  /* of the JSON */
    const char *plain; /* of the plain text, behind the cell's value */
    const char *text;  /* of the JSON, one or two sentences */
};
const struct bp_remark_words *bp_remark_words(enum bp_remark remark);

#endif
