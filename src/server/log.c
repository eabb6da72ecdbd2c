#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backpropd/head.h"

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

/* Writes a line: its time, and what `pattern` makes of the values. A full pipe must not delay a
 * reply. */
__attribute__((format(printf, 2, 3))) static void write_line(enum bp_log_format format,
                                                             const char *pattern, ...)
{
    struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct timespec now;
    struct tm utc;
    char date[32], line[1024];
    va_list values;
    if (format == BP_LOG_OFF)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", gmtime_r(&now.tv_sec, &utc));
    int n =
        snprintf(line, sizeof line,
                 format == BP_LOG_JSON ? "{\"ts\":\"%s.%03ldZ\",\"level\":\"info\"," : "%s.%03ldZ ",
                 date, now.tv_nsec / 1000000);
    va_start(values, pattern);
    n += vsnprintf(line + n, sizeof line - (size_t)n, pattern, values);
    va_end(values);
    if (poll(&err, 1, 0) == 1 && (err.revents & POLLOUT))
        (void)!write(STDERR_FILENO, line, (size_t)n);
}

void bp_log_request(enum bp_log_format format, const struct bp_log_line *line)
{
    const struct bp_observation *seen = line->observation;
    char id[2 * BP_REQUEST_ID_MAX + 1], forwarded[2 * BP_FORWARDED_MAX + 1];
    if (format == BP_LOG_JSON)
        write_line(format,
                   "\"method\":\"%s\",\"route\":\"%s\",\"status\":%u,\"bytes_in\":%zu,"
                   "\"bytes_out\":%zu,\"dur_ms\":%.3f,\"remote\":\"%s\",\"forwarded_for\":\"%s\","
                   "\"request_id\":\"%s\",\"trace_id\":\"%s\"}\n",
                   bp_method_name(seen->method), seen->route->path, seen->status, line->bytes_in,
                   line->bytes_out, seen->seconds * 1e3, line->remote,
                   escape(forwarded, line->forwarded), escape(id, line->request_id),
                   line->trace_id);
    else
        write_line(format, "%s %s %u in=%zu out=%zu %.3fms from=%s%s%s id=%s%s%s\n",
                   bp_method_name(seen->method), seen->route->path, seen->status, line->bytes_in,
                   line->bytes_out, seen->seconds * 1e3, line->remote,
                   *line->forwarded ? " claimed=" : "", line->forwarded, line->request_id,
                   *line->trace_id ? " trace=" : "", line->trace_id);
}

void bp_log_start(enum bp_log_format format, const char *address)
{
    write_line(format,
               format == BP_LOG_JSON
                   ? "\"event\":\"start\",\"version\":\"%s\",\"address\":\"%s\"}\n"
                   : "start version=%s address=%s\n",
               BP_VERSION, address);
}

void bp_log_event(enum bp_log_format format, const char *event, const char *name, size_t count)
{
    write_line(format, format == BP_LOG_JSON ? "\"event\":\"%s\",\"%s\":%zu}\n" : "%s %s=%zu\n",
               event, name, count);
}

static void put(struct bp_forwarded *forwarded, char c)
{
    if (forwarded->size == sizeof forwarded->text - 1) {
        forwarded->size = BP_FORWARDED_MAX;
        memmove(forwarded->text, forwarded->text + BP_FORWARDED_MAX, BP_FORWARDED_MAX);
    }
    forwarded->text[forwarded->size++] = c;
}

void bp_forwarded_add(struct bp_forwarded *forwarded, const char *value, size_t size)
{
    if (forwarded->size)
        put(forwarded, ',');
    for (size_t i = 0; i < size; i++)
        if (value[i] != ' ' && value[i] != '\t')
            put(forwarded, value[i] > ' ' && value[i] < 0x7F ? value[i] : '?');
}

const char *bp_forwarded_text(struct bp_forwarded *forwarded)
{
    char *text = forwarded->text;
    text[forwarded->size] = '\0';
    if (forwarded->size <= BP_FORWARDED_MAX)
        return text;
    text += forwarded->size - BP_FORWARDED_MAX;
    memcpy(text, "...", 3);
    return text;
}
