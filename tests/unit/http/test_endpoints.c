/* The endpoints that calculate nothing: what they say, to the letter where that is promised. */
#include <inttypes.h>

#include "requests.h"

static struct bp_service service;
static struct bp_reply reply;

static void get(const char *path)
{
    service_make(&service, &STANDARD);
    ask(&reply, &service, BP_METHOD_GET, path, "");
}

static void end(void)
{
    bp_reply_free(&reply);
    service_end(&service);
}

static void require_text(const char *path, const char *expected)
{
    get(path);
    char *body = line_of(&reply), *text = quoted(expected);
    ck_assert_str_eq(body, text);
    free(text);
    free(body);
    end();
}

static void require_file(const char *path, const char *name)
{
    size_t size;
    get(path);
    const char *body = bp_reply_body(&reply, &size);
    FILE *file = fopen(name, "r");
    REQUIRE(file, "%s is missing: tests run at the top of the repository", name);
    for (size_t i = 0; i < size; i++)
        REQUIRE(fgetc(file) == (unsigned char)body[i], "%s differs from %s at byte %zu", path, name,
                i);
    ck_assert_int_eq(fgetc(file), EOF);
    fclose(file);
    end();
}

TEST(test_lives)
{
    require_text("/livez", "{'status':'ok'}");
    require_text("/healthz", "{'status':'ok'}");
    require_text("/readyz", "{'status':'ready'}");
    require_text("/version", "{'name':'backpropd','version':'" BP_VERSION "'}");
}

TEST(test_ready_no_more)
{
    service_make(&service, &STANDARD);
    atomic_store(&service.draining, true);
    ask(&reply, &service, BP_METHOD_GET, "/readyz", "");
    require_problem(&reply, BP_PROBLEM_OVERLOADED);
    ck_assert(reply.status == 503);
    bp_reply_free(&reply);
    ask(&reply, &service, BP_METHOD_GET, "/livez", "");
    ck_assert_uint_eq(reply.status, 200);
    bp_reply_free(&reply);
    ask(&reply, &service, BP_METHOD_POST, "/forward", TEXTBOOK);
    ck_assert_uint_eq(reply.status, 200); /* what still comes is still answered */
    end();
}

TEST(test_not_ready_where_unsafe)
{
    service_make(&service, &STANDARD);
    strcpy(service.unsafe, "the reason");
    ask(&reply, &service, BP_METHOD_GET, "/readyz", "");
    require_problem(&reply, BP_PROBLEM_OVERLOADED);
    ck_assert_ptr_nonnull(strstr(reply.text.data, "\"the reason\""));
    bp_reply_free(&reply);
    ask(&reply, &service, BP_METHOD_GET, "/livez", "");
    ck_assert_uint_eq(reply.status, 200);
    end();
}

TEST(test_files_byte_for_byte)
{
    require_file("/openapi.yaml", "openapi.yaml");
    require_file("/examples/textbook", "src/examples/textbook.json");
    require_file("/examples/textbook-step", "src/examples/textbook-step.json");
}

TEST(test_openapi_json)
{
    get("/openapi.json");
    json_t *document = json_of(&reply);
    const json_t *info = json_object_get(document, "info");
    ck_assert_str_eq(json_string_value(json_object_get(info, "version")), BP_VERSION);
    ck_assert_ptr_nonnull(json_object_get(json_object_get(document, "paths"), "/backward"));
    json_decref(document);
    end();
}

TEST(test_examples_can_be_posted)
{
    static const char *const pairs[][2] = {{"/examples/textbook", "/forward"},
                                           {"/examples/textbook", "/backward"},
                                           {"/examples/textbook-step", "/step"}};
    for (size_t i = 0; i < LENGTH(pairs); i++) {
        get(pairs[i][0]);
        char *body = body_of(&reply);
        bp_reply_free(&reply);
        ask(&reply, &service, BP_METHOD_POST, pairs[i][1], body);
        REQUIRE(reply.status == 200, "%s to %s: %u", pairs[i][0], pairs[i][1], reply.status);
        free(body);
        end();
    }
}

TEST(test_root_tells_limits_as_they_are)
{
    struct bp_limits limits = STANDARD;
    limits.layers = 3;
    limits.steps = 7;
    service_make(&service, &limits);
    ask(&reply, &service, BP_METHOD_GET, "/", "");
    json_t *root = json_of(&reply);
    const json_t *told = json_object_get(root, "limits");
    ck_assert_str_eq(json_string_value(json_object_get(root, "name")), "backpropd");
    ck_assert_str_eq(json_string_value(json_object_get(root, "version")), BP_VERSION);
#define CHECK_LIMIT(name, standard, most, about)                                                   \
    ck_assert_int_eq(json_integer_value(json_object_get(told, #name)), (json_int_t)limits.name);
    BP_LIMITS(CHECK_LIMIT)
    json_decref(root);
    end();
}

/* The defaults of the contract. */
TEST(test_standard_limits)
{
    ck_assert_uint_eq(STANDARD.body_bytes, 8 * 1024 * 1024);
    ck_assert_uint_eq(STANDARD.layers, 16);
    ck_assert_uint_eq(STANDARD.units, 4096);
    ck_assert_uint_eq(STANDARD.parameters, 1000000);
    ck_assert_uint_eq(STANDARD.samples, 4096);
    ck_assert_uint_eq(STANDARD.steps, 100000);
    ck_assert_uint_eq(STANDARD.work, 20000000000);
    ck_assert_uint_eq(STANDARD.reply_numbers, 1000000);
    ck_assert_uint_eq(STANDARD.connections, 1024);
}

TEST(test_root_links_lead_somewhere)
{
    const char *name;
    json_t *link;
    get("/");
    json_t *root = json_of(&reply), *links = json_object_get(root, "links");
    json_object_foreach(links, name, link) {
        char path[64]; /* relative to GET / */
        snprintf(path, sizeof path, "/%s", json_string_value(link));
        REQUIRE(bp_route_find(service.routes, path)->methods, "%s leads nowhere", name);
    }
    for (const struct bp_operation *const *each = bp_operations; *each; each++)
        ck_assert_str_eq(json_string_value(json_object_get(links, (*each)->name)),
                         (*each)->path + 1);
    ck_assert_str_eq(json_string_value(json_object_get(links, "examples")), "examples/");
    json_decref(root);
    end();
}

TEST(test_each_problem_has_a_page)
{
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        const struct bp_problem_info *info = bp_problem_info((enum bp_problem_code)code);
        char path[64];
        snprintf(path, sizeof path, "/problems/%s", info->code);
        for (char *at = path; *at; at++)
            *at = *at == '_' ? '-' : *at;
        get(path);
        char *page = body_of(&reply);
        REQUIRE(reply.status == 200, "%s", path);
        ck_assert_str_eq(reply.media_type, BP_MEDIA_HTML);
        REQUIRE(strstr(page, info->title) && strstr(page, info->code), "%s", page);
        free(page);
        end();
        get("/problems/");
        page = body_of(&reply);
        char link[80];
        snprintf(link, sizeof link, "href=\"%s\"", path + strlen("/problems/"));
        REQUIRE(strstr(page, link), "%s is not listed", path);
        free(page);
        end();
    }
}

TEST(test_no_page_for_what_is_no_problem)
{
    static const char *const paths[] = {"/problems/x",           "/problems/not_finite",
                                        "/problems/not-finite/", "/problems/not-finit",
                                        "/problems/not-finites", "/problems/-",
                                        "/problems/<script>"};
    for (size_t i = 0; i < LENGTH(paths); i++) {
        get(paths[i]);
        REQUIRE(reply.status == 404, "%s: %u", paths[i], reply.status);
        require_problem(&reply, BP_PROBLEM_NOT_FOUND);
        end();
    }
}

/* Asks for a file as a client that may have it and may take gzip. */
static void get_again(const char *path, const char *if_none_match, bool accepts_gzip)
{
    service_make(&service, &STANDARD);
    struct bp_exchange exchange = exchange_of(&service, BP_METHOD_GET, path, "", 0);
    exchange.if_none_match = if_none_match;
    exchange.accepts_gzip = accepts_gzip;
    bp_exchange_finish(&exchange);
    reply = exchange.reply;
}

static const char *const FILES[] = {"/openapi.yaml", "/openapi.json", "/examples/textbook",
                                    "/examples/textbook-step"};

TEST(test_files_that_the_client_has)
{
    for (size_t i = 0; i < LENGTH(FILES); i++) {
        char etag[24], list[100], longer[100], shorter[100];
        get(FILES[i]);
        strcpy(etag, reply.etag);
        end();
        snprintf(list, sizeof list, "\"a\", %s , W/\"b\"", etag);
        snprintf(longer, sizeof longer, "\"0%s", etag + 3);
        snprintf(shorter, sizeof shorter, "\"%s", etag + 4);
        const struct {
            const char *has;
            unsigned status;
        } rows[] = {{NULL, 200},    {etag, 304},     {etag + 2, 304},
                    {list, 304},    {"*", 304},      {longer, 200},
                    {shorter, 200}, {"W/\"\"", 200}, {"\"a\", \"b\"", 200},
                    {"\"*\"", 200}, {"", 200}};
        for (size_t row = 0; row < LENGTH(rows); row++) {
            size_t size, full;
            get(FILES[i]);
            bp_reply_body(&reply, &full);
            end();
            get_again(FILES[i], rows[row].has, false);
            bp_reply_body(&reply, &size);
            REQUIRE(reply.status == rows[row].status, "%s, row %zu: %u", FILES[i], row,
                    reply.status);
            REQUIRE((reply.status == 304) == !reply.media_type, "row %zu", row);
            ck_assert_uint_eq(size, full); /* what Content-Length tells */
            ck_assert_str_eq(reply.etag, etag);
            end();
        }
    }
}

/* FNV-1a of what is sent, so that it changes with it. */
TEST(test_etags_of_files)
{
    for (size_t i = 0; i < LENGTH(FILES); i++) {
        uint64_t hash = 0xCBF29CE484222325;
        char etag[24];
        size_t size;
        get(FILES[i]);
        const char *body = bp_reply_body(&reply, &size);
        for (size_t at = 0; at < size; at++)
            hash = (hash ^ (unsigned char)body[at]) * 0x100000001B3;
        snprintf(etag, sizeof etag, "W/\"%016" PRIx64 "\"", hash);
        ck_assert_str_eq(reply.etag, etag);
        end();
    }
}

TEST(test_files_compressed)
{
    for (size_t i = 0; i < LENGTH(FILES); i++) {
        const bool can_be = strncmp(FILES[i], "/openapi", 8) == 0;
        size_t plain, packed;
        get_again(FILES[i], NULL, false);
        const char *body = bp_reply_body(&reply, &plain);
        ck_assert(!reply.is_gzip && reply.has_gzip == can_be && body[0] != 0x1F);
        end();
        get_again(FILES[i], NULL, true);
        body = bp_reply_body(&reply, &packed);
        ck_assert(reply.is_gzip == can_be && reply.has_gzip == can_be);
        ck_assert(can_be ? packed < plain / 2 && body[0] == 0x1F : packed == plain);
        end();
        get_again(FILES[i], "*", true);
        ck_assert(!reply.is_gzip && reply.has_gzip == can_be); /* 304 has no coding */
        end();
    }
}

SUITE("http/endpoints", test_lives, test_ready_no_more, test_not_ready_where_unsafe,
      test_files_byte_for_byte, test_openapi_json, test_examples_can_be_posted,
      test_root_tells_limits_as_they_are, test_standard_limits, test_root_links_lead_somewhere,
      test_each_problem_has_a_page, test_no_page_for_what_is_no_problem,
      test_files_that_the_client_has, test_etags_of_files, test_files_compressed)
