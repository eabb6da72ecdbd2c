/* /livez, /healthz and /readyz. */
#include "backpropd/exchange.h"
#include "backpropd/media.h"

bp_handler bp_answer_live, bp_answer_ready;

void bp_answer_live(struct bp_exchange *exchange)
{
    static const char body[] = "{\"status\":\"ok\"}\n";
    bp_reply_fixed(&exchange->reply, BP_MEDIA_JSON, body, sizeof body - 1);
}

void bp_answer_ready(struct bp_exchange *exchange)
{
    static const char body[] = "{\"status\":\"ready\"}\n";
    struct bp_problem problem;
    const struct bp_service *service = exchange->service;
    const bool is_draining = atomic_load(&service->draining);
    if (!is_draining && !*service->unsafe) {
        bp_reply_fixed(&exchange->reply, BP_MEDIA_JSON, body, sizeof body - 1);
        return;
    }
    bp_problem_set(&problem, BP_PROBLEM_OVERLOADED, "%s",
                   is_draining ? "draining: the service is about to stop" : service->unsafe);
    bp_reply_problem(&exchange->reply, &exchange->service->own_memory, &problem);
}
