#include "clients.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct in6_addr bp_client_address(const struct sockaddr *client)
{
    struct in6_addr address = IN6ADDR_ANY_INIT;
    if (client->sa_family == AF_INET6)
        return ((const struct sockaddr_in6 *)client)->sin6_addr;
    if (client->sa_family != AF_INET)
        return address;
    address.s6_addr[10] = address.s6_addr[11] = 0xFF;
    memcpy(address.s6_addr + 12, &((const struct sockaddr_in *)client)->sin_addr, 4);
    return address;
}

/* The last byte of a /64 is 64, so that ::/64 is not [::]. */
static struct in6_addr network_of(const struct in6_addr *address)
{
    struct in6_addr network = *address;
    if (IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_UNSPECIFIED(address))
        return network;
    memset(network.s6_addr + 8, 0, 8);
    network.s6_addr[15] = 64;
    return network;
}

static struct bp_client **bucket_of(struct bp_clients *clients, const struct in6_addr *network)
{
    uint64_t halves[2];
    memcpy(halves, network, sizeof halves);
    const uint64_t hash = (halves[0] ^ halves[1]) * 0x9E3779B97F4A7C15; /* Knuth's, by 2^64/phi */
    return &clients->buckets[hash >> 54];
}
_Static_assert(BP_CLIENT_BUCKETS == 1 << (64 - 54), "a bucket for each hash");

static size_t share_of(size_t whole, const struct bp_limits *limits)
{
    const double share = (double)limits->client_connections / (double)limits->connections;
    const size_t part = (size_t)((double)whole * share);
    return part ? part : 1;
}

/* No share if one address may have all connections (a proxy in front), nor on a Unix socket: the
 * address does not tell clients apart there. */
static void set_limits(struct bp_client *client, const struct bp_clients *clients)
{
    const struct bp_limits *limits = clients->limits;
    const bool has_share = limits->client_connections < limits->connections &&
                           !IN6_IS_ADDR_UNSPECIFIED(&client->network);
    client->connections_max = has_share ? limits->client_connections : SIZE_MAX;
    client->lane.most = has_share ? share_of(limits->queue, limits) : SIZE_MAX;
    client->memory.limit = has_share ? share_of(limits->memory_bytes, limits) : SIZE_MAX;
    client->memory.whole = clients->memory;
}

struct bp_client *bp_client_enter(struct bp_clients *clients, const struct in6_addr *address)
{
    const struct in6_addr network = network_of(address);
    struct bp_client **bucket = bucket_of(clients, &network), *client = *bucket;
    while (client && memcmp(&client->network, &network, sizeof network) != 0)
        client = client->next;
    if (!client) {
        client = calloc(1, sizeof *client);
        if (!client)
            return NULL;
        client->network = network;
        TAILQ_INIT(&client->lane.items);
        set_limits(client, clients);
        client->next = *bucket;
        *bucket = client;
    }
    client->n_connections++;
    return client;
}

void bp_clients_sweep(struct bp_clients *clients)
{
    for (size_t i = 0; i < BP_CLIENT_BUCKETS; i++)
        for (struct bp_client **link = &clients->buckets[i], *client; (client = *link);) {
            /* work in its lane belongs to one of its connections */
            if (client->n_connections || atomic_load(&client->memory.used)) {
                link = &client->next;
                continue;
            }
            *link = client->next;
            free(client);
        }
}
