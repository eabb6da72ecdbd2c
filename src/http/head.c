#include "backpropd/head.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "list.h"
#include "parameter.h"

#define DIGITS "0123456789"

static bool is_token(const char *text, size_t size)
{
    return size > 0 && bp_token_size(text) == size;
}

/* Visible ASCII, spaces and tabs: servers disagree about anything beyond ASCII. */
static bool is_field_value(const char *value, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < 0x20 && c != '\t') || c >= 0x7F)
            return false;
    }
    return true;
}

static bool lists_close(const char *value)
{
    static const char between[] = ", \t";
    for (value += strspn(value, between); *value; value += strspn(value, between)) {
        const size_t size = strcspn(value, between);
        if (size == 5 && strncasecmp(value, "close", size) == 0)
            return true;
        value += size;
    }
    return false;
}

#define NAME(text) text, sizeof text - 1
#define AT(member) offsetof(struct bp_head, member)

/* Headers that are used later: where their value goes, and where they are counted, or 0. */
static const struct {
    const char *name;
    size_t name_size, value, count;
} KEPT[] = {
    {NAME("Host"), AT(host), AT(n_host)},
    {NAME("Origin"), AT(origin), 0},
    {NAME("traceparent"), AT(traceparent), 0},
    {NAME("Content-Type"), AT(type), AT(n_type)},
    {NAME("X-Request-Id"), AT(request_id), 0},
    {NAME("Authorization"), AT(authorization), AT(n_authorization)},
    {NAME("If-None-Match"), AT(if_none_match), 0},
    {NAME("Content-Length"), AT(length), AT(n_length)},
    {NAME("Accept-Encoding"), AT(accept_encoding), 0},
    {NAME("Content-Encoding"), AT(encoding), 0},
    {NAME("Transfer-Encoding"), AT(coding), AT(n_coding)},
    {NAME("Access-Control-Request-Headers"), AT(asked_headers), 0},
};

static void *member_at(struct bp_head *head, size_t offset)
{
    return (char *)head + offset;
}

/* Keeps a header that is used later; false if it is another one. Of KEPT, values are const char *
 * and counts size_t. */
static bool keep(struct bp_head *head, const char *name, size_t name_size, const char *value)
{
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        if (KEPT[i].name_size != name_size || strcasecmp(KEPT[i].name, name) != 0)
            continue;
        *(const char **)member_at(head, KEPT[i].value) = value;
        if (KEPT[i].count)
            ++*(size_t *)member_at(head, KEPT[i].count);
        return true;
    }
    if (bp_is_word(name, name_size, "Accept"))
        head->accept[head->n_accept++ % BP_ACCEPT_MAX] = value;
    else if (bp_is_word(name, name_size, "Connection"))
        head->asks_to_close |= lists_close(value);
    else if (!bp_is_word(name, name_size, "Expect"))
        return false;
    else if (!head->expect || strcasecmp(head->expect, "100-continue") == 0)
        head->expect = value; /* of several, one that must be refused */
    return true;
}

void bp_head_add(struct bp_head *head, const char *name, size_t name_size, const char *value,
                 size_t value_size)
{
    const char *text = value ? value : "";
    head->n_headers++;
    head->bad_name |= !keep(head, name, name_size, text) && !is_token(name, name_size);
    if (text != head->authorization) /* which is checked as a token */
        head->bad_value |= !is_field_value(text, value ? value_size : 0);
}

/* A port with its colon, or nothing. */
static bool is_port(const char *text, size_t size)
{
    if (size > 1 && (strspn(text + 1, DIGITS) != size - 1 || strtoul(text + 1, NULL, 10) > 65535))
        return false;
    return size == 0 || *text == ':';
}

size_t bp_host_size(const char *authority, size_t size)
{
    static const char name[] = "-._" DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    size_t host = strspn(authority, name);
    if (*authority == '[') {
        host = 1 + strspn(authority + 1, ":.0123456789ABCDEFabcdef");
        host = host > 1 && authority[host] == ']' ? host + 1 : 0;
    }
    return host && host <= size && is_port(authority + host, size - host) ? host : 0;
}

/* True if every host in the head is valid, with a valid port or none after it. */
static bool has_proper_hosts(const struct bp_head *head)
{
    const char *authority = bp_head_authority(head);
    const char *host = head->host ? head->host : "-";
    const size_t size = strcspn(host, " \t");
    return bp_host_size(host, size) && host[size + strspn(host + size, " \t")] == '\0' &&
           (!authority || bp_host_size(authority, strcspn(authority, "/?#")));
}

static bool is_digits(const char *text)
{
    return *text && text[strspn(text, DIGITS)] == '\0';
}

/* How many visible ASCII characters the text starts with. */
static size_t visible_size(const char *text)
{
    size_t n = 0;
    while (text[n] > 0x20 && text[n] < 0x7F)
        n++;
    return n;
}

bool bp_target_is_proper(const char *target)
{
    return target[visible_size(target)] == '\0';
}

static bool check_line(const struct bp_head *head, struct bp_problem *problem)
{
    if (!is_token(head->method, strlen(head->method)))
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST, "the method is not a valid token");
    if (strncmp(head->version, "HTTP/1.", 7) != 0) /* a later minor version is read as 1.1 */
        return bp_problem_set(problem, BP_PROBLEM_HTTP_VERSION, "use HTTP/1.1 or HTTP/1.0");
    if (strlen(head->target) > BP_TARGET_MAX || head->target_size > BP_TARGET_MAX)
        return bp_problem_set(problem, BP_PROBLEM_URI_TOO_LONG,
                              "the URL must have at most %d bytes", BP_TARGET_MAX);
    if (head->bad_target || !bp_target_is_proper(head->target))
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST,
                              "the URL has a character that must be percent-encoded");
    return true;
}

static bool check_length(const struct bp_head *head, struct bp_problem *problem)
{
    if (head->n_length + head->n_coding > 1)
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST,
                              "the body's length is given more than once; send one Content-Length "
                              "or one Transfer-Encoding");
    if (head->n_length && !is_digits(head->length))
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST, "Content-Length is not a number");
    if (head->n_coding && strcmp(head->version, "HTTP/1.0") == 0)
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST, "HTTP/1.0 has no Transfer-Encoding");
    if (head->n_coding && strcasecmp(head->coding, "chunked") != 0)
        return bp_problem_set(problem, BP_PROBLEM_NOT_IMPLEMENTED,
                              "the only supported Transfer-Encoding is chunked");
    if (strcmp(head->method, "POST") == 0 && !head->n_length && !head->n_coding)
        return bp_problem_set(problem, BP_PROBLEM_LENGTH_REQUIRED,
                              "a POST needs Content-Length or Transfer-Encoding: chunked");
    return true;
}

bool bp_head_check(const struct bp_head *head, struct bp_problem *problem, size_t header_bytes)
{
    if (!check_line(head, problem))
        return false;
    if (head->n_headers > BP_HEADERS_MAX || head->size > header_bytes)
        return bp_problem_set(problem, BP_PROBLEM_HEADERS_TOO_LARGE,
                              "there must be at most %d headers, of at most %zu bytes in all",
                              BP_HEADERS_MAX, header_bytes);
    if (head->is_ambiguous)
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST,
                              "the head has a folded line, a header without a name, a NUL byte or "
                              "a line that does not end with CR LF");
    if (head->bad_name || head->bad_value)
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST,
                              "a header's %s has a character that HTTP does not allow",
                              head->bad_name ? "name" : "value");
    if (head->n_host > 1 || !has_proper_hosts(head) ||
        (!head->host && strcmp(head->version, "HTTP/1.0") != 0))
        return bp_problem_set(problem, BP_PROBLEM_BAD_REQUEST,
                              "the request needs one Host header: NAME or ADDRESS, optionally with "
                              "a :PORT of at most 65535");
    if (!check_length(head, problem))
        return false;
    if (head->expect && strcasecmp(head->expect, "100-continue") != 0)
        return bp_problem_set(problem, BP_PROBLEM_EXPECTATION_FAILED,
                              "only Expect: 100-continue is supported");
    if (bp_head_method(head) == BP_METHOD_OTHER &&
        !bp_list_has("PUT,DELETE,PATCH", head->method, strlen(head->method), strncmp))
        return bp_problem_set(problem, BP_PROBLEM_NOT_IMPLEMENTED,
                              "no path of this service supports this method");
    return true;
}

/* True if the media type, without its parameters, is one for JSON, or a default of
 * clients. */
static bool is_json_type(const char *type, size_t n)
{
    static const char read_as_json[] =
        "application/json,text/json,text/plain,application/x-www-form-urlencoded";
    return bp_list_has(read_as_json, type, n, strncasecmp) ||
           (n > 5 && memchr(type, '/', n) && strncasecmp(type + n - 5, "+json", 5) == 0);
}

/* True if charset, the only parameter that could change the meaning of the bytes, is missing or
 * UTF-8. */
static bool charset_is_utf8(const char *parameters)
{
    struct bp_parameter parameter;
    while (bp_parameter_next(&parameter, &parameters))
        if (bp_is_word(parameter.name, parameter.name_size, "charset") &&
            !bp_list_has("utf-8,utf8,us-ascii", parameter.value, parameter.value_size, strncasecmp))
            return false;
    return *parameters == '\0';
}

bool bp_head_check_type(const struct bp_head *head, struct bp_problem *problem)
{
    const char *type = head->type ? head->type : "";
    size_t n = strcspn(type, "; \t");
    if (head->n_type > 1)
        return bp_problem_set(problem, BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "send one Content-Type; there are several");
    if (head->encoding)
        return bp_problem_set(problem, BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "send the body without Content-Encoding; this is %.40s",
                              head->encoding);
    if (strncasecmp(type, "multipart/", 10) == 0)
        return bp_problem_set(problem, BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "send the JSON text itself as the body, with Content-Type: "
                              "application/json (with curl: -d @body.json, not -F); this is a form "
                              "of several parts, %.*s",
                              n < 40 ? (int)n : 40, type);
    if (*type && (!is_json_type(type, n) || !charset_is_utf8(type + n)))
        return bp_problem_set(problem, BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE,
                              "send the body as JSON in UTF-8, with the header Content-Type: "
                              "application/json, not %.80s (with curl: -H \"Content-Type: "
                              "application/json\")",
                              type);
    return true;
}

enum bp_method bp_head_method(const struct bp_head *head)
{
    for (unsigned method = 1; method < BP_METHOD_OTHER; method <<= 1)
        if (strcmp(head->method, bp_method_name((enum bp_method)method)) == 0)
            return (enum bp_method)method;
    return BP_METHOD_OTHER;
}

bool bp_head_keeps_connection(const struct bp_head *head)
{
    return strcmp(head->version, "HTTP/1.0") != 0 && !head->asks_to_close;
}

const char *bp_head_authority(const struct bp_head *head)
{
    const char *target = head->target;
    if (strncasecmp(target, "http://", 7) != 0 && strncasecmp(target, "https://", 8) != 0)
        return NULL;
    return strchr(target, '/') + 2;
}

const char *bp_head_path(const struct bp_head *head)
{
    const char *authority = bp_head_authority(head);
    const char *path = authority ? strchr(authority, '/') : head->target;
    return path ? path : "/";
}

size_t bp_head_length(const struct bp_head *head)
{
    return head->length ? strtoul(head->length, NULL, 10) : 0; /* ULONG_MAX beyond that */
}

bool bp_head_has_body(const struct bp_head *head)
{
    return head->n_coding || bp_head_length(head);
}

void bp_head_trace_id(char trace_id[33], const struct bp_head *head)
{
    const char *parent = head->traceparent ? head->traceparent : "";
    const bool is_valid = strlen(parent) >= 36 && parent[2] == '-' && parent[35] == '-' &&
                          strspn(parent + 3, DIGITS "abcdef") == 32 && strspn(parent + 3, "0") < 32;
    const size_t n = is_valid ? 32 : 0;
    memcpy(trace_id, is_valid ? parent + 3 : "", n);
    trace_id[n] = '\0';
}

bool bp_request_id_is_proper(const char *id)
{
    const size_t n = visible_size(id);
    return id[n] == '\0' && n >= 1 && n <= BP_REQUEST_ID_MAX;
}
