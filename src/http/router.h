/* Routes as data: which path takes which methods, and who answers. */
#ifndef BACKPROPD_HTTP_ROUTER_H
#define BACKPROPD_HTTP_ROUTER_H

#include "backpropd/access.h"
#include "backpropd/service.h"

typedef void bp_handler(struct bp_reply *reply, struct bp_service *service,
                        const struct bp_request *request);

struct bp_route {
    const char *path;    /* exact, or a prefix that ends with a slash and a star */
    unsigned methods;    /* without OPTIONS, which every path takes */
    enum bp_group group; /* what it is, for those without a token */
    bp_handler *answer;  /* at once, or NULL: there is something to calculate */
    const struct bp_calculation *calculation;
};

/* The number of routes; the index of a path that has none. */
#define BP_ROUTE_COUNT 15

/* A route by its index. */
const struct bp_route *bp_route(size_t index);

/* What the route of an index is; documentation if there is none, which only says so. */
enum bp_group bp_route_group(size_t index);

/* The index of the route of a path, or BP_ROUTE_COUNT. */
size_t bp_route_find(const char *path);

extern const struct bp_calculation bp_calculation_forward, bp_calculation_backward,
    bp_calculation_step;
bp_handler bp_answer_root, bp_answer_version;
bp_handler bp_answer_live, bp_answer_ready, bp_answer_metrics;
bp_handler bp_answer_openapi_yaml, bp_answer_openapi_json;
bp_handler bp_answer_textbook, bp_answer_textbook_step;
bp_handler bp_answer_problems;

#endif
