/* Reports the state of the service to the process that started it, like sd_notify(3). */
#ifndef BACKPROPD_NOTIFY_H
#define BACKPROPD_NOTIFY_H

#include <stdbool.h>

/* Sends `state`, such as "READY=1", to the socket that NOTIFY_SOCKET names. Without the variable it
 * does nothing and succeeds. */
bool bp_notify(const char *state);

#endif
