/* Replies: every status goes out through here. */
#ifndef BACKPROPD_REPLY_H
#define BACKPROPD_REPLY_H

#include <stdint.h>

#include "backpropd/problem.h"
#include "backpropd/text.h"

/* Nanoseconds that a calculation took, for Server-Timing. */
struct bp_timing {
    uint64_t parse, compute, serialize;
};

struct bp_reply {
    unsigned status;
    const char *media_type;  /* of Content-Type, or NULL: it has no body */
    const char *csp;         /* Content-Security-Policy, or NULL */
    unsigned allow;          /* a set of bp_method for the Allow header, or 0 */
    bool is_gzip;            /* Content-Encoding */
    bool has_gzip;           /* the reply depends on Accept-Encoding */
    const char *etag;        /* or NULL */
    struct bp_timing timing; /* zeros if nothing was calculated */
    int problem;             /* the bp_problem_code, or -1 */
    const char *fixed;       /* a static body, or NULL: then `text` is the body */
    size_t fixed_size;
    struct bp_text text;
};

/* Ends a text with a newline. If it ran out of memory, the reply becomes that problem, written in
 * `memory`. */
void bp_reply_finish(struct bp_reply *reply, struct bp_memory *memory);

/* A problem as a reply. Out: reply, to be freed. Cannot fail. */
void bp_reply_problem(struct bp_reply *reply, struct bp_memory *memory,
                      const struct bp_problem *problem);

/* The body of a reply and its size. */
const char *bp_reply_body(const struct bp_reply *reply, size_t *size);

void bp_reply_free(struct bp_reply *reply);

#endif
