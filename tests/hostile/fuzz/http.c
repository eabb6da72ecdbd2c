/*
 * Bytes into the real server: libmicrohttpd, server.c and all below, in this thread and over socket
 * pairs. The linker gives the start of the daemon and the pool's queue to the two functions below,
 * so nothing waits for another thread.
 *
 * An input is what a client writes; \x1e ends a write, \x1f the client's side. The replies are
 * HTTP, their statuses of the closed list, their JSON is JSON, and how the bytes were cut changes
 * no status; then the connection goes away, its memory with it, and the next client is served.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backpropd/decode.h"
#include "backpropd/server.h"
#include "fuzz.h"
#include "server/pool.h"
#include "server/self_check.h"

#define CUT '\x1e'
#define END '\x1f'
#define REPLIES_MAX (2 << 20) /* what is read of the replies */
#define STATUSES_MAX 4096

static struct MHD_Daemon *daemon_;
static struct bp_service service;

/* ---- The daemon, without its threads and its listening socket ---- */

struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept, void *accept_cls,
                                           MHD_AccessHandlerCallback handle, void *handle_cls, ...);
struct MHD_Daemon *__real_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept, void *accept_cls,
                                           MHD_AccessHandlerCallback handle, void *handle_cls, ...);
bool __wrap_bp_pool_submit(struct bp_pool *pool, struct bp_work_item *work);
bool __wrap_bp_self_check(char unsafe[BP_UNSAFE_MAX], const struct bp_smuggling_check *check);

struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port,
                                           MHD_AcceptPolicyCallback accept, void *accept_cls,
                                           MHD_AccessHandlerCallback handle, void *handle_cls, ...)
{
    struct MHD_OptionItem items[20];
    const struct MHD_OptionItem *item;
    size_t n = 0;
    va_list arguments;
    va_start(arguments, handle_cls);
    HOLDS(va_arg(arguments, int) == MHD_OPTION_ARRAY, "the server's options are no array");
    for (item = va_arg(arguments, const struct MHD_OptionItem *);; item++) {
        HOLDS(n < sizeof items / sizeof *items, "too many options");
        if (item->option == MHD_OPTION_LISTEN_SOCKET)
            continue;
        items[n++] = *item;
        if (item->option == MHD_OPTION_END)
            break;
    }
    va_end(arguments);
    HOLDS(flags == (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME), "flags %u", flags);
    daemon_ = __real_MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, port, accept,
        accept_cls, handle, handle_cls, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    return daemon_;
}

bool __wrap_bp_pool_submit(struct bp_pool *pool, struct bp_work_item *work)
{
    (void)pool;
    work->run(work);
    return true;
}

/* It has a daemon of its own. */
bool __wrap_bp_self_check(char unsafe[BP_UNSAFE_MAX], const struct bp_smuggling_check *check)
{
    (void)unsafe;
    (void)check;
    return true;
}

static size_t held_at_rest; /* of the service's own memory */

static void start(void)
{
    static struct bp_server *server;
    struct bp_options options;
    char error[BP_OPTION_ERROR_MAX], name[] = "fuzz", *no_flags[] = {name, NULL};
    if (server)
        return;
    HOLDS(bp_options_read(&options, error, 1, no_flags), "%s", error);
    options.port = 0;
    options.threads = 1;
    options.log_format = BP_LOG_OFF;
    options.limits.body_bytes = 2048; /* so that inputs reach it, and eight times of it */
    options.limits.header_bytes = 4096;
    options.limits.work = 3000000;
    options.limits.steps = 1000;
    options.limits.reply_numbers = 20000;
    signal(SIGPIPE, SIG_IGN);
    bp_decode_prepare();
    HOLDS(bp_service_start(&service, &options.limits, "*"), "no memory");
    HOLDS(bp_server_start(&server, &service, &options, error), "%s", error);
    held_at_rest = atomic_load(&service.own_memory.used);
}

/* ---- A client ---- */

struct client {
    int fd;
    char *replies;
    size_t size;
    bool is_full; /* more came than was kept */
};

static void open_client(struct client *client)
{
    int pair[2];
    const struct sockaddr_in from = {.sin_family = AF_INET,
                                     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static char replies[REPLIES_MAX + 1]; /* of one client at a time */
    *client = (struct client){.replies = replies};
    HOLDS(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0, "%s",
          strerror(errno));
    client->fd = pair[0];
    HOLDS(MHD_add_connection(daemon_, pair[1], (const struct sockaddr *)&from, sizeof from) ==
              MHD_YES,
          "the connection is not taken");
}

/* Takes what has come; false if that is nothing. */
static bool drain(struct client *client)
{
    char dropped[65536];
    const size_t room = REPLIES_MAX - client->size;
    ssize_t n = recv(client->fd, room ? client->replies + client->size : dropped,
                     room ? room : sizeof dropped, 0);
    if (n <= 0)
        return false;
    client->size += room ? (size_t)n : 0;
    client->is_full |= client->size == REPLIES_MAX;
    return true;
}

/* Lets the server work until it has nothing more to say. */
static void serve(struct client *client)
{
    for (int quiet = 0; quiet < 3; quiet++) {
        MHD_run(daemon_);
        while (drain(client))
            quiet = 0;
    }
}

/* False if the server has ended the connection. */
static bool write_piece(struct client *client, const char *piece, size_t size)
{
    while (size > 0) {
        const ssize_t n = send(client->fd, piece, size, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        piece += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
        serve(client);
    }
    return true;
}

static unsigned open_connections(void)
{
    return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_CURRENT_CONNECTIONS)->num_connections;
}

static void close_client(struct client *client)
{
    serve(client);
    close(client->fd);
    for (int i = 0; i < 10 && open_connections(); i++)
        MHD_run(daemon_);
    HOLDS(open_connections() == 0, "the connection stays");
    client->replies[client->size] = '\0';
}

/* ---- What came back ---- */

struct reply {
    unsigned status;
    const char *type, *body; /* type: NULL or up to the end of its line */
    size_t body_size;
    bool is_library; /* libmicrohttpd speaks for itself */
};

static bool starts(const char *at, const char *text)
{
    return strncasecmp(at, text, strlen(text)) == 0;
}

static const char *field(const char *head, const char *end, const char *name)
{
    for (const char *line = strstr(head, "\r\n"); line && line < end; line = strstr(line, "\r\n")) {
        line += 2;
        if (starts(line, name))
            return line + strlen(name);
    }
    return NULL;
}

static bool may_lack_body(const struct reply *reply, const char *sent, size_t sent_size)
{
    /* the library sends the head of some 400s and 413s twice */
    return reply->is_library || memmem(sent, sent_size, "HEAD ", 5);
}

/* Reads the reply at `at`; returns where it ends. */
static const char *read_reply(struct reply *reply, const char *at, const char *end, bool is_cut,
                              const char *sent, size_t sent_size)
{
    const char *head_end = strstr(at, "\r\n\r\n");
    char *status_end;
    HOLDS(starts(at, "HTTP/1.1 ") || starts(at, "HTTP/1.0 "), "no status line: %.200s", at);
    if (is_cut && !head_end)
        return end;
    HOLDS(head_end, "half a head: %.200s", at);
    *reply = (struct reply){.status = (unsigned)strtoul(at + 9, &status_end, 10)};
    HOLDS(status_end == at + 12 && *status_end == ' ', "no status: %.200s", at);
    const char *length = field(at, head_end, "Content-Length: ");
    reply->type = field(at, head_end, "Content-Type: ");
    reply->is_library = !field(at, head_end, "X-Request-Id: ");
    reply->body = head_end + 4;
    if (reply->status < 200 || reply->status == 204)
        return reply->body;
    HOLDS(length, "no length: %.200s", at);
    reply->body_size = strtoul(length, NULL, 10);
    if ((reply->body == end || starts(reply->body, "HTTP/1.")) && reply->body_size &&
        (is_cut || may_lack_body(reply, sent, sent_size))) {
        reply->body_size = 0;
        return reply->body;
    }
    if (is_cut && reply->body_size > (size_t)(end - reply->body))
        return end;
    HOLDS(reply->body_size <= (size_t)(end - reply->body), "half a body: %.200s", at);
    return reply->body + reply->body_size;
}

static void check_status(const struct reply *reply)
{
    static const unsigned ours[] = {200, 204, 400, 404, 405, 411, 413,
                                    414, 415, 417, 422, 431, 501, 503},
                          librarys[] = {100, 400, 413, 414, 431, 500, 505};
    const unsigned *list = reply->is_library ? librarys : ours;
    const size_t n =
        reply->is_library ? sizeof librarys / sizeof *librarys : sizeof ours / sizeof *ours;
    for (size_t i = 0; i < n; i++)
        if (reply->status == list[i])
            return;
    HOLDS(false, "status %u", reply->status);
}

static void check_reply(const struct reply *reply)
{
    check_status(reply);
    if (reply->is_library)
        return;
    HOLDS((reply->status >= 400) ==
              (reply->type && starts(reply->type, "application/problem+json")),
          "%u as %.40s", reply->status, reply->type ? reply->type : "nothing");
    if (!reply->body_size || !(starts(reply->type, "application/json") || reply->status >= 400))
        return;
    json_t *read = fuzz_own_json(reply->body, reply->body_size);
    if (reply->status >= 400)
        HOLDS(json_real_value(json_object_get(read, "status")) == reply->status,
              "another status in %.*s", (int)reply->body_size, reply->body);
    json_decref(read);
}

/* Sends the input as its cuts say, or in one piece. Out: the statuses that came; returns how many.
 */
static size_t converse(unsigned short *statuses, const char *text, size_t size, bool is_cut)
{
    struct client client;
    struct reply reply;
    char *sent = malloc(size + 1);
    size_t n_sent = 0, n = 0;
    bool is_open = true;
    HOLDS(sent, "no memory");
    open_client(&client);
    for (size_t i = 0, begin = 0; i <= size && is_open; i++) {
        const bool is_mark = i == size || text[i] == CUT || text[i] == END;
        if (!is_mark)
            sent[n_sent++] = text[i];
        const bool is_end = i == size || text[i] == END;
        if (!(is_mark && (is_cut || is_end)))
            continue;
        is_open = write_piece(&client, sent + begin, n_sent - begin);
        begin = n_sent;
        if (is_end)
            break;
    }
    if (is_open && memchr(text, END, size))
        shutdown(client.fd, SHUT_WR);
    close_client(&client);
    const char *at = client.replies, *end = at + client.size;
    while (at < end && n < STATUSES_MAX) {
        reply = (struct reply){0};
        at = read_reply(&reply, at, end, client.is_full, sent, n_sent);
        if (!reply.status)
            break;
        check_reply(&reply);
        statuses[n++] = (unsigned short)reply.status;
    }
    free(sent);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    static unsigned short cut[STATUSES_MAX], whole[STATUSES_MAX];
    const char *text = (const char *)data;
    start();
    const size_t n = converse(cut, text, size, true);
    if (size && memchr(text, CUT, size)) {
        const size_t n_whole = converse(whole, text, size, false);
        for (size_t i = 0; i < n && i < n_whole; i++)
            HOLDS(cut[i] == whole[i], "%u cut, %u in one piece", cut[i], whole[i]);
        HOLDS(n == n_whole, "%zu replies cut, %zu in one piece", n, n_whole);
    }
    HOLDS(converse(cut, good, sizeof good - 1, false) == 1 && cut[0] == 200,
          "the next one is lost");
    fuzz_memory_end(&service.memory);
    HOLDS(atomic_load(&service.own_memory.used) == held_at_rest, "a reply was not given back");
    return 0;
}
