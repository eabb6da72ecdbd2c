#include "calculation.h"

#include <time.h>

#include "backpropd/decode.h"

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool bp_calculation_decode(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                           struct bp_memory *memory, const struct bp_operation *operation,
                           const char *body, size_t size)
{
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem;
    const uint64_t start = now_ns();
    problem.faults = faults;
    if (!bp_decode(job, &problem, operation, body, size, &service->limits, memory)) {
        bp_reply_problem(reply, &service->own_memory, &problem);
        return false;
    }
    reply->timing.parse = now_ns() - start;
    return true;
}

#define GZIP_NUMBER 15000 /* the work of compressing a number */

double bp_calculation_work(const struct bp_job *job, bool with_gzip)
{
    return job->estimate.work + (with_gzip ? GZIP_NUMBER * (double)job->estimate.reply_numbers : 0);
}

/* Calculates what was laid out in a block, and writes it. */
static bool run_and_encode(struct bp_reply *reply, struct bp_problem *problem,
                           struct bp_service *service, struct bp_memory *memory,
                           const struct bp_job *job, const struct bp_representation *as,
                           void *result)
{
    struct bp_timing timing = reply->timing;
    struct bp_overflow overflow;
    const uint64_t start = now_ns();
    if (!job->operation->run(result, &overflow, job))
        return bp_is_cancelled(&job->task) ? bp_problem_set_stopping(problem)
                                           : bp_problem_set_overflow(problem, &overflow, job);
    const uint64_t computed = now_ns();
    bp_reply_start(reply, memory, as->media_type, job->estimate.reply_bytes);
    as->encode(&reply->text, job, result);
    timing.compute = computed - start;
    timing.serialize = now_ns() - computed;
    reply->timing = timing;
    bp_reply_finish(reply, &service->own_memory);
    return true;
}

void bp_calculation_run(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                        struct bp_memory *memory, const struct bp_representation *as)
{
    struct bp_problem problem;
    struct bp_layout layout = {NULL, 0};
    bool over_budget, good;
    job->operation->layout(&layout, job);
    layout.base = bp_memory_take(memory, layout.used, &over_budget);
    layout.used = 0;
    good = layout.base ? run_and_encode(reply, &problem, service, memory, job, as,
                                        job->operation->layout(&layout, job))
                       : bp_problem_set_memory(&problem, over_budget);
    if (!good)
        bp_reply_problem(reply, &service->own_memory, &problem);
    bp_memory_give(layout.base);
    bp_job_free(job);
}
