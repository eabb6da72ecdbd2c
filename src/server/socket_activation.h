/* A listening socket passed by the parent process, as systemd's socket units do. */
#ifndef BACKPROPD_SERVER_SOCKET_ACTIVATION_H
#define BACKPROPD_SERVER_SOCKET_ACTIVATION_H

#include <stdbool.h>

#include "backpropd/options.h"

/*
 * Takes the one socket that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES describe, and removes the
 * variables from the environment. Out: fd, or -1 without a socket. Fails (false) with one line in
 * `error` if there are more, or if it is not a stream socket that listens.
 */
bool bp_inherit(int *fd, char error[BP_OPTION_ERROR_MAX]);

#endif
