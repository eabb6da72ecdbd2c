/* Values of reply headers that have to be made. */
#ifndef BACKPROPD_HTTP_FIELDS_H
#define BACKPROPD_HTTP_FIELDS_H

#include "backpropd/service.h"

#define BP_SERVER_TIMING_MAX 128

/* Server-Timing (W3C): the parts of a calculation in milliseconds. */
void bp_server_timing(char out[BP_SERVER_TIMING_MAX], const struct bp_timing *timing);

/*
 * What Access-Control-Allow-Origin says to a request from `origin` (or NULL): "*" if `allowed` is
 * that, the origin itself if it stands in the list, else NULL. `allowed` is a list of origins with
 * commas between them; "none" is nobody.
 */
const char *bp_cors_allow(const char *allowed, const char *origin);

#endif
