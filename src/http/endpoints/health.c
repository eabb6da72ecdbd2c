/* /livez, /healthz, /readyz and /metrics. */
#include "backpropd/exchange.h"
#include "backpropd/metrics.h"

bp_handler bp_answer_live, bp_answer_ready, bp_answer_metrics;

void bp_answer_live(struct bp_exchange *exchange)
{
    static const char body[] = "{\"status\":\"ok\"}\n";
    exchange->reply.fixed = body;
    exchange->reply.fixed_size = sizeof body - 1;
}

void bp_answer_ready(struct bp_exchange *exchange)
{
    static const char body[] = "{\"status\":\"ready\"}\n";
    const char *unsafe = exchange->service->unsafe;
    exchange->reply.fixed = body;
    exchange->reply.fixed_size = sizeof body - 1;
    if (atomic_load(&exchange->service->draining))
        bp_exchange_refuse(exchange, BP_PROBLEM_OVERLOADED,
                           "draining: the service is about to stop");
    else if (*unsafe)
        bp_exchange_refuse(exchange, BP_PROBLEM_OVERLOADED, unsafe);
}

void bp_answer_metrics(struct bp_exchange *exchange)
{
    struct bp_service *service = exchange->service;
    bp_text_reserve(&exchange->reply.text, 32768);
    bp_metrics_put(&exchange->reply.text, service->metrics, atomic_load(&service->memory.used));
}
