#include "backpropd/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Upper bounds of durations, in seconds. */
static const double BUCKETS[] = {0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5};

/* Those without a problem, then each problem's. Problems that share a status are counted at the
 * first of them. */
#define AS_STATUS(name, wire, status, title, remedy) status,
static const unsigned STATUSES[] = {200, 204, 304, BP_PROBLEMS(AS_STATUS)};

#define METHOD_COUNT (__builtin_ctz(BP_METHOD_OTHER) + 1)

struct duration {
    _Atomic uint64_t buckets[LENGTH(BUCKETS) + 1]; /* the last is beyond all bounds */
    _Atomic uint64_t nanoseconds;
};

/* What is counted of one route. */
struct route_metrics {
    _Atomic uint64_t requests[METHOD_COUNT][LENGTH(STATUSES)];
    struct duration whole, compute;
};

struct bp_metrics {
    atomic_size_t in_flight;
    _Atomic uint64_t problems[BP_PROBLEM_COUNT];
    const struct bp_route *routes;
    size_t n_routes;
    struct route_metrics of[]; /* (n_routes) */
};

struct bp_metrics *bp_metrics_make(const struct bp_route *routes, size_t n_routes)
{
    struct bp_metrics *metrics =
        calloc(1, sizeof *metrics + n_routes * sizeof(struct route_metrics));
    if (metrics) {
        metrics->routes = routes;
        metrics->n_routes = n_routes;
    }
    return metrics;
}

static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_fetch_add_explicit(counter, n, memory_order_relaxed);
}

void bp_metrics_begin(struct bp_metrics *metrics)
{
    atomic_fetch_add(&metrics->in_flight, 1);
}

static size_t status_index(unsigned status)
{
    size_t i = 0;
    for (; STATUSES[i] != status; i++)
        assert(i + 1 < LENGTH(STATUSES));
    return i;
}

static void observe(struct duration *duration, double seconds)
{
    size_t bucket = 0;
    while (bucket < LENGTH(BUCKETS) && seconds > BUCKETS[bucket])
        bucket++;
    add(&duration->buckets[bucket], 1);
    add(&duration->nanoseconds, (uint64_t)(seconds * 1e9));
}

void bp_metrics_end(struct bp_metrics *metrics, const struct bp_observation *observation)
{
    if (observation) {
        struct route_metrics *of = &metrics->of[observation->route - metrics->routes];
        const size_t method = (size_t)__builtin_ctz(observation->method);
        add(&of->requests[method][status_index(observation->status)], 1);
        observe(&of->whole, observation->seconds);
        if (observation->compute_seconds > 0)
            observe(&of->compute, observation->compute_seconds);
        if (observation->problem >= 0)
            add(&metrics->problems[observation->problem], 1);
    }
    atomic_fetch_sub(&metrics->in_flight, 1);
}

size_t bp_metrics_in_flight(const struct bp_metrics *metrics)
{
    return atomic_load(&metrics->in_flight);
}

/* --- the page --------------------------------------------------------------------------------- */

static void put_head(struct bp_text *text, const char *name, const char *type, const char *help)
{
    bp_text_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A metric that is one number. */
static void put_metric(struct bp_text *text, const char *name, const char *type, const char *help,
                       double value)
{
    put_head(text, name, type, help);
    bp_text_printf(text, "%s ", name);
    bp_text_put_double(text, value);
    bp_text_putc(text, '\n');
}

static void put_requests(struct bp_text *text, const struct bp_metrics *metrics)
{
    put_head(text, "backpropd_http_requests_total", "counter", "Requests answered.");
    for (size_t route = 0; route < metrics->n_routes; route++)
        for (size_t method = 0; method < METHOD_COUNT; method++)
            for (size_t status = 0; status < LENGTH(STATUSES); status++) {
                const uint64_t count = metrics->of[route].requests[method][status];
                if (count)
                    bp_text_printf(text,
                                   "backpropd_http_requests_total{route=\"%s\",method=\"%s\","
                                   "code=\"%u\"} %" PRIu64 "\n",
                                   metrics->routes[route].path,
                                   bp_method_name((enum bp_method)(1U << method)), STATUSES[status],
                                   count);
            }
}

static void put_duration(struct bp_text *text, const char *name, const struct duration *duration,
                         const char *route)
{
    uint64_t count = 0;
    for (size_t bucket = 0; bucket < LENGTH(BUCKETS); bucket++) {
        count += duration->buckets[bucket];
        bp_text_printf(text, "%s_bucket{route=\"%s\",le=\"%g\"} %" PRIu64 "\n", name, route,
                       BUCKETS[bucket], count);
    }
    count += duration->buckets[LENGTH(BUCKETS)];
    bp_text_printf(text, "%s_bucket{route=\"%s\",le=\"+Inf\"} %" PRIu64 "\n%s_sum{route=\"%s\"} ",
                   name, route, count, name, route);
    bp_text_put_double(text, (double)duration->nanoseconds / 1e9);
    bp_text_printf(text, "\n%s_count{route=\"%s\"} %" PRIu64 "\n", name, route, count);
}

static void put_durations(struct bp_text *text, const struct bp_metrics *metrics)
{
    static const char whole[] = "backpropd_http_request_duration_seconds",
                      compute[] = "backpropd_compute_seconds";
    put_head(text, whole, "histogram", "From the head of a request to the end of its reply.");
    for (size_t route = 0; route < metrics->n_routes; route++)
        put_duration(text, whole, &metrics->of[route].whole, metrics->routes[route].path);
    put_head(text, compute, "histogram", "The arithmetic alone, without reading and writing.");
    for (size_t route = 0; route < metrics->n_routes; route++)
        if (metrics->routes[route].operation)
            put_duration(text, compute, &metrics->of[route].compute, metrics->routes[route].path);
}

static void put_problems(struct bp_text *text, const struct bp_metrics *metrics)
{
    put_head(text, "backpropd_problems_total", "counter", "Replies that name a problem.");
    for (int code = 0; code < BP_PROBLEM_COUNT; code++)
        bp_text_printf(text, "backpropd_problems_total{type=\"%s\"} %" PRIu64 "\n",
                       bp_problem_info((enum bp_problem_code)code)->code, metrics->problems[code]);
}

static double resident_bytes(void)
{
    unsigned long size = 0, resident = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (!statm)
        return 0;
    int got = fscanf(statm, "%lu %lu", &size, &resident);
    fclose(statm);
    return got == 2 ? (double)resident * (double)sysconf(_SC_PAGESIZE) : 0;
}

static void put_process(struct bp_text *text)
{
    struct rusage usage = {0}; /* zeros, should the call fail */
    getrusage(RUSAGE_SELF, &usage);
    double seconds = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                     (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    put_metric(text, "process_cpu_seconds_total", "counter", "Processor time, user and system.",
               seconds);
    put_metric(text, "process_resident_memory_bytes", "gauge", "Resident memory.",
               resident_bytes());
}

void bp_metrics_put(struct bp_text *text, const struct bp_metrics *metrics, size_t memory_used)
{
    put_requests(text, metrics);
    put_durations(text, metrics);
    put_metric(text, "backpropd_http_requests_in_flight", "gauge", "Requests being answered.",
               (double)bp_metrics_in_flight(metrics));
    put_problems(text, metrics);
    put_metric(text, "backpropd_memory_bytes", "gauge", "Memory of the requests in flight.",
               (double)memory_used);
    put_head(text, "backpropd_build_info", "gauge", "Always 1; its label is the version.");
    bp_text_puts(text, "backpropd_build_info{version=\"" BP_VERSION "\"} 1\n");
    put_process(text);
}
