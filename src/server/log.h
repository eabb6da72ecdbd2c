/* The log on stderr: a line for each request, and for start, drain and stop. A line that cannot be
 * written at once is dropped. */
#ifndef BACKPROPD_SERVER_LOG_H
#define BACKPROPD_SERVER_LOG_H

#include "backpropd/metrics.h"
#include "backpropd/options.h"

#define BP_FORWARDED_MAX 128

/* What X-Forwarded-For claims: the client behind a proxy. Anybody can send this header. Begins as
 * {0}. */
struct bp_forwarded {
    char text[2 * BP_FORWARDED_MAX + 1];
    size_t size;
};

/*
 * Adds one header's value, behind a comma if it is not the first. White space is left out, and any
 * other character that is not visible ASCII becomes a question mark. Cannot fail.
 */
void bp_forwarded_add(struct bp_forwarded *forwarded, const char *value, size_t size);

/* Returns all that was added, "" for nothing. Of more than BP_FORWARDED_MAX characters, the last
 * ones stand behind "...": the nearest proxy adds its own at the end. */
const char *bp_forwarded_text(struct bp_forwarded *forwarded);

struct bp_log_line {
    const struct bp_observation *observation;
    size_t bytes_in;
    size_t bytes_out;
    const char *remote;    /* the client's address */
    const char *forwarded; /* what X-Forwarded-For claims in visible ASCII, or "" */
    const char *request_id;
    const char *trace_id; /* or "" */
};

void bp_log_request(enum bp_log_format format, const struct bp_log_line *line);

/* The daemon has started, and listens there. */
void bp_log_start(enum bp_log_format format, const char *address);

/* Another event of the daemon as a whole: a word for it, and a count with its name. */
void bp_log_event(enum bp_log_format format, const char *event, const char *name, size_t count);

#endif
