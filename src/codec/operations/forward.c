/* POST /forward: z, h, y_hat and, where there are targets, the loss. */
#include "../encode.h"
#include "../estimate.h"
#include "../read_task.h"
#include "backpropd/json_write.h"
#include "backpropd/media.h"

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    *estimate = (struct bp_estimate){.work = bp_work_forward(&job->task),
                                     .reply_numbers = bp_sample_numbers(job, false)};
}

static void *layout(struct bp_layout *layout, const struct bp_job *job)
{
    struct bp_pass counted, *pass = bp_layout_array(layout, 1, sizeof *pass);
    bp_layout_pass(pass ? pass : &counted, layout, &job->task,
                   job->include & BP_PART_SAMPLES ? BP_PASS_ALL_SAMPLES : 0);
    return pass;
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    const bool finite = bp_forward(result, overflow, &job->task);
    overflow->step = BP_NOT_IN_DESCENT;
    return finite;
}

static void encode(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_pass *pass = result;
    bp_text_putc(text, '{');
    if (job->n_targets == job->task.n_samples)
        bp_put_member_double(text, "loss", pass->loss);
    bp_put_dead(text, "dead", job, pass, BP_WHOLE_BATCH);
    bp_put_samples(text, job, pass, false);
    bp_text_putc(text, '}');
}

const struct bp_operation bp_operation_forward = {
    .name = "forward",
    .path = "/forward",
    .smallest = "{\"network\": {\"W1\": [[1], [2]], \"b1\": [0]}, \"samples\": [{\"x\": [1, 1]}]}",
    .members = BP_NAMES("network", "samples", "options", "include"),
    .parts = BP_NAMES("samples", "why_zero"),
    .included = BP_PART_SAMPLES | BP_PART_WHY_ZERO,
    .targets = BP_TARGETS_OPTIONAL,
    .work_member = "samples",
    .representations = (const struct bp_representation[]){{BP_MEDIA_JSON, encode}, {NULL, NULL}},
    .read = bp_read_task,
    .estimate = estimate,
    .layout = layout,
    .run = run,
};
