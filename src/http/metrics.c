#include "metrics.h"

#include <assert.h>
#include <stdlib.h>

#define AS_STATUS(name, wire, status, title, remedy) status,
const unsigned bp_statuses[] = {200, 204, 304, BP_PROBLEMS(AS_STATUS)};
const double bp_buckets[] = {0.0001, 0.00025, 0.001, 0.0025, 0.01, 0.025, 0.1, 0.25, 1, 2.5};

struct bp_metrics *bp_metrics_make(const struct bp_route *routes, size_t n_routes)
{
    struct bp_metrics *metrics =
        calloc(1, sizeof *metrics + n_routes * sizeof(struct bp_route_metrics));
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
    while (bp_statuses[i] != status) {
        i++;
        assert(i < BP_STATUS_COUNT);
    }
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
        struct bp_route_metrics *of = &metrics->of[observation->route - metrics->routes];
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
