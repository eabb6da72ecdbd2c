#include "smuggling_check.h"

#include <string.h>

/*
 * The library has overwritten each CR, each LF and the first colon of each line with a NUL. What
 * is proper looks so, after the version: NUL NUL, then for each header its name, NUL, its value,
 * NUL NUL, and NUL NUL for the empty line.
 */
bool bp_raw_head_is_clean(const char *method, const char *target, const char *version,
                          bool has_query, size_t size)
{
    const char *end = method + size;
    const char *at = version + strlen(version);
    /* without a query only its question mark may stand between target and version */
    if (!has_query && target + strlen(target) + 2 < version)
        return false;
    while (at + 2 < end && at[0] == '\0' && at[1] == '\0') {
        at += 2;
        if (at + 2 == end)
            return at[0] == '\0' && at[1] == '\0';
        if (*at == '\0' || *at == ' ' || *at == '\t')
            return false;
        at += strlen(at) + 1; /* the name */
        at += strlen(at);     /* the value */
    }
    return false;
}
