#include "router.h"

#include <string.h>

#include "calculation.h"
#include "reply.h"

#define GET (BP_METHOD_GET | BP_METHOD_HEAD)

static const struct bp_route ROUTES[] = {
    {"/forward", BP_METHOD_POST, BP_GROUP_CALCULATE, NULL, &bp_calculation_forward},
    {"/backward", BP_METHOD_POST, BP_GROUP_CALCULATE, NULL, &bp_calculation_backward},
    {"/step", BP_METHOD_POST, BP_GROUP_CALCULATE, NULL, &bp_calculation_step},
    {"/", GET, BP_GROUP_DOCS, bp_answer_root, NULL},
    {"/version", GET, BP_GROUP_DOCS, bp_answer_version, NULL},
    {"/livez", GET, BP_GROUP_HEALTH, bp_answer_live, NULL},
    {"/healthz", GET, BP_GROUP_HEALTH, bp_answer_live, NULL},
    {"/readyz", GET, BP_GROUP_HEALTH, bp_answer_ready, NULL},
    {"/metrics", GET, BP_GROUP_METRICS, bp_answer_metrics, NULL},
    {"/openapi.yaml", GET, BP_GROUP_DOCS, bp_answer_openapi_yaml, NULL},
    {"/openapi.json", GET, BP_GROUP_DOCS, bp_answer_openapi_json, NULL},
    {"/examples/textbook", GET, BP_GROUP_DOCS, bp_answer_textbook, NULL},
    {"/examples/textbook-step", GET, BP_GROUP_DOCS, bp_answer_textbook_step, NULL},
    {"/problems/", GET, BP_GROUP_DOCS, bp_answer_problems, NULL},
    {"/problems/*", GET, BP_GROUP_DOCS, bp_answer_problems, NULL},
};
_Static_assert(sizeof ROUTES / sizeof *ROUTES == BP_ROUTE_COUNT, "routes are counted");

const struct bp_route *bp_route(size_t index)
{
    return &ROUTES[index];
}

enum bp_group bp_route_group(size_t index)
{
    return index < BP_ROUTE_COUNT ? ROUTES[index].group : BP_GROUP_DOCS;
}

static bool matches(const char *route, const char *path)
{
    const size_t star = strlen(route) - 1;
    if (route[star] == '*')
        return strncmp(route, path, star) == 0 && path[star];
    return strcmp(route, path) == 0;
}

size_t bp_route_find(const char *path)
{
    size_t index = 0;
    while (index < BP_ROUTE_COUNT && !matches(ROUTES[index].path, path))
        index++;
    return index;
}

unsigned bp_route_methods(const char *path)
{
    size_t index = bp_route_find(path);
    if (strcmp(path, "*") == 0) /* OPTIONS * asks about the whole service */
        return GET | BP_METHOD_POST | BP_METHOD_OPTIONS;
    return index < BP_ROUTE_COUNT ? ROUTES[index].methods | BP_METHOD_OPTIONS : 0;
}

const char *bp_route_name(const char *path)
{
    size_t index = bp_route_find(path);
    return index < BP_ROUTE_COUNT ? ROUTES[index].path : "other";
}

const char *bp_method_name(enum bp_method method)
{
#define AS_NAME(name, bit) #name,
    static const char *const names[] = {BP_METHODS(AS_NAME) "other"};
#undef AS_NAME
    return names[__builtin_ctz(method)];
}

void bp_methods_text(char *out, unsigned methods)
{
    const char *between = "";
    *out = '\0';
    for (unsigned method = 1; method < BP_METHOD_OTHER; method <<= 1) {
        if (!(methods & method))
            continue;
        out = stpcpy(stpcpy(out, between), bp_method_name((enum bp_method)method));
        between = ", ";
    }
}

static void answer_options(struct bp_reply *reply, unsigned methods)
{
    *reply = (struct bp_reply){.status = 204, .allow = methods, .problem = -1};
    reply->is_preflight = true;
}

static void answer_not_allowed(struct bp_reply *reply, struct bp_service *service,
                               const struct bp_request *request, unsigned methods)
{
    struct bp_problem problem;
    char allow[40];
    bp_methods_text(allow, methods);
    bp_problem_set(&problem, BP_PROBLEM_METHOD_NOT_ALLOWED, "%.40s takes %s", request->path, allow);
    bp_reply_problem(reply, service, &problem);
    reply->allow = methods;
}

static void answer_not_found(struct bp_reply *reply, struct bp_service *service)
{
    struct bp_problem problem;
    bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "nothing is here; GET / lists the paths");
    bp_reply_problem(reply, service, &problem);
}

bool bp_service_begin(struct bp_pending *pending, struct bp_reply *reply,
                      struct bp_service *service, const struct bp_request *request)
{
    const unsigned methods = bp_route_methods(request->path);
    const struct bp_route *route;
    pending->calculation = NULL;
    if (!methods || (strcmp(request->path, "*") == 0 && request->method != BP_METHOD_OPTIONS)) {
        answer_not_found(reply, service);
    } else if (request->method == BP_METHOD_OPTIONS) {
        answer_options(reply, methods);
    } else if (!(methods & request->method)) {
        answer_not_allowed(reply, service, request, methods);
    } else {
        route = bp_route(bp_route_find(request->path));
        if (route->calculation)
            return bp_calculation_begin(pending, reply, service, request, route->calculation);
        route->answer(reply, service, request);
    }
    return true;
}

void bp_service_answer(struct bp_reply *reply, struct bp_service *service,
                       const struct bp_request *request)
{
    struct bp_pending pending;
    if (!bp_service_begin(&pending, reply, service, request))
        bp_service_complete(&pending, reply, service);
}
