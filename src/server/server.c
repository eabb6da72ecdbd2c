/* The service on libmicrohttpd, which only this file, read_head and self_check know. */
#include "backpropd/server.h"

#include <malloc.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "backpropd/exchange.h"
#include "backpropd/metrics.h"
#include "backpropd/reply_headers.h"
#include "connections.h"
#include "listen.h"
#include "log.h"
#include "pool.h"
#include "read_head.h"
#include "self_check.h"
#include "smuggling_check.h"
#include "timeout_reply.h"

/* After this many tenths of a second without a request, memory is returned to the system. */
#define REST_TICKS 50

/* A stop gives clients this long to read the 503s that it has just sent. */
#define CANCEL_MS 1000

/* After this time a thread looks at all other ready connections before the next request. */
#define TURN_MS 10

/* A thread that polls sockets makes a reply itself up to LIGHT_WORK (0.5 ms); once its turn is
 * over, up to TINY_WORK (0.05 ms). More goes to the pool. */
#define LIGHT_WORK 15000000
#define TINY_WORK 1500000

/* Work of up to 10 ms is not counted in the queue's limit: a client may have one such request
 * waiting for each of its connections. */
#define SHORT_WORK 300000000

/* After a stop, a connection that was used less than so long ago stays open, since a request may be
 * on its way. */
#define GRACE_MS 1000

/* How long a stop sleeps before it looks again. */
#define POLL_US 10000

struct bp_server {
    struct bp_options options;
    struct MHD_Daemon *daemon;
    struct bp_pool *pool;
    struct bp_connections *connections;
    /* 408: the body took too long; 503: the service stops and the body is not here. */
    struct bp_timeout_reply reply_if_late, reply_if_stopping;
    atomic_bool refuses_large;      /* requests that begin now: it is about to stop */
    struct bp_work_item *withdrawn; /* to be resumed by the thread of connections */
    struct bp_service *service;
    char keep_alive[32]; /* the Keep-Alive header of replies on kept connections */
    struct bp_smuggling_check smuggling_check;
    size_t connection_memory; /* bytes, of the library for each */
    struct bp_listening listening;
    size_t ticks_at_rest;
    atomic_bool holds_memory; /* a large request has been answered since memory was given back */
    _Atomic uint64_t id_state;
};

/* One request and what the server adds to it. */
struct call {
    struct bp_work_item item; /* first: the pool hands it back */
    struct bp_server *server;
    struct MHD_Connection *mhd;
    struct bp_connection *connection;
    const char *origin;        /* of the request, or NULL */
    const char *asked_headers; /* in a preflight, or NULL */
    bool is_kept;              /* the client expects that its connection is kept */
    uint64_t turn;             /* number of the thread's turn in which it was deferred */
    bool comes_late;           /* it began when large ones were refused already */
    bool is_for_pool;
    bool is_working;     /* a thread of the pool makes the reply, or has made it */
    atomic_bool is_gone; /* its client has gone */
    struct bp_exchange exchange;
    struct timespec start;
    bool is_answered; /* `exchange` keeps what the reply was */
    char trace_id[33];
};

static double seconds_since(const struct timespec *start)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* An id for a request without one: unique, and impossible to guess from others. */
static void make_request_id(char *out, struct bp_server *server)
{
    uint64_t x = atomic_fetch_add(&server->id_state, 0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9; /* SplitMix64 (Steele, Lea, Flood 2014) */
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    x ^= x >> 31;
    for (int i = 0; i < 16; i++, x >>= 4)
        out[i] = "0123456789abcdef"[x & 15];
    out[16] = '\0';
}

static struct bp_connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* The reply's text leaves with the response, which frees it when it is sent: no copy. */
static struct MHD_Response *make_response(struct bp_reply *reply)
{
    size_t size;
    const char *body = bp_reply_body(reply, &size);
    if (reply->fixed || !body)
        return MHD_create_response_from_buffer(size, (void *)(body ? body : ""),
                                               MHD_RESPMEM_PERSISTENT);
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(size, reply->text.data, bp_memory_give);
    if (response)
        reply->text.data = NULL;
    return response;
}

static void add_fields(struct MHD_Response *response, const struct call *call)
{
    const struct bp_exchange *exchange = &call->exchange;
    const struct bp_reply_facts facts = {
        .request_id = call->connection->request_id,
        .cors_origins = call->server->options.cors_origins,
        .origin = call->origin,
        .asked_headers = call->asked_headers,
        .is_post = exchange->method == BP_METHOD_POST,
        .varies_by_accept = exchange->route->media_types[1],
        .keep_alive = call->is_kept ? call->server->keep_alive : NULL,
        .closes = exchange->must_close || atomic_load(&exchange->service->draining)};
    struct bp_fields fields;
    bp_fields_make(&fields, &exchange->reply, &facts);
    for (size_t i = 0; i < fields.n; i++) /* without memory the header is left out */
        (void)MHD_add_response_header(response, fields.all[i].name, fields.all[i].value);
}

static enum MHD_Result send_reply(struct MHD_Connection *mhd, struct call *call)
{
    struct bp_exchange *exchange = &call->exchange;
    if (!bp_connection_begin_wait(call->server->connections, call->connection, BP_WAIT_REPLY))
        return MHD_NO;
    call->is_answered = true;
    bp_exchange_free(exchange);
    struct MHD_Response *response = make_response(&exchange->reply);
    bp_reply_free(&exchange->reply);
    if (!response)
        return MHD_NO; /* no memory at all: the connection must be closed */
    add_fields(response, call);
    if (call->is_kept) /* the library then names Keep-Alive in Connection */
        MHD_set_response_options(response, MHD_RF_SEND_KEEP_ALIVE_HEADER, MHD_RO_END);
    enum MHD_Result queued = MHD_queue_response(mhd, exchange->reply.status, response);
    MHD_destroy_response(response);
    return queued;
}

/* The request's own id, or one made for it. */
static void set_request_id(char out[BP_REQUEST_ID_MAX + 1], struct bp_server *server,
                           const struct bp_head *head)
{
    if (head->request_id && bp_request_id_is_proper(head->request_id))
        memcpy(out, head->request_id, strlen(head->request_id) + 1);
    else
        make_request_id(out, server);
}

static void finish_in_pool(struct bp_work_item *item)
{
    struct call *call = (struct call *)item;
    bp_exchange_finish(&call->exchange);
    MHD_resume_connection(call->mhd);
}

static enum MHD_Result begin(struct bp_server *server, struct MHD_Connection *mhd,
                             struct bp_connection *connection, struct bp_head *head, void **state)
{
    struct call *call = NULL;
    set_request_id(connection->request_id, server, head);
    if (bp_connection_begin_wait(server->connections, connection, BP_WAIT_BODY))
        call = malloc(sizeof *call);
    if (!call)
        return MHD_NO; /* the client has gone, or there is no memory for a reply */
    *state = connection->request = call;
    call->item = (struct bp_work_item){.run = finish_in_pool, .lane = &connection->client->lane};
    call->server = server;
    call->mhd = mhd;
    call->connection = connection;
    call->origin = head->origin;
    call->asked_headers = head->asked_headers;
    call->is_kept = bp_head_keeps_connection(head);
    call->turn = 0;
    call->is_for_pool = call->is_working = call->is_answered = false;
    call->comes_late = atomic_load(&server->refuses_large);
    atomic_init(&call->is_gone, false);
    atomic_store(&connection->is_cancelled, false);
    /* older versions take no interim reply */
    connection->is_probed = strcmp(head->version, "HTTP/1.1") != 0;
    clock_gettime(CLOCK_MONOTONIC, &call->start);
    bp_head_trace_id(call->trace_id, head);
    head->is_one_too_many = connection->is_one_too_many;
    head->memory = &connection->client->memory;
    head->cancelled = &connection->is_cancelled;
    bp_metrics_begin(server->service->metrics);
    if (bp_exchange_begin(&call->exchange, server->service, head))
        return send_reply(mhd, call);
    return MHD_YES;
}

/* True if this thread has worked for TURN_MS. When the library calls again for a deferred request,
 * it has looked at all connections that are ready: a new turn begins. */
static bool is_turn_over(struct call *call)
{
    static _Thread_local struct {
        uint64_t number, start;
    } turn = {1, 0};
    const uint64_t now = bp_now_ms();
    if (call->turn == turn.number) {
        turn.number++;
        turn.start = now;
    }
    call->turn = turn.number;
    return now - turn.start >= TURN_MS;
}

static enum MHD_Result hand_over(struct bp_server *server, struct call *call)
{
    call->is_working = true;
    atomic_store(&server->holds_memory, true);
    MHD_suspend_connection(call->mhd); /* before the pool could resume it */
    const bool is_refused = call->comes_late && !call->item.is_short;
    if (is_refused || !bp_pool_submit(server->pool, &call->item)) {
        bp_exchange_refuse_queue(&call->exchange);
        MHD_resume_connection(call->mhd);
    }
    return MHD_YES;
}

/* Makes the reply here if it is light work; only if it is tiny once this thread's turn is over or
 * the pool has work waiting. False: it is left to the pool, or to this thread's next turn. */
static bool finish_here(struct bp_server *server, struct call *call)
{
    struct bp_exchange *exchange = &call->exchange;
    const bool is_over = is_turn_over(call);
    const double most = is_over ? TINY_WORK : LIGHT_WORK;
    const double left = bp_exchange_prepare(exchange, most);
    if (left <= TINY_WORK || (left <= most && !bp_pool_has_waiting(server->pool, NULL))) {
        if (left > 0)
            bp_exchange_finish(exchange);
        return true;
    }
    call->item.is_short = exchange->job.operation && left <= SHORT_WORK;
    call->is_for_pool = !is_over || exchange->job.operation || left > LIGHT_WORK;
    return false;
}

/*
 * The body is whole. The library calls this up to three times for one request:
 * 1. a small request gets its reply here; for others this returns MHD_YES once, so that the library
 *    notes the body's end. Otherwise, on resume, it would read again, see the client's FIN and
 *    close.
 * 2. `is_for_pool`: the connection is suspended, and the request goes to the pool. (Where only this
 *    thread's turn was over, the first call is made again.)
 * 3. `is_working`, after MHD_resume_connection: the reply is sent.
 */
static enum MHD_Result on_whole_body(struct bp_server *server, struct call *call)
{
    if (call->is_working)
        return atomic_load(&call->is_gone) ? MHD_NO : send_reply(call->mhd, call);
    if (call->is_for_pool)
        return hand_over(server, call);
    if (finish_here(server, call))
        return send_reply(call->mhd, call);
    return bp_connection_begin_wait(server->connections, call->connection, BP_WAIT_WORK) ? MHD_YES
                                                                                         : MHD_NO;
}

/* Ends the work for a client that has gone. Called by the thread of connections. */
static void on_gone(void *cls, struct bp_connection *connection)
{
    struct bp_server *server = cls;
    struct call *call = connection->request;
    atomic_store(&connection->is_cancelled, true);
    atomic_store(&call->is_gone, true);
    if (bp_pool_withdraw(server->pool, &call->item)) {
        call->item.next = server->withdrawn;
        server->withdrawn = &call->item;
    }
}

/* A half-closed client may have gone or may wait for its reply: only sending something tells. It
 * matters if others wait for a thread. */
static void on_half_closed(void *cls, struct bp_connection *connection)
{
    struct bp_server *server = cls;
    const struct call *call = connection->request;
    if (bp_pool_has_waiting(server->pool, &call->item))
        bp_connection_probe(connection);
}

static void resume_all(struct bp_work_item *item)
{
    while (item) {
        struct call *call = (struct call *)item;
        item = item->next;
        MHD_resume_connection(call->mhd);
    }
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_size, void **state)
{
    struct call *call = *state;
    if (!call) {
        struct bp_server *server = cls;
        struct bp_connection *connection = connection_of(mhd);
        if (!connection)
            return MHD_NO; /* there was no memory for it */
        struct bp_head head =
            bp_read_head(mhd, method, url, version, &connection->target,
                         server->smuggling_check.scans_heads ? server->connection_memory : 0);
        return begin(server, mhd, connection, &head, state);
    }
    if (*piece_size) {
        bool go_on = bp_exchange_receive(&call->exchange, piece, *piece_size);
        *piece_size = 0;
        return go_on ? MHD_YES : MHD_NO;
    }
    if (call->is_answered)
        return MHD_YES;
    return on_whole_body(cls, call);
}

/* The client has got a reply, if it read one, before its body was complete. */
static void note_cut_body(struct call *call)
{
    const enum bp_problem_code problem = atomic_load(&call->connection->is_cancelled)
                                             ? BP_PROBLEM_OVERLOADED
                                             : BP_PROBLEM_REQUEST_TIMEOUT;
    bp_reply_free(&call->exchange.reply);
    call->exchange.reply =
        (struct bp_reply){.status = bp_problem_info(problem)->status, .problem = (int)problem};
    call->is_answered = true;
}

static enum MHD_Result collect_forwarded(void *forwarded, enum MHD_ValueKind kind, const char *name,
                                         size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    if (value && name_size == 15 && strcasecmp(name, "X-Forwarded-For") == 0)
        bp_forwarded_add(forwarded, value, value_size);
    return MHD_YES;
}

static void log_call(const struct call *call, const struct bp_observation *seen)
{
    const struct bp_options *options = &call->server->options;
    const struct bp_exchange *exchange = &call->exchange;
    char remote[INET6_ADDRSTRLEN];
    struct bp_forwarded forwarded = {.size = 0};
    size_t bytes_out = 0;
    const bool is_alive =
        exchange->reply.status == 200 && exchange->route->group == BP_GROUP_HEALTH;
    /* health checks come every few seconds and all look the same */
    if (options->log_format == BP_LOG_OFF || (is_alive && !options->log_health))
        return;
    if (exchange->method != BP_METHOD_HEAD && exchange->reply.status != 304)
        bp_reply_body(&exchange->reply, &bytes_out); /* else the library sends only the head */
    MHD_get_connection_values_n(call->mhd, MHD_HEADER_KIND, collect_forwarded, &forwarded);
    bp_connection_client(remote, call->connection);
    const struct bp_log_line line = {.observation = seen,
                                     .bytes_in = exchange->received,
                                     .bytes_out = bytes_out,
                                     .remote = remote,
                                     .forwarded = bp_forwarded_text(&forwarded),
                                     .request_id = call->connection->request_id,
                                     .trace_id = call->trace_id};
    bp_log_request(options->log_format, &line);
}

static void end_call(struct call *call)
{
    struct bp_exchange *exchange = &call->exchange;
    const struct bp_observation seen = {.route = exchange->route,
                                        .method = exchange->method,
                                        .status = exchange->reply.status,
                                        .problem = exchange->reply.problem,
                                        .seconds = seconds_since(&call->start),
                                        .compute_seconds =
                                            (double)exchange->reply.timing.compute / 1e9};
    bp_exchange_free(exchange);
    bp_reply_free(&exchange->reply); /* a client may go before it is sent */
    if (call->is_answered)
        log_call(call, &seen);
    bp_metrics_end(call->server->service->metrics, call->is_answered ? &seen : NULL);
    call->connection->request = NULL;
    free(call);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct bp_server *server = cls;
    struct call *call = *state;
    (void)mhd;
    if (!call)
        return;
    *state = NULL;
    if (bp_connection_was_cut_off(call->connection)) {
        if (!call->is_answered)
            note_cut_body(call);
    } else if (why == MHD_REQUEST_TERMINATED_WITH_ERROR) {
        call->is_answered = false; /* the reply could not be sent */
    }
    bp_connection_begin_wait(server->connections, call->connection, BP_WAIT_IDLE);
    end_call(call);
}

/* Where memory runs out at the wrong moment, the library drops a connection without a word about
 * its request. */
static void on_closed(struct bp_server *server, struct bp_connection *connection)
{
    struct call *call = connection->request;
    if (call) {
        call->is_answered = false; /* nor is it counted */
        end_call(call);
    }
    bp_connection_close(server->connections, connection);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **connection,
                          enum MHD_ConnectionNotificationCode code)
{
    struct bp_server *server = cls;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const int socket =
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *connection = bp_connection_open(
            server->connections, socket,
            MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
    } else if (*connection) {
        on_closed(server, *connection);
    }
}

/* The one place where the whole target is to be seen, its query included. It makes no state: for a
 * request that is refused by the library none would be freed. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
    const struct bp_server *server = cls;
    struct bp_connection *connection = connection_of(mhd);
    const struct bp_target seen = bp_read_target(mhd, (char *)target);
    if (connection) {
        bp_connection_begin_head(server->connections, connection);
        connection->target = seen;
    }
    return NULL;
}

/* The path is matched as it came: decoding would make /forward%00 something else. */
static size_t leave_escapes(void *cls, struct MHD_Connection *mhd, char *text)
{
    (void)cls;
    (void)mhd;
    return strlen(text);
}

static void on_panic(void *cls, const char *file, unsigned int line, const char *reason)
{
    (void)cls;
    fprintf(stderr, "backpropd: libmicrohttpd gave up at %s:%u: %s\n", file, line,
            reason ? reason : "");
    abort();
}

/* The memory of a connection holds a head as it comes, its headers' blocks and the reply's head. */
static size_t connection_memory_for(size_t header_bytes)
{
    const size_t size = 2 * header_bytes + 4096 + BP_CONNECTION_MEMORY_MULTIPLE - 1;
    return size > BP_CONNECTION_MEMORY_LEAST ? size - size % BP_CONNECTION_MEMORY_MULTIPLE
                                             : BP_CONNECTION_MEMORY_LEAST;
}

static struct MHD_Daemon *start_daemon(struct bp_server *server)
{
    const struct bp_options *options = &server->options;
    const size_t connections_max = options->limits.connections + BP_SPARE_CONNECTIONS;
    const struct MHD_OptionItem items[] = {
        {MHD_OPTION_LISTEN_SOCKET, server->listening.fd, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_max, NULL},
        /* off: connections.c limits a whole phase, not a pause */
        {MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)server->connection_memory, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, server->smuggling_check.strictness, NULL},
        {MHD_OPTION_THREAD_STACK_SIZE, 1 << 20, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escapes, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END,
         (intptr_t)options->threads, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    MHD_set_panic_func(on_panic, NULL);
    return MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
                            on_request, server, MHD_OPTION_ARRAY, items, MHD_OPTION_END);
}

/* Memory of large requests is kept for the next one, but not for ever. */
static void give_memory_back(struct bp_server *server)
{
    if (bp_metrics_in_flight(server->service->metrics))
        server->ticks_at_rest = 0;
    else if (++server->ticks_at_rest > REST_TICKS && atomic_exchange(&server->holds_memory, false))
        malloc_trim(0);
}

static void on_tick(void *cls)
{
    struct bp_server *server = cls;
    resume_all(server->withdrawn);
    server->withdrawn = NULL;
    give_memory_back(server);
}

static struct bp_connections *start_connections(struct bp_server *server)
{
    const struct bp_options *options = &server->options;
    const struct bp_connection_rules rules = {.seconds = {[BP_WAIT_HEAD] = options->head_timeout,
                                                          [BP_WAIT_BODY] = options->body_timeout,
                                                          [BP_WAIT_REPLY] = options->reply_timeout,
                                                          [BP_WAIT_IDLE] = options->idle_timeout},
                                              .limits = &server->service->limits,
                                              .memory = &server->service->memory,
                                              .reply_if_late = &server->reply_if_late,
                                              .reply_if_stopping = &server->reply_if_stopping,
                                              .on_gone = on_gone,
                                              .on_half_closed = on_half_closed,
                                              .on_tick = on_tick,
                                              .cls = server};
    return bp_connections_start(&rules);
}

static bool make_timeout_replies(struct bp_server *server)
{
    const char *cors_origins = server->options.cors_origins;
    struct bp_problem late, cut;
    bp_problem_set(&late, BP_PROBLEM_REQUEST_TIMEOUT,
                   "the body did not arrive in time; send it faster, or start the service with a "
                   "longer --body-timeout");
    bp_problem_set_stopping(&cut);
    return bp_timeout_reply_make(&server->reply_if_late, server->service, cors_origins,
                                 "408 Request Timeout", &late) &&
           bp_timeout_reply_make(&server->reply_if_stopping, server->service, cors_origins,
                                 "503 Service Unavailable", &cut);
}

static void free_server(struct bp_server *server)
{
    bp_pool_stop(server->pool);
    bp_connections_stop(server->connections);
    bp_pool_free(server->pool);
    bp_text_free(&server->reply_if_late.text);
    bp_text_free(&server->reply_if_stopping.text);
    free(server);
}

static bool start_threads(struct bp_server *server, char error[BP_OPTION_ERROR_MAX])
{
    const struct bp_options *options = &server->options;
    if (make_timeout_replies(server) &&
        (server->pool = bp_pool_start(options->threads, options->limits.queue)) &&
        (server->connections = start_connections(server)))
        server->daemon = start_daemon(server);
    if (server->daemon)
        return true;
    snprintf(error, BP_OPTION_ERROR_MAX,
             "the server could not start with --max-connections %zu and --threads %zu",
             options->limits.connections, options->threads);
    return false;
}

bool bp_server_start(struct bp_server **out, struct bp_service *service,
                     const struct bp_options *options, char error[BP_OPTION_ERROR_MAX])
{
    struct bp_server *server = calloc(1, sizeof *server);
    if (!server) {
        snprintf(error, BP_OPTION_ERROR_MAX, "out of memory");
        return false;
    }
    server->service = service;
    server->options = *options;
    snprintf(server->keep_alive, sizeof server->keep_alive, "timeout=%zu", options->idle_timeout);
    server->smuggling_check = bp_smuggling_check_for(MHD_get_version());
    server->connection_memory = connection_memory_for(options->limits.header_bytes);
    bp_self_check(service->unsafe, &server->smuggling_check);
    if (getrandom(&server->id_state, sizeof server->id_state, 0) < 0)
        server->id_state = (uint64_t)getpid();
    const bool listens = bp_listen(&server->listening, options, error);
    if (listens && start_threads(server, error)) {
        bp_log_start(options->log_format, server->listening.url);
        *out = server;
        return true;
    }
    if (listens) {
        bp_listen_end(&server->listening);
        close(server->listening.fd);
    }
    free_server(server);
    return false;
}

const char *bp_server_url(const struct bp_server *server)
{
    return server->listening.url;
}

void bp_server_drain(struct bp_server *server)
{
    atomic_store(&server->service->draining, true);
    bp_log_event(server->options.log_format, "drain", "connections",
                 bp_connections_count(server->connections));
}

static bool is_in_use(const struct bp_server *server)
{
    return bp_metrics_in_flight(server->service->metrics) ||
           bp_connections_in_use(server->connections, GRACE_MS);
}

/* Waits until no connection has been in use for a while: a request that arrived before the stop may
 * not have been read yet. False if the time is over. */
static bool wait_for_requests(const struct bp_server *server, uint64_t end)
{
    for (int quiet = 0; quiet < 5; quiet = is_in_use(server) ? 0 : quiet + 1) {
        if (bp_now_ms() >= end)
            return false;
        usleep(POLL_US);
    }
    return true;
}

/* Refuses large requests that wait for a thread, and those that arrive from now on. */
static void refuse_waiting(struct bp_server *server)
{
    atomic_store(&server->refuses_large, true);
    struct bp_work_item *waiting = bp_pool_withdraw_all(server->pool);
    for (struct bp_work_item *item = waiting; item; item = item->next)
        bp_exchange_refuse_queue(&((struct call *)item)->exchange);
    resume_all(waiting);
}

/* Requests on their way get the grace time. Requests in progress get until `end`, and are then
 * ended. Returns how many were ended. */
static size_t finish_requests(struct bp_server *server, uint64_t end)
{
    const uint64_t grace = bp_now_ms() + GRACE_MS;
    if (wait_for_requests(server, grace < end ? grace : end))
        return 0;
    refuse_waiting(server);
    if (wait_for_requests(server, end))
        return 0;
    const size_t n_unfinished = bp_metrics_in_flight(server->service->metrics);
    bp_connections_cancel(server->connections);
    wait_for_requests(server, end + CANCEL_MS);
    return n_unfinished;
}

void bp_server_stop(struct bp_server *server)
{
    const uint64_t end = bp_now_ms() + server->options.drain_timeout * 1000;
    /* An inherited socket keeps listening, and connections that are not accepted wait for the next
     * process. On a socket of our own there is no next process: connections that wait there are
     * accepted and refused. */
    const bool accepts = MHD_quiesce_daemon(server->daemon) != MHD_INVALID_SOCKET;
    if (accepts)
        bp_listen_end(&server->listening);
    const size_t n_unfinished = finish_requests(server, end);
    bp_pool_stop(server->pool); /* suspended requests resume, and later ones are refused */
    MHD_stop_daemon(server->daemon);
    /* A reply counts as sent when the system has it. But a container's network ends with its
     * process, and with it what a slow client has not read yet. */
    while (bp_now_ms() < end + CANCEL_MS && bp_listen_has_unsent(&server->listening))
        usleep(POLL_US);
    bp_log_event(server->options.log_format, "stop", "unfinished_requests", n_unfinished);
    if (accepts)
        close(server->listening.fd);
    free_server(server);
}
