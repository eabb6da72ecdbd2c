/* The health check, made by another process. */
#ifndef BACKPROPD_HEALTHCHECK_H
#define BACKPROPD_HEALTHCHECK_H

#include "backpropd/options.h"

#define BP_HEALTHCHECK_MAX 1024

/*
 * Sends GET /livez to every address that the options' address resolves to, until one answers 200,
 * or 401: a service that asks for a token is alive, too. For "all addresses" it tries the loopback
 * of both families. Returns false if no address answers; `why` then lists each address and what
 * happened.
 */
bool bp_healthcheck(const struct bp_options *options, char why[BP_HEALTHCHECK_MAX]);

#endif
