/* backpropd: options, signals, start, drain, stop. */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backpropd/decode.h"
#include "backpropd/exchange.h"
#include "backpropd/healthcheck.h"
#include "backpropd/reply_headers.h"
#include "backpropd/server.h"
#include "backpropd/systemd.h"
#include "backpropd/text.h"

static int complain(const char *what)
{
    fprintf(stderr, "backpropd: %s\n", what);
    return 2;
}

/* Reads standard input, if a body is expected, up to one byte beyond the limit, so that the service
 * reports a body that is too large. */
static bool read_body(struct bp_text *body, struct bp_service *service, bool expected)
{
    bp_text_start(body, &service->memory, 65536);
    while (expected && body->size <= service->limits.body_bytes && bp_text_reserve(body, 65536)) {
        const size_t room = body->capacity - body->size - 1;
        const size_t wanted = service->limits.body_bytes + 1 - body->size;
        const size_t n = fread(body->data + body->size, 1, room < wanted ? room : wanted, stdin);
        if (n == 0)
            break;
        body->size += n;
    }
    if (body->data)
        body->data[body->size] = '\0';
    return !body->failed && !ferror(stdin);
}

/* `backpropd call PATH`: one request from standard input to standard output, as over a socket. */
static int call(struct bp_service *service, const char *path, const char *accept)
{
    static struct bp_exchange exchange;
    struct bp_text body;
    char length[24];
    size_t size;
    const bool posts = bp_route_find(service->routes, path)->methods & BP_METHOD_POST;
    if (!read_body(&body, service, posts))
        return complain(body.failed ? "call: no memory for the body"
                                    : "call: standard input cannot be read");
    snprintf(length, sizeof length, "%zu", body.size);
    const struct bp_head head = {.method = posts ? "POST" : "GET",
                                 .target = path,
                                 .version = "HTTP/1.0",
                                 .n_length = posts,
                                 .length = length,
                                 .accept = {accept},
                                 .n_accept = 1};
    if (!bp_exchange_begin(&exchange, service, &head)) {
        bp_exchange_receive(&exchange, body.data, body.size);
        bp_exchange_finish(&exchange);
    }
    const char *reply = bp_reply_body(&exchange.reply, &size);
    bool written = fwrite(reply, 1, size, stdout) == size && fflush(stdout) == 0;
    bool good = exchange.reply.status < 300;
    bp_exchange_free(&exchange);
    bp_reply_free(&exchange.reply);
    bp_text_free(&body);
    return written ? !good : complain("call: standard output is closed");
}

/* Blocks these signals in every thread; the main thread waits for them. */
static sigset_t block_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signals;
}

static void notify(const char *state)
{
    if (!bp_notify(state))
        fprintf(stderr, "backpropd: cannot send %s to NOTIFY_SOCKET\n", state);
}

/* Opens missing standard descriptors: otherwise a socket would get the number of a closed one, and
 * log lines would go to a client. */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

static int serve(struct bp_service *service, const struct bp_options *options)
{
    const sigset_t signals = block_signals();
    char error[BP_OPTION_ERROR_MAX];
    struct bp_server *server;
    int signal_number;
    fill_standard_descriptors();
    if (*options->token_file && !bp_access_read(&service->access, options->token_file, error))
        return complain(error);
    service->allowed_hosts = options->allowed_hosts;
    memcpy(service->access.public_groups, options->public_groups, sizeof options->public_groups);
    if (!bp_server_start(&server, service, options, error))
        return complain(error);
    if (*service->unsafe)
        fprintf(stderr, "backpropd: %s; /readyz answers 503\n", service->unsafe);
    printf("backpropd %s listening on %s\n", BP_VERSION, bp_server_url(server));
    fflush(stdout);
    notify("READY=1");
    sigwait(&signals, &signal_number);
    notify("STOPPING=1");
    bp_server_drain(server);
    sleep((unsigned)options->drain_delay); /* to the end: the signals are blocked */
    bp_server_stop(server);
    return 0;
}

/* In a container the service is process 1. This process has the same environment, but does not know
 * its flags, such as --listen. */
static int check_health(const struct bp_options *options)
{
    char why[BP_HEALTHCHECK_MAX];
    struct bp_options first;
    if (!options->listen_is_flag && bp_options_of_process(&first, "/proc/1"))
        options = &first;
    if (bp_healthcheck(options, why))
        return 0;
    fprintf(stderr, "backpropd: unhealthy: %s\n", why);
    return 1;
}

static int act(struct bp_service *service, const struct bp_options *options)
{
    switch (options->action) {
    case BP_ACTION_CALL:
        return call(service, options->call_path, options->call_accept);
    case BP_ACTION_HEALTHCHECK:
        return check_health(options);
    case BP_ACTION_HELP:
        bp_options_help(stdout);
        return 0;
    case BP_ACTION_VERSION:
        printf("backpropd %s\n", BP_VERSION);
        return 0;
    case BP_ACTION_SERVE:
        break;
    }
    return serve(service, options);
}

/* Keeps the memory that requests give back, up to the size of a large body: getting new pages took
 * a third of the time of a 2 MB request. After a rest the server returns it to the system. There is
 * one arena, because malloc_trim trims the end of only that one; with several, 60 MB stayed.
 */
static void keep_freed_memory(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, BP_MEMORY_KEPT);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

int main(int argc, char **argv)
{
    struct bp_options options;
    struct bp_service service;
    char error[BP_OPTION_ERROR_MAX];
    if (!bp_options_read(&options, error, argc, argv) ||
        !bp_options_check_list(&options, error, "cors-origin", bp_cors_is_proper) ||
        !bp_options_check_list(&options, error, "allow-host", bp_hosts_are_proper) ||
        !bp_options_check_list(&options, error, "only", bp_only_is_proper))
        return complain(error);
    keep_freed_memory();
    bp_decode_prepare();
    if (!bp_service_start(&service, &options.limits, options.only))
        return complain("out of memory");
    if (!options.has_page)
        bp_routes_close_page(service.routes);
    int status = act(&service, &options);
    bp_service_free(&service);
    return status;
}
