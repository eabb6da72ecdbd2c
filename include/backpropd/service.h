/*
 * What all requests share. Together with bp_exchange it is the service as a plain function, request
 * -> reply: no sockets, no threads, and the clock only to measure a calculation. The server adds
 * those; tests and `backpropd call` do not need them.
 */
#ifndef BACKPROPD_SERVICE_H
#define BACKPROPD_SERVICE_H

#include "backpropd/access.h"
#include "backpropd/limits.h"
#include "backpropd/memory.h"

struct bp_metrics;
struct bp_route;

#define BP_UNSAFE_MAX 256

struct bp_service {
    struct bp_limits limits;
    struct bp_memory memory;
    struct bp_memory own_memory; /* unlimited: for error replies and GET pages */
    atomic_bool draining;        /* a stop was asked for: /readyz says no */
    char unsafe[BP_UNSAFE_MAX];  /* why no requests should be sent here: /readyz says no; or "" */
    struct bp_route *routes;
    struct bp_metrics *metrics; /* counters that all threads share */
    struct bp_access access;
    const char *allowed_hosts; /* "*", or a list */
};

/* Makes a service of these POST paths only: "*", or a list that bp_only_is_proper accepts. Returns
 * false if memory runs out. */
bool bp_service_start(struct bp_service *service, const struct bp_limits *limits, const char *only);

void bp_service_free(struct bp_service *service);

#endif
