#include "../calculation.h"

static void carve(union bp_result *result, struct bp_layout *layout, const struct bp_job *job)
{
    bp_layout_pass(&result->pass, layout, &job->task,
                  BP_PASS_BACKWARD | BP_PASS_REASONS | bp_parts_of(job));
}

static bool run(union bp_result *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    return bp_backward(&result->pass, overflow, &job->task);
}

static void encode(struct bp_text *text, const struct bp_job *job, const union bp_result *result)
{
    bp_encode_backward(text, job, &result->pass);
}

const struct bp_calculation bp_calculation_backward = {BP_BACKWARD, carve, run, encode};
