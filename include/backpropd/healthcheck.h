/* What --healthcheck asks. */
#ifndef BACKPROPD_HEALTHCHECK_H
#define BACKPROPD_HEALTHCHECK_H

#include "backpropd/options.h"

/* Asks the service at the options' address whether it lives, over one plain HTTP request. */
bool bp_healthcheck(const struct bp_options *options);

#endif
