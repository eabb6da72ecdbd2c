#include "backpropd/exchange.h"

#include <stdint.h>

#include "backpropd/job.h"

/* A body up to this many times the limit is read and dropped before it is refused: clients that
 * write before they read would see a reset instead of the answer. */
#define SWALLOW 8

static bool is_beyond_reading(const struct bp_exchange *exchange, size_t size)
{
    return size / SWALLOW > exchange->service->limits.body_bytes;
}

static void refuse(struct bp_exchange *exchange)
{
    exchange->is_refused = true;
    bp_text_free(&exchange->body);
}

static void refuse_size(struct bp_exchange *exchange)
{
    const size_t limit = exchange->service->limits.body_bytes;
    bp_problem_set(&exchange->problem, BP_PROBLEM_BODY_TOO_LARGE,
                   "the body may have %zu bytes here", limit);
    exchange->problem.limit = limit;
    refuse(exchange);
}

/* Answers before the body: what was sent of it cannot be told from a next request then, so the
 * connection ends. */
static bool answer_at_once(struct bp_exchange *exchange)
{
    bp_reply_problem(&exchange->reply, exchange->service, &exchange->problem);
    exchange->reply.must_close = true;
    return true;
}

/* What is wrong with a POST that some route takes, before its body is read. */
static void check_body(struct bp_exchange *exchange, const struct bp_head *head)
{
    if (!bp_head_check_type(head, &exchange->problem))
        refuse(exchange);
    else if (exchange->length > exchange->service->limits.body_bytes)
        refuse_size(exchange);
}

static void prepare_body(struct bp_exchange *exchange)
{
    bp_text_start(&exchange->body, &exchange->service->memory, exchange->length + 1);
    if (!exchange->body.failed)
        return;
    bp_problem_set_memory(&exchange->problem, exchange->body.over_budget);
    refuse(exchange);
}

bool bp_exchange_begin(struct bp_exchange *exchange, struct bp_service *service,
                       const struct bp_head *head)
{
    exchange->service = service;
    exchange->path = bp_head_path(head);
    exchange->method = BP_METHOD_OTHER;
    if (!bp_head_check(head, &exchange->problem, service->limits.header_bytes))
        return answer_at_once(exchange);
    exchange->method = bp_head_method(head);
    exchange->length = bp_head_length(head);

    const bool is_taken = exchange->method == BP_METHOD_POST &&
                          (bp_route_methods(exchange->path) & BP_METHOD_POST);
    if (is_taken)
        check_body(exchange, head);
    if (is_beyond_reading(exchange, exchange->length) ||
        (head->expect && exchange->length > service->limits.body_bytes)) {
        refuse_size(exchange);
        return answer_at_once(exchange);
    }
    if (!exchange->is_refused && is_taken)
        prepare_body(exchange);
    return false;
}

bool bp_exchange_take(struct bp_exchange *exchange, const char *piece, size_t size)
{
    exchange->received += size;
    if (is_beyond_reading(exchange, exchange->received))
        return false;
    if (!exchange->body.data)
        return true; /* refused, or of no use to the route */
    if (exchange->received > exchange->service->limits.body_bytes) {
        refuse_size(exchange);
        return true;
    }
    bp_text_put(&exchange->body, piece, size);
    if (exchange->body.failed) {
        bp_problem_set_memory(&exchange->problem, exchange->body.over_budget);
        refuse(exchange);
    }
    return true;
}

void bp_exchange_finish(struct bp_exchange *exchange)
{
    if (!exchange->is_refused && exchange->body.data) {
        bp_text_putc(&exchange->body, '\0');
        if (exchange->body.failed) {
            bp_problem_set_memory(&exchange->problem, exchange->body.over_budget);
            refuse(exchange);
        }
    }
    if (exchange->is_refused) {
        bp_reply_problem(&exchange->reply, exchange->service, &exchange->problem);
        return;
    }
    struct bp_request request = {.method = exchange->method,
                                 .path = exchange->path,
                                 .body = exchange->body.data,
                                 .body_size = exchange->received};
    bp_service_answer(&exchange->reply, exchange->service, &request);
}

void bp_exchange_free(struct bp_exchange *exchange)
{
    bp_text_free(&exchange->body);
}
