/*
 * The head of a request: what its first line and headers say, and whether they are valid HTTP.
 *
 * libmicrohttpd accepts requests that other servers may read differently: two lengths, a length and
 * a coding, names that are not tokens. Each such request is refused here, before its body is read,
 * so that a second request cannot hide in it.
 */
#ifndef BACKPROPD_HEAD_H
#define BACKPROPD_HEAD_H

#include <stdatomic.h>

#include "backpropd/memory.h"
#include "backpropd/method.h"
#include "backpropd/problem.h"

#define BP_HEADERS_MAX 100
#define BP_TARGET_MAX 4096
#define BP_REQUEST_ID_MAX 128
#define BP_ACCEPT_MAX 4

/* A target as it came, with its query. */
struct bp_target {
    size_t size; /* up to a NUL */
    bool is_bad; /* it has a character that is not allowed in a target */
};

struct bp_head {
    const char *method;
    const char *target; /* as it came, without the query */
    const char *version;
    size_t size; /* bytes of line and headers, 0 if unknown */
    size_t n_headers;
    size_t n_host, n_length, n_coding, n_type, n_authorization; /* how often these came */
    bool is_ambiguous; /* other servers could read it differently, for example folded lines */
    bool bad_name, bad_value; /* some header has a name or value that HTTP does not allow */
    size_t target_size;       /* with the query, 0 if unknown */
    bool bad_target;          /* its query has a character that is not allowed there */
    bool is_one_too_many;     /* its connection is beyond a limit */
    bool asks_to_close;       /* Connection: close, perhaps among others */
    struct bp_memory *memory; /* its client's share of the memory budget; NULL: the whole budget */
    const atomic_bool *cancelled; /* set when the client no longer waits for the reply; or NULL */
    /* or NULL */
    const char *host, *length, *coding, *expect, *type, *encoding, *request_id, *traceparent;
    const char *authorization, *origin, *accept_encoding, *if_none_match, *asked_headers;
    const char *accept[BP_ACCEPT_MAX]; /* the lines of Accept, if there are no more */
    size_t n_accept;
};

/* Notes one header. Bytes are as they came; value may be NULL for an empty one. Cannot fail. */
void bp_head_add(struct bp_head *head, const char *name, size_t name_size, const char *value,
                 size_t value_size);

/* Checks the framing, which decides where the request ends and the next one begins, and whatever no
 * route could accept. If it fails, do not read further: answer and close the connection. Fails
 * (false) with the problem set. */
bool bp_head_check(const struct bp_head *head, struct bp_problem *problem, size_t header_bytes);

/* Checks the headers that describe the body: media type and coding. Fails (false) with the problem
 * set. */
bool bp_head_check_type(const struct bp_head *head, struct bp_problem *problem);

/* True if the client expects that its connection is kept after the reply (RFC 9112, 9.3): HTTP/1.1
 * without Connection: close. */
bool bp_head_keeps_connection(const struct bp_head *head);

/* The method; head must have passed bp_head_check. */
enum bp_method bp_head_method(const struct bp_head *head);

/* What follows http:// in an absolute target, up to the target's end; NULL of any other. */
const char *bp_head_authority(const struct bp_head *head);

/* The path of the target: of an absolute one (http://host/path), what follows the authority. */
const char *bp_head_path(const struct bp_head *head);

/* True if a body follows. */
bool bp_head_has_body(const struct bp_head *head);

/* The value of Content-Length: SIZE_MAX if it is larger than that, 0 without the header. */
size_t bp_head_length(const struct bp_head *head);

/* The trace id of a W3C traceparent header, 32 hexadecimal digits; "" if the header is missing or
 * not valid. */
void bp_head_trace_id(char trace_id[33], const struct bp_head *head);

/* The size of the host in HOST or HOST:PORT, which has `size` bytes; 0 if it is neither. A host is
 * a name, an IPv4 address, or an IPv6 address in brackets. */
size_t bp_host_size(const char *authority, size_t size);

/* True if every character is allowed in a target. */
bool bp_target_is_proper(const char *target);

/* True if a client's request id may be echoed: 1 to 128 visible ASCII characters. */
bool bp_request_id_is_proper(const char *id);

#endif
