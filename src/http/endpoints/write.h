/* What endpoints write with. */
#ifndef BACKPROPD_HTTP_ENDPOINTS_WRITE_H
#define BACKPROPD_HTTP_ENDPOINTS_WRITE_H

#include "backpropd/reply.h"

#define BP_FORMAT_MAX 512

/* Appends a printf format, less than BP_FORMAT_MAX bytes of text. */
void bp_put_format(struct bp_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Starts a small HTML page: its head, and its title as a heading. In: title, which must need no
 * escaping. */
void bp_page_start(struct bp_reply *reply, const char *title);

#endif
