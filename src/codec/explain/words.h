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

/* What an activation is. A new one is a row. Cells are patterns of cells.c. */
struct bp_activation_words {
    const char *formula;       /* of a cell of h, behind "h1[j] = " */
    const char *mathml;        /* of the same */
    const char *heading;       /* of h, behind "h1 = " */
    const char *cell;          /* of h */
    const char *slope;         /* its derivative at a cell, in words */
    const char *slope_mathml;  /* of the same */
    const char *slope_heading; /* behind "dL_dz1 = " */
    const char *slope_cell;    /* behind the factor dL_dh */
    const char *program;       /* of h */
    const char *slope_program;
};
const struct bp_activation_words *bp_activation_words(enum bp_activation activation);

/* What a loss is. A new one is a row. */
struct bp_loss_words {
    const char *in_words;      /* behind "The loss       mse = " */
    const char *formula;       /* of a sample's loss */
    const char *mathml;        /* of the same */
    const char *term;          /* one of the loss's terms, {o} being its index */
    const char *series;        /* the loss, {terms} being all of them */
    const char *slope;         /* dL_dy_hat at a cell */
    const char *slope_mathml;  /* of the same */
    const char *slope_heading; /* of the tensor */
    const char *pair;          /* of a loss that is calculated from z: dL_dzL at a cell */
    const char *pair_mathml;   /* of the same */
    const char *pair_heading;  /* of the tensor */
    const char *program;
    const char *slope_program;
    const char *pair_program;
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
