#include "log.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "backpropd/head.h"

static void now_text(char out[32])
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + n, 32 - n, ".%03ldZ", now.tv_nsec / 1000000);
}

/* A request id is visible ASCII, so only two characters need care. */
static const char *escape(char out[2 * BP_REQUEST_ID_MAX + 1], const char *id)
{
    char *at = out;
    for (; *id; id++) {
        if (*id == '"' || *id == '\\')
            *at++ = '\\';
        *at++ = *id;
    }
    *at = '\0';
    return out;
}

void bp_log_request(enum bp_log_format format, const struct bp_log_line *line)
{
    const struct bp_observation *seen = line->observation;
    struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
    char now[32], text[768], id[2 * BP_REQUEST_ID_MAX + 1];
    int n;
    if (format == BP_LOG_OFF)
        return;
    now_text(now);
    if (format == BP_LOG_JSON)
        n = snprintf(text, sizeof text,
                     "{\"ts\":\"%s\",\"level\":\"info\",\"method\":\"%s\",\"route\":\"%s\","
                     "\"status\":%u,\"bytes_in\":%zu,\"bytes_out\":%zu,\"dur_ms\":%.3f,"
                     "\"remote\":\"%s\",\"request_id\":\"%s\",\"trace_id\":\"%s\"}\n",
                     now, bp_method_name(seen->method), seen->route->path, seen->status,
                     line->bytes_in, line->bytes_out, seen->seconds * 1e3, line->remote,
                     escape(id, line->request_id), line->trace_id);
    else
        n = snprintf(text, sizeof text, "%s %s %s %u in=%zu out=%zu %.3fms from=%s id=%s%s%s\n",
                     now, bp_method_name(seen->method), seen->route->path, seen->status,
                     line->bytes_in, line->bytes_out, seen->seconds * 1e3, line->remote,
                     line->request_id, *line->trace_id ? " trace=" : "", line->trace_id);
    /* a full pipe must not hold up a reply */
    if (poll(&err, 1, 0) == 1 && (err.revents & POLLOUT))
        (void)!write(STDERR_FILENO, text, (size_t)n);
}
