#include "requests.h"

#define GETS (BP_METHOD_GET | BP_METHOD_HEAD)
#define STEP_BODY "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.1}"

/* Every path of the contract. */
static const struct {
    const char *path;
    unsigned methods; /* OPTIONS goes without saying */
    const char *media_type;
    const char *name; /* in metrics */
} PATHS[] = {
    {"/forward", BP_METHOD_POST, "application/json", "/forward"},
    {"/backward", BP_METHOD_POST, "application/json", "/backward"},
    {"/step", BP_METHOD_POST, "application/json", "/step"},
    {"/", GETS, "application/json", "/"},
    {"/page/main.js", GETS, "text/javascript; charset=utf-8", "/page/main.js"},
    {"/version", GETS, "application/json", "/version"},
    {"/livez", GETS, "application/json", "/livez"},
    {"/healthz", GETS, "application/json", "/healthz"},
    {"/readyz", GETS, "application/json", "/readyz"},
    {"/metrics", GETS, "text/plain; version=0.0.4; charset=utf-8", "/metrics"},
    {"/openapi.yaml", GETS, "application/yaml", "/openapi.yaml"},
    {"/openapi.json", GETS, "application/json", "/openapi.json"},
    {"/examples/textbook", GETS, "application/json", "/examples/textbook"},
    {"/examples/textbook-step", GETS, "application/json", "/examples/textbook-step"},
    {"/examples/", GETS, "application/json", "/examples/"},
    {"/problems/", GETS, "text/html; charset=utf-8", "/problems/"},
    {"/problems/not-finite", GETS, "text/html; charset=utf-8", "/problems/*"},
};

static const char *const NOWHERE[] = {
    "",
    "forward",
    "/forward/",
    "//forward",
    "/FORWARD",
    "/forward%00",
    "/forwar",
    "/forward.json",
    "/forward?x",
    "/problems",
    "/examples",
    "/metrics/",
    "/openapi.yml",
    "/openapi",
    "/..",
    "/../etc/passwd",
    "/%2e%2e/",
    "/livez/",
    "/index.html",
    "/favicon.ico",
    "/problemsx",
    "/step/step",
    "/version%20",
    "/Version",
    "/examples/textbook/",
};

static const enum bp_method METHODS[] = {BP_METHOD_GET, BP_METHOD_HEAD, BP_METHOD_POST,
                                         BP_METHOD_OPTIONS, BP_METHOD_OTHER};

static struct bp_service service;

static void start(void)
{
    service_make(&service, &STANDARD);
}

static void check_reply(size_t i, enum bp_method method)
{
    struct bp_reply reply;
    const unsigned methods = PATHS[i].methods | BP_METHOD_OPTIONS;
    ask(&reply, &service, method, PATHS[i].path,
        strcmp(PATHS[i].path, "/step") == 0 ? STEP_BODY : TEXTBOOK);
    if (method == BP_METHOD_OPTIONS) {
        REQUIRE(reply.status == 204, "OPTIONS %s: %u", PATHS[i].path, reply.status);
        ck_assert_uint_eq(reply.allow, methods);
        size_t size;
        bp_reply_body(&reply, &size);
        ck_assert_uint_eq(size, 0);
    } else if (methods & method) {
        REQUIRE(reply.status == 200 && reply.problem == -1, "%s: %u", PATHS[i].path, reply.status);
        REQUIRE(strcmp(reply.media_type, PATHS[i].media_type) == 0, "%s: %s", PATHS[i].path,
                reply.media_type);
        char *body = body_of(&reply);
        ck_assert(*body);
        free(body);
    } else {
        require_problem(&reply, BP_PROBLEM_METHOD_NOT_ALLOWED);
        REQUIRE(reply.allow == methods, "%s: %u", PATHS[i].path, reply.allow);
    }
    bp_reply_free(&reply);
}

TEST(test_every_path_with_every_method)
{
    start();
    for (size_t i = 0; i < LENGTH(PATHS); i++)
        for (size_t m = 0; m < LENGTH(METHODS); m++)
            check_reply(i, METHODS[m]);
    service_end(&service);
}

TEST(test_nothing_elsewhere)
{
    start();
    for (size_t i = 0; i < LENGTH(NOWHERE); i++) {
        ck_assert_uint_eq(bp_route_find(service.routes, NOWHERE[i])->methods, 0);
        for (size_t m = 0; m < LENGTH(METHODS); m++) {
            struct bp_reply reply;
            ask(&reply, &service, METHODS[m], NOWHERE[i], TEXTBOOK);
            if (METHODS[m] == BP_METHOD_OPTIONS) { /* a page must be able to read the 404 */
                ck_assert(reply.status == 204);
                ck_assert_uint_eq(reply.allow, GETS | BP_METHOD_POST | BP_METHOD_OPTIONS);
            } else {
                REQUIRE(reply.status == 404, "%s: %u", NOWHERE[i], reply.status);
                require_problem(&reply, BP_PROBLEM_NOT_FOUND);
            }
            bp_reply_free(&reply);
        }
    }
    service_end(&service);
}

TEST(test_options_of_the_whole_service)
{
    struct bp_reply reply;
    start();
    ask(&reply, &service, BP_METHOD_OPTIONS, "*", "");
    ck_assert_uint_eq(reply.status, 204);
    ck_assert_uint_eq(reply.allow, GETS | BP_METHOD_POST | BP_METHOD_OPTIONS);
    bp_reply_free(&reply);
    ask(&reply, &service, BP_METHOD_GET, "*", "");
    require_problem(&reply, BP_PROBLEM_NOT_FOUND);
    bp_reply_free(&reply);
    service_end(&service);
}

TEST(test_routes_by_their_names)
{
    size_t n;
    struct bp_route *routes = bp_routes_make(&n, "*");
    for (size_t i = 0; i < LENGTH(PATHS); i++) {
        const struct bp_route *route = bp_route_find(routes, PATHS[i].path);
        ck_assert_str_eq(route->path, PATHS[i].name);
        ck_assert_uint_eq(route->methods, PATHS[i].methods | BP_METHOD_OPTIONS);
        ck_assert(!route->operation == !(route->methods & BP_METHOD_POST));
    }
    for (size_t i = 0; i < LENGTH(NOWHERE); i++) {
        const struct bp_route *route = bp_route_find(routes, NOWHERE[i]);
        ck_assert_str_eq(route->path, "other"); /* never the raw path */
        ck_assert_ptr_eq(route, &routes[n - 1]);
    }
    ck_assert_uint_gt(n, LENGTH(PATHS));
    free(routes);
}

TEST(test_only_lists_operations)
{
    static const char *const proper[] = {"*", "/grade", "/grade,/exercise",
                                         " /exercise/review , /check"};
    static const char *const improper[] = {"",        "grade",    "/grad",  "/grade,",
                                           ",/grade", "*,/grade", "/livez", "/grade /check",
                                           "/gradeX", "/"};
    for (size_t i = 0; i < LENGTH(proper); i++)
        ck_assert_msg(bp_only_is_proper(proper[i]), "%s", proper[i]);
    for (size_t i = 0; i < LENGTH(improper); i++)
        ck_assert_msg(!bp_only_is_proper(improper[i]), "%s", improper[i]);
}

TEST(test_only_what_is_listed_has_a_route)
{
    size_t n, n_operations = 0;
    struct bp_route *routes = bp_routes_make(&n, "/exercise/review, /grade");
    for (size_t i = 0; i < n; i++)
        n_operations += routes[i].operation != NULL;
    ck_assert_uint_eq(n_operations, 2);
    ck_assert_str_eq(bp_route_find(routes, "/grade")->path, "/grade");
    ck_assert_str_eq(bp_route_find(routes, "/exercise")->path, "other");
    ck_assert_str_eq(bp_route_find(routes, "/livez")->path, "/livez");
    ck_assert_ptr_eq(bp_route_find(routes, "/backward"), &routes[n - 1]);
    free(routes);
}

TEST(test_answers_are_kept_where_something_that_tells_them_is_not_served)
{
    static const struct {
        const char *only;
        bool keeps;
    } rows[] = {{"*", false},
                {"/grade", true},
                {"/backward,/step,/explain", false},
                {"/grade,/backward,/step", true},
                {"/explain,/step,/backward,/grade", false}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        ck_assert(bp_service_start(&service, &STANDARD, rows[i].only));
        ck_assert_msg(service.limits.keeps_answers == rows[i].keeps, "%s", rows[i].only);
        service_end(&service);
    }
}

TEST(test_a_page_is_of_its_own_group_and_its_json_of_the_documents)
{
    size_t n;
    struct bp_route *routes = bp_routes_make(&n, "*");
    const struct bp_route *root = bp_route_find(routes, "/");
    ck_assert_str_eq(root->media_types[1], "text/html; charset=utf-8");
    ck_assert_int_eq(bp_route_group(root, 0), BP_GROUP_DOCS);
    ck_assert_int_eq(bp_route_group(root, 1), BP_GROUP_PAGE);
    ck_assert_int_eq(bp_route_group(bp_route_find(routes, "/page/main.js"), 0), BP_GROUP_PAGE);
    ck_assert_int_eq(bp_route_group(bp_route_find(routes, "/openapi.json"), 0), BP_GROUP_DOCS);
    ck_assert_int_eq(bp_route_group(bp_route_find(routes, "/livez"), 0), BP_GROUP_HEALTH);
    /* the second representation of another path is not a page */
    const struct bp_route *explain = bp_route_find(routes, "/explain");
    ck_assert_ptr_nonnull(explain->media_types[1]);
    ck_assert_int_eq(bp_route_group(explain, 1), BP_GROUP_CALCULATE);
    free(routes);
}

TEST(test_a_closed_page_takes_its_files_along_and_nothing_else)
{
    size_t n, n_of_page = 0;
    struct bp_route *routes = bp_routes_make(&n, "*");
    bp_routes_close_page(routes);
    for (size_t i = 0; i < n; i++) {
        const bool is_of_page = strncmp(routes[i].path, "/page/", 6) == 0;
        ck_assert_msg(routes[i].is_off == is_of_page, "%s", routes[i].path);
        n_of_page += is_of_page;
    }
    ck_assert_uint_gt(n_of_page, 20);
    ck_assert_ptr_null(bp_route_find(routes, "/")->media_types[1]); /* JSON for all */
    ck_assert_ptr_nonnull(bp_route_find(routes, "/explain")->media_types[1]);
    free(routes);
}

TEST(test_method_not_allowed_says_which_are)
{
    struct bp_reply reply;
    start();
    ask(&reply, &service, BP_METHOD_GET, "/backward", "");
    json_t *document = json_of(&reply);
    ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(document, "detail")),
                                 "post a JSON body to /backward, such as {"));
    json_decref(document);
    bp_reply_free(&reply);
    service_end(&service);
}

SUITE("http/router", test_every_path_with_every_method, test_nothing_elsewhere,
      test_options_of_the_whole_service, test_routes_by_their_names,
      test_method_not_allowed_says_which_are, test_only_lists_operations,
      test_only_what_is_listed_has_a_route,
      test_a_page_is_of_its_own_group_and_its_json_of_the_documents,
      test_a_closed_page_takes_its_files_along_and_nothing_else,
      test_answers_are_kept_where_something_that_tells_them_is_not_served)
