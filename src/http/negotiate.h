/* Which of several representations a client gets (RFC 9110, 12.5.1). */
#ifndef BACKPROPD_HTTP_NEGOTIATE_H
#define BACKPROPD_HTTP_NEGOTIATE_H

#include "backpropd/head.h"

/*
 * The one whose media type has the highest q under the most specific range of Accept that matches
 * it; of equals the first. A request without Accept, or with an empty or malformed one, takes any.
 *
 * In: media_types, best first, NULL at the end. Returns an index, or -1 if none is acceptable.
 */
int bp_negotiate(const struct bp_head *head, const char *const *media_types);

#endif
