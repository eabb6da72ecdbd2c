#include "../calculation.h"

static void carve(union bp_result *result, struct bp_layout *layout, const struct bp_job *job)
{
    result->descent.learning_rate = job->learning_rate;
    result->descent.steps = job->steps;
    result->descent.frozen = NULL;
    bp_descent_layout(&result->descent, layout, &job->task, bp_parts_of(job));
}

static bool run(union bp_result *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    return bp_descend(&result->descent, overflow, &job->task);
}

static void encode(struct bp_text *text, const struct bp_job *job, const union bp_result *result)
{
    bp_encode_step(text, job, &result->descent);
}

const struct bp_calculation bp_calculation_step = {BP_STEP, carve, run, encode};
