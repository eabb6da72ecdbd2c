/* The access log: one line a request on stderr. A line that cannot be written at once is dropped.
 */
#ifndef BACKPROPD_SERVER_LOG_H
#define BACKPROPD_SERVER_LOG_H

#include "backpropd/metrics.h"
#include "backpropd/options.h"

struct bp_log_line {
    const struct bp_observation *observation;
    size_t bytes_in;
    size_t bytes_out;
    const char *remote; /* the client's address */
    const char *request_id;
    const char *trace_id; /* or "" */
};

void bp_log_request(enum bp_log_format format, const struct bp_log_line *line);

#endif
