/*
 * Clients, by address, and the share of each: connections, places in the queue, memory. A client is
 * an IPv4 address or an IPv6 /64, which is what one site gets.
 */
#ifndef BACKPROPD_SERVER_CLIENTS_H
#define BACKPROPD_SERVER_CLIENTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "backpropd/limits.h"
#include "backpropd/memory.h"
#include "pool.h"

struct bp_client {
    struct bp_client *next;                /* in its bucket */
    struct in6_addr network;               /* IPv4 as IPv6 has it; of IPv6 the first 64 bits */
    size_t n_connections, connections_max; /* bp_client_enter counts up, bp_connection_close down */
    size_t excess;                         /* used by the thread that ends the slowest */
    struct bp_lane lane;                   /* its work that waits for the pool */
    struct bp_memory memory;
};

#define BP_CLIENT_BUCKETS 1024

struct bp_clients {
    const struct bp_limits *limits;
    struct bp_memory *memory; /* of all */
    struct bp_client *buckets[BP_CLIENT_BUCKETS];
};

/* IPv4 addresses are mapped to IPv6, so that one comparison is enough. Unix sockets get [::], which
 * no client can have. */
struct in6_addr bp_client_address(const struct sockaddr *address);

/* Counts a connection from an address. Returns its client, or NULL if memory runs out. */
struct bp_client *bp_client_enter(struct bp_clients *clients, const struct in6_addr *address);

/* Frees clients that have neither connections nor memory. */
void bp_clients_sweep(struct bp_clients *clients);

#endif
