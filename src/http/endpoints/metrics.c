#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../metrics.h"
#include "backpropd/exchange.h"

#include "backpropd/media.h"

bp_handler bp_answer_metrics;

static void put_head(struct bp_text *text, const char *name, const char *type, const char *help)
{
    char line[256];
    int n = snprintf(line, sizeof line, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
    bp_text_put(text, line, (size_t)n);
}

static void put_labels(struct bp_text *text, const char *labels)
{
    bp_text_putc(text, '{');
    bp_text_puts(text, labels);
    bp_text_putc(text, '}');
}

static void put_sample(struct bp_text *text, const char *name, const char *labels, double value)
{
    bp_text_puts(text, name);
    if (labels)
        put_labels(text, labels);
    bp_text_putc(text, ' ');
    bp_text_put_double(text, value);
    bp_text_putc(text, '\n');
}

static void put_requests(struct bp_text *text, const struct bp_metrics *metrics)
{
    static const char name[] = "backpropd_http_requests_total";
    put_head(text, name, "counter", "Requests answered.");
    for (size_t route = 0; route < metrics->n_routes; route++)
        for (size_t method = 0; method < BP_METHOD_COUNT; method++)
            for (size_t status = 0; status < BP_STATUS_COUNT; status++) {
                uint64_t count = metrics->of[route].requests[method][status];
                char labels[128];
                if (!count)
                    continue;
                snprintf(labels, sizeof labels, "route=\"%s\",method=\"%s\",code=\"%u\"",
                         metrics->routes[route].path,
                         bp_method_name((enum bp_method)(1U << method)), bp_statuses[status]);
                put_sample(text, name, labels, (double)count);
            }
}

static void put_duration(struct bp_text *text, const char *name, const struct bp_duration *duration,
                         const char *route)
{
    uint64_t count = 0;
    char labels[96], member[80];
    snprintf(member, sizeof member, "%s_bucket", name);
    for (size_t bucket = 0; bucket < BP_BUCKET_COUNT; bucket++) {
        count += duration->buckets[bucket];
        snprintf(labels, sizeof labels, "route=\"%s\",le=\"%g\"", route, bp_buckets[bucket]);
        put_sample(text, member, labels, (double)count);
    }
    count += duration->buckets[BP_BUCKET_COUNT];
    snprintf(labels, sizeof labels, "route=\"%s\",le=\"+Inf\"", route);
    put_sample(text, member, labels, (double)count);
    snprintf(labels, sizeof labels, "route=\"%s\"", route);
    snprintf(member, sizeof member, "%s_sum", name);
    put_sample(text, member, labels, (double)duration->nanoseconds / 1e9);
    snprintf(member, sizeof member, "%s_count", name);
    put_sample(text, member, labels, (double)count);
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
    char labels[64];
    put_head(text, "backpropd_problems_total", "counter", "Replies that name a problem.");
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        snprintf(labels, sizeof labels, "type=\"%s\"",
                 bp_problem_info((enum bp_problem_code)code)->code);
        put_sample(text, "backpropd_problems_total", labels, (double)metrics->problems[code]);
    }
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
    put_head(text, "process_cpu_seconds_total", "counter", "Processor time, user and system.");
    put_sample(text, "process_cpu_seconds_total", NULL, seconds);
    put_head(text, "process_resident_memory_bytes", "gauge", "Resident memory.");
    put_sample(text, "process_resident_memory_bytes", NULL, resident_bytes());
}

void bp_answer_metrics(struct bp_exchange *exchange)
{
    struct bp_service *service = exchange->service;
    struct bp_text *text = &exchange->reply.text;
    bp_reply_start(&exchange->reply, &service->own_memory, BP_MEDIA_METRICS, 32768);
    put_requests(text, service->metrics);
    put_durations(text, service->metrics);
    put_head(text, "backpropd_http_requests_in_flight", "gauge", "Requests being answered.");
    put_sample(text, "backpropd_http_requests_in_flight", NULL,
               (double)bp_metrics_in_flight(service->metrics));
    put_problems(text, service->metrics);
    put_head(text, "backpropd_memory_bytes", "gauge", "Memory of the requests in flight.");
    put_sample(text, "backpropd_memory_bytes", NULL, (double)atomic_load(&service->memory.used));
    put_head(text, "backpropd_build_info", "gauge", "Always 1; its label is the version.");
    put_sample(text, "backpropd_build_info", "version=\"" BP_VERSION "\"", 1);
    put_process(text);
    bp_reply_finish(&exchange->reply, &service->own_memory);
}
