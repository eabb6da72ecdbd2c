/* The reply to a client whose body is late. */
#ifndef BACKPROPD_SERVER_TIMEOUT_REPLY_H
#define BACKPROPD_SERVER_TIMEOUT_REPLY_H

#include "backpropd/reply.h"
#include "backpropd/service.h"

/* A whole reply, head and body, made once, in advance. */
struct bp_late_body {
    struct bp_text text;
    size_t id_at; /* where the request's id goes */
};

/* Makes the reply. In: status, as in the status line, with its reason phrase. Fails (false) if
 * memory runs out. */
bool bp_late_body_make(struct bp_late_body *late, struct bp_service *service,
                       const char *cors_origins, const char *status,
                       const struct bp_problem *problem);

/* Sends it if the socket takes it at once. */
void bp_late_body_send(const struct bp_late_body *late, int socket, const char *request_id);

/* Frees what the reply holds, made or not. */
void bp_late_body_free(struct bp_late_body *late);

#endif
