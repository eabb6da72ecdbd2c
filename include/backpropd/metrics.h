/* Counters that all threads share, and their page in Prometheus' text format. */
#ifndef BACKPROPD_METRICS_H
#define BACKPROPD_METRICS_H

#include "backpropd/problem.h"
#include "backpropd/router.h"

struct bp_metrics;

/* What is counted for one request, once its reply is being sent. */
struct bp_observation {
    const struct bp_route *route;
    enum bp_method method;
    unsigned status;
    int problem; /* its bp_problem_code, or -1 */
    double seconds;
    double compute_seconds; /* the part spent calculating; 0 if nothing was calculated */
};

/* Counters for these routes, which the caller frees. NULL if memory runs out. */
struct bp_metrics *bp_metrics_make(const struct bp_route *routes, size_t n_routes);

/* A request has begun. */
void bp_metrics_begin(struct bp_metrics *metrics);

/* It has ended; observation is NULL if it got no reply. */
void bp_metrics_end(struct bp_metrics *metrics, const struct bp_observation *observation);

/* Requests that have begun and not ended. */
size_t bp_metrics_in_flight(const struct bp_metrics *metrics);

/* Appends the page. In: memory_used, by the requests in flight, in bytes. */
void bp_metrics_put(struct bp_text *text, const struct bp_metrics *metrics, size_t memory_used);

#endif
