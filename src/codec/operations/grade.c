/* POST /grade: marks what was handed in cell by cell, and names the mistakes. */
#include "../encode_grade.h"
#include "../estimate.h"
#include "../read_answers.h"
#include "../read_marking.h"
#include "../read_task.h"
#include "backpropd/media.h"

static const struct bp_place ANSWERS = {&bp_place_body, "answers", BP_NO_NUMBER};

static void lay_out(struct bp_layout *layout, struct bp_job *job)
{
    struct bp_grading *grading = job->own;
    bp_grade_layout(&grading->grade, layout, &job->task, grading->learning_rate);
    bp_step_names_layout(&grading->names, layout, &grading->grade.steps);
}

static double work_of(const struct bp_grade *grade, bool pairs)
{
    return bp_work_grade(bp_grade_runs_max(grade, pairs), grade->steps.n_cells);
}

/* Notes a fault if no step is asked for, or too many cells are. */
static void check_asked(struct bp_reader *reader, const struct bp_grade *grade)
{
    size_t n_cells = 0;
    for (size_t i = 0; i < grade->steps.n; i++)
        if (bp_step_counts(grade, i))
            n_cells += grade->steps.list[i].rows * grade->steps.list[i].n;
    if (n_cells == 0)
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, &ANSWERS,
                     "hand in a step at least, or name one in marking.weights");
    else
        bp_check_weights(reader, grade);
    bp_read_limit(reader, &ANSWERS, "cells to be graded", reader->limits->graded_cells, n_cells);
}

/* Refuses a task that is far too large before any memory is laid out for it. */
static bool is_too_large(struct bp_reader *reader)
{
    struct bp_grading *grading = reader->job->own;
    lay_out(&(struct bp_layout){NULL, 0}, reader->job); /* counts the cells */
    const double least = bp_work_grade(BP_GRADE_RUNS_MIN, grading->grade.steps.n_cells);
    return !bp_read_work_limit(reader, &ANSWERS, least);
}

static void read(struct bp_reader *reader)
{
    struct bp_grading *grading = reader->job->own;
    struct bp_grade *grade = &grading->grade;
    const bool is_good = bp_read_whole_task(reader);
    bp_read_rate(reader, &grading->learning_rate);
    const struct bp_value *answers = bp_read_member(reader, "answers", true);
    if (is_good && (is_too_large(reader) || !bp_lay_out(reader, lay_out)))
        return;
    const size_t faults_before = reader->problem->n_faults;
    bp_read_answers(reader, answers, is_good);
    bp_read_marking(reader, grade, is_good ? &grading->names : NULL, &grading->reveals);
    if (!is_good)
        return;
    if (answers && reader->problem->n_faults == faults_before)
        check_asked(reader, grade);
    grade->marking.pairs = work_of(grade, true) <= (double)reader->limits->work;
}

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const struct bp_grading *grading = job->own;
    const struct bp_grade *grade = &grading->grade;
    *estimate = (struct bp_estimate){
        .work = work_of(grade, grade->marking.pairs),
        .reply_numbers = grading->reveals ? grade->steps.n_cells : 0,
    };
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    struct bp_grading *grading = result;
    (void)overflow;
    (void)job;
    bp_grade(&grading->grade);
    return true;
}

const struct bp_operation bp_operation_grade = {
    .name = "grade",
    .path = "/grade",
    .smallest = "{" BP_SMALLEST_TASK ", \"answers\": {\"loss\": 1}}",
    .members =
        BP_NAMES("network", "samples", "options", "learning_rate", "answers", "marking", "include"),
    .parts = BP_NAMES("marks"),
    .included = BP_PART_MARKS,
    .targets = BP_TARGETS_REQUIRED,
    .own = {.once = sizeof(struct bp_grading)},
    .has_cells = true,
    .work_member = "answers",
    .representations =
        (const struct bp_representation[]){{BP_MEDIA_JSON, bp_put_grade}, {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = bp_laid_out,
    .run = run,
};
