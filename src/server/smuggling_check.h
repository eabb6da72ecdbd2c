/*
 * A second look at the bytes of a request's head, for what libmicrohttpd 0.9.75 reads in silence:
 * folded lines, headers without a name, NUL bytes and bare line feeds. Other servers read these
 * otherwise, which is how requests are smuggled past them.
 *
 * It rests on how that version leaves its buffer, so it must be asked about that version alone.
 */
#ifndef BACKPROPD_SERVER_SMUGGLING_CHECK_H
#define BACKPROPD_SERVER_SMUGGLING_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* The version of libmicrohttpd whose buffers are known. */
#define BP_RAW_HEAD_VERSION "0.9.75"

/*
 * True if the head holds nothing but a line and proper headers. In: method, target (up to the
 * query) and version as the library hands them over, all pointing into its buffer; has_query,
 * whether it found arguments after the target; the size of the head.
 */
bool bp_raw_head_is_clean(const char *method, const char *target, const char *version,
                          bool has_query, size_t size);

#endif
