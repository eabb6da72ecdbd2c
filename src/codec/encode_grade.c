#include "encode_grade.h"

#include <math.h>
#include <string.h>

#include "backpropd/catalogue.h"
#include "backpropd/json_write.h"
#include "fault.h"

#define AS_NAME(name, wire) wire,
static const char *const STATUSES[BP_STEP_STATUS_COUNT] = {BP_STEP_STATUSES(AS_NAME)};
#undef AS_NAME

static const char *const CELLS[BP_MARK_COUNT] = {"blank", "right", "follows", "wrong"};
static const char *const MARKS[BP_MARK_COUNT] = {"null", "\"right\"", "\"follows\"", "\"wrong\""};

static const char *name_of(const struct bp_grading *of, size_t step)
{
    return of->names.of[step];
}

/* --- words ------------------------------------------------------------------------------------ */

/* What fills the placeholders of a text: the steps it is about, and how many decimals are asked
 * for. */
struct filling {
    const struct bp_steps *steps;
    const size_t *some;
    size_t n_some;
    int decimals;
};

static bool is_spoken_of(const struct filling *with, size_t step)
{
    for (size_t i = 0; i < with->n_some; i++)
        if (with->some[i] == step)
            return true;
    return false;
}

/* The activations of the steps' layers, each once, in the order of the steps. Returns how many. */
static size_t list_activations(enum bp_activation out[BP_ACTIVATION_COUNT],
                               const struct filling *with)
{
    size_t n = 0;
    for (size_t i = 0; i < with->steps->n; i++) {
        if (!is_spoken_of(with, i))
            continue;
        const struct bp_step *step = &with->steps->list[i];
        out[n] = with->steps->task->network.layers[step->layer].activation;
        size_t same = 0;
        while (out[same] != out[n])
            same++;
        n += same == n;
    }
    return n;
}

static void put_activations(struct bp_text *text, const struct filling *with)
{
    enum bp_activation list[BP_ACTIVATION_COUNT + 1];
    const size_t n = list_activations(list, with);
    for (size_t i = 0; i < n; i++) {
        bp_text_puts(text, i ? " and " : "");
        bp_text_puts(text, bp_activation_names[list[i]]);
    }
}

/* The derivative in terms of h, or NULL. */
static const char *rule_of(enum bp_activation activation)
{
    switch (activation) {
    case BP_ACTIVATION_SIGMOID:
        return "h (1 - h)";
    case BP_ACTIVATION_TANH:
        return "1 - h^2";
    case BP_ACTIVATION_RELU:
    case BP_ACTIVATION_LEAKY_RELU:
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_SOFTMAX:
    case BP_ACTIVATION_COUNT:
        break;
    }
    return NULL;
}

/* Their derivatives in terms of h, of those that have one. */
static void put_rules(struct bp_text *text, const struct filling *with)
{
    enum bp_activation list[BP_ACTIVATION_COUNT + 1];
    const size_t n = list_activations(list, with);
    size_t n_put = 0;
    for (size_t i = 0; i < n; i++) {
        if (!rule_of(list[i]))
            continue;
        bp_text_puts(text, n_put++ ? " and " : "");
        bp_text_puts(text, rule_of(list[i]));
        if (n > 1) {
            bp_text_puts(text, " for ");
            bp_text_puts(text, bp_activation_names[list[i]]);
        }
    }
}

static void put_place(struct bp_text *text, const char *name, size_t size,
                      const struct filling *with)
{
    if (strncmp(name, "f", size) == 0)
        put_activations(text, with);
    else if (strncmp(name, "rule", size) == 0)
        put_rules(text, with);
    else if (strncmp(name, "todo", size) == 0)
        bp_text_puts(text, bp_step_text(with->steps->list[with->some[0]].kind)->todo);
    else
        bp_text_put_size(text, (size_t)with->decimals);
}

/* The texts have no characters that need escaping. */
static void put_words(struct bp_text *text, const char *words, const struct filling *with)
{
    for (const char *open; (open = strchr(words, '{'));) {
        const char *close = strchr(open, '}');
        bp_text_put(text, words, (size_t)(open - words));
        put_place(text, open + 1, (size_t)(close - open - 1), with);
        words = close + 1;
    }
    bp_text_puts(text, words);
}

/* --- mistakes --------------------------------------------------------------------------------- */

static void put_step_names(struct bp_text *text, const struct bp_grading *of,
                           const struct bp_found *found, const char *quote, const char *between)
{
    for (size_t i = 0; i < found->n_steps; i++) {
        bp_text_puts(text, i ? between : "");
        bp_text_puts(text, quote);
        bp_text_puts(text, name_of(of, found->steps[i]));
        bp_text_puts(text, quote);
    }
}

static void put_codes(struct bp_text *text, const char *name, const enum bp_code *codes, size_t n)
{
    bp_put_key(text, name);
    bp_text_putc(text, '[');
    for (size_t i = 0; i < n; i++) {
        bp_put_comma(text);
        bp_text_put_string(text, bp_code_names[codes[i]]);
    }
    bp_text_putc(text, ']');
}

/* True for steps with the shape of W, if it was posted out_in. */
static bool is_turned(const struct bp_job *job, const struct bp_step *step)
{
    return job->is_out_in && (step->kind == BP_STEP_DL_DW || step->kind == BP_STEP_MEAN_W ||
                              step->kind == BP_STEP_NEW_W);
}

static bool is_table(const struct bp_step *step)
{
    return step->kind == BP_STEP_DL_DW || step->kind == BP_STEP_MEAN_W ||
           step->kind == BP_STEP_NEW_W || step->kind == BP_STEP_JACOBIAN;
}

static bool is_number(const struct bp_step *step)
{
    return step->kind == BP_STEP_LOSS || step->kind == BP_STEP_MEAN_LOSS;
}

/* The pointer of a cell, in the layout posted. Slips are never found in counts and masks. */
static void put_pointer(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of,
                        size_t step, size_t cell)
{
    const struct bp_step *at = &of->grade.steps.list[step];
    const size_t row = (cell - at->first) / at->n, within = (cell - at->first) % at->n;
    const size_t i = within / at->width, j = within % at->width;
    const bool turned = is_turned(job, at), is_sample = !bp_step_is_batch(at);
    const struct bp_place body = {NULL, "", BP_NO_NUMBER},
                          answers = {&body, "answers", BP_NO_NUMBER};
    const char *part_name = bp_answer_part_names[bp_answer_part(at)];
    const struct bp_place part = {&answers, part_name, BP_NO_NUMBER}, sample = {&part, "", row};
    const struct bp_place member = {is_sample   ? &sample
                                    : part_name ? &part
                                                : &answers,
                                    bp_step_member(name_of(of, step)), BP_NO_NUMBER};
    const struct bp_place outer = {&member, "", is_table(at) ? (turned ? j : i) : within};
    const struct bp_place inner = {&outer, "", turned ? i : j};
    char pointer[BP_POINTER_MAX];
    bp_place_pointer(pointer, is_number(at) ? &member : is_table(at) ? &inner : &outer);
    bp_put_member_string(text, "at", pointer);
}

static struct bp_words words_of(const struct bp_grading *of, const struct bp_found *found)
{
    if (found->words != BP_NO_MISTAKE)
        return bp_mistake_text(found->words).words;
    return bp_other_words(found->code, of->grade.steps.list[found->steps[0]].kind);
}

static void put_mistake(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of,
                        const struct bp_found *found)
{
    const struct bp_words words = words_of(of, found);
    const struct filling with = {&of->grade.steps, found->steps, found->n_steps,
                                 of->grade.decimals};
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "code", bp_code_names[found->code]);
    bp_put_key(text, "steps");
    bp_text_putc(text, '[');
    put_step_names(text, of, found, "\"", ",");
    bp_text_putc(text, ']');
    bp_put_key(text, "message");
    bp_text_putc(text, '"');
    put_step_names(text, of, found, "", ", ");
    bp_text_puts(text, ": ");
    put_words(text, words.message, &with);
    bp_text_putc(text, '"');
    bp_put_key(text, "hint");
    bp_text_putc(text, '"');
    put_words(text, words.hint, &with);
    bp_text_putc(text, '"');
    if (found->n_or)
        put_codes(text, "or", found->or, found->n_or);
    if (found->with != BP_NO_CODE)
        put_codes(text, "with", &found->with, 1);
    if (found->at != BP_NO_CELL)
        put_pointer(text, job, of, found->steps[0], found->at);
    bp_text_putc(text, '}');
}

/* --- steps ------------------------------------------------------------------------------------ */

static const char *reason_or_status(const struct bp_step_verdict *verdict)
{
    return verdict->reason != BP_NO_CODE ? bp_code_names[verdict->reason]
                                         : STATUSES[verdict->status];
}

static void put_note(struct bp_text *text, const struct bp_grading *of)
{
    const char *before = "";
    bp_put_key(text, "note");
    bp_text_putc(text, '"');
    for (size_t i = 0; i < of->grade.steps.n; i++) {
        const struct bp_step_verdict *verdict = &of->grade.verdicts[i];
        if (!verdict->counted || verdict->status == BP_STATUS_RIGHT)
            continue;
        bp_text_puts(text, before);
        bp_text_puts(text, name_of(of, i));
        bp_text_putc(text, ':');
        bp_text_puts(text, reason_or_status(verdict));
        before = "|";
    }
    bp_text_putc(text, '"');
}

static void put_counts(struct bp_text *text, const struct bp_step_verdict *verdict)
{
    static const enum bp_mark order[] = {BP_MARK_RIGHT, BP_MARK_FOLLOWS, BP_MARK_WRONG,
                                         BP_MARK_NULL};
    bp_put_key(text, "cells");
    bp_text_putc(text, '{');
    for (size_t i = 0; i < BP_MARK_COUNT; i++)
        if (verdict->cells[order[i]])
            bp_put_member_size(text, CELLS[order[i]], verdict->cells[order[i]]);
    bp_text_putc(text, '}');
}

static void put_step(struct bp_text *text, const struct bp_grading *of, size_t step)
{
    const struct bp_step_verdict *verdict = &of->grade.verdicts[step];
    const enum bp_code reason = verdict->reason;
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "step", name_of(of, step));
    bp_put_member_string(text, "status", STATUSES[verdict->status]);
    if (reason != BP_NO_CODE)
        bp_put_member_string(text, "reason", bp_code_names[reason]);
    bp_put_key(text, "credit");
    bp_text_put_double(text, verdict->credit);
    bp_put_key(text, "weight");
    bp_text_put_double(text, verdict->weight);
    put_counts(text, verdict);
    if (reason == BP_CODE_OWN_ZEROS || reason == BP_CODE_OWN_NUMBERS_UNCREDITED) {
        bp_put_key(text, "message");
        bp_text_putc(text, '"');
        bp_text_puts(text, name_of(of, step));
        bp_text_puts(text, ": ");
        bp_text_puts(text, bp_other_words(reason, of->grade.steps.list[step].kind).message);
        bp_text_putc(text, '"');
    }
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
    if (!isfinite(value))
        bp_text_puts(text, "null");
    else if (of->grade.steps.list[step].kind == BP_STEP_DEAD)
        bp_text_puts(text, value != 0 ? "true" : "false");
    else
        bp_text_put_double(text, value);
}

/* A table, or one list of it if rows is 0. */
static void put_cells(struct bp_text *text, const struct bp_grading *of, size_t step, size_t first,
                      const struct bp_job *job, put_cell *put)
{
    const struct bp_step *at = &of->grade.steps.list[step];
    const bool turned = is_turned(job, at);
    const size_t rows = !is_table(at) ? 1 : turned ? at->width : at->height;
    const size_t columns = at->n / rows;
    bp_text_puts(text, is_table(at) ? "[[" : "[");
    for (size_t p = 0; p < rows; p++) {
        bp_text_puts(text, p ? "],[" : "");
        for (size_t q = 0; q < columns; q++) {
            bp_text_puts(text, q ? "," : "");
            put(text, of, step, first + (turned ? q * rows + p : p * columns + q));
        }
    }
    bp_text_puts(text, is_table(at) ? "]]" : "]");
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
    bp_put_key(text, bp_step_member(name_of(of, step)));
    if (is_number(at))
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
        bp_put_comma(text);
        bp_text_putc(text, '{');
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
    bp_put_key(text, name);
    bp_text_putc(text, '{');
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
    bp_put_key(text, "mistakes");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < of->grade.n_found; i++)
        put_mistake(text, job, of, &of->grade.found[i]);
    bp_text_putc(text, ']');
    bp_put_key(text, "steps");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < of->grade.steps.n; i++)
        if (of->grade.verdicts[i].counted)
            put_step(text, of, i);
    bp_text_putc(text, ']');
    if (job->notes.size) {
        bp_put_key(text, "unreadable");
        bp_text_putc(text, '[');
        bp_text_put(text, job->notes.data, job->notes.size);
        bp_text_putc(text, ']');
    }
}

void bp_put_grade(struct bp_text *text, const struct bp_job *job, const struct bp_grading *of)
{
    bp_text_putc(text, '{');
    bp_put_key(text, "score");
    bp_text_put_double(text, of->grade.score);
    bp_put_key(text, "all_zero_score");
    bp_text_put_double(text, of->grade.all_zero_score);
    bp_put_member_size(text, "decimals", (size_t)of->grade.decimals);
    put_note(text, of);
    put_lists(text, job, of);
    if (!of->grade.marking.pairs)
        bp_text_puts(text, ",\"pairs_left_out\":true");
    if (job->include & BP_PART_MARKS)
        put_answers(text, "marks", of, job, put_mark);
    if (of->reveals)
        put_answers(text, "expected", of, job, put_expected);
    bp_text_putc(text, '}');
}
