#include <stdint.h>

#include "requests.h"

#define GOOD (-1)
#define HEADER_BYTES 16384

struct row {
    const char *text;
    int problem; /* or GOOD */
};

static int check(const struct bp_head *head, struct bp_problem *problem)
{
    memset(problem, 0xA5, sizeof *problem);
    return bp_head_check(head, problem, HEADER_BYTES) ? GOOD : (int)problem->code;
}

static void require_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct request_head request;
        struct bp_problem problem;
        head_read(&request, rows[i].text);
        int got = check(&request.head, &problem);
        REQUIRE(got == rows[i].problem, "%s: problem %d, not %d", rows[i].text, got,
                rows[i].problem);
        REQUIRE(got == GOOD || *problem.detail, "%s: nothing is said", rows[i].text);
    }
}

TEST(test_good_heads)
{
    static const struct row rows[] = {
        {"GET / HTTP/1.1\nHost: localhost", GOOD},
        {"GET / HTTP/1.1\nhOsT: localhost:8080", GOOD},
        {"GET / HTTP/1.1\nHost: 127.0.0.1:80", GOOD},
        {"GET / HTTP/1.1\nHost: [::1]:8080", GOOD},
        {"GET / HTTP/1.1\nHost: a \t", GOOD},
        {"GET / HTTP/1.0", GOOD},
        {"GET / HTTP/1.2\nHost: a", GOOD}, /* a later minor version is read as 1.1 */
        {"HEAD /livez HTTP/1.1\nHost: a", GOOD},
        {"OPTIONS * HTTP/1.1\nHost: a", GOOD},
        {"GET http://a/forward HTTP/1.1\nHost: a", GOOD},
        {"GET /a?b=c&d=%20 HTTP/1.1\nHost: a", GOOD},
        {"PUT /forward HTTP/1.1\nHost: a\nContent-Length: 3", GOOD},
        {"DELETE / HTTP/1.1\nHost: a", GOOD},
        {"PATCH / HTTP/1.1\nHost: a", GOOD},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 0", GOOD},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 00005", GOOD},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 99999999999999999999999", GOOD}, /* but large */
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked", GOOD},
        {"POST / HTTP/1.1\nHost: a\nTRANSFER-ENCODING: Chunked", GOOD},
        {"POST / HTTP/1.0\nContent-Length: 5", GOOD},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: 100-continue", GOOD},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: 100-Continue", GOOD},
        {"GET / HTTP/1.1\nHost: a\nX-Any: ~!@#$%^&*() \t\"quoted\"", GOOD},
        {"GET / HTTP/1.1\nHost: a\nX-Same: 1\nX-Same: 2", GOOD},
        {"GET / HTTP/1.1\nHost: a\nUpgrade: h2c\nConnection: Upgrade", GOOD},
        {"GET / HTTP/1.1\nHost: a\nRange: bytes=0-1", GOOD},
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_request_line)
{
    static const struct row rows[] = {
        {"G{}T / HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GE\tT / HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"G(E)T / HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET /a b HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET /a\tb HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET /\x01 HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET /\x7f HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET /\xc3\xa9 HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/2.0\nHost: a", BP_PROBLEM_HTTP_VERSION},
        {"PRI * HTTP/2.0\nHost: a", BP_PROBLEM_HTTP_VERSION},
        {"GET / HTTP/0.9\nHost: a", BP_PROBLEM_HTTP_VERSION},
        {"get / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"FROBNICATE / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"TRACE / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"CONNECT / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"GE / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"ET / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"P / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
        {"POSTS / HTTP/1.1\nHost: a\nContent-Length: 0", BP_PROBLEM_NOT_IMPLEMENTED},
        {"OPTION / HTTP/1.1\nHost: a", BP_PROBLEM_NOT_IMPLEMENTED},
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_target_length)
{
    char text[HEAD_TEXT_MAX];
    for (int n = BP_TARGET_MAX - 1; n <= BP_TARGET_MAX + 1; n++) {
        struct request_head request;
        struct bp_problem problem;
        char target[BP_TARGET_MAX + 2];
        memset(target, 'a', sizeof target);
        target[0] = '/';
        target[n] = '\0';
        snprintf(text, sizeof text, "GET %s HTTP/1.1\nHost: a", target);
        head_read(&request, text);
        ck_assert_int_eq(check(&request.head, &problem),
                         n > BP_TARGET_MAX ? (int)BP_PROBLEM_URI_TOO_LONG : GOOD);
    }
}

TEST(test_host)
{
    static const struct row rows[] = {
        {"GET / HTTP/1.1", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nX-Host: a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nhost: b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.0\nHost: a\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a,b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a/b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a@b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a?b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: <a>", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:99999", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:65536", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:18446744073709551617", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:-1", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:b:c", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:1:2", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: :80", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: ::1", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: [::1", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: []", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: [::1]a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: [::1]:99999", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: [x]", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: $(x)", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a;b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a%20b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: *", BP_PROBLEM_BAD_REQUEST},
        {"GET http://a:99999/ HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET http://a@b/ HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET http:///x HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET http://a;b HTTP/1.1\nHost: a", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a:", GOOD},
        {"GET / HTTP/1.1\nHost: a:65535", GOOD},
        {"GET / HTTP/1.1\nHost: a.b-c_d.:080 \t", GOOD},
        {"GET / HTTP/1.1\nHost: 127.0.0.1:8080", GOOD},
        {"GET / HTTP/1.1\nHost: [::ffff:1.2.3.4]:80", GOOD},
        {"GET http://[::1]:80?x HTTP/1.1\nHost: a", GOOD},
    };
    require_rows(rows, LENGTH(rows));
}

/* All that could let two servers see the end of the body in two places. */
TEST(test_length_of_the_body)
{
    static const struct row rows[] = {
        {"POST / HTTP/1.1\nHost: a", BP_PROBLEM_LENGTH_REQUIRED},
        {"POST / HTTP/1.0", BP_PROBLEM_LENGTH_REQUIRED},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nContent-Length: 5", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\ncontent-length: 6", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nContent-Length: 5\nContent-Length: 6", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nTransfer-Encoding: chunked",
         BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nContent-Length: 5",
         BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked",
         BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5, 5", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: +5", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: -1", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 0x5", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5 ", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: five", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: ", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nContent-Length: x", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.0\nTransfer-Encoding: chunked", BP_PROBLEM_BAD_REQUEST},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: xchunked", BP_PROBLEM_NOT_IMPLEMENTED},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked", BP_PROBLEM_NOT_IMPLEMENTED},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked, chunked",
         BP_PROBLEM_NOT_IMPLEMENTED},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: identity", BP_PROBLEM_NOT_IMPLEMENTED},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked ", BP_PROBLEM_NOT_IMPLEMENTED},
        {"GET / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip", BP_PROBLEM_NOT_IMPLEMENTED},
        {"POST / HTTP/1.1\nHost: a\nTransfer-Encoding: ", BP_PROBLEM_NOT_IMPLEMENTED},
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_header_characters)
{
    static const struct row rows[] = {
        {"GET / HTTP/1.1\nHost: a\nX Y: b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nContent-Length : 5", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\n X: folded", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\n: nameless", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX\xc3\xa9: b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX(): b", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX: b\rc", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX: \x01", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX: \x7f", BP_PROBLEM_BAD_REQUEST},
        {"GET / HTTP/1.1\nHost: a\nX: \xc3\xa9", BP_PROBLEM_BAD_REQUEST},
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_header_with_a_nul)
{
    struct request_head request;
    struct bp_problem problem;
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    bp_head_add(&request.head, "X", 1, "a\0b", 3);
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_BAD_REQUEST);
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    bp_head_add(&request.head, "X\0Y", 3, "a", 1);
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_BAD_REQUEST);
}

TEST(test_header_without_a_value)
{
    struct request_head request;
    struct bp_problem problem;
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    bp_head_add(&request.head, "X-Empty", 7, NULL, 0);
    ck_assert_int_eq(check(&request.head, &problem), GOOD);
    bp_head_add(&request.head, "Content-Length", 14, NULL, 0);
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_BAD_REQUEST);
}

TEST(test_ambiguous_head)
{
    struct request_head request;
    struct bp_problem problem;
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    request.head.is_ambiguous = true;
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_BAD_REQUEST);
}

TEST(test_too_many_headers)
{
    struct request_head request;
    struct bp_problem problem;
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    while (request.head.n_headers < BP_HEADERS_MAX)
        bp_head_add(&request.head, "X", 1, "y", 1);
    ck_assert_int_eq(check(&request.head, &problem), GOOD);
    bp_head_add(&request.head, "X", 1, "y", 1);
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_HEADERS_TOO_LARGE);
}

TEST(test_too_large_a_head)
{
    struct request_head request;
    struct bp_problem problem;
    head_read(&request, "GET / HTTP/1.1\nHost: a");
    request.head.size = HEADER_BYTES;
    ck_assert_int_eq(check(&request.head, &problem), GOOD);
    request.head.size++;
    ck_assert_int_eq(check(&request.head, &problem), BP_PROBLEM_HEADERS_TOO_LARGE);
}

TEST(test_expectations)
{
    static const struct row rows[] = {
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: something",
         BP_PROBLEM_EXPECTATION_FAILED},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: 100-continue, x",
         BP_PROBLEM_EXPECTATION_FAILED},
        {"GET / HTTP/1.1\nHost: a\nExpect: 200-ok", BP_PROBLEM_EXPECTATION_FAILED},
        {"POST / HTTP/1.1\nHost: a\nContent-Length: 5\nExpect: x\nExpect: 100-continue",
         BP_PROBLEM_EXPECTATION_FAILED},
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_media_types)
{
    static const struct {
        const char *headers;
        bool good;
    } rows[] = {
        {"", true},
        {"\nContent-Type: application/json", true},
        {"\nContent-Type: Application/JSON", true},
        {"\nContent-Type: application/json; charset=utf-8", true},
        {"\nContent-Type: application/json;charset=UTF-8", true},
        {"\nContent-Type: application/json ; charset=\"utf-8\"", true},
        {"\nContent-Type: application/json; version=1", true},
        {"\nContent-Type: application/problem+json", true},
        {"\nContent-Type: application/vnd.api+json; charset=utf-8", true},
        {"\nContent-Type: text/plain", true},
        {"\nContent-Type: text/plain;charset=UTF-8", true},
        {"\nContent-Type: application/x-www-form-urlencoded", true},
        {"\nContent-Type: text/json", true},
        {"\nContent-Type: application/json; charset=utf8", true},
        {"\nContent-Type: application/json; charset=\"UTF8\"", true},
        {"\nContent-Type: application/json; charset=US-ASCII", true},
        {"\nContent-Type: application/json;charset=utf-8;version=1", true},
        {"\nContent-Type: application/json; ; charset=utf-8;", true},
        {"\nContent-Type: application/json; boundary=\"charset=latin1; x\"", true},
        {"\nContent-Type: application/json; xcharset=latin1", true},
        {"\nContent-Type: application/json; charset", false},
        {"\nContent-Type: application/json; charset=", false},
        {"\nContent-Type: application/json; charset=\"utf-8", false},
        {"\nContent-Type: application/json; charset=ascii", false},
        {"\nContent-Type: application/json; charset=utf-8; charset=latin1", false},
        {"\nContent-Type: application/json charset=utf-8", false},
        {"\nContent-Type: application/json, text/plain", false},
        {"\nContent-Type: text/json5", false},
        {"\nContent-Type: x+json", false},
        {"\nContent-Type: application/json\nContent-Encoding: identity", false},
        {"\nContent-Encoding: ", false},
        {"\nContent-Type: application/json; charset = utf-8", true},
        {"\nContent-Type: application/json; charset = latin1", false},
        {"\nContent-Type: application/json\nContent-Type: application/json", false},
        {"\nContent-Type: text/html\nContent-Type: application/json", false},
        {"\nContent-Type: application/jsonx", false},
        {"\nContent-Type: application/xml", false},
        {"\nContent-Type: text/html", false},
        {"\nContent-Type: multipart/form-data; boundary=x", false},
        {"\nContent-Type: application/octet-stream", false},
        {"\nContent-Type: json", false},
        {"\nContent-Type: application/json; charset=latin1", false},
        {"\nContent-Type: application/json; charset=utf-16", false},
        {"\nContent-Type: application/json; charset=\"iso-8859-1\"", false},
        {"\nContent-Type: application/json; charset=utf-8x", false},
        {"\nContent-Type: application/json; CHARSET=latin1", false},
        {"\nContent-Encoding: gzip", false},
        {"\nContent-Type: application/json\nContent-Encoding: br", false},
        {"\nContent-Type: application/json\nContent-Encoding: identity, gzip", false},
        {"\nContent-Encoding: identity\nContent-Encoding: gzip", false},
        {"\nContent-Encoding: gzip\nContent-Encoding: identity", false},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct request_head request;
        struct bp_problem problem;
        char text[512];
        snprintf(text, sizeof text, "POST / HTTP/1.1\nHost: a\nContent-Length: 5%s",
                 rows[i].headers);
        head_read(&request, text);
        ck_assert_int_eq(check(&request.head, &problem), GOOD);
        const bool good = bp_head_check_type(&request.head, &problem);
        REQUIRE(good == rows[i].good, "%s", rows[i].headers);
        REQUIRE(good || problem.code == BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE, "%s", rows[i].headers);
    }
}

TEST(test_kept_connections)
{
    static const struct {
        const char *text;
        bool is_kept;
    } rows[] = {
        {"GET / HTTP/1.1", true},
        {"GET / HTTP/1.2", true},
        {"GET / HTTP/1.0", false},
        {"GET / HTTP/1.0\nConnection: keep-alive", false},
        {"GET / HTTP/1.1\nConnection: keep-alive", true},
        {"GET / HTTP/1.1\nConnection: closed, xclose, close-not", true},
        {"GET / HTTP/1.1\nConnection: close", false},
        {"GET / HTTP/1.1\ncOnnection: CLOSE", false},
        {"GET / HTTP/1.1\nConnection: Upgrade,close\t, x", false},
        {"GET / HTTP/1.1\nConnection: close\nConnection: x", false},
        {"GET / HTTP/1.1\nConnectiox: close", true},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct request_head request;
        head_read(&request, rows[i].text);
        REQUIRE(bp_head_keeps_connection(&request.head) == rows[i].is_kept, "%s", rows[i].text);
    }
}

TEST(test_methods)
{
    static const struct {
        const char *text;
        enum bp_method method;
    } rows[] = {
        {"GET / HTTP/1.1", BP_METHOD_GET},     {"HEAD / HTTP/1.1", BP_METHOD_HEAD},
        {"POST / HTTP/1.1", BP_METHOD_POST},   {"OPTIONS / HTTP/1.1", BP_METHOD_OPTIONS},
        {"PUT / HTTP/1.1", BP_METHOD_OTHER},   {"DELETE / HTTP/1.1", BP_METHOD_OTHER},
        {"PATCH / HTTP/1.1", BP_METHOD_OTHER},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct request_head request;
        head_read(&request, rows[i].text);
        ck_assert_int_eq(bp_head_method(&request.head), rows[i].method);
    }
}

TEST(test_paths)
{
    static const struct {
        const char *target, *path;
    } rows[] = {{"/", "/"},
                {"/forward", "/forward"},
                {"*", "*"},
                {"http://host/forward", "/forward"},
                {"http://host:8080/a/b", "/a/b"},
                {"https://host/", "/"},
                {"HTTP://host/x", "/x"},
                {"http://host", "/"},
                {"http://", "/"},
                {"/http://host/x", "/http://host/x"},
                {"//host/x", "//host/x"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_head head = {.target = rows[i].target};
        ck_assert_str_eq(bp_head_path(&head), rows[i].path);
    }
}

TEST(test_lengths)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {{NULL, 0},
                {"0", 0},
                {"5", 5},
                {"00005", 5},
                {"8388608", 8388608},
                {"18446744073709551614", SIZE_MAX - 1},
                {"18446744073709551615", SIZE_MAX},
                {"18446744073709551616", SIZE_MAX},
                {"184467440737095516160", SIZE_MAX},
                {"99999999999999999999999999999999999999999", SIZE_MAX}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_head head = {.length = rows[i].text};
        ck_assert_uint_eq(bp_head_length(&head), rows[i].length);
    }
}

TEST(test_request_ids)
{
    char longest[BP_REQUEST_ID_MAX + 2];
    memset(longest, 'i', sizeof longest);
    longest[BP_REQUEST_ID_MAX + 1] = '\0';
    ck_assert(!bp_request_id_is_proper(longest));
    longest[BP_REQUEST_ID_MAX] = '\0';
    ck_assert(bp_request_id_is_proper(longest));
    ck_assert(bp_request_id_is_proper("a"));
    ck_assert(bp_request_id_is_proper("!~{}\"'<>"));
    ck_assert(!bp_request_id_is_proper(""));
    ck_assert(!bp_request_id_is_proper("a b"));
    ck_assert(!bp_request_id_is_proper(" ab"));
    ck_assert(!bp_request_id_is_proper("\x80"
                                       "ab"));
    ck_assert(!bp_request_id_is_proper("a\t"));
    ck_assert(!bp_request_id_is_proper("a\x7f"));
    ck_assert(!bp_request_id_is_proper("\xc3\xa9"));
    ck_assert(!bp_request_id_is_proper("a\r\nX: b"));
}

TEST(test_trace_ids)
{
#define TRACE "0af7651916cd43dd8448eb211c80319c"
    static const struct {
        const char *parent, *id;
    } rows[] = {
        {NULL, ""},
        {"", ""},
        {"00-" TRACE "-b7ad6b7169203331-01", TRACE},
        {"cc-" TRACE "-b7ad6b7169203331-01-later", TRACE}, /* a later version says more */
        {"00-00000000000000000000000000000000-b7ad6b7169203331-01", ""},
        {"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", ""},
        {"00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01", ""},
        {"00-0af7651916cd43dd8448eb211c80319cc-b7ad6b7169203331-01", ""},
        {"00-0af7651916cd43dd8448eb211c80319\"-b7ad6b7169203331-01", ""},
        {"00-0af7", ""},
        {TRACE, ""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_head head = {.traceparent = rows[i].parent};
        char id[33];
        memset(id, '#', sizeof id);
        bp_head_trace_id(id, &head);
        ck_assert_str_eq(id, rows[i].id);
    }
}

TEST(test_headers_are_noted)
{
    struct request_head request;
    head_read(
        &request,
        "POST /a HTTP/1.1\nHOST: h\nexpect: e\nContent-type: t\nX-REQUEST-ID: r\n"
        "Content-Length: 1\ncontent-encoding: c\nTransfer-encoding: x\nTraceparent: p\nHo: no");
    ck_assert_str_eq(request.head.host, "h");
    ck_assert_str_eq(request.head.expect, "e");
    ck_assert_str_eq(request.head.type, "t");
    ck_assert_str_eq(request.head.request_id, "r");
    ck_assert_str_eq(request.head.length, "1");
    ck_assert_str_eq(request.head.encoding, "c");
    ck_assert_str_eq(request.head.coding, "x");
    ck_assert_str_eq(request.head.traceparent, "p");
    ck_assert_uint_eq(request.head.n_headers, 9);
    ck_assert(!request.head.bad_name && !request.head.bad_value);
}

SUITE("http/head", test_good_heads, test_kept_connections, test_request_line, test_target_length,
      test_host, test_length_of_the_body, test_header_characters, test_header_with_a_nul,
      test_header_without_a_value, test_ambiguous_head, test_too_many_headers,
      test_too_large_a_head, test_expectations, test_media_types, test_methods, test_paths,
      test_lengths, test_request_ids, test_trace_ids, test_headers_are_noted)
