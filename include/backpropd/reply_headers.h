/* The header fields of a reply. */
#ifndef BACKPROPD_REPLY_HEADERS_H
#define BACKPROPD_REPLY_HEADERS_H

#include "backpropd/reply.h"

/* True if `allowed` is a valid value of --cors-origin: *, none, or a comma-separated list of null
 * and SCHEME://HOST[:PORT]. */
bool bp_cors_is_proper(const char *allowed);

/* What decides the header fields of a reply, apart from the reply itself. */
struct bp_reply_facts {
    const char *request_id;    /* or NULL */
    const char *cors_origins;  /* as the option has them */
    const char *origin;        /* of the request, or NULL */
    const char *asked_headers; /* Access-Control-Request-Headers of the request, or NULL */
    bool is_post;
    bool varies_by_accept;
    bool closes;            /* the connection, after this reply */
    const char *keep_alive; /* Keep-Alive, where it is kept, or NULL */
};

#define BP_FIELDS_MAX 20

struct bp_fields {
    size_t n;
    struct {
        const char *name, *value;
    } all[BP_FIELDS_MAX];
    char timing[128];
    char methods[40];
    char vary[40];
};

/* Lists the header fields of a reply, except Date and Content-Length. Out: fields, which point to
 * the reply, the facts and into themselves. Cannot fail. */
void bp_fields_make(struct bp_fields *fields, const struct bp_reply *reply,
                    const struct bp_reply_facts *facts);

#endif
