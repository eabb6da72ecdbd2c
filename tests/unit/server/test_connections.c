#include "server/connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "standard_limits.h"
#include "suite.h"

static const char LATE[] = "too late, one, and no more";
static char late_text[] = "too late, , and no more";

static atomic_int n_ticks;

static void tick(void *cls)
{
    ck_assert_ptr_eq(cls, &n_ticks);
    atomic_fetch_add(&n_ticks, 1);
}

static const struct bp_timeout_reply reply_if_late = {
    .text = {.data = late_text, .size = sizeof late_text - 1}, .id_at = sizeof "too late, " - 1};

static char cut_text[] = "stopped, ";
static const struct bp_timeout_reply reply_if_stopping = {
    .text = {.data = cut_text, .size = sizeof cut_text - 1}, .id_at = sizeof cut_text - 1};
static struct bp_limits limits = STANDARD_LIMITS;
static struct bp_memory memory = {.limit = SIZE_MAX};
static atomic_int n_gone, n_half_closed;

static void note_gone(void *cls, struct bp_connection *connection)
{
    ck_assert_ptr_eq(cls, &n_ticks);
    ck_assert_ptr_nonnull(connection);
    atomic_fetch_add(&n_gone, 1);
}

static void note_half_closed(void *cls, struct bp_connection *connection)
{
    ck_assert_ptr_eq(cls, &n_ticks);
    bp_connection_probe(connection);
    atomic_fetch_add(&n_half_closed, 1);
}

/* Seconds: what a test waits for, and what none does. */
enum { SOON = 1, NEVER = 600 };

/* One phase has a deadline that is met; BP_WAIT_OVER: none has. */
static struct bp_connections *start(enum bp_wait strict, size_t most, size_t most_per_client)
{
    struct bp_connection_rules rules = {.seconds = {NEVER, NEVER, NEVER, NEVER},
                                        .limits = &limits,
                                        .memory = &memory,
                                        .reply_if_late = &reply_if_late,
                                        .reply_if_stopping = &reply_if_stopping,
                                        .on_gone = note_gone,
                                        .on_half_closed = note_half_closed,
                                        .on_tick = tick,
                                        .cls = &n_ticks};
    limits.connections = most;
    limits.client_connections = most_per_client;
    if (strict < BP_WAIT_COUNT)
        rules.seconds[strict] = SOON;
    struct bp_connections *connections = bp_connections_start(&rules);
    ck_assert_ptr_nonnull(connections);
    return connections;
}

static struct bp_connection *open_from(struct bp_connections *connections, int socket,
                                       const char *address)
{
    struct sockaddr_in client = {.sin_family = AF_INET};
    inet_pton(AF_INET, address, &client.sin_addr);
    struct bp_connection *connection =
        bp_connection_open(connections, socket, (struct sockaddr *)&client);
    ck_assert_ptr_nonnull(connection);
    return connection;
}

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The deadline is one of a coarse clock. */
static void require_not_early(long begin)
{
    REQUIRE(now_ms() - begin >= SOON * 1000 - 20, "after %ld ms", now_ms() - begin);
}

static void wait_until_over(struct bp_connection *connection)
{
    while (!bp_connection_was_cut_off(connection))
        sleep_ms(1);
}

/* What the other end of a connection that is late in this phase reads. */
static void require_cut_off(int fd, enum bp_wait wait)
{
    char text[32];
    const ssize_t n = recv(fd, text, sizeof text, 0);
    if (wait == BP_WAIT_BODY) {
        REQUIRE(n == sizeof LATE - 1 && memcmp(text, LATE, (size_t)n) == 0, "%zd bytes", n);
        ck_assert_int_eq(recv(fd, text, sizeof text, 0), 0);
    } else {
        REQUIRE(n == 0, "phase %d: %zd bytes", wait, n);
    }
}

/* One that has come to a phase through another; a thread that got no processor there begins again.
 */
static struct bp_connection *open_through(struct bp_connections *connections, enum bp_wait first,
                                          enum bp_wait then)
{
    for (;;) {
        struct bp_connection *connection = open_from(connections, -1, "192.0.2.1");
        if (bp_connection_begin_wait(connections, connection, first) &&
            bp_connection_begin_wait(connections, connection, then))
            return connection;
        bp_connection_close(connections, connection);
    }
}

/* A late client is cut off, and only a late body gets a reply. A request that is being worked on is
 * not late. */
static void require_deadline(enum bp_wait wait)
{
    int ends[2];
    struct bp_connections *connections = start(wait, 100, 100);
    struct bp_connection *working = open_through(connections, wait, BP_WAIT_WORK);
    const long begin = now_ms();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct bp_connection *late = open_from(connections, ends[0], "192.0.2.1");
    strcpy(late->request_id, "one");
    if (wait != BP_WAIT_HEAD)
        ck_assert(bp_connection_begin_wait(connections, late, wait));
    require_cut_off(ends[1], wait);
    require_not_early(begin);
    ck_assert(bp_connection_was_cut_off(late));
    REQUIRE(!bp_connection_begin_wait(connections, late, BP_WAIT_REPLY), "phase %d goes on", wait);
    ck_assert(!bp_connection_was_cut_off(working));
    bp_connection_close(connections, late);
    bp_connection_close(connections, working);
    bp_connections_stop(connections);
    close(ends[0]);
    close(ends[1]);
}

TEST(test_deadlines)
{
    for (int wait = 0; wait < BP_WAIT_COUNT; wait++)
        require_deadline((enum bp_wait)wait);
}

TEST(test_ticks)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 1, 1);
    while (atomic_load(&n_ticks) < 10)
        sleep_ms(1);
    bp_connections_stop(connections);
}

/* A phase has its whole time, whatever the one before took. */
TEST(test_a_phase_begins_anew)
{
    struct bp_connections *connections = start(BP_WAIT_BODY, 100, 100);
    struct bp_connection *connection = open_from(connections, -1, "192.0.2.1");
    sleep_ms(SOON * 1500);
    const long begin = now_ms();
    ck_assert(bp_connection_begin_wait(connections, connection, BP_WAIT_BODY));
    wait_until_over(connection);
    require_not_early(begin);
    bp_connection_close(connections, connection);
    bp_connections_stop(connections);
}

/* A deadline is over with its phase. */
TEST(test_who_goes_on_is_not_late)
{
    struct bp_connections *connections = start(BP_WAIT_BODY, 100, 100);
    struct bp_connection *connection = open_through(connections, BP_WAIT_BODY, BP_WAIT_REPLY);
    sleep_ms(SOON * 1500);
    ck_assert(!bp_connection_was_cut_off(connection));
    bp_connection_close(connections, connection);
    bp_connections_stop(connections);
}

TEST(test_limits)
{
    static const struct {
        const char *address;
        bool too_many;
    } rows[] = {{"192.0.2.1", false}, {"192.0.2.1", false}, {"192.0.2.1", true},
                {"192.0.2.2", false}, {"192.0.2.2", false}, {"192.0.2.3", true}};
    struct bp_connection *all[LENGTH(rows)];
    struct bp_connections *connections = start(BP_WAIT_OVER, 5, 2);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        all[i] = open_from(connections, -1, rows[i].address);
        REQUIRE(all[i]->is_one_too_many == rows[i].too_many, "row %zu", i);
    }
    bp_connection_close(connections, all[0]);
    bp_connection_close(connections, all[5]);
    all[0] = open_from(connections, -1, "192.0.2.3");
    ck_assert(!all[0]->is_one_too_many);
    for (size_t i = 0; i + 1 < LENGTH(rows); i++)
        bp_connection_close(connections, all[i]);
    bp_connections_stop(connections);
}

/* Only those between two requests count: the others are in flight. */
TEST(test_in_use)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 5, 5);
    ck_assert(!bp_connections_in_use(connections, NEVER * 1000));
    struct bp_connection *one = open_from(connections, -1, "192.0.2.1");
    struct bp_connection *two = open_from(connections, -1, "192.0.2.1");
    ck_assert(bp_connections_in_use(connections, NEVER * 1000));
    ck_assert(bp_connection_begin_wait(connections, one, BP_WAIT_BODY));
    ck_assert(bp_connections_in_use(connections, NEVER * 1000)); /* the other */
    ck_assert(bp_connection_begin_wait(connections, two, BP_WAIT_WORK));
    ck_assert(!bp_connections_in_use(connections, NEVER * 1000));
    ck_assert(bp_connection_begin_wait(connections, two, BP_WAIT_IDLE));
    sleep_ms(300);
    ck_assert(bp_connections_in_use(connections, NEVER * 1000));
    ck_assert(!bp_connections_in_use(connections, 200));
    bp_connection_close(connections, one);
    bp_connection_close(connections, two);
    bp_connections_stop(connections);
}

TEST(test_addresses)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 5, 5);
    struct sockaddr_in6 client = {.sin6_family = AF_INET6};
    char text[INET6_ADDRSTRLEN];
    struct bp_connection *v4 = open_from(connections, -1, "192.0.2.77");
    bp_connection_client(text, v4);
    ck_assert_str_eq(text, "192.0.2.77");
    inet_pton(AF_INET6, "2001:db8::7", &client.sin6_addr);
    struct bp_connection *v6 = bp_connection_open(connections, -1, (struct sockaddr *)&client);
    bp_connection_client(text, v6);
    ck_assert_str_eq(text, "2001:db8::7");
    const struct sockaddr nameless = {.sa_family = AF_UNIX};
    struct bp_connection *local = bp_connection_open(connections, -1, &nameless);
    bp_connection_client(text, local);
    ck_assert_str_eq(text, "unix");
    bp_connection_close(connections, local);
    bp_connection_close(connections, v4);
    bp_connection_close(connections, v6);
    bp_connections_stop(connections);
}

/* The first line of a request ends the idle time, and gives no fresh connection more time. */
TEST(test_head_begins)
{
    const struct bp_connection_rules rules = {
        .seconds = {[BP_WAIT_HEAD] = 60, [BP_WAIT_BODY] = 60, [BP_WAIT_IDLE] = 3600},
        .limits = &limits,
        .memory = &memory,
        .on_tick = tick,
        .cls = &n_ticks};
    struct bp_connections *connections = bp_connections_start(&rules);
    struct bp_connection *one = open_from(connections, -1, "192.0.2.1");
    ck_assert_uint_eq(bp_connections_count(connections), 1);
    const uint64_t fresh = atomic_load(&one->wait);
    sleep_ms(20);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_eq(atomic_load(&one->wait), fresh);
    ck_assert(bp_connection_begin_wait(connections, one, BP_WAIT_IDLE));
    const uint64_t idle = atomic_load(&one->wait);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_lt(atomic_load(&one->wait), idle);
    ck_assert_uint_gt(atomic_load(&one->wait), fresh);
    ck_assert(bp_connection_begin_wait(connections, one, BP_WAIT_BODY));
    const uint64_t body = atomic_load(&one->wait);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_eq(atomic_load(&one->wait), body);
    bp_connection_close(connections, one);
    ck_assert_uint_eq(bp_connections_count(connections), 0);
    bp_connections_stop(connections);
}

/* Connections over TCP: progress is what TCP counts. */
static int listen_on_loopback(struct sockaddr_in *at)
{
    socklen_t size = sizeof *at;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    *at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    ck_assert_int_eq(bind(fd, (struct sockaddr *)at, sizeof *at), 0);
    ck_assert_int_eq(listen(fd, 100), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)at, &size), 0);
    return fd;
}

struct pair {
    int client;
    struct bp_connection *connection;
};

static struct pair open_pair(struct bp_connections *connections, const char *address)
{
    struct sockaddr_in at;
    const int listening = listen_on_loopback(&at);
    struct pair pair = {.client = socket(AF_INET, SOCK_STREAM, 0)};
    ck_assert_int_eq(connect(pair.client, (struct sockaddr *)&at, sizeof at), 0);
    pair.connection = open_from(connections, accept(listening, NULL, NULL), address);
    close(listening);
    return pair;
}

static void close_pair(struct bp_connections *connections, struct pair pair)
{
    const int fd = pair.connection->socket;
    bp_connection_close(connections, pair.connection);
    close(fd);
    if (pair.client >= 0)
        close(pair.client);
}

static void wait_for(atomic_int *n, int count)
{
    while (atomic_load(n) < count)
        sleep_ms(1);
}

static void wait_for_ticks(int n)
{
    wait_for(&n_ticks, atomic_load(&n_ticks) + n);
}

/* Moves bytes to the server, which reads them. */
static void send_bytes(struct pair pair, size_t n)
{
    static char bytes[100000];
    while (n > 0) {
        const size_t size = n < sizeof bytes ? n : sizeof bytes;
        ck_assert_int_eq(send(pair.client, bytes, size, 0), (ssize_t)size);
        ck_assert_int_eq(recv(pair.connection->socket, bytes, size, MSG_WAITALL), (ssize_t)size);
        n -= size;
    }
}

/* Sends until the socket takes no more. */
static void fill(struct pair pair)
{
    static char bytes[1 << 20];
    while (send(pair.connection->socket, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        continue;
}

static const enum bp_wait WITHOUT_PROGRESS[] = {BP_WAIT_HEAD, BP_WAIT_IDLE, BP_WAIT_BODY,
                                                BP_WAIT_REPLY};

/* Beyond 9 of 10 the slowest go, in whatever phase they are, and no more than need be. */
TEST(test_slowest_go_in_a_crowd)
{
    enum { N = 20, SLOW = 4 };
    struct bp_connections *connections = start(BP_WAIT_OVER, N, N);
    struct pair all[N];
    size_t n_over = 0;
    for (size_t i = 0; i < N - 2; i++)
        all[i] = open_pair(connections, "192.0.2.1");
    for (size_t i = 0; i < N - 2; i++) {
        const enum bp_wait wait = i < SLOW ? WITHOUT_PROGRESS[i] : BP_WAIT_BODY;
        if (wait != BP_WAIT_HEAD)
            bp_connection_begin_wait(connections, all[i].connection, wait);
        if (wait == BP_WAIT_REPLY)
            fill(all[i]);
        if (i >= SLOW)
            send_bytes(all[i], 5000000); /* fast for as long as this test takes */
    }
    sleep_ms(1500);
    for (size_t i = 0; i < N - 2; i++)
        REQUIRE(!bp_connection_was_cut_off(all[i].connection), "%zu: 9 of 10 are no crowd", i);
    for (size_t i = N - 2; i < N; i++) {
        all[i] = open_pair(connections, "192.0.2.1");
        bp_connection_begin_wait(connections, all[i].connection, BP_WAIT_WORK);
    }
    while (n_over < 2) {
        sleep_ms(1);
        n_over = 0;
        for (size_t i = 0; i < N; i++)
            n_over += bp_connection_was_cut_off(all[i].connection);
    }
    wait_for_ticks(5);
    for (size_t i = SLOW; i < N; i++)
        REQUIRE(!bp_connection_was_cut_off(all[i].connection), "%zu is fast, or we are slow", i);
    n_over = 0;
    for (size_t i = 0; i < SLOW; i++)
        n_over += bp_connection_was_cut_off(all[i].connection);
    ck_assert_uint_eq(n_over, 2);
    for (size_t i = 0; i < N; i++)
        close_pair(connections, all[i]);
    bp_connections_stop(connections);
}

/* Of two that are slow the slower goes, whichever came first. */
TEST(test_slower_goes_first)
{
    for (size_t slower = 0; slower < 2; slower++) {
        struct bp_connections *connections = start(BP_WAIT_OVER, 10, 10);
        struct pair all[10];
        for (size_t i = 0; i < 10; i++) {
            all[i] = open_pair(connections, "192.0.2.1");
            bp_connection_begin_wait(connections, all[i].connection,
                                     i < 2 ? BP_WAIT_BODY : BP_WAIT_WORK);
        }
        send_bytes(all[!slower], 3000);
        wait_until_over(all[slower].connection);
        wait_for_ticks(5);
        ck_assert(!bp_connection_was_cut_off(all[!slower].connection));
        for (size_t i = 0; i < 10; i++)
            close_pair(connections, all[i]);
        bp_connections_stop(connections);
    }
}

/* If no connection is slow, none is closed, although there are too many. */
TEST(test_fast_stay_in_a_crowd)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 3, 3);
    struct pair all[3];
    for (size_t i = 0; i < 3; i++) {
        all[i] = open_pair(connections, "192.0.2.1");
        bp_connection_begin_wait(connections, all[i].connection, BP_WAIT_BODY);
        send_bytes(all[i], 5000000);
    }
    sleep_ms(1500);
    for (size_t i = 0; i < 3; i++) {
        ck_assert(!bp_connection_was_cut_off(all[i].connection));
        close_pair(connections, all[i]);
    }
    bp_connections_stop(connections);
}

/* In each phase one without progress goes, where one is too many. */
TEST(test_each_phase_goes_in_a_crowd)
{
    for (size_t phase = 0; phase < LENGTH(WITHOUT_PROGRESS); phase++) {
        struct pair all[3];
        struct bp_connections *connections = start(BP_WAIT_OVER, 3, 3);
        for (size_t i = 0; i < 3; i++)
            all[i] = open_pair(connections, "192.0.2.1");
        for (size_t i = 1; i < 3; i++)
            bp_connection_begin_wait(connections, all[i].connection, BP_WAIT_WORK);
        if (WITHOUT_PROGRESS[phase] != BP_WAIT_HEAD)
            bp_connection_begin_wait(connections, all[0].connection, WITHOUT_PROGRESS[phase]);
        if (WITHOUT_PROGRESS[phase] == BP_WAIT_REPLY)
            fill(all[0]);
        const long begin = now_ms();
        wait_until_over(all[0].connection);
        REQUIRE(now_ms() - begin >= SOON * 1000 - 120, "phase %zu: %ld ms", phase,
                now_ms() - begin);
        for (size_t i = 0; i < 3; i++)
            close_pair(connections, all[i]);
        bp_connections_stop(connections);
    }
}

/* If one client has more than 9 of 10 of its share, only its own slowest connections are closed. */
TEST(test_crowd_of_one_client)
{
    struct pair all[6];
    struct bp_connections *connections = start(BP_WAIT_OVER, 100, 4);
    for (size_t i = 0; i < 6; i++)
        all[i] = open_pair(connections, i < 4 ? "192.0.2.1" : "192.0.2.2");
    for (size_t i = 0; i < 6; i++)
        bp_connection_begin_wait(connections, all[i].connection,
                                 i % 2 ? BP_WAIT_BODY : BP_WAIT_IDLE);
    for (size_t n_over = 0; n_over < 1;) {
        sleep_ms(1);
        for (size_t i = 0; i < 4; i++)
            n_over += bp_connection_was_cut_off(all[i].connection);
    }
    wait_for_ticks(20);
    for (size_t i = 4; i < 6; i++)
        ck_assert(!bp_connection_was_cut_off(all[i].connection));
    size_t n_over = 0;
    for (size_t i = 0; i < 6; i++)
        n_over += bp_connection_was_cut_off(all[i].connection);
    ck_assert_uint_eq(n_over, 1); /* of four, three are 9 of 10 */
    for (size_t i = 0; i < 6; i++)
        close_pair(connections, all[i]);
    bp_connections_stop(connections);
}

/* A client that takes nothing of its reply goes, one that waits for us stays. */
TEST(test_stalled_readers_go)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 100, 100);
    struct pair stalled = open_pair(connections, "192.0.2.1");
    struct pair waiting = open_pair(connections, "192.0.2.1");
    struct pair reading = open_pair(connections, "192.0.2.1");
    struct pair sending = open_pair(connections, "192.0.2.1");
    bp_connection_begin_wait(connections, stalled.connection, BP_WAIT_REPLY);
    bp_connection_begin_wait(connections, waiting.connection, BP_WAIT_REPLY);
    bp_connection_begin_wait(connections, reading.connection, BP_WAIT_REPLY);
    bp_connection_begin_wait(connections, sending.connection, BP_WAIT_BODY);
    fill(stalled);
    static char bytes[1 << 20];
    while (!bp_connection_was_cut_off(stalled.connection)) {
        fill(reading);
        (void)recv(reading.client, bytes, sizeof bytes, MSG_DONTWAIT);
        sleep_ms(10);
    }
    ck_assert(!bp_connection_was_cut_off(waiting.connection));
    ck_assert(!bp_connection_was_cut_off(reading.connection));
    ck_assert(!bp_connection_was_cut_off(sending.connection));
    close_pair(connections, stalled);
    close_pair(connections, waiting);
    close_pair(connections, reading);
    close_pair(connections, sending);
    bp_connections_stop(connections);
}

/* Where the client has ended its sending the library is woken until it sees the end; that is no
 * timeout. */
TEST(test_end_of_sending_is_told)
{
    static const enum bp_wait phases[] = {BP_WAIT_HEAD, BP_WAIT_BODY, BP_WAIT_IDLE};
    for (size_t i = 0; i < LENGTH(phases); i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLET};
        struct bp_connections *connections = start(BP_WAIT_OVER, 100, 100);
        struct pair pair = open_pair(connections, "192.0.2.1");
        const int epoll = epoll_create1(0);
        ck_assert_int_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, pair.connection->socket, &event), 0);
        if (phases[i] != BP_WAIT_HEAD)
            bp_connection_begin_wait(connections, pair.connection, phases[i]);
        ck_assert_int_eq(send(pair.client, "a", 1, 0), 1);
        shutdown(pair.client, SHUT_WR);
        for (int n = 0; n < 3; n++) /* edges, with nothing read in between */
            ck_assert_int_eq(epoll_wait(epoll, &event, 1, NEVER * 1000), 1);
        ck_assert(!bp_connection_was_cut_off(pair.connection));
        close(epoll);
        close_pair(connections, pair);
        bp_connections_stop(connections);
    }
}

/* Who may still read is asked once, and who has gone is not answered. */
TEST(test_gone_while_we_work)
{
    static const char interim[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct bp_connections *connections = start(BP_WAIT_OVER, 100, 100);
    struct pair reads = open_pair(connections, "192.0.2.1");
    struct pair gone = open_pair(connections, "192.0.2.1");
    struct pair stays = open_pair(connections, "192.0.2.1");
    char text[100];
    bp_connection_begin_wait(connections, reads.connection, BP_WAIT_WORK);
    bp_connection_begin_wait(connections, gone.connection, BP_WAIT_WORK);
    bp_connection_begin_wait(connections, stays.connection, BP_WAIT_WORK);
    wait_for_ticks(3);
    ck_assert_int_eq(atomic_load(&n_half_closed) + atomic_load(&n_gone), 0);
    shutdown(reads.client, SHUT_WR);
    wait_for(&n_half_closed, 3);
    ck_assert_int_eq(recv(reads.client, text, sizeof text, 0), sizeof interim - 1);
    ck_assert_int_eq(memcmp(text, interim, sizeof interim - 1), 0);
    wait_for_ticks(3);
    ck_assert_int_eq(recv(reads.client, text, sizeof text, MSG_DONTWAIT), -1);
    ck_assert_int_eq(atomic_load(&n_gone), 0);
    close(gone.client); /* looks the same, but its system answers with a reset */
    gone.client = -1;
    wait_for(&n_gone, 1);
    ck_assert(!bp_connection_was_cut_off(gone.connection));
    close_pair(connections, reads);
    close_pair(connections, gone);
    close_pair(connections, stays);
    bp_connections_stop(connections);
}

/* At the end bodies are refused, requests not waited for, and work cancelled but answered. */
TEST(test_cancel)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 100, 100);
    struct pair all[5];
    char text[100];
    for (int wait = BP_WAIT_HEAD; wait <= BP_WAIT_WORK; wait++) {
        all[wait] = open_pair(connections, "192.0.2.1");
        if (wait != BP_WAIT_HEAD)
            bp_connection_begin_wait(connections, all[wait].connection, (enum bp_wait)wait);
    }
    bp_connections_cancel(connections);
    for (int wait = BP_WAIT_HEAD; wait <= BP_WAIT_WORK; wait++) {
        const bool goes_on = wait == BP_WAIT_REPLY || wait == BP_WAIT_WORK;
        REQUIRE(bp_connection_was_cut_off(all[wait].connection) != goes_on, "phase %d", wait);
        ck_assert(atomic_load(&all[wait].connection->is_cancelled));
    }
    ck_assert_int_eq(recv(all[BP_WAIT_BODY].client, text, sizeof text, 0), sizeof cut_text - 1);
    ck_assert_int_eq(memcmp(text, cut_text, sizeof cut_text - 1), 0);
    ck_assert_int_eq(recv(all[BP_WAIT_HEAD].client, text, sizeof text, 0), 0);
    for (int wait = BP_WAIT_HEAD; wait <= BP_WAIT_WORK; wait++)
        close_pair(connections, all[wait]);
    bp_connections_stop(connections);
}

SUITE("server/connections", test_deadlines, test_ticks, test_a_phase_begins_anew,
      test_who_goes_on_is_not_late, test_limits, test_in_use, test_addresses, test_head_begins,
      test_slowest_go_in_a_crowd, test_slower_goes_first, test_fast_stay_in_a_crowd,
      test_each_phase_goes_in_a_crowd, test_crowd_of_one_client, test_stalled_readers_go,
      test_end_of_sending_is_told, test_gone_while_we_work, test_cancel)
