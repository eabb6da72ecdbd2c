#include "smuggling_check.h"

#include <string.h>

/*
 * With 0.9.75, -1 is the only value that refuses a space before a colon; the scan finds what it
 * accepts silently at every value. From 0.9.77 on, -1 means the opposite, the most lenient mode,
 * and 1 refuses each of these. The check at the start shows whether a newer version does.
 */
struct bp_smuggling_check bp_smuggling_check_for(const char *version)
{
    const bool is_known = strcmp(version, "0.9.75") == 0;
    return (struct bp_smuggling_check){.strictness = is_known ? -1 : 1, .scans_heads = is_known};
}

/* The library skips empty lines, and treats a line that begins with a NUL as empty, whatever
 * follows. */
static bool skipped_empty_lines(const char *method, size_t skipped)
{
    static const char empty_lines[4];
    return skipped <= sizeof empty_lines && skipped % 2 == 0 &&
           memcmp(method - skipped, empty_lines, skipped) == 0;
}

/*
 * The library has overwritten each CR, each LF and the first colon of each line with a NUL. A valid
 * head looks like this, after the version: NUL NUL, then for each header its name, NUL, its value,
 * NUL NUL, and NUL NUL for the empty line.
 */
bool bp_raw_head_is_clean(const char *method, const char *target, size_t target_size,
                          const char *version, size_t size, size_t skipped)
{
    const char *end = method + size;
    const char *at = version + strlen(version);
    /* a NUL would end the target for some servers */
    if (target + target_size + 1 != version || !skipped_empty_lines(method, skipped))
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
