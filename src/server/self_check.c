#include "self_check.h"

#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "read_head.h"

/* To refuse a head, answer and close, the library needs a few. */
#define RUNS_MAX 16

#define LINE "POST /forward HTTP/1.1\r\nHost: a\r\n"

enum outcome { ACCEPTED, REFUSED, UNSENT, UNANSWERED };

struct sample {
    const char *name;
    const char *head;
    size_t size;
    enum outcome wanted;
};
#define HEAD(text) text, sizeof(text) - 1

static const struct sample samples[] = {
    {"a proper head", HEAD(LINE "Content-Length: 0\r\n\r\n"), ACCEPTED},
    {"a proper head behind an empty line", HEAD("\r\n" LINE "Content-Length: 0\r\n\r\n"), ACCEPTED},
    {"a proper head with a query and cookies",
     HEAD("GET /livez?a=b&c?d HTTP/1.1\r\nHost: a\r\nCookie: a=b; c\r\n\r\n"), ACCEPTED},
    {"a folded header", HEAD(LINE "Content-Length: 0\r\nX-A: b\r\n c\r\n\r\n"), REFUSED},
    {"a bare line feed", HEAD(LINE "Content-Length: 0\r\nX-A: b\nX-B: c\r\n\r\n"), REFUSED},
    {"a header without a colon", HEAD(LINE "Content-Length: 0\r\nX-A\r\n\r\n"), REFUSED},
    {"a header without a name", HEAD(LINE "Content-Length: 0\r\n: b\r\n\r\n"), REFUSED},
    {"a NUL in a value", HEAD(LINE "Content-Length: 0\r\nX-A: b\0c\r\n\r\n"), REFUSED},
    {"a space before a colon", HEAD(LINE "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), REFUSED},
    {"a line that begins with a NUL", HEAD("\0X\r\n" LINE "Content-Length: 0\r\n\r\n"), REFUSED},
    {"a NUL after the target", HEAD("GET /livez\0 HTTP/1.1\r\nHost: a\r\n\r\n"), REFUSED},
    {"two lengths", HEAD(LINE "Content-Length: 0\r\nContent-Length: 5\r\n\r\n"), REFUSED},
    {"a length and a coding",
     HEAD(LINE "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), REFUSED},
};

struct trial {
    bool scans_heads;
    bool is_accepted; /* the current head */
    struct bp_target target;
};

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    struct trial *trial = cls;
    trial->target = bp_read_target(connection, (char *)target);
    return NULL;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *target,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_size, void **state)
{
    struct trial *trial = cls;
    struct bp_problem problem;
    (void)piece;
    (void)piece_size;
    (void)state;
    const struct bp_head head = bp_read_head(connection, method, target, version, &trial->target,
                                             trial->scans_heads ? BP_CONNECTION_MEMORY_LEAST : 0);
    trial->is_accepted |= bp_head_check(&head, &problem, SIZE_MAX);
    return MHD_NO;
}

/* Closes the library's end, if it does not take it. Returns the client's end, or -1. */
static int send_head(struct MHD_Daemon *daemon, const struct sample *sample)
{
    const struct sockaddr_in from = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    if (MHD_add_connection(daemon, ends[1], (const struct sockaddr *)&from, sizeof from) &&
        send(ends[0], sample->head, sample->size, MSG_NOSIGNAL) == (ssize_t)sample->size)
        return ends[0];
    close(ends[0]);
    return -1;
}

static enum outcome try_head(struct trial *trial, struct MHD_Daemon *daemon,
                             const struct sample *sample)
{
    const int client = send_head(daemon, sample);
    bool is_over = false;
    char byte;
    if (client < 0)
        return UNSENT;
    trial->is_accepted = false;
    for (int i = 0; i < RUNS_MAX && !is_over; i++) {
        MHD_run(daemon);
        /* it has replied, or ended the connection */
        is_over = recv(client, &byte, 1, 0) >= 0 || errno == ECONNRESET;
    }
    close(client);
    if (trial->is_accepted)
        return ACCEPTED;
    return is_over ? REFUSED : UNANSWERED;
}

static void explain(char unsafe[BP_UNSAFE_MAX], const struct sample *sample, enum outcome outcome)
{
    static const char *const verbs[] = {"accepts", "refuses", "cannot be sent", "does not refuse"};
    snprintf(unsafe, BP_UNSAFE_MAX,
             "the check against smuggled requests failed: libmicrohttpd %s %s %s; install version "
             "0.9.75 or 1.0.1, or run it without a proxy in front",
             MHD_get_version(), verbs[outcome], sample->name);
}

bool bp_self_check(char unsafe[BP_UNSAFE_MAX], const struct bp_smuggling_check *check)
{
    struct trial trial = {.scans_heads = check->scans_heads};
    struct MHD_Daemon *daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, on_request,
                         &trial, MHD_OPTION_STRICT_FOR_CLIENT, check->strictness,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)BP_CONNECTION_MEMORY_LEAST,
                         MHD_OPTION_URI_LOG_CALLBACK, on_target, &trial, MHD_OPTION_END);
    enum outcome outcome = UNSENT;
    *unsafe = '\0';
    for (size_t i = 0; i < sizeof samples / sizeof *samples && !*unsafe; i++) {
        if (daemon)
            outcome = try_head(&trial, daemon, &samples[i]);
        if (outcome != samples[i].wanted)
            explain(unsafe, &samples[i], outcome);
    }
    if (daemon)
        MHD_stop_daemon(daemon);
    return !*unsafe;
}
