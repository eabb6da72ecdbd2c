/* The layout of the counters, for their page. */
#ifndef BACKPROPD_HTTP_METRICS_H
#define BACKPROPD_HTTP_METRICS_H

#include <stdint.h>

#include "backpropd/metrics.h"
#include "router.h"

#define BP_STATUS_COUNT 19
#define BP_METHOD_COUNT 5
#define BP_BUCKET_COUNT 10

extern const unsigned bp_statuses[BP_STATUS_COUNT];
extern const double bp_buckets[BP_BUCKET_COUNT]; /* upper bounds, in seconds */

struct bp_duration {
    _Atomic uint64_t buckets[BP_BUCKET_COUNT + 1]; /* the last is beyond all bounds */
    _Atomic uint64_t nanoseconds;
};

struct bp_metrics {
    atomic_size_t in_flight;
    _Atomic uint64_t requests[BP_ROUTE_COUNT + 1][BP_METHOD_COUNT][BP_STATUS_COUNT];
    struct bp_duration durations[BP_ROUTE_COUNT + 1];
    struct bp_duration computes[BP_ROUTE_COUNT + 1];
    _Atomic uint64_t problems[BP_PROBLEM_COUNT];
};

#endif
