#include "server/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "suite.h"

static int ends[2]; /* of a pipe, whose one end is stderr */

static void catch_stderr(void)
{
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
}

/* What has been logged since; a C string that the next call overwrites. */
static const char *logged(void)
{
    static char text[4096];
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    ssize_t n = read(ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void log_claim(enum bp_log_format format, const char *path, const char *id,
                      const char *trace, const char *forwarded)
{
    size_t n;
    struct bp_route *routes = bp_routes_make(&n, "*");
    const struct bp_observation seen = {.route = bp_route_find(routes, path),
                                        .method = BP_METHOD_POST,
                                        .status = 422,
                                        .problem = 11,
                                        .seconds = 0.0125};
    const struct bp_log_line line = {.observation = &seen,
                                     .bytes_in = 12,
                                     .bytes_out = 345,
                                     .remote = "192.0.2.7",
                                     .forwarded = forwarded,
                                     .request_id = id,
                                     .trace_id = trace};
    bp_log_request(format, &line);
    free(routes);
}

static void log_line(enum bp_log_format format, const char *path, const char *id, const char *trace)
{
    log_claim(format, path, id, trace, "");
}

TEST(test_text)
{
    catch_stderr();
    log_line(BP_LOG_TEXT, "/backward", "some-id", "");
    const char *line = logged();
    static const char *const parts[] = {"POST", "/backward", "422",       "12",
                                        "345",  "12.5",      "192.0.2.7", "some-id"};
    for (size_t i = 0; i < LENGTH(parts); i++)
        REQUIRE(strstr(line, parts[i]), "%s is missing in %s", parts[i], line);
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
}

TEST(test_json)
{
    static const char trace[] = "0af7651916cd43dd8448eb211c80319c";
    json_error_t error;
    catch_stderr();
    log_line(BP_LOG_JSON, "/step", "id", trace);
    const char *line = logged();
    ck_assert_ptr_eq(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *read = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(read, "%s: %s", error.text, line);
    ck_assert_str_eq(json_string_value(json_object_get(read, "method")), "POST");
    ck_assert_str_eq(json_string_value(json_object_get(read, "route")), "/step");
    ck_assert_str_eq(json_string_value(json_object_get(read, "request_id")), "id");
    ck_assert_str_eq(json_string_value(json_object_get(read, "trace_id")), trace);
    ck_assert_str_eq(json_string_value(json_object_get(read, "remote")), "192.0.2.7");
    ck_assert_int_eq(json_integer_value(json_object_get(read, "status")), 422);
    ck_assert_int_eq(json_integer_value(json_object_get(read, "bytes_in")), 12);
    ck_assert_int_eq(json_integer_value(json_object_get(read, "bytes_out")), 345);
    ck_assert_double_eq_tol(json_number_value(json_object_get(read, "dur_ms")), 12.5, 1e-9);
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(read, "ts"))),
                      strlen("2000-01-01T00:00:00.000Z"));
    json_decref(read);
}

/* An id may hold any visible character, 128 of them at most: it must break no line. */
TEST(test_json_with_a_nasty_id)
{
    char id[129];
    for (size_t i = 0; i < 128; i++)
        id[i] = i % 3 ? '"' : '\\';
    id[128] = '\0';
    catch_stderr();
    log_line(BP_LOG_JSON, "/step", id, "");
    json_error_t error;
    const char *line = logged();
    json_t *read = json_loads(line, 0, &error);
    REQUIRE(read, "%s: %s", error.text, line);
    ck_assert_str_eq(json_string_value(json_object_get(read, "request_id")), id);
    json_decref(read);
}

/* What X-Forwarded-For claims stands beside the address, as a claim. */
TEST(test_claims)
{
    char longest[129];
    for (size_t i = 0; i < 128; i++)
        longest[i] = i % 3 ? '"' : '\\';
    longest[128] = '\0';
    catch_stderr();
    log_claim(BP_LOG_TEXT, "/step", "id", "", "203.0.113.9,10.0.0.1");
    ck_assert_ptr_nonnull(strstr(logged(), " from=192.0.2.7 claimed=203.0.113.9,10.0.0.1 id=id\n"));
    log_line(BP_LOG_TEXT, "/step", "id", "");
    ck_assert_ptr_nonnull(strstr(logged(), " from=192.0.2.7 id=id\n"));
    log_claim(BP_LOG_JSON, "/step", longest, "0af7651916cd43dd8448eb211c80319c", longest);
    json_error_t error;
    const char *line = logged();
    json_t *read = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(read, "%s: %s", error.text, line);
    ck_assert_str_eq(json_string_value(json_object_get(read, "forwarded_for")), longest);
    ck_assert_str_eq(json_string_value(json_object_get(read, "remote")), "192.0.2.7");
    json_decref(read);
}

TEST(test_events)
{
    json_error_t error;
    catch_stderr();
    bp_log_start(BP_LOG_TEXT, "http://127.0.0.1:8080");
    ck_assert_ptr_nonnull(
        strstr(logged(), "Z start version=" BP_VERSION " address=http://127.0.0.1:8080\n"));
    bp_log_event(BP_LOG_TEXT, "drain", "connections", 3);
    ck_assert_ptr_nonnull(strstr(logged(), "Z drain connections=3\n"));
    bp_log_start(BP_LOG_JSON, "http://127.0.0.1:8080");
    json_t *read = json_loads(logged(), JSON_REJECT_DUPLICATES, &error);
    ck_assert_ptr_nonnull(read);
    ck_assert_str_eq(json_string_value(json_object_get(read, "event")), "start");
    ck_assert_str_eq(json_string_value(json_object_get(read, "version")), BP_VERSION);
    ck_assert_str_eq(json_string_value(json_object_get(read, "address")), "http://127.0.0.1:8080");
    json_decref(read);
    bp_log_event(BP_LOG_JSON, "drain", "connections", 3);
    read = json_loads(logged(), JSON_REJECT_DUPLICATES, &error);
    ck_assert_ptr_nonnull(read);
    ck_assert_str_eq(json_string_value(json_object_get(read, "event")), "drain");
    ck_assert_int_eq(json_integer_value(json_object_get(read, "connections")), 3);
    json_decref(read);
    bp_log_start(BP_LOG_OFF, "http://127.0.0.1:8080");
    bp_log_event(BP_LOG_OFF, "drain", "connections", 3);
    ck_assert_str_eq(logged(), "");
}

/* A raw path is never logged: it is the client's text. */
TEST(test_unknown_paths_are_other)
{
    catch_stderr();
    log_line(BP_LOG_TEXT, "/secret/%0a", "id", "");
    const char *line = logged();
    ck_assert_ptr_null(strstr(line, "secret"));
    ck_assert_ptr_nonnull(strstr(line, "other"));
}

TEST(test_off)
{
    catch_stderr();
    log_line(BP_LOG_OFF, "/step", "id", "");
    ck_assert_str_eq(logged(), "");
}

/* Nobody reads: lines are dropped, and no request waits for one. */
TEST(test_full_pipe_drops_lines)
{
    catch_stderr();
    for (int i = 0; i < 20000; i++)
        log_line(BP_LOG_TEXT, "/step", "id", "");
    ck_assert_ptr_nonnull(strstr(logged(), "/step"));
}

TEST(test_closed_stderr)
{
    close(STDERR_FILENO);
    log_line(BP_LOG_TEXT, "/step", "id", "");
    log_line(BP_LOG_JSON, "/step", "id", "");
}

SUITE("http/log", test_text, test_json, test_json_with_a_nasty_id, test_claims, test_events,
      test_unknown_paths_are_other, test_off, test_full_pipe_drops_lines, test_closed_stderr)
