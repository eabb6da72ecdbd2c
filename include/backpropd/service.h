/*
 * The service as one plain function, request -> reply: no socket, no thread of its own, and the
 * clock only to say how long a calculation took.
 * The server adds those; tests and `backpropd call` do without.
 */
#ifndef BACKPROPD_SERVICE_H
#define BACKPROPD_SERVICE_H

#include "backpropd/access.h"
#include "backpropd/job.h"
#include "backpropd/text.h"

/* Methods that routes take, each a bit: a set of them is a sum. */
#define BP_METHODS(X)                                                                              \
    X(GET, 1)                                                                                      \
    X(HEAD, 2)                                                                                     \
    X(POST, 4)                                                                                     \
    X(OPTIONS, 8)

#define BP_AS_METHOD(name, bit) BP_METHOD_##name = (bit),
enum bp_method {
    BP_METHODS(BP_AS_METHOD) BP_METHOD_OTHER = 16 /* known to HTTP, taken by no route: 405 */
};
#undef BP_AS_METHOD

/* name in C, media type */
#define BP_MEDIA(X)                                                                                \
    X(NONE, "")                                                                                    \
    X(JSON, "application/json")                                                                    \
    X(PROBLEM, "application/problem+json")                                                         \
    X(YAML, "application/yaml")                                                                    \
    X(HTML, "text/html; charset=utf-8")                                                            \
    X(METRICS, "text/plain; version=0.0.4; charset=utf-8")

#define BP_AS_MEDIA(name, type) BP_MEDIA_##name,
enum bp_media { BP_MEDIA(BP_AS_MEDIA) BP_MEDIA_COUNT };
#undef BP_AS_MEDIA

struct bp_request {
    enum bp_method method;
    const char *path; /* without the query */
    const char *body; /* a NUL stands after it */
    size_t body_size;
    const char *if_none_match; /* or NULL */
    bool accepts_gzip;
};

/* Nanoseconds that a calculation took, for Server-Timing. */
struct bp_timing {
    uint64_t parse, compute, serialize;
};

#define BP_ETAG_MAX 24

struct bp_reply {
    unsigned status;
    enum bp_media media;
    unsigned allow;          /* a set of bp_method for the Allow header, or 0 */
    bool is_preflight;       /* OPTIONS: what CORS asks for is allowed */
    bool retry_later;        /* Retry-After */
    bool accepts_post;       /* Accept-Post, on 415 */
    bool must_close;         /* the connection cannot go on */
    bool is_gzip;            /* Content-Encoding */
    bool has_gzip;           /* it depends on Accept-Encoding */
    const char *etag;        /* or NULL */
    struct bp_timing timing; /* zeros if nothing was calculated */
    int problem;             /* the bp_problem_code, or -1 */
    const char *fixed;       /* a body that is always there, or NULL: then `text` is the body */
    size_t fixed_size;
    struct bp_text text;
};

struct bp_metrics; /* counters that all threads share */

/* Files in the binary. */
#define BP_ASSETS(X)                                                                               \
    X(openapi_yaml)                                                                                \
    X(openapi_json)                                                                                \
    X(textbook)                                                                                    \
    X(textbook_step)

#define BP_AS_ASSET(name) BP_ASSET_##name,
enum bp_asset { BP_ASSETS(BP_AS_ASSET) BP_ASSET_COUNT };
#undef BP_AS_ASSET

#define BP_UNSAFE_MAX 256

struct bp_service {
    struct bp_limits limits;
    struct bp_memory memory;
    struct bp_memory
        own_memory; /* without a budget: what the service says of itself, and why it refuses */
    atomic_bool draining;       /* a stop was asked for: /readyz says no */
    char unsafe[BP_UNSAFE_MAX]; /* why no requests should be sent here: /readyz says no; or "" */
    struct bp_metrics *metrics;
    struct bp_access access;
    const char *allowed_hosts; /* "*", or a list */
    char etags[BP_ASSET_COUNT][BP_ETAG_MAX];
};

/* Makes a service. Returns false if there is no memory. */
bool bp_service_start(struct bp_service *service, const struct bp_limits *limits);
void bp_service_free(struct bp_service *service);

/* A request that has been understood and waits to be calculated. */
struct bp_pending {
    uint64_t parse_nanoseconds;
    const struct bp_calculation *calculation; /* NULL: nothing waits */
    struct bp_job job;
};

/*
 * Answers a request whose framing is proper, up to its calculation. Returns true if that was all:
 * the reply is made then, and to be freed. False if there is something to calculate: then pending
 * is to be completed, in any thread.
 */
bool bp_service_begin(struct bp_pending *pending, struct bp_reply *reply,
                      struct bp_service *service, const struct bp_request *request);

/* What completing will take, in nanoseconds, estimated. */
double bp_pending_cost(const struct bp_pending *pending, bool with_gzip);

/* Calculates what is pending. Out: reply, to be freed. Cannot fail: what goes wrong is a problem in
 * the reply. */
void bp_service_complete(struct bp_pending *pending, struct bp_reply *reply,
                         struct bp_service *service);

/* Frees what is pending, uncalculated; nothing if nothing is. */
void bp_pending_free(struct bp_pending *pending);

/* Both at once. */
void bp_service_answer(struct bp_reply *reply, struct bp_service *service,
                       const struct bp_request *request);

/* A problem as a reply. Out: reply, to be freed. Cannot fail. */
void bp_reply_problem(struct bp_reply *reply, struct bp_service *service,
                      const struct bp_problem *problem);

void bp_reply_free(struct bp_reply *reply);

/* The body of a reply and its size. */
const char *bp_reply_body(const struct bp_reply *reply, size_t *size);

/* The media type of a reply's Content-Type; "" if it has no body. */
const char *bp_media_type(enum bp_media media);

/* The methods that a path takes, OPTIONS among them, or 0 if there is nothing at the path. */
unsigned bp_route_methods(const char *path);

/* The path as metrics name it: a route of the table, or "other". */
const char *bp_route_name(const char *path);

/* The name of one method, "other" for OTHER. */
const char *bp_method_name(enum bp_method method);

/* Writes a set of methods as Allow does: "GET, HEAD, OPTIONS". At most 32 characters. */
void bp_methods_text(char *out, unsigned methods);

#endif
