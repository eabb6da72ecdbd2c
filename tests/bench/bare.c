/*
 * The floor: libmicrohttpd alone. Reads a body, throws it away, and replies with a fixed number of
 * bytes from memory. What the service costs beyond this is its own.
 *
 * usage: bare REPLY_BYTES THREADS
 */
#include <microhttpd.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *reply;
static size_t reply_size;

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_size, void **state)
{
    (void)cls, (void)url, (void)method, (void)version, (void)piece;
    if (!*state) {
        *state = reply;
        return MHD_YES;
    }
    if (*piece_size) {
        *piece_size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(reply_size, reply, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result queued = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return queued;
}

int main(int argc, char **argv)
{
    const unsigned threads = argc > 2 ? (unsigned)atoi(argv[2]) : 1;
    sigset_t signals;
    int number;
    reply_size = argc > 1 ? (size_t)atol(argv[1]) : 1500;
    reply = malloc(reply_size + 1);
    memset(reply, '1', reply_size + 1);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    const struct MHD_OptionItem pool[] = {
        {threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request, NULL,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)36864, MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
    if (!daemon)
        return 1;
    printf("bare listening on http://127.0.0.1:%u\n",
           MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    sigwait(&signals, &number);
    MHD_stop_daemon(daemon);
    return 0;
}
