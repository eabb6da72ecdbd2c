/* A request's head as libmicrohttpd hands it over, and as the service judges it. */
#ifndef BACKPROPD_SERVER_READ_HEAD_H
#define BACKPROPD_SERVER_READ_HEAD_H

#include <microhttpd.h>

#include "backpropd/head.h"

/*
 * Reads the head of a connection's request, at the first call for it. In: method, target and
 * version as the library gives them to that call; scans_heads, of the loaded version's
 * bp_smuggling_check. The head points into the library's buffer. Cannot fail: bp_head_check judges.
 */
struct bp_head bp_read_head(struct MHD_Connection *connection, const char *method,
                            const char *target, const char *version, bool scans_heads);

#endif
