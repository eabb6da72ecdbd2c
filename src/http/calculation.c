#include "calculation.h"

#include <time.h>

#include "reply.h"

/* One block for all numbers of the result, as large as the job needs. */
static void *carve_result(union bp_result *result, struct bp_problem *problem,
                          struct bp_service *service, const struct bp_job *job,
                          const struct bp_calculation *calculation)
{
    struct bp_layout layout = {NULL, 0};
    bool over_budget;
    calculation->carve(result, &layout, job);
    layout.base = bp_memory_take(&service->memory, layout.used, &over_budget);
    if (!layout.base) {
        bp_problem_set_memory(problem, over_budget);
        return NULL;
    }
    layout.used = 0;
    calculation->carve(result, &layout, job);
    return layout.base;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static bool answer_job(struct bp_reply *reply, struct bp_problem *problem,
                       struct bp_service *service, const struct bp_pending *pending)
{
    const struct bp_job *job = &pending->job;
    const struct bp_calculation *calculation = pending->calculation;
    struct bp_timing timing = {.parse = pending->parse_nanoseconds};
    struct bp_overflow overflow;
    union bp_result result;
    void *block = carve_result(&result, problem, service, job, calculation);
    if (!block)
        return false;
    const uint64_t start = now_ns();
    bool finite = calculation->run(&result, &overflow, job);
    if (finite) {
        const uint64_t computed = now_ns();
        *reply = (struct bp_reply){.status = 200, .media = BP_MEDIA_JSON, .problem = -1};
        bp_encode_start(&reply->text, job, &service->memory);
        calculation->encode(&reply->text, job, &result);
        timing.compute = computed - start;
        timing.serialize = now_ns() - computed;
        reply->timing = timing;
        bp_reply_finish(reply, service);
    } else {
        bp_problem_set_overflow(problem, &overflow, job->task.network.depth,
                                job->endpoint == BP_STEP);
    }
    bp_memory_give(block);
    return finite;
}

bool bp_calculation_begin(struct bp_pending *pending, struct bp_reply *reply,
                          struct bp_service *service, const struct bp_request *request,
                          const struct bp_calculation *calculation)
{
    struct bp_problem problem;
    const uint64_t start = now_ns();
    pending->calculation = NULL;
    if (!bp_decode(&pending->job, &problem, calculation->endpoint, request->body,
                   request->body_size, &service->limits, &service->memory)) {
        bp_reply_problem(reply, service, &problem);
        return true;
    }
    pending->calculation = calculation;
    pending->parse_nanoseconds = now_ns() - start;
    return false;
}

double bp_pending_cost(const struct bp_pending *pending, bool with_gzip)
{
    const double writing = with_gzip ? 500 : 50;
    const struct bp_job *job = &pending->job;
    const double layers_passed = (double)(job->steps * job->task.network.depth);
    return 0.5 * (double)bp_job_multiply_adds(job) + writing * (double)bp_job_reply_numbers(job) +
           100.0 * layers_passed;
}

void bp_service_complete(struct bp_pending *pending, struct bp_reply *reply,
                         struct bp_service *service)
{
    struct bp_problem problem;
    if (!answer_job(reply, &problem, service, pending))
        bp_reply_problem(reply, service, &problem);
    bp_pending_free(pending);
}

void bp_pending_free(struct bp_pending *pending)
{
    if (pending->calculation)
        bp_job_free(&pending->job);
    pending->calculation = NULL;
}
