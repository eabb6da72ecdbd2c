#include "credit.h"

#include <math.h>
#include <string.h>

/* An answer, and what its author is supposed to have done. */
struct bp_credit {
    const struct bp_handed *handed;
    const struct bp_hypothesis *shown;
    const struct bp_run *correct, *trusted;
    const enum bp_code *reasons; /* (steps) */
    const struct bp_marking *marking;
};

/* Cells that are 0, and others: how many there are and how many of them are right. */
struct tally {
    size_t n[2], hits[2];
};

/* --- whose own numbers count ----------------------------------------------------------------- */

/* True if the cell, the j-th of `right`, agrees with what the right formula gives there or in one
 * of the runs that use nothing handed in. In: other, as in a record. */
static bool follows(const struct bp_credit *credit, size_t i, size_t cell, const double *right,
                    const double *other, size_t j)
{
    const struct bp_step *step = &credit->handed->steps->list[i];
    return bp_agrees(credit->handed, step, cell, right[j]) ||
           (other && bp_agrees(credit->handed, step, cell, other[j])) ||
           bp_hypothesis_fits(credit->shown, credit->handed, i, cell, 1);
}

/* A step carries credit on if it is wrong with a name, or if more than half of its cells are right
 * or follow; zeros are no proof, unless there is nothing else. */
static bool is_trusted(const struct bp_credit *credit, size_t i, size_t row, const double *right,
                       const double *other)
{
    const struct bp_handed *handed = credit->handed;
    const struct bp_step *step = &handed->steps->list[i];
    const double *correct = credit->correct->records[i].right + row * step->n;
    struct tally tally = {0};
    if (credit->reasons[i] != BP_NO_CODE && credit->reasons[i] != BP_CODE_UNKNOWN)
        return true;
    for (size_t j = 0; j < step->n; j++) {
        const size_t cell = step->first + row * step->n + j;
        if (!bp_is_filled(handed, cell))
            continue;
        const bool nonzero = fabs(right[j]) > BP_NEARLY_ZERO || fabs(correct[j]) > BP_NEARLY_ZERO;
        tally.n[nonzero]++;
        tally.hits[nonzero] +=
            bp_agrees(handed, step, cell, correct[j]) || follows(credit, i, cell, right, other, j);
    }
    const bool some = tally.n[true] > 0;
    return 2 * tally.hits[some] > tally.n[some];
}

/* --- one step -------------------------------------------------------------------------------- */

static void tally_cell(struct tally *tally, double expected, bool hit)
{
    if (!isfinite(expected))
        return;
    const bool nonzero = fabs(expected) > BP_NEARLY_ZERO;
    tally->n[nonzero]++;
    tally->hits[nonzero] += hit;
}

static double share(const struct tally *tally, bool nonzero)
{
    return (double)tally->hits[nonzero] / (double)tally->n[nonzero];
}

/* Youden's J: zeros everywhere earn 0. Where only one sort occurs, its share. */
static double youden(const struct tally *tally)
{
    if (tally->n[0] == 0 && tally->n[1] == 0)
        return 1;
    if (tally->n[0] == 0 || tally->n[1] == 0)
        return share(tally, tally->n[1] > 0);
    const double j = share(tally, true) + share(tally, false) - 1;
    return j > 0 ? j : 0;
}

static enum bp_mark mark_of(const struct bp_credit *credit, size_t i, size_t cell, double correct,
                            bool tainted)
{
    const struct bp_handed *handed = credit->handed;
    if (!bp_is_filled(handed, cell) || !isfinite(correct))
        return BP_MARK_NULL;
    if (bp_agrees(handed, &handed->steps->list[i], cell, correct))
        return BP_MARK_RIGHT;
    if (!bp_hypothesis_fits(credit->shown, handed, i, cell, 0))
        return BP_MARK_WRONG;
    return tainted ? BP_MARK_FOLLOWS : BP_MARK_RIGHT;
}

static size_t count_nonzero(const double *v, size_t n)
{
    size_t count = 0;
    for (size_t j = 0; j < n; j++)
        count += fabs(v[j]) > BP_NEARLY_ZERO;
    return count;
}

/* Numbers that are all 0 show no working and earn nothing. */
static double cap_of(const double *own, const double *correct, size_t n)
{
    const size_t asked = count_nonzero(correct, n), left = count_nonzero(own, n);
    return asked > 0 && left < asked ? (double)left / (double)asked : 1;
}

static enum bp_step_status status_of(const struct bp_step_verdict *verdict, bool unreadable)
{
    const size_t *n = verdict->cells;
    const size_t filled = n[BP_MARK_RIGHT] + n[BP_MARK_FOLLOWS] + n[BP_MARK_WRONG];
    if (filled + n[BP_MARK_NULL] == 0)
        return BP_STATUS_RIGHT; /* no cell of it is asked for */
    if (n[BP_MARK_WRONG] > 0)
        return BP_STATUS_WRONG;
    if (unreadable)
        return BP_STATUS_UNREADABLE;
    if (filled == 0)
        return BP_STATUS_BLANK;
    if (n[BP_MARK_NULL] > 0)
        return BP_STATUS_INCOMPLETE;
    return n[BP_MARK_FOLLOWS] > 0 ? BP_STATUS_FOLLOWS : BP_STATUS_RIGHT;
}

/* Whether a step that follows from earlier ones earns credit, and if not, why. */
static enum bp_code why_it_follows(const struct bp_credit *credit, size_t i, double earned)
{
    const struct bp_step *step = &credit->handed->steps->list[i];
    if (earned > 0)
        return BP_CODE_OWN_NUMBERS;
    return count_nonzero(credit->shown->runs[0].records[i].right, step->rows * step->n) == 0
               ? BP_CODE_OWN_ZEROS
               : BP_CODE_OWN_NUMBERS_UNCREDITED;
}

/* Marks a step, and credits it. Returns the credit before it is rounded. In: tainted, whether an
 * earlier step is wrong. */
static double credit_step(struct bp_grade *grade, const struct bp_credit *credit, size_t i,
                          bool tainted)
{
    const struct bp_step *step = &grade->steps.list[i];
    const double *correct = credit->correct->records[i].right;
    const struct bp_record *own = &credit->trusted->records[i];
    struct bp_step_verdict *verdict = &grade->verdicts[i];
    const size_t n = step->rows * step->n;
    struct tally by_right = {0}, by_own = {0};
    for (size_t j = 0; j < n; j++) {
        const size_t cell = step->first + j;
        const enum bp_mark mark = mark_of(credit, i, cell, correct[j], tainted);
        grade->marks[cell] = (uint8_t)mark;
        tally_cell(&by_right, correct[j], mark == BP_MARK_RIGHT);
        tally_cell(&by_own, own->right[j],
                   bp_is_filled(credit->handed, cell) &&
                       follows(credit, i, cell, own->right, own->other, j));
        verdict->cells[mark] += isfinite(correct[j]) ? 1 : 0;
    }
    const double direct = youden(&by_right),
                 follow = cap_of(own->right, correct, n) * youden(&by_own);
    const double credited = credit->marking->follow_through * follow;
    verdict->status = status_of(verdict, grade->answers.unreadable[i]);
    if (verdict->status == BP_STATUS_FOLLOWS)
        verdict->reason = why_it_follows(credit, i, direct > follow ? direct : follow);
    return direct > credited ? direct : credited;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* To 6 decimals, ties to even, as the exact value of the double has it: v is in 0..1. */
static double to_six(double v)
{
    return (double)bp_nearest_whole(v, 1e6) / 1e6;
}

/* Too few decimals, counts and masks do not affect later steps. */
static bool taints(const struct bp_credit *credit, const struct bp_step_verdict *verdict, size_t i)
{
    return verdict->status == BP_STATUS_WRONG &&
           !bp_step_is_mask(&credit->handed->steps->list[i]) &&
           credit->reasons[i] != BP_CODE_TOO_FEW_DECIMALS;
}

static double weight_of(const struct bp_marking *marking, size_t i)
{
    return marking->weights[i] >= 0 ? marking->weights[i] : 1;
}

/* What weights are multiplied by so that their sum stays finite: mostly 1, and a power of two. */
static double scale_of(const struct bp_marking *marking, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = marking->weights[i] > largest ? marking->weights[i] : largest;
    return largest > 0x1p900 ? 0x1p-100 : 1;
}

double bp_credit(struct bp_grade *grade, const struct bp_hypothesis *shown)
{
    struct bp_referee *referee = grade->referee;
    const struct bp_credit credit = {&referee->handed,  shown,
                                     &referee->correct, &referee->trusted,
                                     referee->reasons,  &grade->marking};
    const double scale = scale_of(&grade->marking, grade->steps.n);
    double full = 0, got = 0;
    bool tainted = false;
    referee->runner.trusts = is_trusted;
    referee->runner.credit = &credit;
    bp_run_start(&referee->trusted, &referee->runner, BP_CARRY_TRUSTED, false, shown->mistakes);
    bp_run_all(&referee->trusted, &referee->runner, &referee->correct);
    referee->runner.credit = NULL;
    for (size_t i = 0; i < grade->steps.n; i++) {
        struct bp_step_verdict *verdict = &grade->verdicts[i];
        *verdict = (struct bp_step_verdict){.reason = BP_NO_CODE};
        verdict->counted = grade->answers.asked[i] || grade->marking.weights[i] >= 0;
        if (!verdict->counted)
            continue;
        const double earned = credit_step(grade, &credit, i, tainted);
        tainted = tainted || taints(&credit, verdict, i);
        verdict->weight = weight_of(&grade->marking, i);
        verdict->credit = to_six(earned);
        full += scale * verdict->weight;
        got += scale * verdict->weight * earned;
    }
    return full > 0 ? to_six(got / full) : 0;
}

double bp_credit_zeros(struct bp_grade *grade, int decimals)
{
    struct bp_referee *referee = grade->referee;
    struct bp_diagnosis *diagnosis = &referee->diagnosis;
    const struct bp_steps *steps = &grade->steps;
    referee->runner.handed = &referee->handed;
    memset(referee->zeros, 0, steps->n_cells * sizeof(double));
    for (size_t i = 0; i < steps->n; i++) {
        const struct bp_step *step = &steps->list[i];
        for (size_t j = 0; j < step->rows * step->n; j++)
            referee->zero_places[step->first + j] =
                (int16_t)(grade->answers.asked[i] ? 0 : BP_PLACES_BLANK);
        referee->reasons[i] = BP_NO_CODE;
        diagnosis->excused[i] = false;
    }
    bp_handed_take(&referee->handed, referee->zeros, referee->zero_places, decimals,
                   grade->marking.rtol);
    memcpy(diagnosis->trial.mistakes, referee->nothing, steps->n * sizeof *referee->nothing);
    bp_hypothesis_run(&diagnosis->trial, &diagnosis->of);
    return bp_credit(grade, &diagnosis->trial);
}
