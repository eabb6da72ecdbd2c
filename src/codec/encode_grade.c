#include "encode_grade.h"

#include <math.h>

#include "backpropd/catalogue.h"
#include "backpropd/json_write.h"
#include "grade_words.h"

#define AS_NAME(name, wire) wire,
static const char *const STATUSES[BP_STEP_STATUS_COUNT] = {BP_STEP_STATUSES(AS_NAME)};
#undef AS_NAME

static const char *const CELLS[BP_MARK_COUNT] = {"blank", "right", "follows", "wrong"};
static const char *const MARKS[BP_MARK_COUNT] = {"null", "\"right\"", "\"follows\"", "\"wrong\""};

/* --- mistakes --------------------------------------------------------------------------------- */

/* The pointer of a cell, in the layout posted. Slips are never found in counts and masks. */
static void put_pointer(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of,
                        size_t step, size_t cell)
{
    const struct bp_step *at = &of->grade.steps.list[step];
    const struct bp_cell_place where = bp_cell_place(at, cell, job->is_out_in);
    const char *part = bp_answer_part_names[bp_answer_part(at)];
    bp_put_member_open(text, "at", '"');
    bp_text_printf(text, "#/answers%s%s", part ? "/" : "", part ? part : "");
    if (!bp_step_is_batch(at))
        bp_text_printf(text, "/%zu", where.sample);
    bp_text_printf(text, "/%s", bp_step_member(of->names.of[step]));
    for (size_t n = 0; n < where.n_index; n++)
        bp_text_printf(text, "/%zu", where.index[n]);
    bp_text_putc(text, '"');
}

static void put_equals(struct bp_text *text, const struct bp_found *found)
{
    bp_put_member_open(text, "or", '[');
    for (size_t i = 0; i < found->n_equals; i++)
        bp_put_string(text, bp_code_names[found->equals[i].code]);
    bp_text_putc(text, ']');
}

static void put_mistake(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of,
                        const struct bp_found *found)
{
    bp_put_open(text, '{');
    bp_put_member_string(text, "code", bp_code_names[found->code]);
    bp_put_member_open(text, "steps", '[');
    for (size_t i = 0; i < found->n_steps; i++)
        bp_put_string(text, of->names.of[found->steps[i]]);
    bp_text_putc(text, ']');
    bp_put_words_of_mistake(text, job, of, found);
    if (found->n_equals)
        put_equals(text, found);
    if (found->with != BP_NO_CODE) {
        bp_put_member_open(text, "with", '[');
        bp_text_put_string(text, bp_code_names[found->with]);
        bp_text_putc(text, ']');
    }
    if (found->at != BP_NO_CELL)
        put_pointer(text, job, of, found->steps[0], found->at);
    bp_text_putc(text, '}');
}

/* --- steps ------------------------------------------------------------------------------------ */

static void put_note(struct bp_text *text, const struct bp_grading *of)
{
    const char *before = "";
    bp_put_member_open(text, "note", '"');
    for (size_t i = 0; i < of->grade.steps.n; i++) {
        const struct bp_step_verdict *verdict = &of->grade.verdicts[i];
        if (!verdict->counted || verdict->status == BP_STATUS_RIGHT)
            continue;
        bp_text_printf(text, "%s%s:%s", before, of->names.of[i],
                       verdict->reason != BP_NO_CODE ? bp_code_names[verdict->reason]
                                                     : STATUSES[verdict->status]);
        before = "|";
    }
    bp_text_putc(text, '"');
}

static void put_counts(struct bp_text *text, const struct bp_step_verdict *verdict)
{
    static const enum bp_mark order[] = {BP_MARK_RIGHT, BP_MARK_FOLLOWS, BP_MARK_WRONG,
                                         BP_MARK_NULL};
    bp_put_member_open(text, "cells", '{');
    for (size_t i = 0; i < BP_MARK_COUNT; i++)
        if (verdict->cells[order[i]])
            bp_put_member_size(text, CELLS[order[i]], verdict->cells[order[i]]);
    bp_text_putc(text, '}');
}

static void put_step(struct bp_text *text, const struct bp_grading *of, size_t step)
{
    const struct bp_step_verdict *verdict = &of->grade.verdicts[step];
    const enum bp_code reason = verdict->reason;
    bp_put_open(text, '{');
    bp_put_member_string(text, "step", of->names.of[step]);
    bp_put_member_string(text, "status", STATUSES[verdict->status]);
    if (reason != BP_NO_CODE)
        bp_put_member_string(text, "reason", bp_code_names[reason]);
    bp_put_member_double(text, "credit", verdict->credit);
    bp_put_member_double(text, "weight", verdict->weight);
    put_counts(text, verdict);
    bp_put_words_of_step(text, of, step);
    bp_text_putc(text, '}');
}

/* --- marks and expected values, in the shape of answers --------------------------------------- */

typedef void put_cell(struct bp_text *text, const struct bp_grading *of, size_t step, size_t cell);

static void put_mark(struct bp_text *text, const struct bp_grading *of, size_t step, size_t cell)
{
    (void)step;
    bp_text_puts(text, MARKS[of->grade.marks[cell]]);
}

static void put_expected(struct bp_text *text, const struct bp_grading *of, size_t step,
                         size_t cell)
{
    const double value = of->grade.expected[cell];
    if (of->grade.steps.list[step].kind == BP_STEP_DEAD && isfinite(value))
        bp_text_puts(text, value != 0 ? "true" : "false");
    else
        bp_put_finite(text, value);
}

static void put_cells(struct bp_text *text, const struct bp_grading *of, size_t step, size_t first,
                      const struct bp_job *job, put_cell *put)
{
    const struct bp_step *at = &of->grade.steps.list[step];
    const struct bp_grid grid = bp_step_grid(at, job->is_out_in);
    bp_text_puts(text, bp_step_shape(at) == BP_SHAPE_TABLE ? "[[" : "[");
    for (size_t p = 0; p < grid.rows; p++) {
        bp_text_puts(text, p ? "],[" : "");
        for (size_t q = 0; q < grid.columns; q++) {
            bp_text_puts(text, q ? "," : "");
            put(text, of, step, first + p * grid.down + q * grid.across);
        }
    }
    bp_text_puts(text, bp_step_shape(at) == BP_SHAPE_TABLE ? "]]" : "]");
}

static void put_row(struct bp_text *text, const struct bp_grading *of, size_t step, size_t row,
                    const struct bp_job *job, put_cell *put)
{
    const struct bp_step *at = &of->grade.steps.list[step];
    const size_t first = at->first + row * at->n;
    if (at->kind == BP_STEP_COUNTS) {
        bp_put_key(text, "nonzero");
        put(text, of, step, first);
        bp_put_key(text, "zero");
        put(text, of, step, first + 1);
        return;
    }
    bp_put_key(text, bp_step_member(of->names.of[step]));
    if (bp_step_shape(at) == BP_SHAPE_NUMBER)
        put(text, of, step, first);
    else
        put_cells(text, of, step, first, job, put);
}

static bool has_part(const struct bp_grade *grade, enum bp_answer_part part)
{
    for (size_t i = 0; i < grade->steps.n; i++)
        if (grade->verdicts[i].counted && bp_answer_part(&grade->steps.list[i]) == part)
            return true;
    return false;
}

/* The counted steps of a part, of one sample or of the batch. */
static void put_steps_of(struct bp_text *text, const struct bp_grading *of,
                         enum bp_answer_part part, size_t row, const struct bp_job *job,
                         put_cell *put)
{
    for (size_t i = 0; i < of->grade.steps.n; i++)
        if (of->grade.verdicts[i].counted && bp_answer_part(&of->grade.steps.list[i]) == part)
            put_row(text, of, i, row, job, put);
}

static void put_samples(struct bp_text *text, const struct bp_grading *of, const struct bp_job *job,
                        put_cell *put)
{
    bp_text_putc(text, '[');
    for (size_t s = 0; s < job->task.n_samples; s++) {
        bp_put_open(text, '{');
        put_steps_of(text, of, BP_ANSWER_SAMPLES, s, job, put);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_answers(struct bp_text *text, const char *name, const struct bp_grading *of,
                        const struct bp_job *job, put_cell *put)
{
    static const enum bp_answer_part order[] = {BP_ANSWER_SAMPLES,   BP_ANSWER_TOP,
                                                BP_ANSWER_GRADIENTS, BP_ANSWER_PARAMETERS,
                                                BP_ANSWER_DEAD,      BP_ANSWER_NETWORK};
    bp_put_member_open(text, name, '{');
    for (size_t i = 0; i < BP_ANSWER_PARTS; i++) {
        if (!has_part(&of->grade, order[i]))
            continue;
        if (order[i] != BP_ANSWER_TOP)
            bp_put_key(text, bp_answer_part_names[order[i]]);
        if (order[i] == BP_ANSWER_SAMPLES) {
            put_samples(text, of, job, put);
            continue;
        }
        bp_text_puts(text, order[i] == BP_ANSWER_TOP ? "" : "{");
        put_steps_of(text, of, order[i], 0, job, put);
        bp_text_puts(text, order[i] == BP_ANSWER_TOP ? "" : "}");
    }
    bp_text_putc(text, '}');
}

/* --- the reply -------------------------------------------------------------------------------- */

static void put_lists(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of)
{
    bp_put_member_open(text, "mistakes", '[');
    for (size_t i = 0; i < of->grade.n_found; i++)
        put_mistake(text, job, of, &of->grade.found[i]);
    bp_text_putc(text, ']');
    bp_put_member_open(text, "steps", '[');
    for (size_t i = 0; i < of->grade.steps.n; i++)
        if (of->grade.verdicts[i].counted)
            put_step(text, of, i);
    bp_text_putc(text, ']');
    if (job->notes.size) {
        bp_put_member_open(text, "unreadable", '[');
        bp_text_put(text, job->notes.data, job->notes.size);
        bp_text_putc(text, ']');
    }
}

void bp_put_grade(struct bp_text *text, const struct bp_job *job, const void *grading)
{
    const struct bp_grading *of = grading;
    bp_text_putc(text, '{');
    bp_put_member_double(text, "score", of->grade.score);
    bp_put_member_double(text, "all_zero_score", of->grade.all_zero_score);
    bp_put_member_size(text, "decimals", (size_t)of->grade.decimals);
    put_note(text, of);
    bp_put_summary(text, of);
    put_lists(text, job, of);
    if (!of->grade.marking.pairs)
        bp_text_puts(text, ",\"pairs_left_out\":true");
    if (job->include & BP_PART_MARKS)
        put_answers(text, "marks", of, job, put_mark);
    if (of->reveals)
        put_answers(text, "expected", of, job, put_expected);
    bp_text_putc(text, '}');
}
