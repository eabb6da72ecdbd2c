/* Requests for the tests of http: heads from text, a service, and its replies. */
#ifndef TESTS_REQUESTS_H
#define TESTS_REQUESTS_H

#include "answer.h"
#include "backpropd/media.h"
#include "bodies.h"

#define HEAD_TEXT_MAX 8192

/* A head and the text that it points into. */
struct request_head {
    struct bp_head head;
    char text[HEAD_TEXT_MAX];
};

/* Reads "METHOD TARGET VERSION", then a header a line: "Name: value". A second blank belongs to the
 * value, so that whatever a server hands over can be said. */
static inline void head_read(struct request_head *request, const char *text)
{
    REQUIRE(strlen(text) < HEAD_TEXT_MAX, "the head is too long");
    strcpy(request->text, text);
    char *line = strtok(request->text, "\n"), *target = strchr(line, ' '),
         *version = strrchr(line, ' ');
    *target = *version = '\0';
    request->head =
        (struct bp_head){.method = line, .target = target + 1, .version = version + 1, .size = 100};
    while ((line = strtok(NULL, "\n"))) {
        char *colon = strstr(line, ": ");
        REQUIRE(colon, "%s is no header", line);
        *colon = '\0';
        bp_head_add(&request->head, line, strlen(line), colon + 2, strlen(colon + 2));
    }
}

static inline void service_make(struct bp_service *service, const struct bp_limits *limits)
{
    REQUIRE(bp_service_start(service, limits, "*"), "no memory for a service");
}

/* All that replies held must have been given back. */
static inline void service_end(struct bp_service *service)
{
    budget_end(&service->memory);
    budget_end(&service->own_memory);
    bp_service_free(service);
}

/* Answers a request whose body is written with ' for ". */
static inline void ask(struct bp_reply *reply, struct bp_service *service, enum bp_method method,
                       const char *path, const char *text)
{
    char *body = quoted(text);
    *reply = answer(service, method, path, body, strlen(body));
    free(body);
}

/* The reply's body as a C string; to be freed. */
static inline char *body_of(const struct bp_reply *reply)
{
    size_t size;
    const char *body = bp_reply_body(reply, &size);
    return size ? strndup(body, size) : strdup("");
}

/* The same without its last byte, which is a newline, and the only one there. */
static inline char *line_of(const struct bp_reply *reply)
{
    char *body = body_of(reply), *newline = strchr(body, '\n');
    REQUIRE(newline && !newline[1], "no line: %s", body);
    *newline = '\0';
    return body;
}

/* The reply's body, read. To be decref'ed. */
static inline json_t *json_of(const struct bp_reply *reply)
{
    size_t size;
    json_error_t error;
    const char *body = bp_reply_body(reply, &size);
    json_t *value = json_loadb(body, size, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(value, "%s: %.*s", error.text, (int)size, body);
    return value;
}

/* A problem document: status, media type and code, in the reply and in its body. */
static inline void require_problem(const struct bp_reply *reply, enum bp_problem_code code)
{
    const struct bp_problem_info *info = bp_problem_info(code);
    REQUIRE(reply->problem == (int)code, "problem %d, not %s", reply->problem, info->code);
    REQUIRE(reply->status == info->status, "status %u, not %u", reply->status, info->status);
    ck_assert_str_eq(reply->media_type, BP_MEDIA_PROBLEM);
    json_t *document = json_of(reply);
    const char *told = json_string_value(json_object_get(document, "code"));
    REQUIRE(strcmp(told, info->code) == 0, "code %s, not %s", told, info->code);
    REQUIRE(json_number_value(json_object_get(document, "status")) == info->status,
            "another status");
    json_decref(document);
}

#endif
