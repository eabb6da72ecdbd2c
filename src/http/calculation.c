#include "calculation.h"

#include <time.h>

#include "backpropd/decode.h"

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

bool bp_calculation_decode(struct bp_exchange *exchange)
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
    exchange->reply.timing.parse = now_ns() - start;
    return true;
}

#define GZIP_NUMBER 15000 /* the work of compressing a number */

double bp_calculation_work(const struct bp_exchange *exchange)
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

void bp_calculation_run(struct bp_exchange *exchange)
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
