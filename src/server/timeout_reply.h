/* The reply after a body timeout, and to a client whose body is not here when the service stops. */
#ifndef BACKPROPD_SERVER_TIMEOUT_REPLY_H
#define BACKPROPD_SERVER_TIMEOUT_REPLY_H

#include "backpropd/reply.h"
#include "backpropd/service.h"

/* A whole reply, head and body, made once, before anybody needs it. */
struct bp_timeout_reply {
    struct bp_text text;
    size_t id_at; /* where the request's id goes */
};

/* Makes the reply. In: status, as the first line has it, with its words. Free its text afterwards,
 * even if this fails (false) because there is no memory. */
bool bp_timeout_reply_make(struct bp_timeout_reply *made, struct bp_service *service,
                           const char *cors_origins, const char *status,
                           const struct bp_problem *problem);

/* Sends it if the socket takes it at once. */
void bp_timeout_reply_send(const struct bp_timeout_reply *made, int socket, const char *request_id);

#endif
