/* Turns a request's head as libmicrohttpd provides it into the one that the service checks. */
#ifndef BACKPROPD_SERVER_READ_HEAD_H
#define BACKPROPD_SERVER_READ_HEAD_H

#include <microhttpd.h>

#include "backpropd/head.h"

/* The least memory of a connection, in bytes, and what it is a multiple of. Above 32 KiB the
 * library takes it from mmap and gives it back to the system; below, 10,000 closed connections left
 * 330 MB behind. */
#define BP_CONNECTION_MEMORY_LEAST 36864
#define BP_CONNECTION_MEMORY_MULTIPLE 4096

/*
 * Looks at a target, in the library's callback for logging URIs. In/out: target, whose query is cut
 * off behind the question mark. The library would split query and cookies into parts of 64 bytes
 * each in the memory of the connection, so a few hundred of them leave no room for a reply. The
 * service reads neither. Cannot fail.
 */
struct bp_target bp_read_target(struct MHD_Connection *connection, char *target);

/*
 * Reads the head of a connection's request, at the first call for it. In: method, target and
 * version as the library gives them to that call; seen, what bp_read_target has returned; pool, the
 * memory of the connection if the loaded version's heads must be scanned, else 0. The head points
 * into the library's buffer. Cannot fail: bp_head_check judges.
 */
struct bp_head bp_read_head(struct MHD_Connection *connection, const char *method,
                            const char *target, const char *version, const struct bp_target *seen,
                            size_t pool);

#endif
