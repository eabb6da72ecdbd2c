#include "http/connections.h"

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

static struct bp_connections *start(size_t most, size_t most_per_client)
{
    const struct bp_connection_rules rules = {.seconds = {1, 1, 1, 1},
                                              .most = most,
                                              .most_per_client = most_per_client,
                                              .late_body = &late_body,
                                              .on_tick = tick,
                                              .cls = &n_ticks};
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

/* What the other end reads, up to the end: -1 if it would wait. */
static ssize_t other_end(int fd, char *text, size_t size)
{
    return recv(fd, text, size, MSG_DONTWAIT);
}

/* One connection for each phase: those with a deadline are cut off after it, and only a late body
 * is told why. */
TEST(test_deadlines)
{
    struct bp_connections *connections = start(100, 100);
    struct bp_connection *all[BP_WAIT_OVER];
    int ends[BP_WAIT_OVER][2];
    char text[32];
    for (int wait = 0; wait < BP_WAIT_OVER; wait++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[wait]), 0);
        all[wait] = open_from(connections, ends[wait][0], "192.0.2.1");
        strcpy(all[wait]->request_id, "one");
        ck_assert(bp_connection_wait(connections, all[wait], (enum bp_wait)wait));
    }
    sleep_ms(600);
    for (int wait = 0; wait < BP_WAIT_OVER; wait++)
        REQUIRE(other_end(ends[wait][1], text, sizeof text) == -1 && errno == EAGAIN &&
                    !bp_connection_is_over(all[wait]),
                "phase %d ends too early", wait);
    sleep_ms(900);
    for (int wait = 0; wait < BP_WAIT_OVER; wait++) {
        const bool has_deadline = wait != BP_WAIT_WORK;
        REQUIRE(bp_connection_is_over(all[wait]) == has_deadline, "phase %d", wait);
        REQUIRE(bp_connection_wait(connections, all[wait], BP_WAIT_HEAD) == !has_deadline,
                "phase %d goes on", wait);
        const ssize_t n = other_end(ends[wait][1], text, sizeof text);
        if (wait == BP_WAIT_BODY)
            REQUIRE(n == sizeof LATE - 1 && memcmp(text, LATE, (size_t)n) == 0, "%zd bytes", n);
        else
            REQUIRE(n == (has_deadline ? 0 : -1), "phase %d: %zd", wait, n);
    }
    for (int wait = 0; wait < BP_WAIT_OVER; wait++) {
        bp_connection_close(connections, all[wait]);
        close(ends[wait][0]);
        close(ends[wait][1]);
    }
    bp_connections_stop(connections);
    ck_assert_int_ge(atomic_load(&n_ticks), 10);
}

/* Each phase has its time anew. */
TEST(test_who_goes_on_is_not_late)
{
    struct bp_connections *connections = start(100, 100);
    int ends[2];
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    struct bp_connection *connection = open_from(connections, ends[0], "192.0.2.1");
    for (int i = 0; i < 4; i++) {
        sleep_ms(500);
        REQUIRE(bp_connection_wait(connections, connection, (enum bp_wait)(i % BP_WAIT_COUNT)),
                "after %d half seconds", i + 1);
    }
    bp_connection_close(connections, connection);
    bp_connections_stop(connections);
    close(ends[0]);
    close(ends[1]);
}

TEST(test_limits)
{
    static const struct {
        const char *address;
        bool too_many;
    } rows[] = {{"192.0.2.1", false}, {"192.0.2.1", false}, {"192.0.2.1", true},
                {"192.0.2.2", false}, {"192.0.2.2", false}, {"192.0.2.3", true}};
    struct bp_connection *all[LENGTH(rows)];
    struct bp_connections *connections = start(5, 2);
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
    struct bp_connections *connections = start(5, 5);
    ck_assert(!bp_connections_in_use(connections, 1000));
    struct bp_connection *one = open_from(connections, -1, "192.0.2.1");
    struct bp_connection *two = open_from(connections, -1, "192.0.2.1");
    ck_assert(bp_connections_in_use(connections, 1000));
    ck_assert(bp_connection_wait(connections, one, BP_WAIT_BODY));
    ck_assert(bp_connections_in_use(connections, 1000)); /* the other */
    ck_assert(bp_connection_wait(connections, two, BP_WAIT_WORK));
    ck_assert(!bp_connections_in_use(connections, 1000));
    ck_assert(bp_connection_wait(connections, two, BP_WAIT_IDLE));
    sleep_ms(300);
    ck_assert(bp_connections_in_use(connections, 800));
    ck_assert(!bp_connections_in_use(connections, 200));
    bp_connection_close(connections, one);
    bp_connection_close(connections, two);
    bp_connections_stop(connections);
}

TEST(test_addresses)
{
    struct bp_connections *connections = start(5, 5);
    struct sockaddr_in6 client = {.sin6_family = AF_INET6};
    char text[INET6_ADDRSTRLEN];
    struct bp_connection *v4 = open_from(connections, -1, "192.0.2.77");
    bp_connection_client(text, v4);
    ck_assert_str_eq(text, "192.0.2.77");
    inet_pton(AF_INET6, "2001:db8::7", &client.sin6_addr);
    struct bp_connection *v6 = bp_connection_open(connections, -1, (struct sockaddr *)&client);
    bp_connection_client(text, v6);
    ck_assert_str_eq(text, "2001:db8::7");
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
    const struct bp_connection_rules rules = {.seconds = {60, 60, 60, 60},
                                              .most = 10,
                                              .most_per_client = 10,
                                              .on_tick = tick,
                                              .cls = &n_ticks};
    struct bp_connections *connections = bp_connections_start(&rules);
    struct bp_connection *all[10];
    for (size_t i = 0; i < 9; i++)
        all[i] = open_from(connections, -1, "192.0.2.1");
    for (size_t i = 0; i < 9; i += 2)
        bp_connection_wait(connections, all[i], BP_WAIT_IDLE);
    sleep_ms(1500);
    for (size_t i = 0; i < 9; i++)
        REQUIRE(!bp_connection_is_over(all[i]), "%zu: nine are no crowd", i);
    all[9] = open_from(connections, -1, "192.0.2.1");
    bp_connection_wait(connections, all[3], BP_WAIT_BODY);
    sleep_ms(500);
    for (size_t i = 0; i < 9; i++)
        REQUIRE(bp_connection_is_over(all[i]) == (i != 3), "%zu", i);
    REQUIRE(!bp_connection_is_over(all[9]), "the last has been there for half a second");
    for (size_t i = 0; i < 10; i++)
        bp_connection_close(connections, all[i]);
    bp_connections_stop(connections);
}

SUITE("http/connections", test_deadlines, test_who_goes_on_is_not_late, test_limits, test_in_use,
      test_addresses, test_head_begins, test_crowded)
