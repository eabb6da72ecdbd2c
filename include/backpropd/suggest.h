/* Finds the name that was meant by a misspelt one. */
#ifndef BACKPROPD_SUGGEST_H
#define BACKPROPD_SUGGEST_H

#include <stddef.h>

#define BP_SUGGEST_MAX 40 /* bytes of a name that is looked for */

/* The nearest of n names to a misspelt one, or NULL if none is near: at most two letters may be
 * added, lost, swapped or wrong. Case does not matter. Cannot fail. */
const char *bp_suggest(const char *misspelt, const char *const *names, size_t n);

#endif
