/* The service on a socket. */
#ifndef BACKPROPD_SERVER_H
#define BACKPROPD_SERVER_H

#include "backpropd/options.h"
#include "backpropd/service.h"

struct bp_server;

/*
 * Listens, on the socket passed to the process if there is one, and serves in its own threads. Out:
 * server, which the caller stops. Fails (false) with one line in `error`.
 */
bool bp_server_start(struct bp_server **server, struct bp_service *service,
                     const struct bp_options *options, char error[BP_OPTION_ERROR_MAX]);

/* Where it listens: http://ADDR:PORT or unix:PATH. */
const char *bp_server_url(const struct bp_server *server);

/* From now on the service is not ready, and each reply ends its connection. */
void bp_server_drain(struct bp_server *server);

/* Stops accepting connections, refuses requests that wait for the pool, finishes or ends those in
 * progress, and frees the server. */
void bp_server_stop(struct bp_server *server);

#endif
