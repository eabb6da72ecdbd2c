/* Finds names, and those that were meant by misspelt ones. */
#ifndef BACKPROPD_SUGGEST_H
#define BACKPROPD_SUGGEST_H

#include <stddef.h>

/* Which of n names this is; n if it is not among them. */
size_t bp_find_name(const char *name, const char *const *names, size_t n);

#define BP_SUGGEST_MAX 40 /* bytes of a name that is looked for */

/* The nearest of n names to a misspelt one, or NULL if none is near: letters added, lost, swapped
 * or wrong, at most two of them, or one if either name has five letters or fewer; capitals apart.
 * Cannot fail. */
const char *bp_suggest(const char *misspelt, const char *const *names, size_t n);

/*
 * The same of values, many of which name functions: elu is no misspelt relu, nor mae a misspelt
 * mse. Word for word, one letter may be wrong; in a word of four letters or fewer two may be
 * swapped, no more, and no digit may be too many. Capitals apart, and how words are joined. Cannot
 * fail.
 */
const char *bp_suggest_value(const char *misspelt, const char *const *names, size_t n);

/* The one of n names that other books and libraries call by this name, or NULL: "lr" is
 * learning_rate, "linear" identity. Cannot fail. */
const char *bp_suggest_synonym(const char *other, const char *const *names, size_t n);

/* What else is to be said of a name that is not known here: a sentence, or NULL. Cannot fail. */
const char *bp_suggest_note(const char *other);

#endif
