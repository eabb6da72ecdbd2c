/* What is sent to a client whose body has not come in time. */
#ifndef BACKPROPD_HTTP_LATE_H
#define BACKPROPD_HTTP_LATE_H

#include "backpropd/service.h"

/* Writes a whole reply, head and body, to be sent as it is: it is made once, before there is
 * anybody late. It names no request id, since it is the same for all. Out: text, to be freed. Fails
 * (false) if there is no memory. */
bool bp_late_body_make(struct bp_text *text, struct bp_service *service, const char *cors_origins);

#endif
