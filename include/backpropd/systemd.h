/* What systemd and other supervisors pass to a service, and what they hear from it. */
#ifndef BACKPROPD_SYSTEMD_H
#define BACKPROPD_SYSTEMD_H

#include "backpropd/options.h"

/*
 * Takes the one socket that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES describe, and removes the
 * variables from the environment. Out: fd, or -1 without a socket. Fails (false) with one line in
 * `error` if there are more, or if it is not a stream socket that listens.
 */
bool bp_inherit(int *fd, char error[BP_OPTION_ERROR_MAX]);

/* Sends `state`, such as "READY=1", to the socket that NOTIFY_SOCKET names, like sd_notify(3).
 * Without the variable it does nothing and succeeds. */
bool bp_notify(const char *state);

#endif
