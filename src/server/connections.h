/*
 * The connections that are open: whom each comes from, what it waits for, and until when.
 *
 * libmicrohttpd closes a connection on which nothing happens. That is not enough: a client that
 * sends a byte now and then keeps its connection, and the memory of its request, for ever. Here
 * each phase has a deadline in all, which one thread enforces by shutting the socket down; the
 * library then finds the connection closed and ends it in the thread that serves it.
 *
 * The same thread looks for clients that have gone, and for those that do not read. Where more than
 * 9 of 10 connections are taken, of all or of a client's share, it ends the slowest.
 */
#ifndef BACKPROPD_SERVER_CONNECTIONS_H
#define BACKPROPD_SERVER_CONNECTIONS_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backpropd/head.h"
#include "clients.h"
#include "progress.h"
#include "timeout_reply.h"

/* Connections beyond the limit that are let in to be told so. The library gives each of its threads
 * a part of them. */
#define BP_SPARE_CONNECTIONS 64

/* What a connection waits for. */
enum bp_wait {
    BP_WAIT_HEAD, /* of its first request, or the rest of the head of a later one */
    BP_WAIT_BODY,
    BP_WAIT_REPLY, /* for the client to take it */
    BP_WAIT_IDLE,  /* for its next request: it had a reply, and is kept */
    BP_WAIT_COUNT,
    BP_WAIT_WORK = BP_WAIT_COUNT, /* for us: without a deadline */
    BP_WAIT_OVER                  /* the deadline has passed, the socket is shut down */
};

struct bp_connection;

struct bp_connection_rules {
    size_t seconds[BP_WAIT_COUNT];
    const struct bp_limits *limits;       /* of connections, and what makes a client's share */
    struct bp_memory *memory;             /* of all requests */
    const struct bp_late_body *late_body; /* what a client gets whose body has not come in time */
    const struct bp_late_body *cut_body;  /* and whose body has not come when the service ends */
    /* A client for which there is work has closed its connection, or has ended its own sending and
     * may still read. The connection does not change while this is called. */
    void (*on_gone)(void *cls, struct bp_connection *connection);
    void (*on_half_closed)(void *cls, struct bp_connection *connection);
    void (*on_tick)(void *cls); /* called ten times a second */
    void *cls;
};

struct bp_connection {
    struct bp_connection *next, **link; /* in the list of all */
    struct bp_client *client;
    struct bp_progress progress; /* for the thread alone */
    int socket;
    atomic_bool is_cancelled; /* nobody waits for what is calculated */
    bool is_asked;            /* whether its client is still there, in this request */
    bool is_one_too_many;     /* beyond a limit: to be told so */
    struct bp_target target;  /* of the request at hand */
    _Atomic uint64_t wait;    /* the deadline in milliseconds of CLOCK_MONOTONIC, and the enum */
    void *request;            /* at hand, or NULL: the server's */
    struct in6_addr address;  /* of the client */
    char request_id[BP_REQUEST_ID_MAX + 1]; /* set before it waits for a body */
};

struct bp_connections;

/* Starts the thread. NULL if there is no memory or no thread. */
struct bp_connections *bp_connections_start(const struct bp_connection_rules *rules);

/* A connection has been accepted; it waits for a head. NULL if there is no memory, or if the spare
 * connections are taken too. */
struct bp_connection *bp_connection_open(struct bp_connections *connections, int socket,
                                         const struct sockaddr *client);

/* It is about to be closed, and is gone. */
void bp_connection_close(struct bp_connections *connections, struct bp_connection *connection);

/* How many connections are open. */
size_t bp_connections_count(struct bp_connections *connections);

/* True if one has waited for a request for less than so long: it was accepted just now, or had a
 * reply.
 */
bool bp_connections_in_use(struct bp_connections *connections, size_t milliseconds);

/* From now on it waits for something else. False if its time is over: it must not be used. Once it
 * has waited for work, this waits for the callbacks about it. */
bool bp_connection_wait(struct bp_connections *connections, struct bp_connection *connection,
                        enum bp_wait wait);

/* The first line of a request has come: one that was idle has the time of a head for the rest. A
 * fresh connection has had it since it was accepted. Cannot fail. */
void bp_connection_begin_head(struct bp_connections *connections, struct bp_connection *connection);

/* The client's address as text, "unix" on a Unix socket. */
void bp_connection_client(char out[INET6_ADDRSTRLEN], const struct bp_connection *connection);

/* Sends an interim reply to a client that has ended its own sending, once a request: the system of
 * one that has gone answers with a reset. For on_half_closed. */
void bp_connection_ask(struct bp_connection *connection);

/* The service ends: what is calculated is cancelled, and of the rest those that wait for a request
 * or its body are cut off. */
void bp_connections_cancel(struct bp_connections *connections);

/* True if the client was cut off for being late. */
bool bp_connection_is_over(struct bp_connection *connection);

/* Ends the thread and frees all but the connections, which must have been closed. NULL is nothing.
 */
void bp_connections_stop(struct bp_connections *connections);

#endif
