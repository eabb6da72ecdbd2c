#include "backpropd/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Optimal string alignment distance (Damerau 1964, Levenshtein 1966), letter case apart; both at
 * most BP_SUGGEST_MAX long. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][BP_SUGGEST_MAX + 1];
    const size_t n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            row[j] = least(above[j - 1] + !same_letter(a[i - 1], b[j - 1]),
                           least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
                same_letter(a[i - 2], b[j - 1]))
                row[j] = least(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[strlen(a) % 3][n];
}

const char *bp_suggest(const char *misspelt, const char *const *names, size_t n)
{
    const char *best = NULL;
    size_t best_distance = 3;
    if (strlen(misspelt) > BP_SUGGEST_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(misspelt, names[i]);
        bool near = d < best_distance && d < strlen(names[i]); /* or anything resembles "x" */
        if (near) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
