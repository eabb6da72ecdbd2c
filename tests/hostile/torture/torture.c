/*
 * Makes every allocation and every system call fail once, one after the other, while the server
 * does everything that it can do. Whatever fails, a client gets the right answer, or one of the
 * 500s, or a closed connection: never another answer, never silence. What was taken is given back,
 * and the next request is served.
 *
 * usage: torture [EVERY [SCENARIO]]     1: each call; n: each n-th; only scenarios whose names hold
 * SCENARIO
 */
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backpropd/decode.h"
#include "backpropd/exchange.h"
#include "backpropd/metrics.h"
#include "backpropd/server.h"
#include "client.h"
#include "faults.h"
#include "scenarios.h"

#define CLIENTS_MAX 8

void __sanitizer_set_death_callback(void (*callback)(void));
int __lsan_do_recoverable_leak_check(void);

#define COMPLAINTS_MAX 5 /* of one scenario: more say nothing new */

static struct now {
    const char *scenario;
    size_t n; /* of the call that fails */
    unsigned variant;
} now;

static size_t n_complaints, every = 1;

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
    const char *call = faults_disarm();
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "torture: %s, call %zu (%s, variant %u): ", now.scenario, now.n,
            call ? call : "none", now.variant);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    n_complaints++;
}

static void on_death(void)
{
    complain("the end");
}

static void on_abort(int signal_number)
{
    (void)signal_number;
    complain("aborted");
    _exit(1);
}

/* The short form tries one error of each call. */
static unsigned variants(void)
{
    return every > 1 ? 1 : FAULT_VARIANTS;
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
}

/* ---- The server ---- */

struct site {
    struct bp_service service;
    struct bp_server *server;
    size_t live; /* blocks when nothing is going on */
};

/* A stop waits for clients that have not read, and here they read after it. */
bool __wrap_bp_listen_has_unsent(const void *listening);
bool __wrap_bp_listen_has_unsent(const void *listening)
{
    (void)listening;
    return false;
}

/* A client that has left is forgotten when the server has looked at its connections twice. */
static atomic_size_t n_sweeps;
void __real_bp_clients_sweep(void *clients);
void __wrap_bp_clients_sweep(void *clients);
void __wrap_bp_clients_sweep(void *clients)
{
    __real_bp_clients_sweep(clients);
    atomic_fetch_add(&n_sweeps, 1);
}

static unsigned port_of(const struct bp_server *server)
{
    return (unsigned)strtoul(strrchr(bp_server_url(server), ':') + 1, NULL, 10);
}

static struct bp_options options_for(const struct bp_limits *limits)
{
    struct bp_options options;
    char error[BP_OPTION_ERROR_MAX], name[] = "torture", *no_flags[] = {name, NULL};
    if (!bp_options_read(&options, error, 1, no_flags))
        complain("%s", error);
    options.port = 0;
    options.threads = 1;
#define TAKE(name, standard, most, text)                                                           \
    if (limits->name)                                                                              \
        options.limits.name = limits->name;
    BP_LIMITS(TAKE)
#undef TAKE
    return options;
}

static bool open_site(struct site *site, const struct bp_limits *limits)
{
    const struct bp_options options = options_for(limits);
    char error[BP_OPTION_ERROR_MAX] = "";
    site->server = NULL;
    if (!bp_service_start(&site->service, &options.limits, "*"))
        return false;
    if (bp_server_start(&site->server, &site->service, &options, error))
        return true;
    if (!*error)
        complain("no start, and no word why");
    bp_service_free(&site->service);
    return false;
}

static void close_site(struct site *site)
{
    atomic_store(&site->service.draining, true);
    bp_server_stop(site->server);
    if (atomic_load(&site->service.memory.used) || atomic_load(&site->service.own_memory.used))
        complain("the budget is not given back");
    bp_service_free(&site->service);
}

/* Longer than an idle connection lives: what is not back then never comes. */
#define MOMENTS 600000

/* What has not come by then never comes, and what a client waits for before it makes room. */
enum { NEVER_MS = 60000, A_WHILE_MS = 3000 };

/* Waits until the server holds what it held before, and no more. */
static void settle(const struct site *site)
{
    for (int i = 0; i < MOMENTS && faults_live() != site->live; i++)
        wait_a_moment();
    if (faults_live() != site->live)
        complain("%zu blocks are held, before it were %zu", faults_live(), site->live);
    if (bp_metrics_in_flight(site->service.metrics))
        complain("a request counts as in flight for ever");
}

static void request_good(const struct site *site, const char *request, size_t size)
{
    struct client client;
    struct reply reply = {0};
    size_t at = 0;
    client_open(&client, port_of(site->server));
    client_send(&client, request, size);
    if (!client_read(&client, 1, false, NEVER_MS))
        complain("the next request gets no answer");
    else if (!client_next_reply(&reply, &client, &at, false) || reply.status != 200)
        complain("the next request gets %u", reply.status);
    client_free(&client);
}

static void request_next(const struct site *site)
{
    static const char request[] = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";
    request_good(site, request, sizeof request - 1);
}

/* One that the pool has to answer. */
static void request_work(const struct site *site)
{
    size_t size;
    char *request = scenario_request(&scenarios[SCENARIO_POOL], &size);
    request_good(site, request, size);
    free(request);
}

static void check_next(const struct site *site)
{
    request_next(site);
    settle(site);
}

/* What a server holds that has served and has nothing more to do: its threads give something back
 * when they begin. */
static void measure(struct site *site)
{
    request_next(site);
    while (bp_metrics_in_flight(site->service.metrics))
        wait_a_moment();
    for (const size_t swept = atomic_load(&n_sweeps); atomic_load(&n_sweeps) < swept + 2;)
        wait_a_moment();
    for (int quiet = 0; quiet < 200; quiet++) {
        const size_t live = faults_live();
        wait_a_moment();
        quiet = live == faults_live() ? quiet : 0;
    }
    site->live = faults_live();
}

/* ---- One conversation ---- */

struct talk {
    struct client clients[CLIENTS_MAX];
    size_t n;
};

static size_t clients_of(const struct scenario *scenario)
{
    return scenario->clients ? scenario->clients : 1;
}

static size_t replies_of(const struct scenario *scenario)
{
    return scenario->replies ? scenario->replies : 1;
}

/* Where accepting failed for want of descriptors, libmicrohttpd accepts again when some client has
 * left. */
static void await(struct talk *talk, size_t i, const struct scenario *scenario)
{
    struct client *client = &talk->clients[i];
    const size_t n = replies_of(scenario);
    const int patience = i == 0 ? NEVER_MS : A_WHILE_MS;
    if (scenario->end != END_READ || client_read(client, n, scenario->is_head, patience))
        return;
    for (size_t before = 0; before < i; before++)
        client_close(&talk->clients[before]);
    if (i == 0 || !client_read(client, n, scenario->is_head, NEVER_MS))
        complain("no answer, and no end: %.200s", client->bytes ? client->bytes : "");
}

static void hold_talk(struct talk *talk, const struct scenario *scenario, const struct site *site,
                      const char *request, size_t size)
{
    talk->n = clients_of(scenario);
    for (size_t i = 0; i < talk->n; i++) {
        client_open(&talk->clients[i], port_of(site->server));
        client_send(&talk->clients[i], request, size);
        if (scenario->in_turn)
            await(talk, i, scenario);
    }
    for (size_t i = 0; i < talk->n && !scenario->in_turn; i++)
        await(talk, i, scenario);
    /* FIN within the same moment as the last bytes is seen by libmicrohttpd 0.9.75 only when the
     * connection has been idle for long enough */
    if (scenario->end == END_LEAVE)
        nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
    for (size_t i = 0; i < talk->n; i++)
        client_close(&talk->clients[i]);
}

/* What the clients got is memory, too. */
static size_t blocks_of(const struct talk *talk)
{
    size_t n = 0;
    for (size_t i = 0; i < talk->n; i++)
        n += talk->clients[i].bytes != NULL;
    return n;
}

static void end_talk(struct talk *talk)
{
    for (size_t i = 0; i < talk->n; i++)
        client_free(&talk->clients[i]);
    talk->n = 0;
}

/* A 500 is as it should be: of ours a problem document, of the library's a page. */
static bool is_excuse(const struct reply *reply, bool is_head)
{
    json_t *problem;
    bool is_good;
    if (reply->status < 500)
        return false;
    if (is_head || !strstr(reply->head, "\r\nX-Request-Id: "))
        return true;
    problem = json_loadb(reply->body, reply->body_size, JSON_REJECT_DUPLICATES, NULL);
    is_good = json_integer_value(json_object_get(problem, "status")) == reply->status;
    json_decref(problem);
    return is_good;
}

static bool is_same(const struct reply *a, const struct reply *b, bool varies)
{
    return a->status == b->status && (varies || (a->body_size == b->body_size &&
                                                 memcmp(a->body, b->body, a->body_size) == 0));
}

/* Whether the i-th reply is one that comes when nothing fails: to any of the clients, since one
 * whose connection failed leaves room for another. */
static bool is_known(const struct reply *reply, size_t i, const struct talk *good,
                     const struct scenario *scenario)
{
    for (size_t k = 0; k < good->n; k++) {
        struct reply expected;
        size_t at = 0, n = 0;
        while (client_next_reply(&expected, &good->clients[k], &at, scenario->is_head))
            if (n++ == i && is_same(reply, &expected, scenario->varies))
                return true;
    }
    return false;
}

/* What each client got, beside what it gets when nothing fails. */
static void compare(const struct talk *talk, const struct talk *good,
                    const struct scenario *scenario)
{
    struct reply got;
    for (size_t i = 0; i < talk->n; i++) {
        size_t at = 0, n = 0;
        for (; client_next_reply(&got, &talk->clients[i], &at, scenario->is_head); n++)
            if (!is_known(&got, n, good, scenario) && !is_excuse(&got, scenario->is_head))
                complain("reply %zu is %u: %.*s", n, got.status,
                         (int)(got.body_size < 300 ? got.body_size : 300), got.body);
    }
}

/* ---- One scenario, call by call ---- */

/* Without a fault: it must go as the table says. When a queue is full one may be refused, so what
 * each gets is taken from a client that is alone. */
static void rehearse(struct talk *good, const struct scenario *scenario, const struct site *site,
                     const char *request, size_t size)
{
    struct scenario alone = *scenario;
    struct reply reply = {0};
    size_t at = 0;
    if (!alone.in_turn)
        alone.clients = 1;
    hold_talk(good, &alone, site, request, size);
    const struct client *last = &good->clients[good->n - 1];
    while (client_next_reply(&reply, last, &at, scenario->is_head))
        continue;
    if (scenario->status && reply.status != scenario->status)
        complain("%u without any fault: %.*s", reply.status, (int)reply.body_size, reply.body);
    for (; good->n < clients_of(scenario); good->n++) {
        good->clients[good->n] = good->clients[0];
        char *copy = malloc(good->clients[0].size + 1);
        good->clients[good->n].bytes =
            memcpy(copy, good->clients[0].bytes, good->clients[0].size + 1);
    }
}

/* False if the n-th call was never made. */
static bool try_call(const struct talk *good, const struct scenario *scenario,
                     const struct site *site, const char *request, size_t size)
{
    struct talk talk;
    faults_arm(now.n, now.variant);
    hold_talk(&talk, scenario, site, request, size);
    if (scenario->end == END_READ)
        compare(&talk, good, scenario);
    end_talk(&talk);
    settle(site);
    const bool reached = faults_disarm();
    check_next(site);
    return reached;
}

static void run_scenario(const struct scenario *scenario)
{
    struct site site;
    struct talk good;
    size_t size;
    const size_t failed = faults_total(), complaints = n_complaints;
    now = (struct now){.scenario = scenario->name};
    char *request = scenario_request(scenario, &size);
    if (!open_site(&site, &scenario->limits)) {
        complain("the server does not start");
        return;
    }
    measure(&site);
    rehearse(&good, scenario, &site, request, size);
    site.live += blocks_of(&good);
    settle(&site);
    for (now.variant = 0; now.variant < variants(); now.variant++)
        for (now.n = 1; try_call(&good, scenario, &site, request, size); now.n += every)
            if (n_complaints - complaints > COMPLAINTS_MAX)
                break;
    end_talk(&good);
    close_site(&site);
    free(request);
    fprintf(stderr, "torture: %-45s %5zu faults\n", scenario->name, faults_total() - failed);
}

/* ---- The server's own start and stop ---- */

static const struct bp_limits STANDARD = BP_LIMITS_DEFAULT;

/* Starts, with a call failing; a server that starts all the same must serve. */
static bool try_start(void)
{
    struct site site;
    const size_t live = faults_live();
    faults_arm(now.n, now.variant);
    faults_spare_me(false);
    const bool started = open_site(&site, &STANDARD);
    faults_spare_me(true);
    const bool reached = faults_disarm();
    if (started) {
        request_next(&site);
        request_work(&site);
        close_site(&site);
    } else if (!reached) {
        complain("no start without any fault");
    }
    if (faults_live() != live)
        complain("%zu blocks are left", faults_live() - live);
    return reached;
}

/* Stops, with a call failing, idle or with a request in the pool. */
static bool try_stop(const char *request, size_t size)
{
    struct site site;
    struct client client;
    const size_t live = faults_live();
    if (!open_site(&site, &STANDARD))
        return false;
    client_open(&client, port_of(site.server));
    client_send(&client, request, size);
    while (size && !bp_metrics_in_flight(site.service.metrics))
        wait_a_moment();
    faults_arm(now.n, now.variant);
    faults_spare_me(false);
    close_site(&site);
    faults_spare_me(true);
    const bool reached = faults_disarm();
    client_free(&client);
    if (faults_live() != live)
        complain("%zu blocks are left", faults_live() - live);
    return reached;
}

static void run_start(void)
{
    const size_t failed = faults_total();
    now.scenario = "start";
    for (now.variant = 0; now.variant < FAULT_VARIANTS; now.variant++)
        for (now.n = 1; try_start(); now.n++)
            continue;
    fprintf(stderr, "torture: %-45s %5zu faults\n", now.scenario, faults_total() - failed);
}

static void run_stop(const char *name, const struct scenario *busy)
{
    size_t size = 0;
    const size_t failed = faults_total();
    now.scenario = name;
    char *request = busy ? scenario_request(busy, &size) : NULL;
    for (now.variant = 0; now.variant < variants(); now.variant++)
        for (now.n = 1; try_stop(request, size); now.n += every)
            continue;
    free(request);
    fprintf(stderr, "torture: %-45s %5zu faults\n", now.scenario, faults_total() - failed);
}

/* 300 requests while every second allocation fails; then all is well again. */
static void run_every_second(void)
{
    struct site site;
    struct talk talk, good;
    size_t size;
    const size_t failed = faults_total();
    char *request = scenario_request(&scenarios[SCENARIO_LIGHT], &size);
    now.scenario = "every second allocation, 300 requests";
    if (!open_site(&site, &STANDARD)) {
        complain("the server does not start");
        return;
    }
    measure(&site);
    rehearse(&good, &scenarios[SCENARIO_LIGHT], &site, request, size);
    site.live += blocks_of(&good);
    for (now.n = 1; now.n <= 300; now.n++) {
        faults_arm_allocations();
        hold_talk(&talk, &scenarios[SCENARIO_LIGHT], &site, request, size);
        compare(&talk, &good, &scenarios[SCENARIO_LIGHT]);
        end_talk(&talk);
        settle(&site);
    }
    faults_disarm();
    check_next(&site);
    end_talk(&good);
    close_site(&site);
    free(request);
    fprintf(stderr, "torture: %-45s %5zu faults\n", now.scenario, faults_total() - failed);
}

static bool is_wanted(const char *name, const char *pattern)
{
    return !pattern || strstr(name, pattern);
}

static void prepare(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    __sanitizer_set_death_callback(on_death);
    signal(SIGABRT, on_abort);
    signal(SIGPIPE, SIG_IGN);
    faults_spare_me(true);
    bp_decode_prepare();
    json_decref(json_object()); /* the first may keep something */
}

int main(int argc, char **argv)
{
    const char *pattern = argc > 2 ? argv[2] : NULL;
    size_t n = 0;
    every = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    every += every == 0;
    prepare();
    if (is_wanted("start", pattern))
        run_start(), n++;
    for (size_t i = 0; i < n_scenarios; i++)
        if (is_wanted(scenarios[i].name, pattern))
            run_scenario(&scenarios[i]), n++;
    if (is_wanted("stop", pattern)) {
        run_stop("stop", NULL);
        run_stop("stop while the pool works", &scenarios[SCENARIO_POOL]);
        n += 2;
    }
    if (is_wanted("every second", pattern))
        run_every_second(), n++;
    if (__lsan_do_recoverable_leak_check())
        n_complaints++;
    printf("torture: %zu scenarios, %zu faults: ", n, faults_total());
    if (every > 1)
        printf("of the calls each %zu. failed, with its first error; ", every);
    else
        printf("each call failed, with each of its errors; ");
    printf("%zu complaints\n", n_complaints);
    return n == 0 || n_complaints != 0;
}
