/*
 * What all requests share. With bp_exchange it is the service as a plain function, request ->
 * reply: no socket, no thread of its own, and the clock only to say how long a calculation took.
 * The server adds those; tests and `backpropd call` do without.
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

/* Makes a service. Returns false if there is no memory. */
bool bp_service_start(struct bp_service *service, const struct bp_limits *limits);

/* Serves these POST paths alone: "*", or a list for bp_only_is_proper to judge. To be called before
 * there are requests. Returns false if there is no memory. */
bool bp_service_serve_only(struct bp_service *service, const char *only);

void bp_service_free(struct bp_service *service);

#endif
