/* Flags and their variables: one table makes both, and --help. */
#ifndef BACKPROPD_OPTIONS_H
#define BACKPROPD_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

#include "backpropd/access.h"
#include "backpropd/limits.h"

enum bp_action {
    BP_ACTION_SERVE,
    BP_ACTION_CALL,
    BP_ACTION_HEALTHCHECK,
    BP_ACTION_HELP,
    BP_ACTION_VERSION
};

enum bp_log_format { BP_LOG_TEXT, BP_LOG_JSON, BP_LOG_OFF };

#define BP_ALL_ADDRESSES "*" /* of both families; IPv4 only on a machine without IPv6 */

struct bp_options {
    enum bp_action action;
    const char *call_path;   /* of BP_ACTION_CALL */
    const char *call_accept; /* its header Accept */
    char address[64];        /* to listen on, without brackets */
    unsigned port;
    const char *socket_path; /* of a Unix socket to listen on instead, or NULL */
    bool listen_is_flag;     /* --listen was given */
    size_t threads;
    size_t drain_delay, drain_timeout;                              /* seconds */
    size_t head_timeout, body_timeout, reply_timeout, idle_timeout; /* seconds in all */
    enum bp_log_format log_format;
    bool log_health;           /* log successful health checks, too */
    const char *cors_origins;  /* "*", "none" or a list */
    const char *only;          /* "*", or a list */
    const char *allowed_hosts; /* "*", or a list */
    const char *token_file;    /* "" for none */
    bool public_groups[BP_GROUP_COUNT];
    bool has_page;
    struct bp_limits limits;
};

#define BP_OPTION_ERROR_MAX 256

/* Reads flags, and the environment where a flag is not given: BACKPROPD_ and the flag's name, and
 * PORT if no address to listen on is given. Fails (false) with one line in `error` that names the
 * culprit. */
bool bp_options_read(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                     char **argv);

/* Asks the module that uses a list. Fails (false) with one line in `error`. In: name, of the list's
 * flag, without hyphens before it; is_proper, what the module accepts. */
bool bp_options_check_list(const struct bp_options *options, char error[BP_OPTION_ERROR_MAX],
                           const char *name, bool (*is_proper)(const char *list));

/* The options that another process was started with, by its folder in /proc; its environment is
 * taken to be ours. Fails (false) if it runs another program, or its flags cannot be read. */
bool bp_options_of_process(struct bp_options *options, const char *folder);

/* Prints what --help says. */
void bp_options_help(FILE *out);

#endif
