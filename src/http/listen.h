/* Sockets: one to listen on, and one to ask with. */
#ifndef BACKPROPD_HTTP_LISTEN_H
#define BACKPROPD_HTTP_LISTEN_H

#include "backpropd/options.h"

/* A socket that listens at the options' address, or -1 with one line in `error`. Out: port. */
int bp_listen(const struct bp_options *options, unsigned *port, char error[BP_OPTION_ERROR_MAX]);

#endif
