/*
 * What can be wrong with a request: RFC 9457 problem documents, with the RFC 6901 pointer of each
 * fault in a body. Fixed-size and owned by the caller: reporting a problem never allocates.
 */
#ifndef BACKPROPD_PROBLEM_H
#define BACKPROPD_PROBLEM_H

#include "backpropd/job.h"

/* name in C, code on the wire, HTTP status, title, what to do about it (for /problems/CODE) */
#define BP_PROBLEMS(X)                                                                             \
    X(INVALID_JSON, "invalid_json", 400, "The body is not valid JSON",                             \
      "Fix the JSON at the line and column given. It must be UTF-8, nested at most 8 levels "      \
      "deep, without NUL bytes, comments, trailing commas, NaN or Infinity.")                      \
    X(BAD_REQUEST, "bad_request", 400, "The request is not valid HTTP",                            \
      "Fix what detail names. An HTTP client library gets the request line, the Host header and "  \
      "the body's length right.")                                                                  \
    X(UNAUTHORIZED, "unauthorized", 401, "The request needs a bearer token",                       \
      "Send the header Authorization: Bearer TOKEN.")                                              \
    X(NOT_FOUND, "not_found", 404, "There is nothing at this path",                                \
      "GET / lists the paths. A path must match exactly, with its capitals and slashes.")          \
    X(METHOD_NOT_ALLOWED, "method_not_allowed", 405, "This path does not support this method",     \
      "Use one of the methods that the Allow header lists. A calculation takes POST and a JSON "   \
      "body; detail shows one.")                                                                   \
    X(NOT_ACCEPTABLE, "not_acceptable", 406, "None of the media types offered is acceptable",      \
      "Send an Accept header that includes one of the media types in expected, or leave it out.")  \
    X(REQUEST_TIMEOUT, "request_timeout", 408, "The request took too long to arrive",              \
      "Send the request without pauses, or start the service with a longer --body-timeout.")       \
    X(LENGTH_REQUIRED, "length_required", 411, "The request does not say how long its body is",    \
      "Send Content-Length, or the body in chunks.")                                               \
    X(BODY_TOO_LARGE, "body_too_large", 413, "The body is too large",                              \
      "Send at most the number of bytes in limit, or start the service with a higher "             \
      "--max-body-bytes.")                                                                         \
    X(URI_TOO_LONG, "uri_too_long", 414, "The URL is too long",                                    \
      "Shorten the URL: no path of this service has more than a few dozen bytes.")                 \
    X(UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", 415, "The body is not sent as JSON",       \
      "Send the JSON text itself as the body, not as a part of a form, with Content-Type: "        \
      "application/json, in UTF-8 and without Content-Encoding.")                                  \
    X(EXPECTATION_FAILED, "expectation_failed", 417, "The Expect header is not supported",         \
      "Only Expect: 100-continue is supported.")                                                   \
    X(MISDIRECTED, "misdirected", 421, "The request is meant for another host",                    \
      "Use a host name that the service accepts: its flag --allow-host lists them.")               \
    X(INVALID_REQUEST, "invalid_request", 422, "The body is valid JSON, but not a valid request",  \
      "Each entry of errors points to one fault with a JSON Pointer, and says what was expected "  \
      "what was sent and, where the service can tell, what was meant.")                            \
    X(NOT_FINITE, "not_finite", 422, "A result is beyond the largest double",                      \
      "The members tensor, index, sample and step say where it overflowed first. Smaller weights " \
      "or a smaller learning rate help.")                                                          \
    X(HEADERS_TOO_LARGE, "headers_too_large", 431, "The request's headers are too large",          \
      "Send fewer or shorter headers.")                                                            \
    X(NOT_IMPLEMENTED, "not_implemented", 501, "This part of HTTP is not supported",               \
      "Use GET, HEAD, POST or OPTIONS. The only supported transfer coding is chunked.")            \
    X(OVERLOADED, "overloaded", 503, "The service is busy",                                        \
      "Try again after the number of seconds in the Retry-After header.")                          \
    X(OUT_OF_MEMORY, "out_of_memory", 503, "The service has no memory left for this request",      \
      "Try again after the number of seconds in the Retry-After header.")                          \
    X(HTTP_VERSION, "http_version", 505, "This version of HTTP is not supported",                  \
      "Use HTTP/1.1 or HTTP/1.0.")

/* name in C, code on the wire: a single fault in a body */
#define BP_FAULTS(X)                                                                               \
    X(MISSING_MEMBER, "missing_member")                                                            \
    X(UNKNOWN_MEMBER, "unknown_member")                                                            \
    X(DUPLICATE_MEMBER, "duplicate_member")                                                        \
    X(WRONG_TYPE, "wrong_type")                                                                    \
    X(EMPTY, "empty")                                                                              \
    X(RAGGED_MATRIX, "ragged_matrix")                                                              \
    X(SHAPE_MISMATCH, "shape_mismatch")                                                            \
    X(UNKNOWN_VALUE, "unknown_value")                                                              \
    X(OUT_OF_RANGE, "out_of_range")                                                                \
    X(LIMIT_EXCEEDED, "limit_exceeded")                                                            \
    X(INCOMPATIBLE, "incompatible") /* two members that are right alone */

#define BP_AS_PROBLEM(name, wire, status, title, remedy) BP_PROBLEM_##name,
enum bp_problem_code { BP_PROBLEMS(BP_AS_PROBLEM) BP_PROBLEM_COUNT };
#undef BP_AS_PROBLEM
#define BP_AS_FAULT(name, wire) BP_FAULT_##name,
enum bp_fault_code { BP_FAULTS(BP_AS_FAULT) BP_FAULT_COUNT };
#undef BP_AS_FAULT

/* What was expected, or got: nothing, a number, a text, a shape, or one of some names, which are
 * either listed or stand one after the other in a text, a NUL after each. */
struct bp_fact {
    enum {
        BP_FACT_NONE,
        BP_FACT_NUMBER,
        BP_FACT_TEXT,
        BP_FACT_SHAPE,
        BP_FACT_NAMES,
        BP_FACT_WORDS
    } kind;
    double number;
    const char *text;         /* static, or the fault's own `own_text` or `own_words` */
    double shape[2];          /* whole numbers */
    const char *const *names; /* static */
    size_t n_names;
};

#define BP_POINTER_MAX 200 /* room for a member's name of 40 bytes at its worst */
#define BP_DETAIL_MAX 512
#define BP_WORDS_MAX 40 /* names in `expected` */
#define BP_FAULTS_MAX 20
#define BP_FAULTS_ROOM (BP_FAULTS_MAX + 1) /* the last is scratch for those beyond */

#define BP_NOT_IN_DESCENT ((size_t)-1) /* the step of an overflow outside of gradient descent */

struct bp_fault {
    enum bp_fault_code code;
    char pointer[BP_POINTER_MAX];
    char detail[BP_DETAIL_MAX];
    struct bp_fact expected;
    struct bp_fact got;
    char own_text[64];
    char own_words[400];
    char suggestion[48]; /* the name that was meant, or the pointer of its place, or "" */
};

struct bp_problem {
    enum bp_problem_code code;
    char detail[BP_POINTER_MAX + BP_DETAIL_MAX + 40];
    size_t line, column, offset; /* INVALID_JSON: from 1, from 1 in characters, from 0 in bytes */
    size_t limit;                /* BODY_TOO_LARGE */
    struct bp_fact expected;     /* NOT_ACCEPTABLE */
    struct bp_overflow overflow; /* NOT_FINITE */
    char tensor[32];             /* NOT_FINITE: its name in a reply, such as dL_dy_hat */
    size_t n_faults;             /* INVALID_REQUEST: found so far, those beyond the room included */
    struct bp_fault *faults;     /* owned by the decoder, with room for BP_FAULTS_ROOM; or unused */
};

struct bp_problem_info {
    const char *code;
    unsigned status;
    const char *title;
    const char *remedy;
};

/* What never changes about a problem. Cannot fail. */
const struct bp_problem_info *bp_problem_info(enum bp_problem_code code);

/* Sets code and detail (a printf format), no faults; what else a code needs is set beside. Returns
 * false, so that a caller can return it. */
bool bp_problem_set(struct bp_problem *problem, enum bp_problem_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets the problem for a request that is ended because the service stops. Returns false. */
bool bp_problem_set_stopping(struct bp_problem *problem);

/* Sets the problem for memory that ran out. Returns false. */
bool bp_problem_set_memory(struct bp_problem *problem, bool over_budget);

/* The same for an overflow; its index is the one in the layout that was posted. Returns false. */
bool bp_problem_set_overflow(struct bp_problem *problem, const struct bp_overflow *overflow,
                             const struct bp_job *job);

#endif
