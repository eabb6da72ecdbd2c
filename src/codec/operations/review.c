/* POST /exercise/review: which mistakes an exercise cannot reveal, or tell apart. */
#include "../encode_exercise.h"
#include "../estimate.h"
#include "../read_marking.h"
#include "../read_task.h"
#include "backpropd/media.h"

static void lay_out(struct bp_layout *layout, struct bp_job *job)
{
    struct bp_reviewing *own = job->own;
    bp_review_layout(&own->review, layout, &job->task, own->learning_rate);
    bp_step_names_layout(&own->names, layout, &own->review.grade.steps);
}

static void read(struct bp_reader *reader)
{
    struct bp_reviewing *own = reader->job->own;
    const bool is_good = bp_read_whole_task(reader);
    bp_read_review(reader, &own->review.grade, &own->learning_rate, is_good ? &own->names : NULL,
                   lay_out);
}

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const struct bp_reviewing *own = job->own;
    *estimate = (struct bp_estimate){
        .work = bp_work_review(bp_review_runs_max(&own->review), own->review.grade.steps.n_cells)};
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    struct bp_reviewing *own = result;
    (void)overflow;
    (void)job;
    bp_review(&own->review);
    return true;
}

const struct bp_operation bp_operation_review = {
    .name = "exercise_review",
    .path = "/exercise/review",
    .smallest = "{" BP_SMALLEST_TASK "}",
    .members = BP_NAMES("network", "samples", "options", "learning_rate", "marking"),
    .targets = BP_TARGETS_REQUIRED,
    .own = {.once = sizeof(struct bp_reviewing)},
    .representations =
        (const struct bp_representation[]){{BP_MEDIA_JSON, bp_put_review}, {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = bp_laid_out,
    .run = run,
};
