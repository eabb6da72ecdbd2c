#include "server/smuggling_check.h"
#include "suite.h"

#define LINE "GET /a HTTP/1.1\r\n"

/* Does to the bytes what libmicrohttpd 0.9.75 does, then asks. */
static bool is_clean(const char *raw, size_t size)
{
    char *buffer = calloc(size + 2, 1); /* the library has room behind a head, too */
    memcpy(buffer, raw, size);
    /* a line without a first character is skipped */
    char *bytes = buffer;
    while (*bytes == '\0' || *bytes == '\r' || *bytes == '\n') {
        bytes = (char *)memchr(bytes, '\n', size) + 1;
        bytes[-1] = bytes[-2] = '\0';
    }
    const size_t skipped = (size_t)(bytes - buffer);
    size -= skipped;
    char *target = memchr(bytes, ' ', size), *line_end = bytes;
    while (*line_end != '\r' && *line_end != '\n')
        line_end++;
    char *version = line_end;
    target++;
    while (version[-1] != ' ')
        version--;
    char *query = memchr(target, '?', (size_t)(version - target));
    target[-1] = version[-1] = '\0';
    const size_t target_size = strlen(target);
    if (query)
        query[0] = query[1] = '\0';
    for (char *at = line_end; at < bytes + size;) {
        char *end = at;
        while (end < bytes + size && *end != '\r' && *end != '\n')
            end++;
        char *colon = memchr(at, ':', (size_t)(end - at));
        if (colon)
            *colon = '\0';
        if (end < bytes + size)
            *end = '\0';
        at = end + 1;
    }
    const bool clean = bp_raw_head_is_clean(bytes, target, target_size, version, size, skipped);
    free(buffer);
    return clean;
}

struct raw {
    const char *bytes;
    size_t size;
};
#define RAW(text)                                                                                  \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static void require_all(const struct raw *rows, size_t n, bool clean)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(is_clean(rows[i].bytes, rows[i].size) == clean, "row %zu: %s", i, rows[i].bytes);
}

TEST(test_proper_heads)
{
    static const struct raw rows[] = {
        RAW(LINE "\r\n"),
        RAW(LINE "Host: a\r\n\r\n"),
        RAW(LINE "Host: a\r\nX: b\r\nY:c\r\nZ: d: e\r\n\r\n"),
        RAW(LINE "X:\r\nHost: a\r\n\r\n"),
        RAW(LINE "X: \r\n\r\n"),
        RAW(LINE "X: a b\tc\r\nY: d\r\n\r\n"),
        RAW("GET /a?b=c HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("GET /a? HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("POST / HTTP/1.0\r\nContent-Length: 5\r\n\r\n"),
        RAW("\r\n" LINE "\r\n"),
        RAW("\r\n\r\n" LINE "Host: a\r\n\r\n"),
    };
    require_all(rows, LENGTH(rows), true);
}

TEST(test_heads_that_others_read_otherwise)
{
    static const struct raw rows[] = {
        RAW(LINE "X: a\r\n folded\r\n\r\n"),
        RAW(LINE "X: a\r\n\tfolded\r\n\r\n"),
        RAW(LINE " Host: a\r\n\r\n"),
        RAW(LINE ": nameless\r\n\r\n"),
        RAW(LINE "Host: a\r\n: nameless\r\n\r\n"),
        RAW(LINE "X: a\nY: b\r\n\r\n"),
        RAW(LINE "X-Long: a\nX-Other: b\r\n\r\n"),
        RAW(LINE "X-Long: a\0X-Other: b\r\n\r\n"),
        RAW(LINE "X-Long: a\n\r\n"),
        RAW(LINE "X-Long: a\r\n\n"),
        RAW(LINE "X: a\r\nY: b\nZ: c\r\n\r\n"),
        RAW(LINE "X: a\0b\r\n\r\n"),
        RAW(LINE "X: a\0\r\nY: b\r\n\r\n"),
        RAW(LINE "X\0Y: a\r\n\r\n"),
        RAW("GET /a\0b HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("GET /a\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("GET /a?\0 HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("GET /a?b=c\0d HTTP/1.1\r\nHost: a\r\n\r\n"),
        RAW("\0X\r\n" LINE "Host: a\r\n\r\n"),
        RAW("\0\r\n" LINE "Host: a\r\n\r\n"),
        RAW("\0GET / HTTP/1.1\r\n\r\n" LINE "Host: a\r\n\r\n"),
        RAW("\r\n\r\n\r\n" LINE "Host: a\r\n\r\n"),
        RAW("GET /a HTTP/1.1\nHost: a\r\n\r\n"
            "\r\n"),
    };
    require_all(rows, LENGTH(rows), false);
}

/* Cut anywhere, a head is not clean. */
TEST(test_cut_heads)
{
    static const char raw[] = LINE "Host: a\r\nX: b\r\n\r\n";
    for (size_t size = sizeof LINE - 1; size < sizeof raw - 1; size++)
        REQUIRE(!is_clean(raw, size), "%zu bytes", size);
    ck_assert(is_clean(raw, sizeof raw - 1));
}

/* To forgive is -1 from 1.0 on, and the scan knows the buffers of 0.9.75 alone. */
TEST(test_care_by_version)
{
    static const struct {
        const char *version;
        struct bp_smuggling_check check;
    } rows[] = {
        {"0.9.75", {-1, true}}, {"0.9.7", {1, false}},  {"0.9.77", {1, false}},
        {"1.0.1", {1, false}},  {"1.0.75", {1, false}}, {"", {1, false}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_smuggling_check check = bp_smuggling_check_for(rows[i].version);
        REQUIRE(check.strictness == rows[i].check.strictness &&
                    check.scans_heads == rows[i].check.scans_heads,
                "%s: %d, %d", rows[i].version, check.strictness, check.scans_heads);
    }
}

SUITE("server/smuggling_check", test_care_by_version, test_proper_heads,
      test_heads_that_others_read_otherwise, test_cut_heads)
