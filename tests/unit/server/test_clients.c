#include "server/clients.h"

#include <arpa/inet.h>
#include <string.h>

#include "suite.h"

static struct bp_limits limits = BP_LIMITS_DEFAULT;
static struct bp_memory memory = {.limit = SIZE_MAX};
static struct bp_clients clients = {.limits = &limits, .memory = &memory};

static struct in6_addr address_of(const char *text)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    const struct sockaddr nameless = {.sa_family = AF_UNIX};
    if (!*text)
        return bp_client_address(&nameless);
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return bp_client_address((struct sockaddr *)&v6);
    ck_assert_int_eq(inet_pton(AF_INET, text, &v4.sin_addr), 1);
    return bp_client_address((struct sockaddr *)&v4);
}

static struct bp_client *enter(const char *text)
{
    const struct in6_addr address = address_of(text);
    struct bp_client *client = bp_client_enter(&clients, &address);
    ck_assert_ptr_nonnull(client);
    return client;
}

TEST(test_who_is_one_client)
{
    static const struct {
        const char *one, *other;
        bool is_one;
    } rows[] = {{"192.0.2.1", "192.0.2.1", true},
                {"192.0.2.1", "192.0.2.2", false},
                {"192.0.2.1", "::ffff:192.0.2.1", true},
                {"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
                {"2001:db8:1:2::1", "2001:db8:1:3::1", false},
                {"::1", "::2", true},
                {"::1", "", false},
                {"", "", true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_client *one = enter(rows[i].one), *other = enter(rows[i].other);
        REQUIRE((one == other) == rows[i].is_one, "row %zu", i);
        ck_assert_uint_eq(one->n_connections, rows[i].is_one ? 2 : 1);
        one->n_connections--;
        other->n_connections--;
        bp_clients_sweep(&clients);
    }
}

/* Of queue and memory a client has the share that it has of connections. */
TEST(test_shares)
{
    limits.connections = 1000;
    limits.client_connections = 250;
    limits.queue = 64;
    limits.memory_bytes = 1 << 20;
    const struct bp_client *client = enter("192.0.2.1");
    ck_assert_uint_eq(client->connections_max, 250);
    ck_assert_uint_eq(client->lane.most, 16);
    ck_assert_uint_eq(client->memory.limit, 1 << 18);
    ck_assert_ptr_eq(client->memory.whole, &memory);
    limits.queue = 1;
    ck_assert_uint_eq(enter("192.0.2.2")->lane.most, 1);
}

/* Where one address may have all, and on a Unix socket, there is no telling of clients. */
TEST(test_no_shares)
{
    limits.connections = limits.client_connections = 1000;
    struct bp_client *all[] = {enter("192.0.2.3"), NULL};
    limits.client_connections = 250;
    all[1] = enter("");
    for (size_t i = 0; i < LENGTH(all); i++) {
        ck_assert_uint_eq(all[i]->connections_max, SIZE_MAX);
        ck_assert_uint_eq(all[i]->lane.most, SIZE_MAX);
        ck_assert_uint_eq(all[i]->memory.limit, SIZE_MAX);
    }
}

/* A reply may outlive the connection, and its memory counts for the client until it is given back.
 */
TEST(test_clients_stay_while_they_have_memory)
{
    bool over_budget;
    struct bp_client *client = enter("192.0.2.9");
    void *block = bp_memory_take(&client->memory, 100000, &over_budget);
    ck_assert_ptr_nonnull(block);
    client->n_connections--;
    bp_clients_sweep(&clients);
    ck_assert_ptr_eq(enter("192.0.2.9"), client);
    ck_assert_uint_eq(atomic_load(&client->memory.used), 100000);
    bp_memory_give(block);
    ck_assert_uint_eq(atomic_load(&memory.used), 0);
    client->n_connections--;
    bp_clients_sweep(&clients);
    for (size_t i = 0; i < BP_CLIENT_BUCKETS; i++)
        ck_assert_ptr_null(clients.buckets[i]);
}

SUITE("server/clients", test_who_is_one_client, test_shares, test_no_shares,
      test_clients_stay_while_they_have_memory)
