#include "backpropd/exchange.h"

#include <stdio.h>
#include <time.h>

#include "backpropd/decode.h"
#include "gzip.h"
#include "negotiate.h"

/* Memory reserved from Content-Length alone. More is taken as the body arrives: otherwise a few
 * clients could reserve all memory without sending anything. */
#define ANNOUNCED_BYTES 65536

/* A body of up to this many times the limit is read and dropped before it is refused. Otherwise
 * clients that send everything before they read would see a reset instead of the reply. */
#define SWALLOW 8

static bool is_beyond_reading(const struct bp_exchange *exchange, size_t size)
{
    return size && (size - 1) / SWALLOW >= exchange->service->limits.body_bytes;
}

/* Makes the problem the reply, and drops the body. */
static void refuse(struct bp_exchange *exchange, const struct bp_problem *problem)
{
    exchange->is_refused = true;
    bp_text_free(&exchange->body);
    bp_reply_problem(&exchange->reply, &exchange->service->own_memory, problem);
}

static void refuse_size(struct bp_exchange *exchange)
{
    struct bp_problem problem;
    problem.limit = exchange->service->limits.body_bytes;
    bp_problem_set(&problem, BP_PROBLEM_BODY_TOO_LARGE, "the body must have at most %zu bytes",
                   problem.limit);
    refuse(exchange, &problem);
}

static void refuse_if_no_memory(struct bp_exchange *exchange)
{
    struct bp_problem problem;
    if (!exchange->body.failed)
        return;
    bp_problem_set_memory(&problem, exchange->body.over_budget);
    refuse(exchange, &problem);
}

void bp_exchange_refuse(struct bp_exchange *exchange, enum bp_problem_code code, const char *detail)
{
    struct bp_problem problem;
    bp_problem_set(&problem, code, "%s", detail);
    refuse(exchange, &problem);
}

/* Chooses the representation that the client likes best. */
static void negotiate(struct bp_exchange *exchange, const struct bp_head *head)
{
    const struct bp_route *route = exchange->route;
    if (route->media_types[1] && exchange->method & route->methods &&
        exchange->method != BP_METHOD_OPTIONS)
        exchange->representation = bp_negotiate(head, route->media_types);
    if (exchange->representation < 0 && !route->operation)
        exchange->representation = 0; /* GET never answers 406: health checks ask for / */
}

static void refuse_representations(struct bp_exchange *exchange)
{
    const char *const *names = exchange->route->media_types;
    struct bp_problem problem;
    size_t n = 0;
    while (names[n])
        n++;
    problem.expected = (struct bp_fact){.kind = BP_FACT_NAMES, .names = names, .n_names = n};
    bp_problem_set(&problem, BP_PROBLEM_NOT_ACCEPTABLE,
                   "Accept includes none of the %zu media types of %.40s; the first is %s", n,
                   exchange->path, names[0]);
    refuse(exchange, &problem);
}

/* Health checks skip --allow-host, since probes use the IP address. */
static bool names_our_host(const struct bp_exchange *exchange, const struct bp_head *head)
{
    return exchange->route->group == BP_GROUP_HEALTH ||
           bp_hosts_allow(exchange->service->allowed_hosts, head);
}

/* Prepares for the body of a POST that a route accepts, or refuses it. */
static void expect_body(struct bp_exchange *exchange, const struct bp_head *head)
{
    struct bp_problem problem;
    if (!bp_head_check_type(head, &problem)) {
        refuse(exchange, &problem);
    } else if (exchange->length > exchange->service->limits.body_bytes) {
        refuse_size(exchange);
    } else {
        const size_t size = exchange->length + 1;
        bp_text_start(&exchange->body, exchange->memory,
                      size < ANNOUNCED_BYTES ? size : ANNOUNCED_BYTES);
        refuse_if_no_memory(exchange);
    }
}

/* The client waits for 100 Continue. If its body will not be read, it gets the reply at once. The
 * connection then closes, since the body may still arrive. */
static bool answer_before_body(struct bp_exchange *exchange)
{
    if (exchange->body.data)
        return false;
    bp_exchange_finish(exchange);
    return exchange->must_close = true;
}

bool bp_exchange_begin(struct bp_exchange *exchange, struct bp_service *service,
                       const struct bp_head *head)
{
    struct bp_problem problem;
    const char *path = bp_head_path(head);
    *exchange = (struct bp_exchange){.service = service,
                                     .route = bp_route_find(service->routes, path),
                                     .path = path,
                                     .method = BP_METHOD_OTHER,
                                     .memory = head->memory ? head->memory : &service->memory,
                                     .cancelled = head->cancelled,
                                     .accepts_gzip = bp_accepts_gzip(head->accept_encoding),
                                     .if_none_match = head->if_none_match,
                                     .must_close = head->n_coding > 0 || head->is_one_too_many,
                                     .reply = {.problem = -1}};
    const bool is_one_too_many = /* health checks are answered on the spare connections, too */
        head->is_one_too_many && exchange->route->group != BP_GROUP_HEALTH;
    if (is_one_too_many || !bp_head_check(head, &problem, service->limits.header_bytes)) {
        if (is_one_too_many)
            bp_problem_set(&problem, BP_PROBLEM_OVERLOADED,
                           "too many connections: the limit is %zu, or %zu from one client",
                           service->limits.connections, service->limits.client_connections);
        refuse(exchange, &problem);
        return exchange->must_close = true;
    }
    exchange->method = bp_head_method(head);
    exchange->length = bp_head_length(head);
    if (is_beyond_reading(exchange, exchange->length)) {
        refuse_size(exchange);
        return exchange->must_close = true;
    }
    negotiate(exchange, head);
    if (!names_our_host(exchange, head))
        bp_exchange_refuse(exchange, BP_PROBLEM_MISDIRECTED,
                           "the request's host is not one that --allow-host lists");
    else if (!bp_access_allows(&service->access,
                               bp_route_group(exchange->route, exchange->representation), head))
        bp_exchange_refuse(exchange, BP_PROBLEM_UNAUTHORIZED, /* one text for every reason */
                           "this path needs a valid token: Authorization: Bearer TOKEN");
    else if (exchange->representation < 0)
        refuse_representations(exchange);
    else if (exchange->method & exchange->route->methods & BP_METHOD_POST)
        expect_body(exchange, head);
    return head->expect && bp_head_has_body(head) && answer_before_body(exchange);
}

bool bp_exchange_receive(struct bp_exchange *exchange, const char *piece, size_t size)
{
    exchange->received += size;
    if (is_beyond_reading(exchange, exchange->received))
        return false;
    if (!exchange->body.data)
        return true; /* refused, or not used by the route */
    if (exchange->received > exchange->service->limits.body_bytes) {
        refuse_size(exchange);
        return true;
    }
    bp_text_put(&exchange->body, piece, size);
    refuse_if_no_memory(exchange);
    return true;
}

/* The most work that decoding takes for each byte of a body. */
#define BYTE_WORK 450

static void end_body(struct bp_exchange *exchange)
{
    if (exchange->is_ended)
        return;
    exchange->is_ended = true;
    if (exchange->body.data) {
        bp_text_putc(&exchange->body, '\0');
        refuse_if_no_memory(exchange);
    }
}

/* --- a calculation: body -> job -> numbers -> reply ------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Decodes the body, which a NUL ends, into the job. Fails (false) if the body is at fault: the
 * reply says so, and the job is as freed. */
static bool decode(struct bp_exchange *exchange)
{
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem;
    const uint64_t start = now_ns();
    problem.faults = faults;
    if (!bp_decode(&exchange->job, &problem, exchange->route->operation, exchange->body.data,
                   exchange->received, &exchange->service->limits, exchange->memory)) {
        bp_reply_problem(&exchange->reply, &exchange->service->own_memory, &problem);
        return false;
    }
    exchange->job.task.cancelled = exchange->cancelled;
    exchange->reply.timing.parse = now_ns() - start;
    return true;
}

#define GZIP_NUMBER 15000 /* the work of compressing a number */

/* The work of running the job, in the multiply-adds of work.h. */
static double work_of(const struct bp_exchange *exchange)
{
    const struct bp_estimate *estimate = &exchange->job.estimate;
    return estimate->work +
           (exchange->accepts_gzip ? GZIP_NUMBER * (double)estimate->reply_numbers : 0);
}

/* Calculates what was laid out in a block, and writes it. */
static bool run_and_encode(struct bp_exchange *exchange, struct bp_problem *problem, void *result)
{
    const struct bp_job *job = &exchange->job;
    const struct bp_representation *as = job->operation->representations + exchange->representation;
    struct bp_reply *reply = &exchange->reply;
    struct bp_overflow overflow;
    const uint64_t start = now_ns();
    if (!job->operation->run(result, &overflow, job))
        return bp_is_cancelled(&job->task) ? bp_problem_set_stopping(problem)
                                           : bp_problem_set_overflow(problem, &overflow, job);
    const uint64_t computed = now_ns();
    reply->status = 200;
    reply->media_type = as->media_type;
    bp_text_start(&reply->text, exchange->memory, job->estimate.reply_bytes);
    as->encode(&reply->text, job, result);
    reply->timing.compute = computed - start;
    reply->timing.serialize = now_ns() - computed;
    bp_reply_finish(reply, &exchange->service->own_memory);
    return true;
}

/* Calculates the job, in any thread, and frees it. What goes wrong is a problem in the reply, and
 * so is a job that is cancelled. */
static void run(struct bp_exchange *exchange)
{
    struct bp_job *job = &exchange->job;
    struct bp_problem problem;
    struct bp_layout layout = {NULL, 0};
    bool over_budget, good;
    job->operation->layout(&layout, job);
    layout.base = bp_memory_take(exchange->memory, layout.used, &over_budget);
    layout.used = 0;
    good = layout.base ? run_and_encode(exchange, &problem, job->operation->layout(&layout, job))
                       : bp_problem_set_memory(&problem, over_budget);
    if (!good)
        bp_reply_problem(&exchange->reply, &exchange->service->own_memory, &problem);
    bp_memory_give(layout.base);
    bp_job_free(job);
}

/* --- everything else -------------------------------------------------------------------------- */

/* "*" asks about the whole service. An unknown path is answered too, so that a web page can read
 * the 404. */
static void answer_options(struct bp_exchange *exchange)
{
    const unsigned methods = exchange->route->methods;
    exchange->reply = (struct bp_reply){
        .status = 204, .allow = methods ? methods : BP_METHOD_OTHER - 1, .problem = -1};
}

/* Where bodies can be posted to: as many paths as have room. */
static void list_posts(char *out, size_t room, const struct bp_route *routes)
{
    size_t n = 0;
    for (; routes->methods && n < room; routes++)
        if (routes->operation)
            n += (size_t)snprintf(out + n, room - n, "%s%s", n ? ", " : "; post a body to ",
                                  routes->path);
}

static void answer_not_allowed(struct bp_exchange *exchange)
{
    const struct bp_route *route = exchange->route;
    struct bp_problem problem;
    char allow[40], posts[200] = "";
    bp_methods_text(allow, route->methods);
    if (exchange->method == BP_METHOD_POST)
        list_posts(posts, sizeof posts, exchange->service->routes);
    if (route->operation)
        bp_problem_set(
            &problem, BP_PROBLEM_METHOD_NOT_ALLOWED,
            "post a JSON body to %s, such as %s (with curl: -d @body.json; GET /examples/ "
            "lists more)",
            route->path, route->operation->smallest);
    else
        bp_problem_set(&problem, BP_PROBLEM_METHOD_NOT_ALLOWED, "%.40s takes %s%s", exchange->path,
                       allow, posts);
    bp_reply_problem(&exchange->reply, &exchange->service->own_memory, &problem);
    exchange->reply.allow = route->methods;
}

static void answer_not_found(struct bp_exchange *exchange)
{
    const struct bp_route *near = bp_route_near(exchange->service->routes, exchange->path);
    struct bp_problem problem;
    if (near)
        bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND,
                       "nothing is here; did you mean %s %s? GET / lists the paths",
                       near->operation ? "POST" : "GET", near->path);
    else
        bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "nothing is here; GET / lists the paths");
    bp_reply_problem(&exchange->reply, &exchange->service->own_memory, &problem);
}

/* A 200, which the function of the route writes. */
static void answer(struct bp_exchange *exchange)
{
    struct bp_memory *memory = &exchange->service->own_memory;
    exchange->reply.status = 200;
    exchange->reply.media_type = exchange->route->media_types[exchange->representation];
    exchange->reply.text.memory = memory;
    exchange->route->answer(exchange);
    bp_reply_finish(&exchange->reply, memory);
}

/* True if the reply is there. */
static bool decode_or_answer(struct bp_exchange *exchange)
{
    const struct bp_route *route = exchange->route;
    if (exchange->is_refused)
        return true;
    if (exchange->method == BP_METHOD_OPTIONS)
        answer_options(exchange);
    else if (!route->methods)
        answer_not_found(exchange);
    else if (!(route->methods & exchange->method))
        answer_not_allowed(exchange);
    else if (route->operation)
        return !decode(exchange);
    else
        answer(exchange);
    return true;
}

static void calculate(struct bp_exchange *exchange)
{
    struct bp_reply *reply = &exchange->reply;
    run(exchange);
    reply->has_gzip = reply->text.size >= BP_GZIP_FROM;
    reply->is_gzip = reply->has_gzip && exchange->accepts_gzip && bp_gzip(&reply->text);
}

double bp_exchange_prepare(struct bp_exchange *exchange, double most)
{
    end_body(exchange);
    if (!exchange->job.operation) {
        const double decoding = BYTE_WORK * (double)exchange->received;
        if (exchange->body.data && decoding > most)
            return decoding;
        if (decode_or_answer(exchange))
            return 0;
    }
    return work_of(exchange);
}

void bp_exchange_refuse_queue(struct bp_exchange *exchange)
{
    struct bp_problem problem;
    if (atomic_load(&exchange->service->draining))
        bp_problem_set_stopping(&problem);
    else
        bp_problem_set(
            &problem, BP_PROBLEM_OVERLOADED,
            "the queue is full: %zu large requests are waiting, or as many as one client may have",
            exchange->service->limits.queue);
    refuse(exchange, &problem);
}

void bp_exchange_finish(struct bp_exchange *exchange)
{
    if (exchange->cancelled && atomic_load(exchange->cancelled)) {
        bp_exchange_refuse_queue(exchange);
        return;
    }
    end_body(exchange);
    if (exchange->job.operation || !decode_or_answer(exchange))
        calculate(exchange);
}

void bp_exchange_free(struct bp_exchange *exchange)
{
    bp_text_free(&exchange->body);
    bp_job_free(&exchange->job);
}
