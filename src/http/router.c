#include "backpropd/router.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "backpropd/media.h"
#include "backpropd/suggest.h"
#include "files.h"
#include "list.h"

#define GET (BP_METHOD_GET | BP_METHOD_HEAD | BP_METHOD_OPTIONS)
#define POST (BP_METHOD_POST | BP_METHOD_OPTIONS)

bp_handler bp_answer_root, bp_answer_version, bp_answer_live, bp_answer_ready, bp_answer_metrics,
    bp_answer_problems, bp_answer_mistakes, bp_answer_mistake, bp_answer_file;

#define PAGE_FOLDER "/page/"

#define FIXED(path, link, group, answer, ...)                                                      \
    {                                                                                              \
        path, link, GET, group, answer, {__VA_ARGS__}, NULL, NULL, false                           \
    }

static const struct bp_route ROUTES[] = {
    FIXED("/mistakes", "mistakes", BP_GROUP_DOCS, bp_answer_mistakes, BP_MEDIA_JSON, BP_MEDIA_HTML),
    FIXED("/mistakes/*", NULL, BP_GROUP_DOCS, bp_answer_mistake, BP_MEDIA_HTML),
    FIXED("/problems/", "problems", BP_GROUP_DOCS, bp_answer_problems, BP_MEDIA_HTML),
    FIXED("/problems/*", NULL, BP_GROUP_DOCS, bp_answer_problems, BP_MEDIA_HTML),
    FIXED("/livez", "livez", BP_GROUP_HEALTH, bp_answer_live, BP_MEDIA_JSON),
    FIXED("/healthz", NULL, BP_GROUP_HEALTH, bp_answer_live, BP_MEDIA_JSON),
    FIXED("/readyz", "readyz", BP_GROUP_HEALTH, bp_answer_ready, BP_MEDIA_JSON),
    FIXED("/metrics", "metrics", BP_GROUP_METRICS, bp_answer_metrics, BP_MEDIA_METRICS),
    FIXED("/version", "version", BP_GROUP_DOCS, bp_answer_version, BP_MEDIA_JSON),
    {.path = "other", .group = BP_GROUP_DOCS}, /* it always answers 404 */
};

static struct bp_route route_of(const struct bp_operation *operation)
{
    const struct bp_representation *as = operation->representations;
    struct bp_route route = {.path = operation->path,
                             .link = operation->name,
                             .methods = POST,
                             .group = BP_GROUP_CALCULATE,
                             .operation = operation};
    for (size_t i = 0; as[i].media_type; i++) {
        assert(i < BP_REPRESENTATIONS_MAX);
        route.media_types[i] = as[i].media_type;
    }
    return route;
}

static struct bp_route route_of_file(const struct bp_file *file)
{
    const bool is_root = strcmp(file->path, "/") == 0;
    const bool is_of_page = strncmp(file->path, PAGE_FOLDER, strlen(PAGE_FOLDER)) == 0;
    struct bp_route route = {.path = file->path,
                             .link = file->link,
                             .methods = GET,
                             .group = is_of_page ? BP_GROUP_PAGE : BP_GROUP_DOCS,
                             .answer = is_root ? bp_answer_root : bp_answer_file,
                             .media_types = {file->media_type},
                             .file = file};
    if (is_root) {
        route.media_types[0] = BP_MEDIA_JSON;
        route.media_types[1] = file->media_type;
    }
    return route;
}

struct bp_route *bp_routes_make(size_t *n, const char *only)
{
    const struct bp_operation *const *each;
    const struct bp_file *file;
    struct bp_route *routes, *end;
    size_t room = sizeof ROUTES / sizeof *ROUTES;
    for (each = bp_operations; *each; each++)
        room++;
    for (file = bp_files; file->path; file++)
        room++;
    routes = end = calloc(room, sizeof *routes);
    if (!routes)
        return NULL;
    for (each = bp_operations; *each; each++)
        if (bp_only_serves(only, *each))
            *end++ = route_of(*each);
    for (file = bp_files; file->path; file++)
        *end++ = route_of_file(file);
    memcpy(end, ROUTES, sizeof ROUTES);
    *n = (size_t)(end - routes) + sizeof ROUTES / sizeof *ROUTES;
    return routes;
}

enum bp_group bp_route_group(const struct bp_route *route, int representation)
{
    return route->answer == bp_answer_root && representation == 1 ? BP_GROUP_PAGE : route->group;
}

void bp_routes_close_page(struct bp_route *routes)
{
    for (; routes->methods; routes++)
        if (routes->group == BP_GROUP_PAGE)
            routes->is_off = true;
        else if (routes->answer == bp_answer_root)
            routes->media_types[1] = NULL;
}

/* --- --only ----------------------------------------------------------------------------------- */

static bool is_operation(const char *text, size_t size)
{
    const struct bp_operation *const *each = bp_operations;
    while (*each && (strlen((*each)->path) != size || memcmp((*each)->path, text, size) != 0))
        each++;
    return *each;
}

bool bp_only_is_proper(const char *only)
{
    return bp_list_is_proper(only, is_operation);
}

bool bp_only_serves(const char *only, const struct bp_operation *operation)
{
    const char *path = operation->path;
    return strcmp(only, "*") == 0 || bp_list_has(only, path, strlen(path), strncmp);
}

/* --- finding ---------------------------------------------------------------------------------- */

static bool matches(const char *route, const char *path)
{
    const size_t star = strlen(route) - 1;
    if (route[star] == '*')
        return strncmp(route, path, star) == 0 && path[star];
    return strcmp(route, path) == 0;
}

const struct bp_route *bp_route_find(const struct bp_route *routes, const char *path)
{
    while (routes->methods && (routes->is_off || !matches(routes->path, path)))
        routes++;
    return routes;
}

/* --- near misses ------------------------------------------------------------------------------ */

#define NEAR_MAX 128 /* routes that are looked at */
#define PATH_MAX_MEANT 100

/* What paths are called elsewhere. */
static const struct {
    const char *path, *others;
} OTHERS[] = {
    {"backward", "backprop,backpropagation,backpropagate,backward_pass,gradient,gradients,grad"},
    {"forward", "forward_pass,predict,feedforward,inference,infer"},
    {"step", "train,update,descent,sgd,fit"},
    {"explain", "solution,explanation"},
    {"grade", "mark,score"},
    {"check", "gradcheck,gradient_check"},
    {"exercise", "generate"},
    {"exercise/review", "review"},
    {"healthz", "health"},
    {"livez", "ping,status"},
    {"readyz", "ready"},
    {"openapi.json", "openapi,swagger.json"},
    {"openapi.yaml", "docs,swagger"},
};

/* The path that is meant, perhaps one of n that are known; NULL if none is. None has a slash before
 * it. */
static const char *path_meant(const char *path, const char *const *known, size_t n)
{
    const char *near = bp_suggest(path, known, n);
    for (size_t i = 0; !near && i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (bp_list_has(OTHERS[i].others, path, strlen(path), strncasecmp))
            near = OTHERS[i].path;
    return near;
}

/* In: route, in front of those that stand for no single path. */
static bool is_near_miss(const struct bp_route *route)
{
    const size_t size = strlen(route->path);
    return !route->is_off && route->group != BP_GROUP_PAGE && size > 1 &&
           route->path[size - 1] != '*';
}

const struct bp_route *bp_route_near(const struct bp_route *routes, const char *path)
{
    const char *known[NEAR_MAX], *meant;
    char name[PATH_MAX_MEANT];
    size_t n = 0;
    path += strspn(path, "/");
    if (strlen(path) >= sizeof name)
        return NULL;
    memcpy(name, path, strlen(path) + 1);
    for (size_t end = strlen(name); end > 0 && name[end - 1] == '/'; end--)
        name[end - 1] = '\0';
    for (const struct bp_route *route = routes; route->methods && n < NEAR_MAX; route++)
        if (is_near_miss(route))
            known[n++] = route->path + 1;
    meant = path_meant(name, known, n);
    if (!meant && strrchr(name, '/')) /* behind a prefix, such as /api/v1 */
        meant = path_meant(strrchr(name, '/') + 1, known, n);
    for (; meant && routes->methods; routes++)
        if (is_near_miss(routes) && strcmp(routes->path + 1, meant) == 0)
            return routes;
    return NULL;
}
