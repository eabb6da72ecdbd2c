/* What X-Forwarded-For claims: the client behind a proxy. Anybody can send this header. */
#ifndef BACKPROPD_SERVER_FORWARDED_H
#define BACKPROPD_SERVER_FORWARDED_H

#include <stddef.h>

#define BP_FORWARDED_MAX 128

/* Begins as {0}. */
struct bp_forwarded {
    char text[2 * BP_FORWARDED_MAX + 1];
    size_t size;
};

/*
 * Adds one header's value, behind a comma if it is not the first. White space is left out, and any
 * other character that is not visible ASCII becomes a question mark. Cannot fail.
 */
void bp_forwarded_add(struct bp_forwarded *forwarded, const char *value, size_t size);

/* Returns all that was added, "" for nothing. Of more than BP_FORWARDED_MAX characters, the last
 * ones stand behind "...": the nearest proxy adds its own at the end. */
const char *bp_forwarded_text(struct bp_forwarded *forwarded);

#endif
