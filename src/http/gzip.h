/* Replies compressed for clients that ask for it. */
#ifndef BACKPROPD_HTTP_GZIP_H
#define BACKPROPD_HTTP_GZIP_H

#include "backpropd/text.h"

/* Shorter replies fit into three packets as they are. */
#define BP_GZIP_FROM 4096

/* True if an Accept-Encoding header (or NULL) accepts gzip. */
bool bp_accepts_gzip(const char *accept_encoding);

/* Replaces the text by its gzip form. Leaves it as it is if memory runs out or gzip is not smaller.
 * Returns whether it was replaced. */
bool bp_gzip(struct bp_text *text);

#endif
