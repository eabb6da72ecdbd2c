#include "connections.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define TICK_MILLISECONDS 100

/* A process that was stopped for a while, or got no processor, finds requests that came meanwhile:
 * so long it looks at them before anybody is late. */
#define NAP_MILLISECONDS 1000

/* Where more than this share of the connections is taken, one that waits for a request gets no more
 * than a second: an idle client can come back, one that is not let in cannot. */
#define CROWDED_PERCENT 90
#define CROWDED_MILLISECONDS 1000

struct bp_connections {
    struct bp_connection_rules rules;
    pthread_mutex_t lock; /* of all below, and of every socket's being open */
    pthread_cond_t stop_asked;
    struct bp_connection *first;
    size_t n;
    uint64_t last_tick, patient_until;
    bool stopping;
    pthread_t thread;
};

/* The enum in the lowest bits, so that both change at once. */
#define WAIT_BITS 3
#define NO_DEADLINE (UINT64_MAX >> WAIT_BITS)
_Static_assert(BP_WAIT_OVER < 1 << WAIT_BITS, "the enum fits");

static uint64_t pack(uint64_t deadline, enum bp_wait wait)
{
    return deadline << WAIT_BITS | wait;
}

static enum bp_wait wait_of(uint64_t packed)
{
    return (enum bp_wait)(packed & ((1U << WAIT_BITS) - 1));
}

/* The coarse clock costs a fifth of the fine one, and its 4 ms are fine enough here. */
static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t wait_until(const struct bp_connections *connections, enum bp_wait wait)
{
    const bool has_deadline = wait < BP_WAIT_COUNT;
    return pack(has_deadline ? now_ms() + connections->rules.seconds[wait] * 1000 : NO_DEADLINE,
                wait);
}

/* With a late head there may be no request at all, and in a reply a second one would only do harm:
 * only a late body is told so. */
static void cut_off(struct bp_connections *connections, struct bp_connection *connection,
                    uint64_t packed)
{
    if (!atomic_compare_exchange_strong(&connection->wait, &packed,
                                        pack(NO_DEADLINE, BP_WAIT_OVER)))
        return; /* it has just gone on */
    if (wait_of(packed) == BP_WAIT_BODY)
        bp_late_body_send(connections->rules.late_body, connection->socket, connection->request_id);
    shutdown(connection->socket, SHUT_RDWR);
}

static bool waits_for_request(enum bp_wait wait)
{
    return wait == BP_WAIT_HEAD || wait == BP_WAIT_IDLE;
}

/* By how much a deadline is earlier where connections run short. */
static uint64_t earlier_in_a_crowd(const struct bp_connections *connections, enum bp_wait wait)
{
    const bool is_crowded = connections->n * 100 > connections->rules.most * CROWDED_PERCENT;
    const uint64_t ms =
        is_crowded && waits_for_request(wait) ? connections->rules.seconds[wait] * 1000 : 0;
    return ms > CROWDED_MILLISECONDS ? ms - CROWDED_MILLISECONDS : 0;
}

static void cut_off_late_ones(struct bp_connections *connections)
{
    const uint64_t now = now_ms();
    if (now - connections->last_tick > NAP_MILLISECONDS)
        connections->patient_until = now + NAP_MILLISECONDS;
    connections->last_tick = now;
    if (now < connections->patient_until)
        return;
    for (struct bp_connection *at = connections->first; at; at = at->next) {
        const uint64_t packed = atomic_load(&at->wait);
        if (now + earlier_in_a_crowd(connections, wait_of(packed)) > packed >> WAIT_BITS)
            cut_off(connections, at, packed);
    }
}

static void *watch(void *cls)
{
    struct bp_connections *connections = cls;
    pthread_mutex_lock(&connections->lock);
    while (!connections->stopping) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MILLISECONDS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&connections->stop_asked, &connections->lock, &until);
        cut_off_late_ones(connections);
        connections->rules.on_tick(connections->rules.cls);
    }
    pthread_mutex_unlock(&connections->lock);
    return NULL;
}

struct bp_connections *bp_connections_start(const struct bp_connection_rules *rules)
{
    struct bp_connections *connections = calloc(1, sizeof *connections);
    pthread_condattr_t monotonic;
    if (!connections)
        return NULL;
    connections->rules = *rules;
    connections->last_tick = now_ms();
    pthread_mutex_init(&connections->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&connections->stop_asked, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&connections->thread, NULL, watch, connections) == 0)
        return connections;
    free(connections);
    return NULL;
}

/* IPv4 addresses as IPv6 has them, so that one comparison does; [::], from which nobody comes, for
 * those of Unix sockets. */
static struct in6_addr client_address(const struct sockaddr *client)
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

void bp_connection_client(char out[INET6_ADDRSTRLEN], const struct bp_connection *connection)
{
    const struct in6_addr *client = &connection->client;
    const bool is_v4 = IN6_IS_ADDR_V4MAPPED(client);
    if (IN6_IS_ADDR_UNSPECIFIED(client))
        memcpy(out, "unix", sizeof "unix");
    else
        inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? (const void *)(client->s6_addr + 12) : client,
                  out, INET6_ADDRSTRLEN);
}

static bool has_too_many(const struct bp_connections *connections, const struct in6_addr *client)
{
    size_t n = 0;
    if (connections->rules.most_per_client >= connections->rules.most)
        return false;
    for (const struct bp_connection *at = connections->first; at; at = at->next)
        n += memcmp(&at->client, client, sizeof *client) == 0;
    return n >= connections->rules.most_per_client;
}

struct bp_connection *bp_connection_open(struct bp_connections *connections, int socket,
                                         const struct sockaddr *client)
{
    struct bp_connection *connection = malloc(sizeof *connection);
    if (!connection)
        return NULL;
    connection->socket = socket;
    connection->client = client_address(client);
    connection->request = NULL;
    connection->request_id[0] = '\0';
    connection->target = (struct bp_target){.size = 0};
    atomic_init(&connection->wait, wait_until(connections, BP_WAIT_HEAD));
    pthread_mutex_lock(&connections->lock);
    connection->is_one_too_many =
        connections->n >= connections->rules.most || has_too_many(connections, &connection->client);
    connection->next = connections->first;
    connection->link = &connections->first;
    if (connection->next)
        connection->next->link = &connection->next;
    connections->first = connection;
    connections->n++;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void bp_connection_close(struct bp_connections *connections, struct bp_connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    *connection->link = connection->next;
    if (connection->next)
        connection->next->link = connection->link;
    connections->n--;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

size_t bp_connections_count(struct bp_connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    const size_t n = connections->n;
    pthread_mutex_unlock(&connections->lock);
    return n;
}

bool bp_connections_in_use(struct bp_connections *connections, size_t milliseconds)
{
    bool in_use = false;
    pthread_mutex_lock(&connections->lock);
    for (struct bp_connection *at = connections->first; at && !in_use; at = at->next) {
        const uint64_t packed = atomic_load(&at->wait);
        const enum bp_wait wait = wait_of(packed);
        in_use = waits_for_request(wait) &&
                 packed + pack(milliseconds, 0) > wait_until(connections, wait);
    }
    pthread_mutex_unlock(&connections->lock);
    return in_use;
}

bool bp_connection_wait(struct bp_connections *connections, struct bp_connection *connection,
                        enum bp_wait wait)
{
    uint64_t before = atomic_load(&connection->wait);
    const uint64_t after = wait_until(connections, wait);
    while (wait_of(before) != BP_WAIT_OVER)
        if (atomic_compare_exchange_weak(&connection->wait, &before, after))
            return true;
    return false;
}

void bp_connection_begin_head(struct bp_connections *connections, struct bp_connection *connection)
{
    if (wait_of(atomic_load(&connection->wait)) == BP_WAIT_IDLE)
        (void)bp_connection_wait(connections, connection, BP_WAIT_HEAD);
}

bool bp_connection_is_over(struct bp_connection *connection)
{
    return wait_of(atomic_load(&connection->wait)) == BP_WAIT_OVER;
}

void bp_connections_stop(struct bp_connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->stopping = true;
    pthread_cond_signal(&connections->stop_asked);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->thread, NULL);
    pthread_cond_destroy(&connections->stop_asked);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}
