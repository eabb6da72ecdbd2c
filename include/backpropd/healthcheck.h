/* Whether the service lives, asked from another process. */
#ifndef BACKPROPD_HEALTHCHECK_H
#define BACKPROPD_HEALTHCHECK_H

#include "backpropd/options.h"

#define BP_HEALTHCHECK_MAX 1024

/*
 * Asks for /livez at every address that the options' address stands for, until one answers with
 * 200, or with 401: a service that wants a token lives, too. All addresses stand for this machine's
 * loopback of both families. Returns false if none does; `why` then has each address and what came
 * of it.
 */
bool bp_healthcheck(const struct bp_options *options, char why[BP_HEALTHCHECK_MAX]);

#endif
