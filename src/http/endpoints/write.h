/* What endpoints write with. */
#ifndef BACKPROPD_HTTP_ENDPOINTS_WRITE_H
#define BACKPROPD_HTTP_ENDPOINTS_WRITE_H

#include "backpropd/reply.h"

/* Starts a small HTML page: its head, and its title as a heading. In: title, which must need no
 * escaping. */
void bp_page_start(struct bp_reply *reply, const char *title);

#endif
