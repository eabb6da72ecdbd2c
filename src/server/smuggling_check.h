/*
 * What keeps libmicrohttpd from reading in silence what other servers read otherwise: folded lines,
 * headers without a name or a colon, NUL bytes and bare line feeds. Requests are smuggled past
 * other servers with these. Each version needs another care.
 */
#ifndef BACKPROPD_SERVER_SMUGGLING_CHECK_H
#define BACKPROPD_SERVER_SMUGGLING_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* The care that a version of libmicrohttpd needs. */
struct bp_smuggling_check {
    int strictness;   /* MHD_OPTION_STRICT_FOR_CLIENT */
    bool scans_heads; /* bp_raw_head_is_clean is asked about every head */
};

/* The care for a version, as MHD_get_version of the library that is loaded names it: "0.9.75". */
struct bp_smuggling_check bp_smuggling_check_for(const char *version);

/*
 * A second look at the bytes of a request's head. It rests on how 0.9.75 leaves its buffer, so it
 * must be asked about that version alone.
 *
 * True if the head holds nothing but a line and proper headers, and nothing but an empty line or
 * two stands before it. In: method, target and version as the library hands them over, all pointing
 * into its buffer; target_size, with the query; size, of the head; skipped, what stands in the
 * buffer before the method.
 */
bool bp_raw_head_is_clean(const char *method, const char *target, size_t target_size,
                          const char *version, size_t size, size_t skipped);

#endif
