#include "backpropd/grade.h"

#include <string.h>

#include "credit.h"
#include "slip.h"

/* At most three texts of one code are found at once, or a pair; then counts and masks. */
#define FOUND_AT_ONCE 3

/* --- memory ---------------------------------------------------------------------------------- */

static void layout_found(struct bp_grade *grade, struct bp_layout *layout)
{
    const size_t n = BP_ROUNDS * FOUND_AT_ONCE + grade->steps.n;
    grade->found = bp_layout_array(layout, n, sizeof *grade->found);
    size_t *steps = bp_layout_array(layout, n * grade->steps.n, sizeof *steps);
    for (size_t i = 0; i < n && layout->base; i++)
        grade->found[i] = (struct bp_found){.steps = steps + i * grade->steps.n};
}

static void layout_in(struct bp_grade *grade, struct bp_layout *layout)
{
    const size_t n = grade->steps.n, n_cells = grade->steps.n_cells;
    struct bp_answers *answers = &grade->answers;
    answers->values = bp_layout_array(layout, n_cells, sizeof(double));
    answers->places = bp_layout_array(layout, n_cells, sizeof(int16_t));
    answers->asked = bp_layout_array(layout, n, sizeof(bool));
    answers->unreadable = bp_layout_array(layout, n, sizeof(bool));
    grade->marking = (struct bp_marking){BP_DECIMALS_AS_SHOWN, 1e-3, 1, NULL, true};
    grade->marking.weights = bp_layout_array(layout, n, sizeof(double));
    if (!layout->base)
        return;
    memset(answers->values, 0, n_cells * sizeof(double));
    memset(answers->asked, false, n);
    memset(answers->unreadable, false, n);
    for (size_t cell = 0; cell < n_cells; cell++)
        answers->places[cell] = BP_PLACES_BLANK;
    for (size_t i = 0; i < n; i++)
        grade->marking.weights[i] = BP_WEIGHT_UNNAMED;
}

void bp_grade_layout(struct bp_grade *grade, struct bp_layout *layout, const struct bp_task *task,
                     double learning_rate)
{
    *grade = (struct bp_grade){.n_found = 0};
    bp_steps_layout(&grade->steps, layout, task, learning_rate);
    layout_in(grade, layout);
    grade->verdicts = bp_layout_array(layout, grade->steps.n, sizeof *grade->verdicts);
    grade->marks = bp_layout_array(layout, grade->steps.n_cells, sizeof *grade->marks);
    layout_found(grade, layout);
    grade->referee = bp_layout_array(layout, 1, sizeof *grade->referee);
    bp_referee_layout(grade->referee, layout, &grade->steps);
}

size_t bp_grade_runs_max(const struct bp_grade *grade, bool pairs)
{
    const struct bp_variants *variants = &grade->referee->variants;
    const size_t n = variants->n_single, runs = grade->steps.pair ? 4 : 3;
    const size_t all = n * (n - 1) / 2, tried = all < BP_PAIRS_MAX ? all : BP_PAIRS_MAX;
    return runs * (2 * BP_ROUNDS * (variants->n + 1) + (pairs ? 2 * tried : 0) + 4);
}

/* --- what was found, in words ---------------------------------------------------------------- */

static void name_step(struct bp_found *found, size_t step)
{
    for (size_t i = 0; i < found->n_steps; i++)
        if (found->steps[i] == step)
            return;
    found->steps[found->n_steps++] = step;
}

static bool have_same_words(const struct bp_grade *grade, const struct bp_found *found,
                            enum bp_code code, enum bp_mistake words, size_t step)
{
    static const enum bp_step_kind same[BP_STEP_KIND_COUNT] = {
        [BP_STEP_MEAN_B] = BP_STEP_MEAN_W, [BP_STEP_NEW_B] = BP_STEP_NEW_W};
    const struct bp_step *list = grade->steps.list;
    const enum bp_step_kind a = list[found->steps[0]].kind, b = list[step].kind;
    if (found->code != code || found->words != words || found->at != BP_NO_CELL)
        return false;
    return (code != BP_CODE_UNKNOWN && code != BP_CODE_MISCOUNTED) ||
           (same[a] ? same[a] : a) == (same[b] ? same[b] : b);
}

/* A new entry; NULL if an entry with this code and these words exists: the step is added to it. A
 * mistake at one cell always gets an entry of its own. */
static struct bp_found *entry(struct bp_grade *grade, enum bp_code code, enum bp_mistake words,
                              size_t step, size_t at)
{
    for (size_t i = 0; i < grade->n_found && at == BP_NO_CELL; i++)
        if (have_same_words(grade, &grade->found[i], code, words, step)) {
            name_step(&grade->found[i], step);
            return NULL;
        }
    struct bp_found *found = &grade->found[grade->n_found++];
    *found = (struct bp_found){code, words, .steps = found->steps, .with = BP_NO_CODE, .at = at};
    name_step(found, step);
    return found;
}

/* Names the mistakes that explain a step; a pair makes two entries. */
static void name_mistakes(struct bp_grade *grade, struct bp_finding *finding)
{
    enum bp_code *reasons = grade->referee->reasons;
    const enum bp_code codes[] = {bp_variant_code(finding->variants[0]),
                                  bp_variant_code(finding->variants[1])};
    const bool differ = codes[1] != BP_NO_CODE && codes[0] != codes[1];
    for (size_t v = 0; v < 2 && finding->variants[v]; v++)
        for (size_t p = 0; p < finding->variants[v]->n; p++) {
            const struct bp_altered *place = &finding->variants[v]->places[p];
            const struct bp_mistake_row *row = bp_mistake_row(place->mistake);
            struct bp_found *found = entry(grade, row->code, row->words, place->step, BP_NO_CELL);
            if (found) {
                found->equals = finding->equals;
                found->n_equals = finding->n_equals;
                found->with = differ ? codes[1 - v] : BP_NO_CODE;
            }
            if (reasons[place->step] == BP_NO_CODE && place->step != finding->step)
                reasons[place->step] = row->code;
        }
    reasons[finding->step] = codes[0];
}

static void name_slip(struct bp_grade *grade, const struct bp_finding *finding)
{
    const struct bp_diagnosis *diagnosis = &grade->referee->diagnosis;
    size_t at;
    const enum bp_code code = bp_slip(&at, &diagnosis->trial, &diagnosis->of, finding->step);
    entry(grade, code, BP_NO_MISTAKE, finding->step, at);
    grade->referee->reasons[finding->step] = code;
}

static void name_all(struct bp_grade *grade)
{
    struct bp_referee *referee = grade->referee;
    grade->n_found = 0;
    for (size_t i = 0; i < grade->steps.n; i++)
        referee->reasons[i] = BP_NO_CODE;
    for (size_t n = 0; n < referee->diagnosis.n_findings; n++) {
        struct bp_finding *finding = &referee->diagnosis.findings[n];
        if (finding->variants[0])
            name_mistakes(grade, finding);
        else
            name_slip(grade, finding);
    }
}

/* --- grading --------------------------------------------------------------------------------- */

/* The mistakes whose own step was handed in. Uses the trial's memory. */
static struct bp_hypothesis *show(struct bp_referee *referee)
{
    struct bp_hypothesis *shown = &referee->diagnosis.trial;
    const enum bp_mistake *supposed = referee->diagnosis.supposed.mistakes;
    for (size_t i = 0; i < referee->runner.steps->n; i++)
        shown->mistakes[i] = referee->handed.given[i] ? supposed[i] : BP_NO_MISTAKE;
    bp_hypothesis_run(shown, &referee->diagnosis.of);
    return shown;
}

/* A wrong step that the diagnosis did not name has the first mistake that was supposed at an
 * earlier step not handed in. */
static enum bp_code why_wrong(const struct bp_referee *referee, size_t i)
{
    const struct bp_diagnosis *diagnosis = &referee->diagnosis;
    if (referee->reasons[i] != BP_NO_CODE)
        return referee->reasons[i];
    for (size_t n = 0; n < diagnosis->n_findings; n++)
        for (size_t v = 0; v < 2 && diagnosis->findings[n].variants[v]; v++) {
            const struct bp_variant *variant = diagnosis->findings[n].variants[v];
            for (size_t p = 0; p < variant->n; p++)
                if (variant->places[p].step < i && !referee->handed.given[variant->places[p].step])
                    return bp_variant_code(variant);
        }
    return BP_CODE_UNKNOWN;
}

static void give_reasons(struct bp_grade *grade)
{
    for (size_t i = 0; i < grade->steps.n; i++) {
        struct bp_step_verdict *verdict = &grade->verdicts[i];
        if (!verdict->counted || verdict->status != BP_STATUS_WRONG)
            continue;
        if (!bp_step_is_mask(&grade->steps.list[i])) {
            verdict->reason = why_wrong(grade->referee, i);
            continue;
        }
        verdict->reason = BP_CODE_MISCOUNTED;
        entry(grade, BP_CODE_MISCOUNTED, BP_NO_MISTAKE, i, BP_NO_CELL);
    }
}

void bp_grade(struct bp_grade *grade)
{
    struct bp_referee *referee = grade->referee;
    const struct bp_answers *answers = &grade->answers;
    bp_referee_run_correct(referee);
    bp_handed_take(&referee->handed, answers->values, answers->places, grade->marking.decimals,
                   grade->marking.rtol);
    grade->decimals = referee->handed.decimals;
    grade->all_zero_score = bp_credit_zeros(grade, grade->decimals);
    bp_handed_take(&referee->handed, answers->values, answers->places, grade->marking.decimals,
                   grade->marking.rtol);
    memset(grade->marks, BP_MARK_NULL, grade->steps.n_cells);
    bp_diagnose(&referee->diagnosis, grade->marking.pairs);
    const struct bp_hypothesis *shown = show(referee);
    name_all(grade);
    grade->score = bp_credit(grade, shown);
    give_reasons(grade);
    grade->expected = referee->correct.right;
}
