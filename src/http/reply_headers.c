#include "backpropd/reply_headers.h"

#include <assert.h>
#include <string.h>

#include "backpropd/method.h"
#include "list.h"
#include "parameter.h"

/* By hand: printf takes as long for three numbers as the library does for the whole head. */
static char *put_ms(char *out, const char *name, uint64_t nanoseconds)
{
    char digits[24];
    size_t at = sizeof digits, n = 0;
    uint64_t microseconds = (nanoseconds + 500) / 1000;
    for (; microseconds || n < 4; microseconds /= 10) {
        if (n == 3)
            digits[--at] = '.';
        digits[--at] = (char)('0' + microseconds % 10);
        n++;
    }
    out = stpcpy(stpcpy(out, name), ";dur=");
    memcpy(out, digits + at, sizeof digits - at);
    return out + (sizeof digits - at);
}

static void put_timing(char *out, const struct bp_timing *timing)
{
    out = put_ms(out, "parse", timing->parse);
    out = put_ms(stpcpy(out, ", "), "compute", timing->compute);
    out = put_ms(stpcpy(out, ", "), "serialize", timing->serialize);
    *out = '\0';
}

static bool is_origin(const char *text, size_t size)
{
    const char *colon = memchr(text, ':', size);
    if (size == 4 && memcmp(text, "null", 4) == 0)
        return true;
    if (!colon || colon == text || size < (size_t)(colon - text) + 4 ||
        memcmp(colon, "://", 3) != 0)
        return false;
    for (const char *at = colon + 3; at < text + size; at++)
        if (strchr("/?#@* \t\"'<>\\", *at) || *at < 0x20 || *at >= 0x7F)
            return false;
    return true;
}

bool bp_cors_is_proper(const char *allowed)
{
    return strcmp(allowed, "none") == 0 || bp_list_is_proper(allowed, is_origin);
}

static void add(struct bp_fields *fields, const char *name, const char *value)
{
    assert(fields->n < BP_FIELDS_MAX);
    fields->all[fields->n].name = name;
    fields->all[fields->n].value = value;
    fields->n++;
}

/* Who may read the reply in a browser. */
static void add_cors(struct bp_fields *fields, const struct bp_reply_facts *facts)
{
    const char *allowed = facts->cors_origins, *origin = facts->origin;
    if (strcmp(allowed, "*") == 0)
        add(fields, "Access-Control-Allow-Origin", allowed);
    else if (origin && strcmp(allowed, "none") != 0 && /* which is not an origin */
             bp_list_has(allowed, origin, strlen(origin), strncmp))
        add(fields, "Access-Control-Allow-Origin", origin);
    add(fields, "Access-Control-Expose-Headers", "X-Request-Id, Server-Timing, Retry-After, ETag");
}

/* The parts of a request that the reply depends on. */
static void add_vary(struct bp_fields *fields, const struct bp_reply *reply,
                     const struct bp_reply_facts *facts)
{
    const char *names[] = {strcmp(facts->cors_origins, "*") != 0 ? "Origin" : NULL,
                           facts->varies_by_accept ? "Accept" : NULL,
                           reply->has_gzip ? "Accept-Encoding" : NULL};
    char *out = fields->vary;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i])
            out = stpcpy(stpcpy(out, out == fields->vary ? "" : ", "), names[i]);
    if (out != fields->vary)
        add(fields, "Vary", fields->vary);
}

/* A list of names, and nothing else. */
static bool is_list_of_names(const char *text)
{
    while (*text) {
        const size_t size = bp_token_size(text);
        text += size + strspn(text + size, ", \t");
        if (!size)
            return false;
    }
    return true;
}

/* Longer than any list that a page sends, and short enough for the reply's head. */
#define ASKED_MAX 1024

/* A page may send any header; "*" stands for all but authorization. */
static const char *allowed_headers(const char *asked)
{
    const size_t size = asked ? strlen(asked) : 0;
    return size && size <= ASKED_MAX && is_list_of_names(asked) ? asked : "*, authorization";
}

static void add_methods(struct bp_fields *fields, const struct bp_reply *reply, const char *asked)
{
    bp_methods_text(fields->methods, reply->allow);
    add(fields, "Allow", fields->methods);
    if (reply->status != 204) /* of OPTIONS, as a preflight is */
        return;
    add(fields, "Access-Control-Allow-Methods", fields->methods);
    add(fields, "Access-Control-Allow-Headers", allowed_headers(asked));
    add(fields, "Access-Control-Max-Age", "7200");
}

/* The media type of the body, and how it may be cached. */
static void add_content(struct bp_fields *fields, const struct bp_reply *reply, bool is_post)
{
    if (reply->media_type)
        add(fields, "Content-Type", reply->media_type);
    if (reply->is_gzip)
        add(fields, "Content-Encoding", "gzip");
    if (reply->csp) {
        add(fields, "Content-Security-Policy", reply->csp);
        add(fields, "Referrer-Policy", "no-referrer");
    }
    if (reply->etag) {
        add(fields, "ETag", reply->etag);
        add(fields, "Cache-Control", "no-cache"); /* cache it, but revalidate */
    } else if (is_post || reply->problem >= 0) {
        add(fields, "Cache-Control", "no-store");
    }
}

void bp_fields_make(struct bp_fields *fields, const struct bp_reply *reply,
                    const struct bp_reply_facts *facts)
{
    fields->n = 0;
    if (facts->request_id)
        add(fields, "X-Request-Id", facts->request_id);
    add_cors(fields, facts);
    add_vary(fields, reply, facts);
    add(fields, "X-Content-Type-Options", "nosniff");
    add_content(fields, reply, facts->is_post);
    if (reply->timing.parse) {
        put_timing(fields->timing, &reply->timing);
        add(fields, "Server-Timing", fields->timing);
    }
    if (reply->status == 401)
        add(fields, "WWW-Authenticate", "Bearer");
    if (reply->status == 503)
        add(fields, "Retry-After", "1");
    if (reply->status == 415)
        add(fields, "Accept-Post", "application/json");
    if (facts->closes)
        add(fields, "Connection", "close");
    else if (facts->keep_alive)
        add(fields, "Keep-Alive", facts->keep_alive);
    if (reply->allow)
        add_methods(fields, reply, facts->asked_headers);
}
