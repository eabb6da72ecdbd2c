/* The layout of the counters, for their page. */
#ifndef BACKPROPD_HTTP_METRICS_H
#define BACKPROPD_HTTP_METRICS_H

#include <stdatomic.h>
#include <stdint.h>

#include "backpropd/metrics.h"

#define BP_BUCKET_COUNT 10

/* Places of methods, and of statuses: those without a problem, then each problem's. Problems that
 * share a status are counted at the first of them. */
#define BP_AS_PLACE(name, ...) BP_PLACE_##name,
enum { BP_METHODS(BP_AS_PLACE) BP_PLACE_OTHER, BP_METHOD_COUNT };
enum { BP_PLACE_200, BP_PLACE_204, BP_PLACE_304, BP_PROBLEMS(BP_AS_PLACE) BP_STATUS_COUNT };
#undef BP_AS_PLACE

extern const unsigned bp_statuses[BP_STATUS_COUNT];
extern const double bp_buckets[BP_BUCKET_COUNT]; /* upper bounds, in seconds */

struct bp_duration {
    _Atomic uint64_t buckets[BP_BUCKET_COUNT + 1]; /* the last is beyond all bounds */
    _Atomic uint64_t nanoseconds;
};

/* What is counted of one route. */
struct bp_route_metrics {
    _Atomic uint64_t requests[BP_METHOD_COUNT][BP_STATUS_COUNT];
    struct bp_duration whole, compute;
};

struct bp_metrics {
    atomic_size_t in_flight;
    _Atomic uint64_t problems[BP_PROBLEM_COUNT];
    const struct bp_route *routes;
    size_t n_routes;
    struct bp_route_metrics of[]; /* (n_routes) */
};

/* Counters for these routes, which the caller frees. NULL if memory runs out. */
struct bp_metrics *bp_metrics_make(const struct bp_route *routes, size_t n_routes);

#endif
