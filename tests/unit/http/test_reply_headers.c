#include "backpropd/reply_headers.h"

#include "suite.h"

static const char *value_of(const struct bp_fields *fields, const char *name)
{
    for (size_t i = 0; i < fields->n; i++)
        if (strcmp(fields->all[i].name, name) == 0)
            return fields->all[i].value;
    return NULL;
}

/* The value of one header of a reply; NULL if it has none of this name. */
static const char *header(const char *name, const struct bp_reply *reply,
                          const struct bp_reply_facts *facts)
{
    static struct bp_fields fields;
    bp_fields_make(&fields, reply, facts);
    return value_of(&fields, name);
}

TEST(test_server_timing)
{
    static const struct {
        struct bp_timing timing;
        const char *text;
    } rows[] = {
        {{1, 0, 0}, "parse;dur=0.000, compute;dur=0.000, serialize;dur=0.000"},
        {{4000, 999, 12345678}, "parse;dur=0.004, compute;dur=0.001, serialize;dur=12.346"},
        {{499, 500, 1000000}, "parse;dur=0.000, compute;dur=0.001, serialize;dur=1.000"},
        {{1234567890123, 60000000000, 99999999},
         "parse;dur=1234567.890, compute;dur=60000.000, serialize;dur=100.000"},
    };
    const struct bp_reply_facts facts = {.cors_origins = "*"};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_reply reply = {.timing = rows[i].timing};
        ck_assert_str_eq(header("Server-Timing", &reply, &facts), rows[i].text);
    }
    const struct bp_reply longest = {
        .timing = {UINT64_MAX - 500, UINT64_MAX - 500, UINT64_MAX - 500}};
    struct bp_fields fields;
    bp_fields_make(&fields, &longest, &facts);
    ck_assert_uint_lt(strlen(fields.timing), sizeof fields.timing);
    const struct bp_reply nothing = {.status = 200};
    ck_assert_ptr_null(header("Server-Timing", &nothing, &facts));
}

TEST(test_who_may_call)
{
    static const char list[] = "https://good.example, http://localhost:3000,null";
    static const struct {
        const char *allowed, *origin, *says;
    } rows[] = {
        {"*", NULL, "*"},
        {"*", "https://any.example", "*"},
        {"none", "https://any.example", NULL},
        {"none", "none", NULL},
        {list, NULL, NULL},
        {list, "", NULL},
        {list, "https://good.example", "https://good.example"},
        {list, "http://localhost:3000", "http://localhost:3000"},
        {list, "null", "null"},
        {list, "http://good.example", NULL},
        {list, "https://good.example:443", NULL},
        {list, "https://good.example.evil", NULL},
        {list, "https://good.exampl", NULL},
        {list, "https://evil.example, https://good.example", NULL},
        {list, "http://localhost:3000,null", NULL},
        {list, "HTTPS://good.example", NULL},
        {"https://good.example", "null", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_reply reply = {.status = 200};
        const struct bp_reply_facts facts = {.cors_origins = rows[i].allowed,
                                             .origin = rows[i].origin};
        const char *says = header("Access-Control-Allow-Origin", &reply, &facts);
        REQUIRE((!says && !rows[i].says) || (says && rows[i].says && !strcmp(says, rows[i].says)),
                "%s asks %s: %s", rows[i].origin ? rows[i].origin : "nobody", rows[i].allowed,
                says ? says : "no");
    }
}

TEST(test_proper_origins)
{
    static const char *const good[] = {
        "*",      "none", "null", "https://a.example", "http://[::1]:8080, https://b.example",
        "app://x"};
    static const char *const bad[] = {"",
                                      "a.example",
                                      "https://",
                                      "https://a.example/",
                                      "https://a.example/path",
                                      "https://*.example",
                                      "https://a.example,",
                                      "*,https://a.example",
                                      "https://a.example;https://b.example",
                                      "https://u@a.example",
                                      "://a"};
    for (size_t i = 0; i < LENGTH(good); i++)
        REQUIRE(bp_cors_is_proper(good[i]), "%s", good[i]);
    for (size_t i = 0; i < LENGTH(bad); i++)
        REQUIRE(!bp_cors_is_proper(bad[i]), "%s", bad[i]);
}

/* A connection is kept for a time, or it is closed: never both. */
TEST(test_kept_or_closed)
{
    const struct bp_reply reply = {.status = 200};
    struct bp_reply_facts facts = {.cors_origins = "*", .keep_alive = "timeout=75"};
    struct bp_fields fields;
    bp_fields_make(&fields, &reply, &facts);
    ck_assert_str_eq(value_of(&fields, "Keep-Alive"), "timeout=75");
    ck_assert_ptr_null(value_of(&fields, "Connection"));
    facts.closes = true;
    bp_fields_make(&fields, &reply, &facts);
    ck_assert_ptr_null(value_of(&fields, "Keep-Alive"));
    ck_assert_str_eq(value_of(&fields, "Connection"), "close");
    facts = (struct bp_reply_facts){.cors_origins = "*"};
    bp_fields_make(&fields, &reply, &facts);
    ck_assert_ptr_null(value_of(&fields, "Keep-Alive"));
    ck_assert_ptr_null(value_of(&fields, "Connection"));
}

static const char *vary(const char *origins, bool by_accept, bool by_encoding)
{
    static struct bp_fields fields;
    const struct bp_reply reply = {.status = 200, .has_gzip = by_encoding};
    const struct bp_reply_facts facts = {.cors_origins = origins, .varies_by_accept = by_accept};
    bp_fields_make(&fields, &reply, &facts);
    const char *value = value_of(&fields, "Vary");
    return value ? value : "";
}

TEST(test_vary)
{
    ck_assert_str_eq(vary("*", false, false), "");
    ck_assert_str_eq(vary("none", false, false), "Origin");
    ck_assert_str_eq(vary("*", true, false), "Accept");
    ck_assert_str_eq(vary("*", false, true), "Accept-Encoding");
    ck_assert_str_eq(vary("https://a", true, true), "Origin, Accept, Accept-Encoding");
}

/* A preflight is granted the headers that it asks for, if they are names. */
TEST(test_headers_of_a_preflight)
{
    static const char any[] = "*, authorization";
    static const struct {
        const char *asked, *allowed;
    } rows[] = {
        {NULL, any},    {"", any},    {"baggage,sentry-trace, X-Y", "baggage,sentry-trace, X-Y"},
        {"a b", "a b"}, {"a:b", any}, {"a;b", any}};
    const struct bp_reply reply = {.status = 204, .allow = 1};
    struct bp_reply_facts facts = {.cors_origins = "*"};
    struct bp_fields fields;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        facts.asked_headers = rows[i].asked;
        bp_fields_make(&fields, &reply, &facts);
        ck_assert_str_eq(value_of(&fields, "Access-Control-Allow-Headers"), rows[i].allowed);
    }
    char name[1026];
    memset(name, 'a', 1025);
    name[1025] = '\0';
    facts.asked_headers = name;
    bp_fields_make(&fields, &reply, &facts);
    ck_assert_str_eq(value_of(&fields, "Access-Control-Allow-Headers"), any); /* too long */
    facts.asked_headers = name + 1;
    bp_fields_make(&fields, &reply, &facts);
    ck_assert_str_eq(value_of(&fields, "Access-Control-Allow-Headers"), name + 1);
}

/* What a client is told to do about a status. */
TEST(test_headers_of_a_status)
{
    static const struct {
        unsigned status;
        const char *header;
    } rows[] = {
        {401, "WWW-Authenticate"},
        {415, "Accept-Post"},
        {503, "Retry-After"},
    };
    const struct bp_reply_facts facts = {.cors_origins = "*"};
    struct bp_fields fields;
    for (unsigned status = 200; status < 600; status++) {
        const struct bp_reply reply = {.status = status};
        bp_fields_make(&fields, &reply, &facts);
        for (size_t i = 0; i < LENGTH(rows); i++)
            REQUIRE(!value_of(&fields, rows[i].header) == (status != rows[i].status), "%u: %s",
                    status, rows[i].header);
    }
}

SUITE("http/reply_headers", test_vary, test_headers_of_a_status, test_headers_of_a_preflight,
      test_kept_or_closed, test_server_timing, test_who_may_call, test_proper_origins)
