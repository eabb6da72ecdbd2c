#include "../reply.h"
#include "../router.h"

void bp_answer_live(struct bp_reply *reply, struct bp_service *service,
                    const struct bp_request *request)
{
    static const char body[] = "{\"status\":\"ok\"}";
    (void)service;
    (void)request;
    bp_reply_fixed(reply, BP_MEDIA_JSON, body, sizeof body - 1);
}

void bp_answer_ready(struct bp_reply *reply, struct bp_service *service,
                     const struct bp_request *request)
{
    static const char body[] = "{\"status\":\"ready\"}";
    struct bp_problem problem;
    (void)request;
    const bool is_draining = atomic_load(&service->draining);
    if (!is_draining && !*service->unsafe) {
        bp_reply_fixed(reply, BP_MEDIA_JSON, body, sizeof body - 1);
        return;
    }
    bp_problem_set(&problem, BP_PROBLEM_OVERLOADED, "%s",
                   is_draining ? "draining: the service is about to stop" : service->unsafe);
    bp_reply_problem(reply, service, &problem);
}
