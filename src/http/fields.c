#include "fields.h"

#include <string.h>

/* printf would take as long for three numbers as the library does for the whole head. */
static char *put_ms(char *out, const char *name, uint64_t nanoseconds)
{
    char digits[24];
    size_t at = sizeof digits, n = 0;
    uint64_t microseconds = (nanoseconds + 500) / 1000;
    for (; microseconds || n < 4; microseconds /= 10) {
        if (n == 3)
            digits[--at] = '.';
        digits[--at] = (char)('0' + microseconds % 10);
        n++;
    }
    out = stpcpy(stpcpy(out, name), ";dur=");
    memcpy(out, digits + at, sizeof digits - at);
    return out + (sizeof digits - at);
}

void bp_server_timing(char out[BP_SERVER_TIMING_MAX], const struct bp_timing *timing)
{
    out = put_ms(out, "parse", timing->parse);
    out = put_ms(stpcpy(out, ", "), "compute", timing->compute);
    out = put_ms(stpcpy(out, ", "), "serialize", timing->serialize);
    *out = '\0';
}

/* The entry that starts at `list`, without spaces around it. Returns its size; out: where it starts
 * and where the next one does. */
static size_t next_origin(const char **start, const char **next, const char *list)
{
    *start = list + strspn(list, " ");
    size_t size = strcspn(*start, ",");
    *next = *start + size + ((*start)[size] == ',');
    while (size && (*start)[size - 1] == ' ')
        size--;
    return size;
}

const char *bp_cors_allow(const char *allowed, const char *origin)
{
    const char *start;
    if (strcmp(allowed, "*") == 0)
        return allowed;
    while (origin && *allowed) {
        const size_t size = next_origin(&start, &allowed, allowed);
        if (size && strlen(origin) == size && memcmp(origin, start, size) == 0)
            return origin;
    }
    return NULL;
}

static bool is_origin(const char *text, size_t size)
{
    const char *colon = memchr(text, ':', size);
    if (size == 4 && memcmp(text, "null", 4) == 0)
        return true;
    if (!colon || colon == text || size < (size_t)(colon - text) + 4 ||
        memcmp(colon, "://", 3) != 0)
        return false;
    for (const char *at = colon + 3; at < text + size; at++)
        if (strchr("/?#@* \t\"'<>\\", *at) || *at < 0x20 || *at >= 0x7F)
            return false;
    return true;
}

bool bp_cors_is_proper(const char *allowed)
{
    const char *start;
    if (strcmp(allowed, "*") == 0 || strcmp(allowed, "none") == 0)
        return true;
    do {
        const size_t size = next_origin(&start, &allowed, allowed);
        if (!is_origin(start, size))
            return false;
    } while (*allowed);
    return allowed[-1] != ',';
}
