#include "connections.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#define TICK_MILLISECONDS 100

/* If the process was stopped or got no processor for this long, the time does not count against
 * clients: it first reads the requests that arrived. */
#define NAP_MILLISECONDS 1000

/* If more than this share of the connections is taken, the slowest ones are closed: those that,
 * after some time in their phase, have moved fewer bytes per second than this. An idle client can
 * connect again; one that is refused gets nothing. */
#define CROWDED_PERCENT 90
#define CROWDED_MILLISECONDS 1000
#define CROWDED_BYTES_PER_SECOND 4096

/* A client that reads no byte of its reply for this long is cut off: the reply holds memory. */
#define STALLED_MILLISECONDS 5000

/* A connection that may be closed when there are too many. */
struct candidate {
    struct bp_connection *connection;
    uint64_t rate;
};

struct bp_connections {
    struct bp_connection_rules rules;
    pthread_mutex_t lock; /* protects all below, and keeps every socket open while it is held */
    pthread_cond_t stop_asked;
    struct bp_clients clients;
    LIST_HEAD(connection_list, bp_connection) all;
    size_t n, room; /* connections open, and how many there may be at most */
    struct candidate *slowest;
    uint64_t last_tick, patient_until;
    bool stopping;
    pthread_t thread;
    struct pollfd polled[]; /* one for each connection, in the order of the list */
};

/* The enum is in the lowest bits, so that both change atomically. */
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

uint64_t bp_now_ms(void)
{
    struct timespec now; /* the coarse clock costs a fifth of the fine one */
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t wait_until(const struct bp_connections *connections, enum bp_wait wait)
{
    const bool has_deadline = wait < BP_WAIT_COUNT;
    return pack(has_deadline ? bp_now_ms() + connections->rules.seconds[wait] * 1000 : NO_DEADLINE,
                wait);
}

/* Only a late body gets a reply: before a head there is no request, and within a reply a second one
 * would corrupt it. */
static void cut_off(struct bp_connections *connections, struct bp_connection *connection,
                    uint64_t packed)
{
    if (!atomic_compare_exchange_strong(&connection->wait, &packed,
                                        pack(NO_DEADLINE, BP_WAIT_OVER)))
        return; /* its phase has just changed */
    if (wait_of(packed) == BP_WAIT_BODY)
        bp_timeout_reply_send(atomic_load(&connection->is_cancelled)
                                  ? connections->rules.reply_if_stopping
                                  : connections->rules.reply_if_late,
                              connection->socket, connection->request_id);
    shutdown(connection->socket, SHUT_RDWR);
}

static bool waits_for_request(enum bp_wait wait)
{
    return wait == BP_WAIT_HEAD || wait == BP_WAIT_IDLE;
}

/* Bytes that the client has sent or read, whichever its phase is about. */
static uint64_t moved(const struct bp_progress *progress)
{
    return wait_of(progress->phase) == BP_WAIT_BODY ? progress->in : progress->out;
}

/* True if received bytes wait for us to read them, or if no bytes wait for the client to read. */
static bool waits_for_us(const struct bp_connection *connection)
{
    int bytes = 0;
    if (wait_of(connection->progress.phase) == BP_WAIT_BODY)
        return ioctl(connection->socket, SIOCINQ, &bytes) == 0 && bytes > 0;
    return ioctl(connection->socket, SIOCOUTQ, &bytes) == 0 && bytes == 0;
}

static bool moves_bytes(enum bp_wait wait)
{
    return wait == BP_WAIT_BODY || wait == BP_WAIT_REPLY;
}

/* Reads the byte counts of TCP. */
static void count(struct bp_progress *progress, int socket)
{
    struct tcp_info info;
    socklen_t size = sizeof info;
    progress->is_known =
        getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
        size >= offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received;
    if (!progress->is_known)
        return;
    progress->in = info.tcpi_bytes_received;
    progress->out = info.tcpi_bytes_acked;
}

static void note_progress(struct bp_connection *connection, uint64_t phase, uint64_t now)
{
    struct bp_progress *progress = &connection->progress;
    const bool is_new = progress->phase != phase;
    if (is_new) {
        progress->phase = phase;
        progress->since = progress->moved_at = now;
        progress->first = moved(progress); /* at the last look at the phase before */
    }
    if (!is_new && !moves_bytes(wait_of(phase)))
        return;
    const uint64_t before = moved(progress);
    count(progress, connection->socket);
    if (moved(progress) != before || waits_for_us(connection))
        progress->moved_at = now;
}

/* Bytes per second in the phase so far; 0 in a phase without transfer. UINT64_MAX if the client
 * waits for us, or the system does not count. */
static uint64_t rate_of(const struct bp_connection *connection, uint64_t now)
{
    const struct bp_progress *progress = &connection->progress;
    if (!moves_bytes(wait_of(progress->phase)))
        return 0;
    if (!progress->is_known || waits_for_us(connection))
        return UINT64_MAX;
    return (moved(progress) - progress->first) * 1000 / (now - progress->since + 1);
}

static bool has_stalled(const struct bp_connection *connection, enum bp_wait wait, uint64_t now)
{
    const struct bp_progress *progress = &connection->progress;
    return wait == BP_WAIT_REPLY && progress->is_known &&
           now - progress->moved_at > STALLED_MILLISECONDS;
}

static void note_end(struct bp_connections *connections, struct bp_connection *connection,
                     enum bp_wait wait, bool is_gone)
{
    const struct bp_connection_rules *rules = &connections->rules;
    if (wait == BP_WAIT_WORK)
        (is_gone ? rules->on_gone : rules->on_half_closed)(rules->cls, connection);
    else if (wait != BP_WAIT_REPLY)
        /* If the FIN comes with the client's last bytes, the library reads those and misses it.
         * This wakes the library, which reads the FIN once it has answered. */
        shutdown(connection->socket, SHUT_RD);
}

static void look_at(struct bp_connections *connections, struct bp_connection *connection,
                    short events, uint64_t now)
{
    const uint64_t packed = atomic_load(&connection->wait);
    const enum bp_wait wait = wait_of(packed);
    if (wait == BP_WAIT_OVER)
        return;
    note_progress(connection, packed, now);
    if (now > packed >> WAIT_BITS || has_stalled(connection, wait, now))
        cut_off(connections, connection, packed);
    else if (events & (POLLRDHUP | POLLHUP | POLLERR))
        note_end(connections, connection, wait, events & (POLLHUP | POLLERR));
}

static void look_at_all(struct bp_connections *connections, uint64_t now)
{
    struct pollfd *one = connections->polled;
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place))
        *one++ = (struct pollfd){.fd = at->socket, .events = POLLRDHUP};
    one = poll(connections->polled, connections->n, 0) > 0 ? connections->polled : NULL;
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place))
        look_at(connections, at, one ? one++->revents : 0, now);
}

/* How many n exceeds 9 of 10 by. */
static size_t excess(size_t n, size_t most)
{
    const size_t good = most / 100 * CROWDED_PERCENT + most % 100 * CROWDED_PERCENT / 100;
    return n > good ? n - good : 0;
}

/* Notes the excess of each client, and returns that of all; connections that have been cut off do
 * not count. */
static size_t count_excess(struct bp_connections *connections)
{
    size_t too_many = excess(connections->n, connections->rules.limits->connections);
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place))
        at->client->excess = excess(at->client->n_connections, at->client->connections_max);
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place))
        if (wait_of(atomic_load(&at->wait)) == BP_WAIT_OVER) {
            at->client->excess -= at->client->excess > 0;
            too_many -= too_many > 0;
        }
    return too_many;
}

static int by_rate(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->rate != other->rate)
        return one->rate < other->rate ? -1 : 1;
    const uint64_t since = one->connection->progress.since;
    const uint64_t other_since = other->connection->progress.since;
    return (since > other_since) - (since < other_since);
}

/* The slow connections, slowest first. Returns how many. */
static size_t find_slowest(struct bp_connections *connections, uint64_t now)
{
    size_t n = 0;
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place)) {
        const uint64_t packed = atomic_load(&at->wait);
        const struct bp_progress *progress = &at->progress;
        if (wait_of(packed) >= BP_WAIT_COUNT || progress->phase != packed ||
            now - progress->since < CROWDED_MILLISECONDS)
            continue;
        const uint64_t rate = rate_of(at, now);
        if (rate < CROWDED_BYTES_PER_SECOND)
            connections->slowest[n++] = (struct candidate){at, rate};
    }
    qsort(connections->slowest, n, sizeof *connections->slowest, by_rate);
    return n;
}

/* Closes the excess connections, of all or of one client. */
static void end_slowest(struct bp_connections *connections, uint64_t now)
{
    const struct bp_limits *limits = connections->rules.limits;
    const bool is_share = limits->client_connections < limits->connections;
    if (!excess(connections->n, is_share ? limits->client_connections : limits->connections))
        return;
    size_t too_many = count_excess(connections);
    const size_t n = find_slowest(connections, now);
    for (size_t i = 0; i < n; i++) {
        struct bp_connection *one = connections->slowest[i].connection;
        struct bp_client *client = one->client;
        if (!too_many && !client->excess)
            continue;
        too_many -= too_many > 0;
        client->excess -= client->excess > 0;
        cut_off(connections, one, one->progress.phase);
    }
}

static void look(struct bp_connections *connections)
{
    const uint64_t now = bp_now_ms();
    if (now - connections->last_tick > NAP_MILLISECONDS)
        connections->patient_until = now + NAP_MILLISECONDS;
    connections->last_tick = now;
    bp_clients_sweep(&connections->clients);
    if (now < connections->patient_until)
        return;
    look_at_all(connections, now);
    end_slowest(connections, now);
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
        pthread_cond_clockwait(&connections->stop_asked, &connections->lock, CLOCK_MONOTONIC,
                               &until);
        look(connections);
        pthread_mutex_unlock(&connections->lock);
        connections->rules.on_tick(connections->rules.cls);
        pthread_mutex_lock(&connections->lock);
    }
    pthread_mutex_unlock(&connections->lock);
    return NULL;
}

struct bp_connections *bp_connections_start(const struct bp_connection_rules *rules)
{
    const size_t room = rules->limits->connections + BP_SPARE_CONNECTIONS;
    struct bp_connections *connections =
        calloc(1, sizeof *connections + room * sizeof *connections->polled);
    if (!connections)
        return NULL;
    connections->room = room;
    connections->slowest = malloc(room * sizeof *connections->slowest);
    connections->rules = *rules;
    connections->clients.limits = rules->limits;
    connections->clients.memory = rules->memory;
    connections->last_tick = bp_now_ms();
    pthread_mutex_init(&connections->lock, NULL);
    pthread_cond_init(&connections->stop_asked, NULL);
    if (connections->slowest && pthread_create(&connections->thread, NULL, watch, connections) == 0)
        return connections;
    free(connections->slowest);
    free(connections);
    return NULL;
}

void bp_connection_client(char out[INET6_ADDRSTRLEN], const struct bp_connection *connection)
{
    const struct in6_addr *client = &connection->address;
    const bool is_v4 = IN6_IS_ADDR_V4MAPPED(client);
    if (IN6_IS_ADDR_UNSPECIFIED(client))
        memcpy(out, "unix", sizeof "unix");
    else
        inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? (const void *)(client->s6_addr + 12) : client,
                  out, INET6_ADDRSTRLEN);
}

struct bp_connection *bp_connection_open(struct bp_connections *connections, int socket,
                                         const struct sockaddr *client)
{
    struct bp_connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    connection->socket = socket;
    connection->address = bp_client_address(client);
    atomic_init(&connection->wait, wait_until(connections, BP_WAIT_HEAD));
    pthread_mutex_lock(&connections->lock);
    if (connections->n < connections->room)
        connection->client = bp_client_enter(&connections->clients, &connection->address);
    if (!connection->client) {
        pthread_mutex_unlock(&connections->lock);
        free(connection);
        return NULL;
    }
    connection->is_one_too_many =
        connections->n >= connections->rules.limits->connections ||
        connection->client->n_connections > connection->client->connections_max;
    LIST_INSERT_HEAD(&connections->all, connection, place);
    connections->n++;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

void bp_connection_close(struct bp_connections *connections, struct bp_connection *connection)
{
    pthread_mutex_lock(&connections->lock);
    LIST_REMOVE(connection, place);
    connections->n--;
    connection->client->n_connections--;
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
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at && !in_use;
         at = LIST_NEXT(at, place)) {
        const uint64_t packed = atomic_load(&at->wait);
        const enum bp_wait wait = wait_of(packed);
        in_use = waits_for_request(wait) &&
                 packed + pack(milliseconds, 0) > wait_until(connections, wait);
    }
    pthread_mutex_unlock(&connections->lock);
    return in_use;
}

bool bp_connection_begin_wait(struct bp_connections *connections, struct bp_connection *connection,
                              enum bp_wait wait)
{
    uint64_t before = atomic_load(&connection->wait);
    const bool has_work = wait_of(before) == BP_WAIT_WORK;
    if (has_work)
        pthread_mutex_lock(&connections->lock);
    const uint64_t after = wait_until(connections, wait);
    while (wait_of(before) != BP_WAIT_OVER &&
           !atomic_compare_exchange_weak(&connection->wait, &before, after))
        continue;
    if (has_work)
        pthread_mutex_unlock(&connections->lock);
    return wait_of(before) != BP_WAIT_OVER;
}

void bp_connection_probe(struct bp_connection *connection)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!connection->is_probed)
        (void)send(connection->socket, interim, sizeof interim - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    connection->is_probed = true;
}

void bp_connections_cancel(struct bp_connections *connections)
{
    pthread_mutex_lock(&connections->lock);
    for (struct bp_connection *at = LIST_FIRST(&connections->all); at; at = LIST_NEXT(at, place)) {
        const uint64_t packed = atomic_load(&at->wait);
        atomic_store(&at->is_cancelled, true);
        if (wait_of(packed) == BP_WAIT_BODY || waits_for_request(wait_of(packed)))
            cut_off(connections, at, packed);
    }
    pthread_mutex_unlock(&connections->lock);
}

void bp_connection_begin_head(struct bp_connections *connections, struct bp_connection *connection)
{
    if (wait_of(atomic_load(&connection->wait)) == BP_WAIT_IDLE)
        (void)bp_connection_begin_wait(connections, connection, BP_WAIT_HEAD);
}

bool bp_connection_was_cut_off(struct bp_connection *connection)
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
    bp_clients_sweep(&connections->clients);
    free(connections->slowest);
    free(connections);
}
