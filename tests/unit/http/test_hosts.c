#include "backpropd/access.h"
#include "backpropd/head.h"

#include "suite.h"

static const char LIST[] = "localhost, 127.0.0.1,[::1],teacher.example";

static bool allows(const char *allowed, const char *host, const char *target)
{
    const struct bp_head head = {.target = target, .host = host};
    return bp_hosts_allow(allowed, &head);
}

TEST(test_hosts_of_a_list)
{
    static const char *const ours[] = {"localhost",         "localhost:8080",  "LocalHost",
                                       "localhost.",        "localhost.:80",   "127.0.0.1",
                                       "127.0.0.1:65535",   "[::1]",           "[::1]:8080",
                                       "localhost ",        "teacher.example", "localhost:",
                                       "Teacher.Example.:1"};
    static const char *const others[] = {"",
                                         ".",
                                         ":8080",
                                         "local",
                                         "localhost..",
                                         "localhost.evil.example",
                                         "evil.example",
                                         "xlocalhost",
                                         "127.0.0.10",
                                         "127.0.0.1.evil.example",
                                         "[::1",
                                         "[::1].evil",
                                         "[::2]",
                                         "::1",
                                         "localhost, 127.0.0.1",
                                         "localhost,",
                                         "teacher.example@evil.example",
                                         "evil.example:localhost",
                                         "*"};
    for (size_t i = 0; i < LENGTH(ours); i++)
        REQUIRE(allows(LIST, ours[i], "/"), "\"%s\" is refused", ours[i]);
    for (size_t i = 0; i < LENGTH(others); i++) {
        REQUIRE(!allows(LIST, others[i], "/"), "\"%s\" is allowed", others[i]);
        REQUIRE(allows("*", others[i], "/"), "\"%s\" is refused by *", others[i]);
    }
}

/* Both count, where both are there; one must be. */
TEST(test_absolute_targets)
{
    ck_assert(allows(LIST, "localhost", "http://localhost:80/livez"));
    ck_assert(allows(LIST, NULL, "HTTPS://[::1]"));
    ck_assert(allows(LIST, "127.0.0.1", "http://teacher.example./"));
    ck_assert(!allows(LIST, "localhost", "http://evil.example/livez"));
    ck_assert(!allows(LIST, "evil.example", "http://localhost/livez"));
    ck_assert(!allows(LIST, "localhost", "http://localhost@evil.example/"));
    ck_assert(!allows(LIST, "localhost", "http://localhost:80@evil.example/"));
    ck_assert(!allows(LIST, "localhost", "http://[::1]@evil.example/"));
    ck_assert(!allows(LIST, "localhost", "http://evil.example?/localhost"));
    ck_assert(!allows(LIST, NULL, "/livez"));
    ck_assert(allows("*", NULL, "/livez"));
}

TEST(test_proper_lists)
{
    static const char *const proper[] = {"*", "a", "a.example", "a,b", "a, b ,[::1]", "127.0.0.1"};
    static const char *const improper[] = {"",           "a,",  ",a",   "*,a",      "a:80",
                                           "a.example.", "::1", "[]",   "[::1]:80", "[x]",
                                           "http://a",   "a b", "a,,b", "a/",       "\xe9"};
    for (size_t i = 0; i < LENGTH(proper); i++)
        REQUIRE(bp_hosts_are_proper(proper[i]), "%s", proper[i]);
    for (size_t i = 0; i < LENGTH(improper); i++)
        REQUIRE(!bp_hosts_are_proper(improper[i]), "%s", improper[i]);
}

SUITE("http/hosts", test_hosts_of_a_list, test_absolute_targets, test_proper_lists)
