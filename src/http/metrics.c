#include "metrics.h"

const unsigned bp_statuses[] = {200, 204, 304, 400, 401, 404, 405, 408, 411, 413,
                                414, 415, 417, 421, 422, 431, 501, 503, 505};
const double bp_buckets[] = {0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5};

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
    while (i + 1 < BP_STATUS_COUNT && bp_statuses[i] != status)
        i++;
    return i;
}

static void observe(struct bp_duration *duration, double seconds)
{
    size_t bucket = 0;
    while (bucket < BP_BUCKET_COUNT && seconds > bp_buckets[bucket])
        bucket++;
    add(&duration->buckets[bucket], 1);
    add(&duration->nanoseconds, (uint64_t)(seconds * 1e9));
}

void bp_metrics_end(struct bp_metrics *metrics, const struct bp_observation *observation)
{
    if (observation) {
        const size_t route = bp_route_find(observation->path);
        const size_t method = (size_t)__builtin_ctz(observation->method);
        add(&metrics->requests[route][method][status_index(observation->status)], 1);
        observe(&metrics->durations[route], observation->seconds);
        if (observation->compute_seconds > 0)
            observe(&metrics->computes[route], observation->compute_seconds);
        if (observation->problem >= 0)
            add(&metrics->problems[observation->problem], 1);
    }
    atomic_fetch_sub(&metrics->in_flight, 1);
}

size_t bp_metrics_in_flight(const struct bp_metrics *metrics)
{
    return atomic_load(&metrics->in_flight);
}
