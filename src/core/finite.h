/* The search for numbers that are not finite. */
#ifndef BACKPROPD_CORE_FINITE_H
#define BACKPROPD_CORE_FINITE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* True if all n values are finite. Looks at all of them, so that it becomes vector code: the
 * usual answer is yes. */
static inline bool bp_all_finite(const double *v, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += !(fabs(v[i]) <= DBL_MAX);
    return bad == 0;
}

/* The index of the first value that is not finite, or n. */
static inline size_t bp_first_not_finite(const double *v, size_t n)
{
    size_t i = 0;
    while (i < n && fabs(v[i]) <= DBL_MAX)
        i++;
    return i;
}

#endif
