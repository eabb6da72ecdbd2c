#include <zlib.h>

#include "random.h"
#include "requests.h"

#define POST_BACKWARD "POST /backward HTTP/1.1\nHost: a\nContent-Type: application/json"
#define CHUNKED POST_BACKWARD "\nTransfer-Encoding: chunked"

static struct bp_service service;
static struct bp_exchange exchange;
static struct request_head request;

static void start(const struct bp_limits *limits)
{
    service_make(&service, limits);
}

/* A service that takes bodies of at most 100 bytes. */
static void start_small(void)
{
    struct bp_limits limits = STANDARD;
    limits.body_bytes = 100;
    start(&limits);
}

static bool begin(const char *head)
{
    head_read(&request, head);
    memset(&exchange, 0xA5, sizeof exchange);
    return bp_exchange_begin(&exchange, &service, &request.head);
}

static bool begin_length(const char *head, size_t length)
{
    char text[512];
    snprintf(text, sizeof text, "%s\nContent-Length: %zu", head, length);
    return begin(text);
}

static void end_exchange(void)
{
    bp_exchange_free(&exchange);
    bp_reply_free(&exchange.reply);
    budget_end(&service.memory);
    budget_end(&service.own_memory);
}

/* What is refused at once: the connection cannot go on. */
static void require_at_once(enum bp_problem_code code)
{
    require_problem(&exchange.reply, code);
    ck_assert(exchange.must_close);
    end_exchange();
}

/* What is refused once the body is in, and the exchange finished: the connection lives, unless the
 * body came in chunks. */
static void require_finished(enum bp_problem_code code)
{
    require_problem(&exchange.reply, code);
    ck_assert(exchange.must_close == (request.head.n_coding > 0 || request.head.is_one_too_many));
    end_exchange();
}

static void require_in_the_end(enum bp_problem_code code)
{
    bp_exchange_finish(&exchange);
    require_finished(code);
}

static void require_finished_reply(const char *expected)
{
    char *body = line_of(&exchange.reply);
    REQUIRE(exchange.reply.status == 200, "%s", body);
    ck_assert_str_eq(body, expected);
    ck_assert(exchange.must_close == (request.head.n_coding > 0 || request.head.is_one_too_many));
    free(body);
    end_exchange();
}

static void require_reply(const char *expected)
{
    bp_exchange_finish(&exchange);
    require_finished_reply(expected);
}

/* What the service says without an exchange around it. */
static char *direct_reply(const char *path, const char *text)
{
    struct bp_reply reply;
    ask(&reply, &service, BP_METHOD_POST, path, text);
    char *body = line_of(&reply);
    bp_reply_free(&reply);
    return body;
}

TEST(test_whole_body)
{
    start(&STANDARD);
    char *body = quoted(TEXTBOOK), *expected = direct_reply("/backward", TEXTBOOK);
    ck_assert(!begin_length(POST_BACKWARD, strlen(body)));
    ck_assert(bp_exchange_receive(&exchange, body, strlen(body)));
    require_reply(expected);
    ck_assert(!begin(CHUNKED));
    ck_assert(bp_exchange_receive(&exchange, body, strlen(body)));
    require_reply(expected);
    free(expected);
    free(body);
    service_end(&service);
}

TEST(test_body_in_two_pieces)
{
    start(&STANDARD);
    char *body = quoted(TEXTBOOK), *expected = direct_reply("/backward", TEXTBOOK);
    const size_t size = strlen(body);
    for (size_t cut = 0; cut <= size; cut++) {
        ck_assert(!(cut % 2 ? begin(CHUNKED) : begin_length(POST_BACKWARD, size)));
        ck_assert(bp_exchange_receive(&exchange, body, cut));
        ck_assert(bp_exchange_receive(&exchange, body + cut, size - cut));
        require_reply(expected);
    }
    free(expected);
    free(body);
    service_end(&service);
}

TEST(test_body_byte_by_byte)
{
    start(&STANDARD);
    char *body = quoted(TEXTBOOK), *expected = direct_reply("/backward", TEXTBOOK);
    ck_assert(!begin(CHUNKED));
    for (const char *at = body; *at; at++)
        ck_assert(bp_exchange_receive(&exchange, at, 1));
    require_reply(expected);
    free(expected);
    free(body);
    service_end(&service);
}

/* A body that is invalid, whatever its pieces: NUL bytes do not end it. */
TEST(test_body_with_a_nul)
{
    start(&STANDARD);
    ck_assert(!begin(CHUNKED));
    ck_assert(bp_exchange_receive(&exchange, "{}\0", 3));
    require_in_the_end(BP_PROBLEM_INVALID_JSON);
    ck_assert(!begin_length(POST_BACKWARD, 0));
    require_in_the_end(BP_PROBLEM_INVALID_JSON);
    service_end(&service);
}

TEST(test_bad_heads_are_refused_at_once)
{
    static const struct {
        const char *head;
        enum bp_problem_code code;
    } rows[] = {
        {"POST /backward HTTP/1.1\nHost: a", BP_PROBLEM_LENGTH_REQUIRED},
        {"POST /backward HTTP/1.1\nContent-Length: 5", BP_PROBLEM_BAD_REQUEST},
        {CHUNKED "\nContent-Length: 5", BP_PROBLEM_BAD_REQUEST},
        {POST_BACKWARD "\nTransfer-Encoding: gzip", BP_PROBLEM_NOT_IMPLEMENTED},
        {POST_BACKWARD "\nContent-Length: 5\nExpect: x", BP_PROBLEM_EXPECTATION_FAILED},
        {"TRACE / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"GET / HTTP/2.0\nHost: a", BP_PROBLEM_HTTP_VERSION},
    };
    start(&STANDARD);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        REQUIRE(begin(rows[i].head), "%s", rows[i].head);
        require_at_once(rows[i].code);
    }
    service_end(&service);
}

/* A full service says how it is, and refuses all else. */
TEST(test_connection_too_many_is_refused_at_once)
{
    start(&STANDARD);
    head_read(&request, "GET /version HTTP/1.1\nHost: a");
    request.head.is_one_too_many = true;
    ck_assert(bp_exchange_begin(&exchange, &service, &request.head));
    ck_assert(exchange.reply.status == 503);
    require_at_once(BP_PROBLEM_OVERLOADED);
    head_read(&request, "GET /livez HTTP/1.1\nHost: a");
    request.head.is_one_too_many = true;
    ck_assert(!bp_exchange_begin(&exchange, &service, &request.head));
    require_reply("{\"status\":\"ok\"}");
    service_end(&service);
}

/* Errors that are no matter of framing come after the body, which is swallowed. */
TEST(test_other_errors_wait_for_the_body)
{
    static const struct {
        const char *head;
        enum bp_problem_code code;
    } rows[] = {
        {"POST /nowhere HTTP/1.1\nHost: a", BP_PROBLEM_NOT_FOUND},
        {"POST /livez HTTP/1.1\nHost: a", BP_PROBLEM_METHOD_NOT_ALLOWED},
        {"PUT /forward HTTP/1.1\nHost: a", BP_PROBLEM_METHOD_NOT_ALLOWED},
        {"GET /forward HTTP/1.1\nHost: a", BP_PROBLEM_METHOD_NOT_ALLOWED},
        {"POST /forward HTTP/1.1\nHost: a\nContent-Type: text/html",
         BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE},
        {"POST /step HTTP/1.1\nHost: a\nContent-Encoding: gzip", BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE},
        {"POST /forward HTTP/1.1\nHost: a", BP_PROBLEM_INVALID_JSON},
    };
    start_small();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        ck_assert(!begin_length(rows[i].head, 5));
        ck_assert(bp_exchange_receive(&exchange, "12", 2));
        ck_assert(bp_exchange_receive(&exchange, "[45", 3));
        require_in_the_end(rows[i].code);
    }
    service_end(&service);
}

TEST(test_unsupported_media_type_says_what_is)
{
    start(&STANDARD);
    ck_assert(!begin("POST /step HTTP/1.1\nHost: a\nContent-Length: 0\nContent-Type: a/b"));
    bp_exchange_finish(&exchange);
    ck_assert(exchange.reply.status == 415);
    end_exchange();
    service_end(&service);
}

/* --- too large ---------------------------------------------------------------------------------
 */

static size_t limit_told(void)
{
    json_t *document = json_of(&exchange.reply);
    const size_t limit = (size_t)json_integer_value(json_object_get(document, "limit"));
    json_decref(document);
    return limit;
}

/* Up to eight times the limit the body is swallowed, so that the client reads the answer. */
TEST(test_large_body_is_swallowed)
{
    static const size_t sizes[] = {101, 200, 799, 800};
    char piece[100];
    memset(piece, ' ', sizeof piece);
    start_small();
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        REQUIRE(!begin_length(POST_BACKWARD, sizes[i]), "%zu bytes", sizes[i]);
        for (size_t left = sizes[i]; left > 0;) {
            const size_t n = left < sizeof piece ? left : sizeof piece;
            ck_assert(bp_exchange_receive(&exchange, piece, n));
            left -= n;
        }
        bp_exchange_finish(&exchange);
        ck_assert_uint_eq(limit_told(), 100);
        require_finished(BP_PROBLEM_BODY_TOO_LARGE);
    }
    service_end(&service);
}

TEST(test_huge_body_is_refused_at_once)
{
    static const char *const lengths[] = {"801",
                                          "1000",
                                          "8388608",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "99999999999999999999999999"};
    static const char *const heads[] = {POST_BACKWARD, "POST /nowhere HTTP/1.1\nHost: a",
                                        "GET / HTTP/1.1\nHost: a"};
    start_small();
    for (size_t i = 0; i < LENGTH(lengths); i++)
        for (size_t j = 0; j < LENGTH(heads); j++) {
            char head[512];
            snprintf(head, sizeof head, "%s\nContent-Length: %s", heads[j], lengths[i]);
            REQUIRE(begin(head), "%s", head);
            ck_assert_uint_eq(limit_told(), 100);
            require_at_once(BP_PROBLEM_BODY_TOO_LARGE);
        }
    service_end(&service);
}

/* A client that asks before sending gets its reply before sending, if the body would not be read.
 */
TEST(test_expected_body_that_is_not_read)
{
    static const struct {
        const char *head;
        unsigned status;
    } rows[] = {
        {"POST /forward HTTP/1.1\nContent-Length: 101", 413},
        {"POST /nowhere HTTP/1.1\nContent-Length: 5", 404},
        {"POST /nowhere HTTP/1.1\nTransfer-Encoding: chunked", 404},
        {"POST /livez HTTP/1.1\nContent-Length: 5", 405},
        {"PUT /forward HTTP/1.1\nContent-Length: 5", 405},
        {"POST /step HTTP/1.1\nContent-Length: 5\nContent-Type: text/csv", 415},
        {"POST /step HTTP/1.1\nContent-Length: 5\nContent-Encoding: gzip", 415},
        {"GET /livez HTTP/1.1\nContent-Length: 5", 200},
        {"OPTIONS /step HTTP/1.1\nTransfer-Encoding: chunked", 204},
    };
    char head[256];
    start_small();
    for (size_t i = 0; i < LENGTH(rows); i++) {
        snprintf(head, sizeof head, "%s\nHost: a\nExpect: 100-Continue", rows[i].head);
        REQUIRE(begin(head), "%s", head);
        REQUIRE(exchange.reply.status == rows[i].status, "%s: %u", head, exchange.reply.status);
        ck_assert(exchange.must_close);
        end_exchange();
    }
    service_end(&service);
}

TEST(test_expected_body_that_is_read)
{
    static const char *const heads[] = {
        "POST /forward HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 100",
        "POST /forward HTTP/1.1\nHost: a\nExpect: 100-continue\nTransfer-Encoding: chunked",
        /* there is nothing to wait for */
        "POST /forward HTTP/1.1\nHost: a\nExpect: 100-continue\nContent-Length: 0",
        "GET /nowhere HTTP/1.1\nHost: a\nExpect: 100-continue"};
    start_small();
    for (size_t i = 0; i < LENGTH(heads); i++) {
        REQUIRE(!begin(heads[i]), "%s", heads[i]);
        end_exchange();
    }
    service_end(&service);
}

/* Of several representations: which, and what there is if none will do. */
static void represent(const char *first, const char *second)
{
    struct bp_route *route = (struct bp_route *)bp_route_find(service.routes, "/backward");
    route->media_types[0] = first;
    route->media_types[1] = second;
}

TEST(test_representations)
{
    static const struct {
        const char *accept;
        int representation;
    } rows[] = {{"Accept: text/html", 1}, {"Accept: */*", 0}, {"X: y", 0}};
    char head[256];
    start_small();
    represent(BP_MEDIA_JSON, "text/html");
    for (size_t i = 0; i < LENGTH(rows); i++) {
        snprintf(head, sizeof head, POST_BACKWARD "\n%s", rows[i].accept);
        ck_assert(!begin_length(head, 2));
        ck_assert_int_eq(exchange.representation, rows[i].representation);
        end_exchange();
    }
    service_end(&service);
}

TEST(test_no_representation)
{
    start_small();
    represent(BP_MEDIA_JSON, "text/html");
    ck_assert(!begin_length(POST_BACKWARD "\nAccept: text/csv", 2));
    ck_assert_ptr_null(exchange.body.data); /* it is not read */
    bp_exchange_finish(&exchange);
    ck_assert_ptr_nonnull(
        strstr(exchange.reply.text.data, "\"expected\":[\"application/json\",\"text/html\"]"));
    require_finished(BP_PROBLEM_NOT_ACCEPTABLE);
    ck_assert(begin_length(POST_BACKWARD "\nAccept: text/csv\nExpect: 100-continue", 2));
    require_at_once(BP_PROBLEM_NOT_ACCEPTABLE);
    /* what is no matter of representations is said first, and OPTIONS has none */
    ck_assert(!begin("GET /backward HTTP/1.1\nHost: a\nAccept: text/csv"));
    require_in_the_end(BP_PROBLEM_METHOD_NOT_ALLOWED);
    ck_assert(!begin("OPTIONS /backward HTTP/1.1\nHost: a\nAccept: text/csv"));
    bp_exchange_finish(&exchange);
    ck_assert_uint_eq(exchange.reply.status, 204);
    end_exchange();
    /* where there is one alone, Accept does not matter */
    ck_assert(!begin_length("POST /forward HTTP/1.1\nHost: a\nAccept: text/csv", 0));
    require_in_the_end(BP_PROBLEM_INVALID_JSON);
    service_end(&service);
}

TEST(test_chunked_body_is_limited_too)
{
    char piece[100];
    memset(piece, ' ', sizeof piece);
    start_small();
    ck_assert(!begin(CHUNKED)); /* as many bytes as may be: they are only no JSON */
    ck_assert(bp_exchange_receive(&exchange, piece, 100));
    require_in_the_end(BP_PROBLEM_INVALID_JSON);
    ck_assert(!begin(CHUNKED));
    ck_assert(bp_exchange_receive(&exchange, piece, 100));
    ck_assert(bp_exchange_receive(&exchange, piece, 1));
    require_in_the_end(BP_PROBLEM_BODY_TOO_LARGE);
    ck_assert(!begin(CHUNKED));
    for (int i = 0; i < 8; i++)
        ck_assert(bp_exchange_receive(&exchange, piece, 100));
    ck_assert(!bp_exchange_receive(&exchange, piece, 1)); /* enough is enough */
    end_exchange();
    service_end(&service);
}

/* What is swallowed takes no memory. */
TEST(test_swallowed_body_is_dropped)
{
    char piece[100];
    memset(piece, ' ', sizeof piece);
    start_small();
    ck_assert(!begin_length("POST /nowhere HTTP/1.1\nHost: a", 800));
    for (int i = 0; i < 8; i++) {
        ck_assert(bp_exchange_receive(&exchange, piece, 100));
        ck_assert_uint_eq(atomic_load(&service.memory.used), 0);
    }
    require_in_the_end(BP_PROBLEM_NOT_FOUND);
    service_end(&service);
}

TEST(test_body_of_a_get_is_ignored)
{
    start(&STANDARD);
    ck_assert(!begin_length("GET /livez HTTP/1.1\nHost: a", 7));
    ck_assert(bp_exchange_receive(&exchange, "garbage", 7));
    require_reply("{\"status\":\"ok\"}");
    ck_assert(!begin("GET http://a/livez HTTP/1.1\nHost: a"));
    require_reply("{\"status\":\"ok\"}");
    service_end(&service);
}

/* --- memory ------------------------------------------------------------------------------------
 */

/* Each budget from nothing to enough: 503, or the very reply. */
TEST(test_every_budget)
{
    size_t refused = 0;
    bool done = false;
    char *body = quoted(TEXTBOOK);
    start(&STANDARD);
    char *expected = direct_reply("/backward", TEXTBOOK);
    for (size_t budget = 0; !done; budget += 3) {
        service.memory.limit = budget;
        ck_assert(!(budget % 2 ? begin(CHUNKED) : begin_length(POST_BACKWARD, strlen(body))));
        ck_assert(bp_exchange_receive(&exchange, body, strlen(body)));
        bp_exchange_finish(&exchange);
        done = exchange.reply.status == 200;
        refused += !done;
        if (done) {
            require_finished_reply(expected);
        } else {
            ck_assert(exchange.reply.status == 503);
            require_problem(&exchange.reply, BP_PROBLEM_OVERLOADED);
            end_exchange();
        }
    }
    ck_assert_uint_gt(refused, 500);
    free(expected);
    free(body);
    service_end(&service);
}

/* --- here or elsewhere -------------------------------------------------------------------------
 */

#define HEAVY                                                                                      \
    "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.001,'steps':100000,'include':[]" \
    "}"
#define POST_STEP "POST /step HTTP/1.1\nHost: a"

#define LIGHT 15000000 /* work that is done at once */

static bool try_body(const char *head, const char *text)
{
    char *body = quoted(text);
    ck_assert(!begin_length(head, strlen(body)));
    ck_assert(bp_exchange_receive(&exchange, body, strlen(body)));
    const double left = bp_exchange_prepare(&exchange, LIGHT);
    if (left > 0 && left <= LIGHT)
        bp_exchange_finish(&exchange);
    free(body);
    return left <= LIGHT;
}

TEST(test_light_requests_are_answered_here)
{
    start(&STANDARD);
    ck_assert(try_body(POST_BACKWARD, TEXTBOOK));
    char *expected = direct_reply("/backward", TEXTBOOK), *body = line_of(&exchange.reply);
    ck_assert_str_eq(body, expected);
    end_exchange();
    ck_assert(try_body(POST_BACKWARD, "[]"));
    require_problem(&exchange.reply, BP_PROBLEM_INVALID_REQUEST);
    end_exchange();
    ck_assert(try_body("GET /livez HTTP/1.1\nHost: a", ""));
    ck_assert_uint_eq(exchange.reply.status, 200);
    end_exchange();
    free(expected);
    free(body);
    service_end(&service);
}

TEST(test_heavy_requests_are_finished_elsewhere)
{
    start(&STANDARD);
    char *expected = direct_reply("/step", HEAVY);
    ck_assert(!try_body(POST_STEP, HEAVY));
    require_reply(expected);
    free(expected);
    service_end(&service);
}

/* A body that is long to read, if there is little in it. */
TEST(test_long_bodies_are_finished_elsewhere)
{
    enum { SPACES = 2000000 };
    char *text = malloc(sizeof TEXTBOOK + SPACES);
    start(&STANDARD);
    memset(text, ' ', SPACES);
    strcpy(text + SPACES, TEXTBOOK);
    char *expected = direct_reply("/backward", TEXTBOOK);
    ck_assert(!try_body(POST_BACKWARD, text));
    require_reply(expected);
    free(expected);
    free(text);
    service_end(&service);
}

/* What is left to do can be asked for with more and more time, until the body is decoded. */
TEST(test_prepared_bit_by_bit)
{
    start(&STANDARD);
    char *body = quoted(TEXTBOOK), *expected = direct_reply("/backward", TEXTBOOK);
    ck_assert(!begin_length(POST_BACKWARD, strlen(body)));
    ck_assert(bp_exchange_receive(&exchange, body, strlen(body)));
    ck_assert(bp_exchange_prepare(&exchange, 10) > 10);
    ck_assert_ptr_null(exchange.job.operation);
    ck_assert(bp_exchange_prepare(&exchange, LIGHT) > 0);
    ck_assert_ptr_nonnull(exchange.job.operation);
    ck_assert(bp_exchange_prepare(&exchange, 10) > 0);
    require_reply(expected);
    free(expected);
    free(body);
    service_end(&service);
}

/* Nobody waits for it: it is neither decoded nor calculated. */
TEST(test_cancelled_requests)
{
    static const atomic_bool cancelled = true;
    start(&STANDARD);
    ck_assert(!try_body(POST_STEP, HEAVY));
    exchange.cancelled = &cancelled;
    bp_exchange_finish(&exchange);
    require_problem(&exchange.reply, BP_PROBLEM_OVERLOADED);
    end_exchange();
    ck_assert(!begin_length(POST_BACKWARD, 2));
    ck_assert(bp_exchange_receive(&exchange, "[]", 2));
    exchange.cancelled = &cancelled;
    bp_exchange_finish(&exchange);
    require_problem(&exchange.reply, BP_PROBLEM_OVERLOADED);
    end_exchange();
    service_end(&service);
}

/* Memory is taken for what has come, not for what is announced, and counts for the client. */
TEST(test_announced_bodies)
{
    enum { ANNOUNCED = 8 << 20, PIECES = 20 };
    static char piece[32768];
    struct bp_memory share = {.limit = SIZE_MAX, .whole = &service.memory};
    start(&STANDARD);
    char text[512];
    snprintf(text, sizeof text, POST_BACKWARD "\nContent-Length: %d", ANNOUNCED);
    head_read(&request, text);
    request.head.memory = &share;
    ck_assert(!bp_exchange_begin(&exchange, &service, &request.head));
    for (size_t i = 0; i < PIECES; i++) {
        const size_t come = i * sizeof piece, most = 2 * come + 3 * sizeof piece;
        REQUIRE(atomic_load(&share.used) <= most, "%zu bytes for %zu", atomic_load(&share.used),
                come);
        ck_assert_uint_eq(atomic_load(&share.used), atomic_load(&service.memory.used));
        ck_assert(bp_exchange_receive(&exchange, piece, sizeof piece));
    }
    share.limit = 100;
    for (size_t i = 0; i < PIECES; i++)
        ck_assert(bp_exchange_receive(&exchange, piece, sizeof piece));
    ck_assert_uint_eq(atomic_load(&share.used), 0);
    require_in_the_end(BP_PROBLEM_OVERLOADED);
    service_end(&service);
}

TEST(test_full_queue)
{
    start(&STANDARD);
    ck_assert(!try_body(POST_STEP, HEAVY));
    bp_exchange_refuse_queue(&exchange);
    ck_assert(exchange.reply.status == 503);
    require_problem(&exchange.reply, BP_PROBLEM_OVERLOADED);
    end_exchange();
    service_end(&service);
}

/* The client is gone before its request was calculated, or even whole. */
TEST(test_given_up_on)
{
    start(&STANDARD);
    ck_assert(!try_body(POST_STEP, HEAVY));
    end_exchange();
    ck_assert(!begin_length(POST_BACKWARD, 100));
    ck_assert(bp_exchange_receive(&exchange, "{", 1));
    end_exchange();
    ck_assert(!begin(CHUNKED));
    end_exchange();
    service_end(&service);
}

#define TOKEN "a-token-of-this-test"

/* Without a token the body is dropped unread, and the connection goes on. */
TEST(test_without_a_token)
{
    static const char *const lines[] = {"", "\nAuthorization: Bearer " TOKEN "x",
                                        "\nContent-Type: text/csv\nAuthorization: Basic " TOKEN};
    start_small();
    service.access.n_tokens = 1;
    service.access.tokens[0].size = strlen(TOKEN);
    memcpy(service.access.tokens[0].text, TOKEN, strlen(TOKEN));
    for (size_t i = 0; i < LENGTH(lines); i++) {
        char head[256];
        snprintf(head, sizeof head, "POST /forward HTTP/1.1\nHost: a%s", lines[i]);
        ck_assert(!begin_length(head, i == 0 ? 101 : 1));
        ck_assert_ptr_null(exchange.body.data);
        ck_assert(bp_exchange_receive(&exchange, "{", 1));
        require_in_the_end(BP_PROBLEM_UNAUTHORIZED);
    }
    ck_assert(!begin_length(POST_BACKWARD "\nAuthorization: bearer " TOKEN, 1));
    ck_assert(bp_exchange_receive(&exchange, "{", 1));
    require_in_the_end(BP_PROBLEM_INVALID_JSON);
    ck_assert(!begin("OPTIONS /step HTTP/1.1\nHost: a"));
    bp_exchange_finish(&exchange);
    ck_assert_uint_eq(exchange.reply.status, 204);
    end_exchange();
    service_end(&service);
}

#define MANY_LOSSES "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.001,'steps':300}"

static void unpack(char *out, size_t size, const struct bp_reply *packed)
{
    z_stream stream = {.next_out = (unsigned char *)out, .avail_out = (unsigned)size - 1};
    size_t n;
    stream.next_in = (unsigned char *)bp_reply_body(packed, &n);
    stream.avail_in = (unsigned)n;
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out[stream.total_out] = '\0';
    inflateEnd(&stream);
}

TEST(test_compressed)
{
    static char text[20000];
    start(&STANDARD);
    char *expected = direct_reply("/step", MANY_LOSSES);
    for (int asked = 0; asked < 2; asked++) {
        if (!try_body(asked ? POST_STEP "\nAccept-Encoding: gzip" : POST_STEP, MANY_LOSSES))
            bp_exchange_finish(&exchange);
        ck_assert(exchange.reply.has_gzip && exchange.reply.is_gzip == asked);
        if (asked)
            unpack(text, sizeof text, &exchange.reply);
        else
            snprintf(text, sizeof text, "%.*s", (int)exchange.reply.text.size,
                     exchange.reply.text.data);
        ck_assert(strncmp(text, expected, strlen(expected)) == 0);
        ck_assert_str_eq(text + strlen(expected), "\n");
        end_exchange();
        ck_assert(try_body(POST_BACKWARD "\nAccept-Encoding: gzip", TEXTBOOK));
        ck_assert(!exchange.reply.has_gzip && !exchange.reply.is_gzip); /* too short */
        end_exchange();
    }
    free(expected);
    service_end(&service);
}

SUITE("http/exchange", test_whole_body, test_body_in_two_pieces, test_body_byte_by_byte,
      test_body_with_a_nul, test_bad_heads_are_refused_at_once,
      test_connection_too_many_is_refused_at_once, test_other_errors_wait_for_the_body,
      test_unsupported_media_type_says_what_is, test_large_body_is_swallowed,
      test_huge_body_is_refused_at_once, test_expected_body_that_is_not_read,
      test_expected_body_that_is_read, test_representations, test_no_representation,
      test_chunked_body_is_limited_too, test_swallowed_body_is_dropped,
      test_body_of_a_get_is_ignored, test_every_budget, test_light_requests_are_answered_here,
      test_heavy_requests_are_finished_elsewhere, test_long_bodies_are_finished_elsewhere,
      test_prepared_bit_by_bit, test_cancelled_requests, test_announced_bodies, test_full_queue,
      test_given_up_on, test_without_a_token, test_compressed)
