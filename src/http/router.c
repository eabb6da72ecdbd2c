#include "router.h"

#include <string.h>

#include "reply.h"

#define GET (BP_METHOD_GET | BP_METHOD_HEAD)

static const struct bp_route ROUTES[] = {
    {"/forward", BP_METHOD_POST, bp_answer_forward},
    {"/backward", BP_METHOD_POST, bp_answer_backward},
    {"/step", BP_METHOD_POST, bp_answer_step},
    {"/", GET, bp_answer_root},
    {"/version", GET, bp_answer_version},
    {"/livez", GET, bp_answer_live},
    {"/healthz", GET, bp_answer_live},
    {"/readyz", GET, bp_answer_ready},
    {"/metrics", GET, bp_answer_metrics},
    {"/openapi.yaml", GET, bp_answer_openapi_yaml},
    {"/openapi.json", GET, bp_answer_openapi_json},
    {"/examples/textbook", GET, bp_answer_textbook},
    {"/examples/textbook-step", GET, bp_answer_textbook_step},
    {"/problems/", GET, bp_answer_problems},
    {"/problems/*", GET, bp_answer_problems},
};
_Static_assert(sizeof ROUTES / sizeof *ROUTES == BP_ROUTE_COUNT, "routes are counted");

const struct bp_route *bp_route(size_t index)
{
    return &ROUTES[index];
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

void bp_methods_text(char *out, unsigned methods)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "OPTIONS"};
    char *start = out;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(methods & 1U << i))
            continue;
        if (out != start)
            out = memcpy(out, ", ", 2), out += 2;
        memcpy(out, names[i], strlen(names[i]));
        out += strlen(names[i]);
    }
    *out = '\0';
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

void bp_service_answer(struct bp_reply *reply, struct bp_service *service,
                       const struct bp_request *request)
{
    const unsigned methods = bp_route_methods(request->path);
    struct bp_problem problem;
    if (!methods || (strcmp(request->path, "*") == 0 && request->method != BP_METHOD_OPTIONS)) {
        bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "nothing is here; GET / lists the paths");
        bp_reply_problem(reply, service, &problem);
    } else if (request->method == BP_METHOD_OPTIONS) {
        answer_options(reply, methods);
    } else if (!(methods & request->method)) {
        answer_not_allowed(reply, service, request, methods);
    } else {
        bp_route(bp_route_find(request->path))->answer(reply, service, request);
    }
}
