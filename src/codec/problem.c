#include "backpropd/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct bp_problem_info *bp_problem_info(enum bp_problem_code code)
{
#define AS_INFO(name, wire, status, title, remedy) {wire, status, title, remedy},
    static const struct bp_problem_info infos[] = {BP_PROBLEMS(AS_INFO)};
#undef AS_INFO
    return &infos[code];
}

bool bp_problem_set(struct bp_problem *problem, enum bp_problem_code code, const char *format, ...)
{
    va_list arguments;
    problem->code = code;
    problem->n_faults = 0;
    va_start(arguments, format);
    vsnprintf(problem->detail, sizeof problem->detail, format, arguments);
    va_end(arguments);
    return false;
}

bool bp_problem_set_stopping(struct bp_problem *problem)
{
    return bp_problem_set(problem, BP_PROBLEM_OVERLOADED,
                          "the service stops; send the request again");
}

bool bp_problem_set_memory(struct bp_problem *problem, bool over_budget)
{
    if (over_budget)
        return bp_problem_set(problem, BP_PROBLEM_OVERLOADED,
                              "the memory for all requests in flight is taken");
    return bp_problem_set(problem, BP_PROBLEM_OUT_OF_MEMORY, "the machine has no memory left");
}

static void name_tensor(struct bp_problem *problem, size_t depth)
{
#define AS_WIRE(name, wire) wire,
    static const char *const names[] = {BP_TENSORS(AS_WIRE)};
#undef AS_WIRE
    const size_t k = problem->overflow.layer + 1, size = sizeof problem->tensor;
    const enum bp_tensor tensor = problem->overflow.tensor;
    char *name = problem->tensor;
    if (tensor == BP_TENSOR_DL_DH && k == depth)
        snprintf(name, size, "dL_dy_hat");
    else if (tensor == BP_TENSOR_LOSS || tensor == BP_TENSOR_DL_DX)
        snprintf(name, size, "%s", names[tensor]);
    else
        snprintf(name, size, "%s%zu", names[tensor], k);
}

/* Only tensors with the shape of W have two indices. */
static struct bp_overflow as_posted(struct bp_overflow overflow, const struct bp_job *job)
{
    if (job->is_out_in && overflow.n_index == 2) {
        const size_t row = overflow.index[0];
        overflow.index[0] = overflow.index[1];
        overflow.index[1] = row;
    }
    return overflow;
}

bool bp_problem_set_overflow(struct bp_problem *problem, const struct bp_overflow *overflow,
                             const struct bp_job *job)
{
    char at[64] = "", sample[40] = "", step[40] = "";
    problem->overflow = as_posted(*overflow, job);
    overflow = &problem->overflow;
    name_tensor(problem, job->task.network.depth);
    if (overflow->n_index == 1)
        snprintf(at, sizeof at, "[%zu]", overflow->index[0]);
    if (overflow->n_index == 2)
        snprintf(at, sizeof at, "[%zu][%zu]", overflow->index[0], overflow->index[1]);
    if (overflow->sample != BP_WHOLE_BATCH)
        snprintf(sample, sizeof sample, " of sample %zu", overflow->sample);
    if (overflow->step != BP_NOT_IN_DESCENT)
        snprintf(step, sizeof step, " at step %zu", overflow->step);
    return bp_problem_set(problem, BP_PROBLEM_NOT_FINITE,
                          "%s%s%s%s is beyond the largest double, about 1.8e308", problem->tensor,
                          at, sample, step);
}
