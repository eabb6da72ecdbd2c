#include "http/router.h"
#include "requests.h"

#define GETS (BP_METHOD_GET | BP_METHOD_HEAD)
#define STEP_BODY "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.1}"

/* Every path of the contract. */
static const struct {
    const char *path;
    unsigned methods; /* OPTIONS goes without saying */
    enum bp_media media;
    const char *name; /* in metrics */
} PATHS[] = {
    {"/forward", BP_METHOD_POST, BP_MEDIA_JSON, "/forward"},
    {"/backward", BP_METHOD_POST, BP_MEDIA_JSON, "/backward"},
    {"/step", BP_METHOD_POST, BP_MEDIA_JSON, "/step"},
    {"/", GETS, BP_MEDIA_JSON, "/"},
    {"/version", GETS, BP_MEDIA_JSON, "/version"},
    {"/livez", GETS, BP_MEDIA_JSON, "/livez"},
    {"/healthz", GETS, BP_MEDIA_JSON, "/healthz"},
    {"/readyz", GETS, BP_MEDIA_JSON, "/readyz"},
    {"/metrics", GETS, BP_MEDIA_METRICS, "/metrics"},
    {"/openapi.yaml", GETS, BP_MEDIA_YAML, "/openapi.yaml"},
    {"/openapi.json", GETS, BP_MEDIA_JSON, "/openapi.json"},
    {"/examples/textbook", GETS, BP_MEDIA_JSON, "/examples/textbook"},
    {"/examples/textbook-step", GETS, BP_MEDIA_JSON, "/examples/textbook-step"},
    {"/problems/", GETS, BP_MEDIA_HTML, "/problems/"},
    {"/problems/not-finite", GETS, BP_MEDIA_HTML, "/problems/*"},
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
    "/examples/",
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
        REQUIRE(reply.status == 204 && reply.is_preflight, "OPTIONS %s: %u", PATHS[i].path,
                reply.status);
        ck_assert_uint_eq(reply.allow, methods);
        size_t size;
        bp_reply_body(&reply, &size);
        ck_assert_uint_eq(size, 0);
    } else if (methods & method) {
        REQUIRE(reply.status == 200 && reply.problem == -1, "%s: %u", PATHS[i].path, reply.status);
        REQUIRE(reply.media == PATHS[i].media, "%s: %s", PATHS[i].path, bp_media_type(reply.media));
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
        ck_assert_uint_eq(bp_route_methods(NOWHERE[i]), 0);
        for (size_t m = 0; m < LENGTH(METHODS); m++) {
            struct bp_reply reply;
            ask(&reply, &service, METHODS[m], NOWHERE[i], TEXTBOOK);
            REQUIRE(reply.status == 404, "%s: %u", NOWHERE[i], reply.status);
            require_problem(&reply, BP_PROBLEM_NOT_FOUND);
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
    for (size_t i = 0; i < LENGTH(PATHS); i++) {
        ck_assert_str_eq(bp_route_name(PATHS[i].path), PATHS[i].name);
        ck_assert_uint_eq(bp_route_methods(PATHS[i].path), PATHS[i].methods | BP_METHOD_OPTIONS);
        ck_assert_str_eq(bp_route(bp_route_find(PATHS[i].path))->path, PATHS[i].name);
    }
    for (size_t i = 0; i < LENGTH(NOWHERE); i++) {
        ck_assert_str_eq(bp_route_name(NOWHERE[i]), "other"); /* never the raw path */
        ck_assert_uint_eq(bp_route_find(NOWHERE[i]), BP_ROUTE_COUNT);
    }
    ck_assert_uint_eq(BP_ROUTE_COUNT, LENGTH(PATHS));
}

TEST(test_methods_as_text)
{
    static const struct {
        unsigned methods;
        const char *text;
    } rows[] = {{0, ""},
                {BP_METHOD_GET, "GET"},
                {GETS | BP_METHOD_OPTIONS, "GET, HEAD, OPTIONS"},
                {BP_METHOD_POST | BP_METHOD_OPTIONS, "POST, OPTIONS"},
                {GETS | BP_METHOD_POST | BP_METHOD_OPTIONS, "GET, HEAD, POST, OPTIONS"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[33];
        memset(text, '#', sizeof text);
        bp_methods_text(text, rows[i].methods);
        ck_assert_str_eq(text, rows[i].text);
    }
}

TEST(test_method_not_allowed_says_which_are)
{
    struct bp_reply reply;
    start();
    ask(&reply, &service, BP_METHOD_GET, "/backward", "");
    json_t *document = json_of(&reply);
    ck_assert_ptr_nonnull(
        strstr(json_string_value(json_object_get(document, "detail")), "POST, OPTIONS"));
    json_decref(document);
    bp_reply_free(&reply);
    service_end(&service);
}

SUITE("http/router", test_every_path_with_every_method, test_nothing_elsewhere,
      test_options_of_the_whole_service, test_routes_by_their_names, test_methods_as_text,
      test_method_not_allowed_says_which_are)
