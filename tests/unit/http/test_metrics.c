#include "backpropd/metrics.h"

#include <pthread.h>

#include "requests.h"

static struct bp_service service;

static void observe(const char *path, enum bp_method method, unsigned status, int problem,
                    double seconds)
{
    const struct bp_observation observation = {
        bp_route_find(service.routes, path), method, status, problem, seconds, seconds / 2};
    bp_metrics_begin(service.metrics);
    bp_metrics_end(service.metrics, &observation);
}

/* The page; to be freed. */
static char *page(void)
{
    struct bp_reply reply;
    ask(&reply, &service, BP_METHOD_GET, "/metrics", "");
    ck_assert_uint_eq(reply.status, 200);
    ck_assert_str_eq(reply.media_type, BP_MEDIA_METRICS);
    char *text = body_of(&reply);
    bp_reply_free(&reply);
    return text;
}

/* The value of the sample that starts with the name and labels given; -1 if there is none. */
static double sample(const char *sample_name)
{
    char *text = page(), *line = text;
    const size_t length = strlen(sample_name);
    double value = -1;
    for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (strncmp(line, sample_name, length) == 0 && line[length] == ' ')
            value = strtod(line + length, NULL);
    free(text);
    return value;
}

#define COUNT(name, expected) ck_assert_double_eq(sample(name), expected)

TEST(test_in_flight)
{
    service_make(&service, &STANDARD);
    ck_assert_uint_eq(bp_metrics_in_flight(service.metrics), 0);
    bp_metrics_begin(service.metrics);
    bp_metrics_begin(service.metrics);
    ck_assert_uint_eq(bp_metrics_in_flight(service.metrics), 2);
    COUNT("backpropd_http_requests_in_flight", 2);
    bp_metrics_end(service.metrics, NULL); /* the client was gone */
    const struct bp_observation seen = {service.routes, BP_METHOD_GET, 200, -1, 0, 0};
    bp_metrics_end(service.metrics, &seen);
    ck_assert_uint_eq(bp_metrics_in_flight(service.metrics), 0);
    service_end(&service);
}

TEST(test_requests_are_counted_apart)
{
    service_make(&service, &STANDARD);
    for (int i = 0; i < 3; i++)
        observe("/backward", BP_METHOD_POST, 200, -1, 0.001);
    observe("/backward", BP_METHOD_POST, 422, BP_PROBLEM_INVALID_REQUEST, 0.001);
    observe("/backward", BP_METHOD_GET, 405, BP_PROBLEM_METHOD_NOT_ALLOWED, 0.001);
    observe("/forward", BP_METHOD_POST, 200, -1, 0.001);
    observe("/livez", BP_METHOD_HEAD, 200, -1, 0.001);
    observe("/", BP_METHOD_OPTIONS, 204, -1, 0.001);
    observe("/nowhere/../\"\n", BP_METHOD_OTHER, 404, BP_PROBLEM_NOT_FOUND, 0.001);
    observe("/problems/not-finite", BP_METHOD_GET, 200, -1, 0.001);
    COUNT("backpropd_http_requests_total{route=\"/backward\",method=\"POST\",code=\"200\"}", 3);
    COUNT("backpropd_http_requests_total{route=\"/backward\",method=\"POST\",code=\"422\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"/backward\",method=\"GET\",code=\"405\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"/forward\",method=\"POST\",code=\"200\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"/livez\",method=\"HEAD\",code=\"200\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"/\",method=\"OPTIONS\",code=\"204\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"other\",method=\"other\",code=\"404\"}", 1);
    COUNT("backpropd_http_requests_total{route=\"/problems/*\",method=\"GET\",code=\"200\"}", 1);
    COUNT("backpropd_problems_total{type=\"invalid_request\"}", 1);
    COUNT("backpropd_problems_total{type=\"not_found\"}", 1);
    COUNT("backpropd_problems_total{type=\"not_finite\"}", 0);
    service_end(&service);
}

TEST(test_every_status_has_its_place)
{
    static const unsigned good[] = {200, 204, 304};
    service_make(&service, &STANDARD);
    for (size_t i = 0; i < LENGTH(good); i++) {
        char name[128];
        observe("/step", BP_METHOD_POST, good[i], -1, 0);
        snprintf(name, sizeof name,
                 "backpropd_http_requests_total{route=\"/step\",method=\"POST\",code=\"%u\"}",
                 good[i]);
        REQUIRE(sample(name) == 1, "%s", name);
    }
    service_end(&service);
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        const unsigned status = bp_problem_info((enum bp_problem_code)code)->status;
        char name[128];
        service_make(&service, &STANDARD);
        observe("/step", BP_METHOD_POST, status, code, 0);
        snprintf(name, sizeof name,
                 "backpropd_http_requests_total{route=\"/step\",method=\"POST\",code=\"%u\"}",
                 status);
        REQUIRE(sample(name) == 1, "%s", name);
        snprintf(name, sizeof name, "backpropd_problems_total{type=\"%s\"}",
                 bp_problem_info((enum bp_problem_code)code)->code);
        REQUIRE(sample(name) == 1, "%s", name);
        service_end(&service);
    }
}

#define BUCKET(le) "backpropd_http_request_duration_seconds_bucket{route=\"/step\",le=\"" le "\"}"

/* Buckets are cumulative, and a bound belongs to its bucket. */
TEST(test_durations)
{
    service_make(&service, &STANDARD);
    observe("/step", BP_METHOD_POST, 200, -1, 0.00005);
    observe("/step", BP_METHOD_POST, 200, -1, 0.001);
    observe("/step", BP_METHOD_POST, 200, -1, 0.0011);
    observe("/step", BP_METHOD_POST, 200, -1, 2);
    observe("/step", BP_METHOD_POST, 200, -1, 100);
    COUNT(BUCKET("0.0001"), 1);
    COUNT(BUCKET("0.00025"), 1);
    COUNT(BUCKET("0.001"), 2);
    COUNT(BUCKET("0.0025"), 3);
    COUNT(BUCKET("1"), 3);
    COUNT(BUCKET("2.5"), 4);
    COUNT(BUCKET("+Inf"), 5);
    COUNT("backpropd_http_request_duration_seconds_count{route=\"/step\"}", 5);
    ck_assert_double_eq_tol(sample("backpropd_http_request_duration_seconds_sum{route=\"/step\"}"),
                            102.00215, 1e-6);
    COUNT("backpropd_http_request_duration_seconds_count{route=\"/forward\"}", 0);
    service_end(&service);
}

TEST(test_build_memory_and_process)
{
    bool over_budget;
    service_make(&service, &STANDARD);
    COUNT("backpropd_build_info{version=\"" BP_VERSION "\"}", 1);
    double before = sample("backpropd_memory_bytes");
    void *block = bp_memory_take(&service.memory, 1000000, &over_budget);
    COUNT("backpropd_memory_bytes", before + 1000000);
    bp_memory_give(block);
    ck_assert_double_gt(sample("process_resident_memory_bytes"), 1e5);
    ck_assert_double_ge(sample("process_cpu_seconds_total"), 0);
    service_end(&service);
}

/* The text format: each family is announced once, before its samples, and each line is one. */
TEST(test_page_is_well_formed)
{
    char seen[8192] = "", family[128] = "";
    service_make(&service, &STANDARD);
    observe("/nowhere", BP_METHOD_POST, 404, BP_PROBLEM_NOT_FOUND, 0.5);
    char *text = page(), *rest = NULL;
    ck_assert(text[strlen(text) - 1] == '\n');
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char name[128], tag[140], *end;
        if (sscanf(line, "# HELP %127s", name) == 1) {
            snprintf(tag, sizeof tag, " %s ", name);
            REQUIRE(!strstr(seen, tag), "%s is announced twice", name);
            strcat(seen, tag);
            strcpy(family, name);
        } else if (sscanf(line, "# TYPE %127s", name) == 1) {
            ck_assert_str_eq(name, family);
        } else {
            REQUIRE(strncmp(line, family, strlen(family)) == 0, "%s among %s", line, family);
            strtod(strrchr(line, ' ') + 1, &end);
            REQUIRE(end > strrchr(line, ' ') + 1 && *end == '\0', "%s has no value", line);
        }
    }
    free(text);
    service_end(&service);
}

static void *observe_often(void *argument)
{
    (void)argument;
    for (int i = 0; i < 10000; i++)
        observe("/step", BP_METHOD_POST, 200, -1, 0.25);
    return NULL;
}

TEST(test_threads_count_together)
{
    pthread_t threads[4];
    service_make(&service, &STANDARD);
    for (size_t i = 0; i < LENGTH(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, observe_often, NULL), 0);
    for (size_t i = 0; i < LENGTH(threads); i++)
        pthread_join(threads[i], NULL);
    COUNT("backpropd_http_requests_total{route=\"/step\",method=\"POST\",code=\"200\"}", 40000);
    COUNT("backpropd_http_request_duration_seconds_sum{route=\"/step\"}", 10000);
    ck_assert_uint_eq(bp_metrics_in_flight(service.metrics), 0);
    service_end(&service);
}

SUITE("http/metrics", test_in_flight, test_requests_are_counted_apart,
      test_every_status_has_its_place, test_durations, test_build_memory_and_process,
      test_page_is_well_formed, test_threads_count_together)
