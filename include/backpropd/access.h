/* Who may send requests: bearer tokens and what is open without one, and the hosts that requests
 * may name. */
#ifndef BACKPROPD_ACCESS_H
#define BACKPROPD_ACCESS_H

#include <stdbool.h>
#include <stddef.h>

/* Groups of paths that can be opened: bit, name, what is in it. The rest always needs a token. */
#define BP_PUBLIC_GROUPS(X)                                                                        \
    X(HEALTH, "health")   /* /livez, /healthz, /readyz */                                          \
    X(METRICS, "metrics") /* /metrics */                                                           \
    X(PAGE, "page")       /* GET / as HTML, and the files of that page */                          \
    X(DOCS, "docs")       /* every other path that can be read */

#define BP_AS_GROUP(name, wire) BP_GROUP_##name,
enum bp_group { BP_PUBLIC_GROUPS(BP_AS_GROUP) BP_GROUP_COUNT, BP_GROUP_CALCULATE = BP_GROUP_COUNT };
#undef BP_AS_GROUP

#define BP_TOKEN_MIN 16
#define BP_TOKEN_MAX 128
#define BP_TOKENS_MAX 64

struct bp_access {
    bool public_groups[BP_GROUP_COUNT];
    size_t n_tokens; /* 0: everything is open */
    struct bp_token {
        size_t size;
        unsigned char text[BP_TOKEN_MAX]; /* zeros behind it */
    } tokens[BP_TOKENS_MAX];
};

#define BP_ACCESS_ERROR_MAX 256

/*
 * Reads tokens from a file, one per line. It skips empty lines and comments, which start with # and
 * may have any length. Any other line that is too long is a fault. Fails (false) with one line in
 * `error` that names the file and line, and never the token.
 */
bool bp_access_read(struct bp_access *access, const char *file, char error[BP_ACCESS_ERROR_MAX]);

struct bp_head;

/* True if the request has a valid token, or the group is open without one. Takes as long for a
 * wrong token as for a right one. */
bool bp_access_allows(const struct bp_access *access, enum bp_group group,
                      const struct bp_head *head);

/*
 * True if `allowed` is "*", or if it lists the host in the Host header and the one in an absolute
 * target. At least one of the two must be present. Port, case and a final dot do not matter.
 *
 * A web page can make its own host name resolve to this machine (DNS rebinding). Its requests then
 * have the same origin as the page, and only their Host header gives them away.
 */
bool bp_hosts_allow(const char *allowed, const struct bp_head *head);

/* True if `allowed` is a valid value of --allow-host: *, or a comma-separated list of names and
 * addresses without ports, IPv6 addresses in brackets. */
bool bp_hosts_are_proper(const char *allowed);

#endif
