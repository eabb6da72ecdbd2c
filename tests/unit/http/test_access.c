#include "backpropd/access.h"

#include <stdlib.h>
#include <unistd.h>

#include "backpropd/head.h"
#include "backpropd/router.h"
#include "suite.h"

#define GOOD "abcdefghijklmnop" /* as short as may be */
#define OTHER "-._~+/=0123456789"

static bool read_bytes(struct bp_access *access, char error[BP_ACCESS_ERROR_MAX], const char *text,
                       size_t size)
{
    char file[] = "/tmp/backpropd-XXXXXX";
    const int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, size), (ssize_t)size);
    close(fd);
    memset(access, 0, sizeof *access);
    const bool good = bp_access_read(access, file, error);
    unlink(file);
    return good;
}

static bool read_tokens(struct bp_access *access, char error[BP_ACCESS_ERROR_MAX], const char *text)
{
    return read_bytes(access, error, text, strlen(text));
}

TEST(test_token_files)
{
    static char longest[200], too_long[200];
    struct bp_access access;
    char error[BP_ACCESS_ERROR_MAX];
    memset(longest, 'a', BP_TOKEN_MAX);
    memset(too_long, 'a', BP_TOKEN_MAX + 1);
    const struct {
        const char *text;
        size_t n; /* 0: refused */
    } rows[] = {{GOOD, 1},
                {GOOD "\n" OTHER "\n", 2},
                {"# who\n\n" GOOD "  \r\n\n", 1},
                {longest, 1},
                {too_long, 0},
                {"", 0},
                {"# only a word\n", 0},
                {"abcdefghijklmno\n", 0}, /* 15 */
                {GOOD "\nwith a space in it\n", 0},
                {GOOD "\xC3\xA9", 0}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const bool good = read_tokens(&access, error, rows[i].text);
        REQUIRE(good == (rows[i].n > 0), "row %zu", i);
        REQUIRE(!good || access.n_tokens == rows[i].n, "row %zu has %zu", i, access.n_tokens);
        REQUIRE(good || !strstr(error, "space in"), "the message contains a token: %s", error);
    }
    ck_assert(!read_tokens(&access, error, GOOD "\n\nshort\n"));
    REQUIRE(strstr(error, "line 3"), "%s", error);
    ck_assert(!bp_access_read(&access, "/nowhere", error));
    REQUIRE(strstr(error, "/nowhere: No such file"), "%s", error);
}

/* What stands in a comment becomes no token, wherever a reader's buffer ends. */
TEST(test_long_comments)
{
    struct bp_access access;
    char error[BP_ACCESS_ERROR_MAX], text[2000];
    for (size_t n = 0; n < 1000; n++) {
        const int size = snprintf(text, sizeof text, "#%0*d" OTHER "\n" GOOD "\n", (int)n + 1, 0);
        REQUIRE(read_bytes(&access, error, text, (size_t)size), "%zu: %s", n, error);
        REQUIRE(access.n_tokens == 1 && access.tokens[0].text[0] == 'a', "%zu", n);
        text[1] = '\0'; /* a NUL ends neither the comment nor its line */
        REQUIRE(read_bytes(&access, error, text, (size_t)size), "%zu: %s", n, error);
        REQUIRE(access.n_tokens == 1 && access.tokens[0].text[0] == 'a', "%zu", n);
    }
}

/* A line is a token as a whole, or none. */
TEST(test_long_lines)
{
    struct bp_access access;
    char error[BP_ACCESS_ERROR_MAX], text[2000];
    for (size_t n = 0; n < 1000; n++) {
        const int size = snprintf(text, sizeof text, GOOD "\n\n" GOOD "%*s" OTHER "\n", (int)n, "");
        const bool fits = n == 0;
        REQUIRE(read_bytes(&access, error, text, (size_t)size) == fits, "%zu", n);
        REQUIRE(fits || strstr(error, "line 3: "), "%zu: %s", n, error);
        REQUIRE(fits || !strstr(error, GOOD), "the message contains a token: %s", error);
    }
    ck_assert(read_tokens(&access, error, GOOD "                    \r\n"));
    ck_assert(!read_bytes(&access, error, GOOD "\0\n", 18));
    ck_assert(!read_bytes(&access, error, GOOD "\n\0" OTHER, 34));
    ck_assert(!bp_access_read(&access, "/dev/zero", error));
    REQUIRE(strstr(error, "/dev/zero, line 1: "), "%s", error);
}

static enum bp_group group_of(const char *path)
{
    size_t n;
    struct bp_route *routes = bp_routes_make(&n, "*");
    const enum bp_group group = bp_route_find(routes, path)->group;
    free(routes);
    return group;
}

static bool is_allowed(const struct bp_access *access, const char *path, const char *authorization)
{
    struct bp_head head = {.method = "POST", .target = path};
    if (authorization)
        bp_head_add(&head, "Authorization", 13, authorization, strlen(authorization));
    return bp_access_allows(access, group_of(path), &head);
}

TEST(test_who_may_calculate)
{
    static char huge[5000];
    struct bp_access access;
    char error[BP_ACCESS_ERROR_MAX];
    strcpy(huge, "Bearer ");
    memset(huge + 7, 'a', sizeof huge - 8);
    const struct {
        const char *authorization;
        bool allowed;
    } rows[] = {{NULL, false},
                {"Bearer " GOOD, true},
                {"bearer " GOOD, true},
                {"BEARER   " OTHER, true},
                {"Bearer " GOOD "q", false},
                {"Bearer abcdefghijklmno", false},
                {"Bearer abcdefghijklmnoq", false},
                {"Bearer " GOOD " ", false},
                {"Bearer", false},
                {"Bearer ", false},
                {"", false},
                {GOOD, false},
                {"Basic " GOOD, false},
                {"Bearer " GOOD ", Bearer " GOOD, false},
                {"Bearer \xC3\xA9", false},
                {huge, false}};
    ck_assert(read_tokens(&access, error, OTHER "\n" GOOD "\n"));
    for (size_t i = 0; i < LENGTH(rows); i++)
        REQUIRE(is_allowed(&access, "/forward", rows[i].authorization) == rows[i].allowed, "%s",
                rows[i].authorization ? rows[i].authorization : "nothing");

    struct bp_head twice = {.method = "POST"};
    bp_head_add(&twice, "Authorization", 13, "Bearer " GOOD, 7 + 16);
    ck_assert(bp_access_allows(&access, BP_GROUP_CALCULATE, &twice));
    bp_head_add(&twice, "authorization", 13, "Bearer " GOOD, 7 + 16);
    ck_assert(!bp_access_allows(&access, BP_GROUP_CALCULATE, &twice));

    const struct bp_head preflight = {.method = "OPTIONS"};
    ck_assert(bp_access_allows(&access, BP_GROUP_CALCULATE, &preflight));
}

TEST(test_what_is_public)
{
    static const struct {
        const char *path;
        enum bp_group group;
    } rows[] = {{"/livez", BP_GROUP_HEALTH},  {"/healthz", BP_GROUP_HEALTH},
                {"/readyz", BP_GROUP_HEALTH}, {"/metrics", BP_GROUP_METRICS},
                {"/", BP_GROUP_DOCS},         {"/openapi.yaml", BP_GROUP_DOCS},
                {"/nowhere", BP_GROUP_DOCS},  {"/forward", BP_GROUP_CALCULATE},
                {"/step", BP_GROUP_CALCULATE}};
    struct bp_access access;
    char error[BP_ACCESS_ERROR_MAX];
    ck_assert(read_tokens(&access, error, GOOD));
    for (int open = 0; open < BP_GROUP_COUNT; open++) {
        memset(access.public_groups, 0, sizeof access.public_groups);
        access.public_groups[open] = true;
        for (size_t i = 0; i < LENGTH(rows); i++) {
            REQUIRE(is_allowed(&access, rows[i].path, NULL) == ((int)rows[i].group == open), "%s",
                    rows[i].path);
            REQUIRE(is_allowed(&access, rows[i].path, "Bearer " GOOD), "%s", rows[i].path);
        }
    }
    access.n_tokens = 0; /* no tokens: no need of one */
    ck_assert(is_allowed(&access, "/forward", NULL));
}

SUITE("http/access", test_token_files, test_long_comments, test_long_lines, test_who_may_calculate,
      test_what_is_public)
