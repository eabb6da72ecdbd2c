/* The catalogue in words: the names of steps and mistakes, and the messages for students. */
#ifndef BACKPROPD_CATALOGUE_H
#define BACKPROPD_CATALOGUE_H

#include "backpropd/mistakes.h"

/*
 * Messages and hints have places to be filled in: {f} the activations of the steps' layers, {rule}
 * their derivatives in terms of h, {todo} the formulas of the steps, {cell} the one that is off,
 * {decimals} how many are asked for.
 * They are plain ASCII without quotes and backslashes, and can stand in JSON and HTML as they are.
 */
struct bp_words {
    const char *message, *hint;
};

/* One row of the table of mistakes. */
struct bp_mistake_text {
    const char *reads; /* what is calculated in place of the right formula */
    const char *where; /* when the mistake is possible */
    struct bp_words words;
    const char *title; /* of its code; NULL in rows but the code's first. See bp_code_title */
};

/* One kind of steps. */
struct bp_step_text {
    const char *hidden; /* its name, k or k - 1 standing for % */
    const char *last;   /* its name where that number is the last layer's, of DL_DH 0; or NULL */
    const char *right;  /* its formula */
    const char *todo;   /* its formula as a student of this network would write it, with places of
                           its own; NULL of counts and masks */
};

/* Names on the wire, in the order of their enum. */
extern const char *const bp_code_names[BP_CODE_COUNT];

/* What a code means, in a few words: a heading. Cannot fail. */
const char *bp_code_title(enum bp_code code);

/* What is said of a row, in its own words or in those that it shares. Cannot fail. */
struct bp_mistake_text bp_mistake_text(enum bp_mistake mistake);

/* The texts of a code that is not a row of the table, at a step of this kind. The hint is NULL for
 * steps that follow from earlier ones. Cannot fail. */
struct bp_words bp_other_words(enum bp_code code, enum bp_step_kind kind);

const struct bp_step_text *bp_step_text(enum bp_step_kind kind);

#endif
