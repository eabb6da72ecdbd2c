/* The service as a plain function: one request without a head, and its reply. */
#ifndef TESTS_ANSWER_H
#define TESTS_ANSWER_H

#include "backpropd/decode.h"
#include "backpropd/exchange.h"

/* A request of a service: body, size bytes and a NUL after them. */
static inline struct bp_exchange exchange_of(struct bp_service *service, enum bp_method method,
                                             const char *path, const char *body, size_t size)
{
    return (struct bp_exchange){.service = service,
                                .memory = &service->memory,
                                .route = bp_route_find(service->routes, path),
                                .method = method,
                                .path = path,
                                .is_ended = true,
                                .received = size,
                                .body = {.data = method == BP_METHOD_POST ? (char *)body : NULL},
                                .reply = {.problem = -1}};
}

/* Its reply, to be freed. */
static inline struct bp_reply answer(struct bp_service *service, enum bp_method method,
                                     const char *path, const char *body, size_t size)
{
    struct bp_exchange exchange = exchange_of(service, method, path, body, size);
    bp_exchange_finish(&exchange);
    return exchange.reply;
}

#endif
