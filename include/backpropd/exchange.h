/* One request and its reply, from head to end, without a socket: the server feeds it. */
#ifndef BACKPROPD_EXCHANGE_H
#define BACKPROPD_EXCHANGE_H

#include "backpropd/head.h"
#include "backpropd/reply.h"
#include "backpropd/router.h"
#include "backpropd/service.h"

struct bp_exchange {
    struct bp_service *service;
    struct bp_memory *memory;     /* that the request counts for */
    const atomic_bool *cancelled; /* or NULL, as in the head */
    const struct bp_route *route; /* of the path; never NULL */
    enum bp_method method;
    const char *path;          /* without the query */
    const char *if_none_match; /* or NULL */
    bool accepts_gzip;
    int representation; /* which of the route's the client gets */
    bool is_refused;    /* `reply` says so already; the body is read and dropped */
    bool must_close;    /* the connection cannot go on after the reply */
    bool is_ended;      /* the body is whole, and a NUL stands after it */
    size_t length;      /* announced, 0 if not */
    size_t received;    /* of the body */
    struct bp_text body;
    struct bp_job job; /* decoded and to be calculated, if it has an operation */
    struct bp_reply reply;
};

/*
 * Starts with a head. Returns true if the reply is there at once: the request is refused, or its
 * client waits for 100 Continue with a body that will not be read. As a rule false: the body comes
 * first, if only an empty one.
 */
bool bp_exchange_begin(struct bp_exchange *exchange, struct bp_service *service,
                       const struct bp_head *head);

/* Takes a piece of the body. Returns false if the body is so large that the connection is to be
 * cut without an answer. */
bool bp_exchange_receive(struct bp_exchange *exchange, const char *piece, size_t size);

/*
 * The body has ended: makes the reply if nothing is to be calculated. Otherwise decodes the body if
 * that takes no more than `most` work, in the multiply-adds of work.h. Returns the work that is
 * left: 0 if the reply is there; up to `most`: the body is decoded; more: it may not be, since
 * decoding alone is estimated at that. bp_exchange_finish does the rest. May be called again.
 */
double bp_exchange_prepare(struct bp_exchange *exchange, double most);

/* Makes the reply, from wherever bp_exchange_prepare has left it, which need not have been called.
 */
void bp_exchange_finish(struct bp_exchange *exchange);

/* Refuses a request after all: too many wait, or the service stops. */
void bp_exchange_refuse_queue(struct bp_exchange *exchange);

/* Frees all but the reply, which is the caller's: bp_reply_free, sent or not. */
void bp_exchange_free(struct bp_exchange *exchange);

#endif
