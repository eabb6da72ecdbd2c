/* Tells whoever started the process how far it is, as sd_notify(3) does. */
#ifndef BACKPROPD_NOTIFY_H
#define BACKPROPD_NOTIFY_H

#include <stdbool.h>

/* Sends `state`, such as "READY=1", to the socket that NOTIFY_SOCKET names. Without the variable
 * there is nobody to tell, and that is no failure. */
bool bp_notify(const char *state);

#endif
