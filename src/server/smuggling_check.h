/*
 * Keeps libmicrohttpd from silently accepting what other servers read differently: folded lines,
 * headers without a name or a colon, NUL bytes and bare line feeds. Attackers use these to smuggle
 * requests past other servers. Each version needs different settings.
 */
#ifndef BACKPROPD_SERVER_SMUGGLING_CHECK_H
#define BACKPROPD_SERVER_SMUGGLING_CHECK_H

#include <stdbool.h>
#include <stddef.h>

/* The settings that a version of libmicrohttpd needs. */
struct bp_smuggling_check {
    int strictness;   /* MHD_OPTION_STRICT_FOR_CLIENT */
    bool scans_heads; /* bp_raw_head_is_clean is asked about every head */
};

/* The settings for a version, as MHD_get_version of the loaded library names it: "0.9.75". */
struct bp_smuggling_check bp_smuggling_check_for(const char *version);

/*
 * Checks the bytes of a request's head a second time. It relies on how 0.9.75 leaves its buffer, so
 * use it with that version only.
 *
 * True if the head has nothing but a first line and valid headers, with at most two empty lines
 * before it. In: method, target and version as the library hands them over, all pointing into its
 * buffer; target_size, with the query; size, of the head; skipped, what stands in the buffer before
 * the method.
 */
bool bp_raw_head_is_clean(const char *method, const char *target, size_t target_size,
                          const char *version, size_t size, size_t skipped);

#endif
