/*
 * The open connections: the client of each, what it waits for, and its deadline.
 *
 * libmicrohttpd closes a connection on which nothing happens. That is not enough: a client that
 * sends a byte now and then keeps its connection, and the memory of its request, for ever. Here
 * each phase as a whole has a deadline. One thread enforces it by shutting the socket down; the
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
#include <sys/queue.h>

#include "backpropd/head.h"
#include "clients.h"
#include "timeout_reply.h"

/* Connections beyond the limit that are accepted to get a 503. The library gives each of its
 * threads a part of them. */
#define BP_SPARE_CONNECTIONS 64

/* What a connection waits for. */
enum bp_wait {
    BP_WAIT_HEAD, /* of its first request, or the rest of the head of a later one */
    BP_WAIT_BODY,
    BP_WAIT_REPLY, /* for the client to take it */
    BP_WAIT_IDLE,  /* for its next request: it is a keep-alive connection */
    BP_WAIT_COUNT,
    BP_WAIT_WORK = BP_WAIT_COUNT, /* for this service: without a deadline */
    BP_WAIT_OVER                  /* the deadline has passed, the socket is shut down */
};

/* The progress of a client in one phase, in bytes and milliseconds. Only the thread uses it. */
struct bp_progress {
    uint64_t phase;    /* `wait` of the connection, which changes when the phase does */
    uint64_t since;    /* when the phase was first looked at */
    uint64_t moved_at; /* when bytes were last seen to have moved, or could not move */
    uint64_t in, out;  /* bytes of the connection at the last look */
    uint64_t first;    /* bytes in the phase's direction before it */
    bool is_known;     /* the system counts the bytes: not on a Unix socket */
};

struct bp_connection;

struct bp_connection_rules {
    size_t seconds[BP_WAIT_COUNT];
    const struct bp_limits *limits; /* of connections, and what makes a client's share */
    struct bp_memory *memory;       /* of all requests */
    /* What a client gets whose body has not come in time, or when the service stops. */
    const struct bp_timeout_reply *reply_if_late, *reply_if_stopping;
    /* A client for which there is work has closed its connection, or has ended its own sending and
     * may still read. The connection does not change while this is called. */
    void (*on_gone)(void *cls, struct bp_connection *connection);
    void (*on_half_closed)(void *cls, struct bp_connection *connection);
    void (*on_tick)(void *cls); /* called ten times a second */
    void *cls;
};

struct bp_connection {
    LIST_ENTRY(bp_connection) place; /* in the list of all */
    struct bp_client *client;
    struct bp_progress progress;
    int socket;
    atomic_bool is_cancelled; /* nobody waits for what is calculated */
    bool is_probed;           /* whether its client is still there, in this request */
    bool is_one_too_many;     /* beyond a limit: it gets a 503 */
    struct bp_target target;  /* of the request at hand */
    _Atomic uint64_t wait;    /* the deadline in milliseconds of CLOCK_MONOTONIC, and the enum */
    void *request;            /* the server's current request, or NULL */
    struct in6_addr address;  /* of the client */
    char request_id[BP_REQUEST_ID_MAX + 1]; /* set before it waits for a body */
};

struct bp_connections;

/* Milliseconds since some time in the past, by the clock of all deadlines; it moves every few of
 * them. */
uint64_t bp_now_ms(void);

/* Starts the thread. NULL if memory runs out or no thread can be started. */
struct bp_connections *bp_connections_start(const struct bp_connection_rules *rules);

/* Notes an accepted connection, which waits for a head. NULL if memory runs out, or if the spare
 * connections are taken, too. */
struct bp_connection *bp_connection_open(struct bp_connections *connections, int socket,
                                         const struct sockaddr *client);

/* Forgets a connection that is about to be closed. */
void bp_connection_close(struct bp_connections *connections, struct bp_connection *connection);

/* How many connections are open. */
size_t bp_connections_count(struct bp_connections *connections);

/* True if a connection was accepted, or became idle, less than so many milliseconds ago. */
bool bp_connections_in_use(struct bp_connections *connections, size_t milliseconds);

/* Starts the next phase and its deadline; does not block, except after BP_WAIT_WORK, until running
 * callbacks end. False if the connection was cut off: it must not be used. */
bool bp_connection_begin_wait(struct bp_connections *connections, struct bp_connection *connection,
                              enum bp_wait wait);

/* The first line of a request has arrived. On an idle connection the head's time limit starts now;
 * on a new one it started when the connection was accepted. Cannot fail. */
void bp_connection_begin_head(struct bp_connections *connections, struct bp_connection *connection);

/* The client's address as text, "unix" on a Unix socket. */
void bp_connection_client(char out[INET6_ADDRSTRLEN], const struct bp_connection *connection);

/* Sends 100 Continue to a half-closed client, at most once per request. If the client has gone, its
 * system answers with RST, and on_gone is called. For on_half_closed. */
void bp_connection_probe(struct bp_connection *connection);

/* The service ends: cancels calculations, and cuts off connections that wait for a request or its
 * body. */
void bp_connections_cancel(struct bp_connections *connections);

/* True if the socket was shut down: the client was late or too slow, or the service stops. */
bool bp_connection_was_cut_off(struct bp_connection *connection);

/* Ends the thread and frees everything. Close all connections before. Does nothing for NULL. */
void bp_connections_stop(struct bp_connections *connections);

#endif
