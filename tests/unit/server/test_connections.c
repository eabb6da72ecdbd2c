#include "server/connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

static const char LATE[] = "too late, one, and no more";
static char late_text[] = "too late, , and no more";

static atomic_int n_ticks;

static void tick(void *cls)
{
    ck_assert_ptr_eq(cls, &n_ticks);
    atomic_fetch_add(&n_ticks, 1);
}

static const struct bp_late_body late_body = {
    .text = {.data = late_text, .size = sizeof late_text - 1}, .id_at = sizeof "too late, " - 1};

/* Seconds: what a test waits for, and what none does. */
enum { SOON = 1, NEVER = 600 };

/* One phase has a deadline that is met; BP_WAIT_OVER: none has. */
static struct bp_connections *start(enum bp_wait strict, size_t most, size_t most_per_client)
{
    struct bp_connection_rules rules = {.seconds = {NEVER, NEVER, NEVER, NEVER},
                                        .most = most,
                                        .most_per_client = most_per_client,
                                        .late_body = &late_body,
                                        .on_tick = tick,
                                        .cls = &n_ticks};
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
    while (!bp_connection_is_over(connection))
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
        if (bp_connection_wait(connections, connection, first) &&
            bp_connection_wait(connections, connection, then))
            return connection;
        bp_connection_close(connections, connection);
    }
}

/* Who is late is cut off, and only a late body is told why. What is being worked on is not late. */
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
        ck_assert(bp_connection_wait(connections, late, wait));
    require_cut_off(ends[1], wait);
    require_not_early(begin);
    ck_assert(bp_connection_is_over(late));
    REQUIRE(!bp_connection_wait(connections, late, BP_WAIT_REPLY), "phase %d goes on", wait);
    ck_assert(!bp_connection_is_over(working));
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
    ck_assert(bp_connection_wait(connections, connection, BP_WAIT_BODY));
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
    ck_assert(!bp_connection_is_over(connection));
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
    ck_assert(bp_connection_wait(connections, one, BP_WAIT_BODY));
    ck_assert(bp_connections_in_use(connections, NEVER * 1000)); /* the other */
    ck_assert(bp_connection_wait(connections, two, BP_WAIT_WORK));
    ck_assert(!bp_connections_in_use(connections, NEVER * 1000));
    ck_assert(bp_connection_wait(connections, two, BP_WAIT_IDLE));
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
        .most = 5,
        .most_per_client = 5,
        .on_tick = tick,
        .cls = &n_ticks};
    struct bp_connections *connections = bp_connections_start(&rules);
    struct bp_connection *one = open_from(connections, -1, "192.0.2.1");
    ck_assert_uint_eq(bp_connections_count(connections), 1);
    const uint64_t fresh = atomic_load(&one->wait);
    sleep_ms(20);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_eq(atomic_load(&one->wait), fresh);
    ck_assert(bp_connection_wait(connections, one, BP_WAIT_IDLE));
    const uint64_t idle = atomic_load(&one->wait);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_lt(atomic_load(&one->wait), idle);
    ck_assert_uint_gt(atomic_load(&one->wait), fresh);
    ck_assert(bp_connection_wait(connections, one, BP_WAIT_BODY));
    const uint64_t body = atomic_load(&one->wait);
    bp_connection_begin_head(connections, one);
    ck_assert_uint_eq(atomic_load(&one->wait), body);
    bp_connection_close(connections, one);
    ck_assert_uint_eq(bp_connections_count(connections), 0);
    bp_connections_stop(connections);
}

/* With 9 of 10 taken and more, one that waits for a request, its first or its next, gets a second,
 * however long the rule is. */
TEST(test_crowded)
{
    struct bp_connections *connections = start(BP_WAIT_OVER, 10, 10);
    struct bp_connection *all[10];
    for (size_t i = 0; i < 9; i++)
        all[i] = open_from(connections, -1, "192.0.2.1");
    for (size_t i = 0; i < 9; i += 2)
        bp_connection_wait(connections, all[i], BP_WAIT_IDLE);
    sleep_ms(1500);
    for (size_t i = 0; i < 9; i++)
        REQUIRE(!bp_connection_is_over(all[i]), "%zu: nine are no crowd", i);
    ck_assert(bp_connection_wait(connections, all[3], BP_WAIT_BODY));
    const long begin = now_ms();
    all[9] = open_from(connections, -1, "192.0.2.1");
    for (size_t i = 0; i < 10; i++)
        if (i != 3)
            wait_until_over(all[i]);
    require_not_early(begin); /* the last has got its second */
    ck_assert(!bp_connection_is_over(all[3]));
    for (size_t i = 0; i < 10; i++)
        bp_connection_close(connections, all[i]);
    bp_connections_stop(connections);
}

SUITE("server/connections", test_deadlines, test_ticks, test_a_phase_begins_anew,
      test_who_goes_on_is_not_late, test_limits, test_in_use, test_addresses, test_head_begins,
      test_crowded)
