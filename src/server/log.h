/* The log on stderr: a line for each request, and for start, drain and stop. A line that cannot be
 * written at once is dropped. */
#ifndef BACKPROPD_SERVER_LOG_H
#define BACKPROPD_SERVER_LOG_H

#include "backpropd/metrics.h"
#include "backpropd/options.h"

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
