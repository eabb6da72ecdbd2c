#include "log.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "backpropd/head.h"
#include "forwarded.h"

static void now_text(char out[32])
{
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t n = strftime(out, 32, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(out + n, 32 - n, ".%03ldZ", now.tv_nsec / 1000000);
}

/* The text is visible ASCII, so only two characters need escaping. Out: at most twice as long. */
static const char *escape(char *out, const char *text)
{
    char *at = out;
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at = '\0';
    return out;
}

/* A full pipe must not delay a reply. */
static void write_line(const char *text, int size)
{
    struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&err, 1, 0) == 1 && (err.revents & POLLOUT))
        (void)!write(STDERR_FILENO, text, (size_t)size);
}

void bp_log_request(enum bp_log_format format, const struct bp_log_line *line)
{
    const struct bp_observation *seen = line->observation;
    char now[32], text[1024], id[2 * BP_REQUEST_ID_MAX + 1], forwarded[2 * BP_FORWARDED_MAX + 1];
    int n;
    if (format == BP_LOG_OFF)
        return;
    now_text(now);
    if (format == BP_LOG_JSON)
        n = snprintf(text, sizeof text,
                     "{\"ts\":\"%s\",\"level\":\"info\",\"method\":\"%s\",\"route\":\"%s\","
                     "\"status\":%u,\"bytes_in\":%zu,\"bytes_out\":%zu,\"dur_ms\":%.3f,"
                     "\"remote\":\"%s\",\"forwarded_for\":\"%s\",\"request_id\":\"%s\","
                     "\"trace_id\":\"%s\"}\n",
                     now, bp_method_name(seen->method), seen->route->path, seen->status,
                     line->bytes_in, line->bytes_out, seen->seconds * 1e3, line->remote,
                     escape(forwarded, line->forwarded), escape(id, line->request_id),
                     line->trace_id);
    else
        n = snprintf(text, sizeof text, "%s %s %s %u in=%zu out=%zu %.3fms from=%s%s%s id=%s%s%s\n",
                     now, bp_method_name(seen->method), seen->route->path, seen->status,
                     line->bytes_in, line->bytes_out, seen->seconds * 1e3, line->remote,
                     *line->forwarded ? " claimed=" : "", line->forwarded, line->request_id,
                     *line->trace_id ? " trace=" : "", line->trace_id);
    write_line(text, n);
}

void bp_log_start(enum bp_log_format format, const char *address)
{
    char now[32], text[512];
    if (format == BP_LOG_OFF)
        return;
    now_text(now);
    write_line(text, snprintf(text, sizeof text,
                              format == BP_LOG_JSON
                                  ? "{\"ts\":\"%s\",\"level\":\"info\",\"event\":\"start\","
                                    "\"version\":\"%s\",\"address\":\"%s\"}\n"
                                  : "%s start version=%s address=%s\n",
                              now, BP_VERSION, address));
}

void bp_log_event(enum bp_log_format format, const char *event, const char *name, size_t count)
{
    char now[32], text[256];
    if (format == BP_LOG_OFF)
        return;
    now_text(now);
    write_line(text, snprintf(text, sizeof text,
                              format == BP_LOG_JSON ? "{\"ts\":\"%s\",\"level\":\"info\","
                                                      "\"event\":\"%s\",\"%s\":%zu}\n"
                                                    : "%s %s %s=%zu\n",
                              now, event, name, count));
}
