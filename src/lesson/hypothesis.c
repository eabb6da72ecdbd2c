#include "hypothesis.h"

#include <math.h>
#include <string.h>

void bp_hypothesis_layout(struct bp_hypothesis *hypothesis, struct bp_layout *layout,
                          const struct bp_steps *steps)
{
    *hypothesis = (struct bp_hypothesis){.n_runs = 0};
    hypothesis->mistakes = bp_layout_array(layout, steps->n, sizeof *hypothesis->mistakes);
    hypothesis->explained = bp_layout_array(layout, steps->n, sizeof(bool));
    hypothesis->contrary = bp_layout_array(layout, steps->n, sizeof(size_t));
    for (size_t r = 0; r < (steps->pair ? BP_RUNS_MAX : BP_RUNS_MAX - 1); r++)
        bp_run_layout(&hypothesis->runs[r], layout, steps);
}

/* Starts the runs, as many as the decimals handed in require. */
static void start(struct bp_hypothesis *h, struct bp_runner *runner)
{
    const int places = runner->handed->most_places;
    const enum bp_mistake *mistakes = h->mistakes;
    h->n_runs = 2;
    bp_run_start(&h->runs[0], runner, BP_CARRY_HANDED, false, mistakes);
    bp_run_start(&h->runs[1], runner, BP_CARRY_MADE, false, mistakes);
    if (places == 0 || places > 6)
        return;
    runner->hand_decimals = places;
    bp_run_start(&h->runs[h->n_runs++], runner, BP_CARRY_ROUNDED, false, mistakes);
    if (runner->steps->pair)
        bp_run_start(&h->runs[h->n_runs++], runner, BP_CARRY_ROUNDED, true, mistakes);
}

bool bp_hypothesis_fits(const struct bp_hypothesis *h, const struct bp_handed *handed, size_t i,
                        size_t cell, size_t from)
{
    const struct bp_step *step = &handed->steps->list[i];
    const size_t at = cell - step->first;
    const double *last = NULL;
    for (size_t r = from; r < h->n_runs; r++) {
        const struct bp_record *record = &h->runs[r].records[i];
        if (record->right != last && bp_agrees(handed, step, cell, record->right[at]))
            return true;
        if (record->other && bp_agrees(handed, step, cell, record->other[at]))
            return true;
        last = record->right;
    }
    return false;
}

static bool fits_made(const struct bp_hypothesis *h, const struct bp_handed *handed, size_t i,
                      size_t cell)
{
    const struct bp_step *step = &handed->steps->list[i];
    const double *last = NULL;
    for (size_t r = 0; r < h->n_runs; r++) {
        const double *made = h->runs[r].records[i].made;
        if (made != last && bp_agrees(handed, step, cell, made[cell - step->first]))
            return true;
        last = made;
    }
    return false;
}

/* In each sample all cells handed in agree with what is predicted, or all with the right formula. A
 * cell whose right value is beyond the largest double is not asked for. */
static void explain(struct bp_hypothesis *h, const struct bp_case *of, size_t i)
{
    const struct bp_handed *handed = of->runner->handed;
    const struct bp_step *step = &handed->steps->list[i];
    const double *correct = of->correct->records[i].right;
    h->explained[i] = true;
    h->contrary[i] = 0;
    for (size_t s = 0; s < step->rows; s++) {
        bool as_made = true, as_right = true;
        for (size_t j = s * step->n; j < (s + 1) * step->n && (as_made || as_right); j++) {
            const size_t cell = step->first + j;
            if (!bp_is_filled(handed, cell) || !isfinite(correct[j]))
                continue;
            as_made = as_made && fits_made(h, handed, i, cell);
            as_right = as_right && (bp_agrees(handed, step, cell, correct[j]) ||
                                    bp_hypothesis_fits(h, handed, i, cell, 0));
        }
        h->explained[i] = h->explained[i] && (as_made || as_right);
        h->contrary[i] += as_right && !as_made;
    }
}

void bp_hypothesis_sum_up(struct bp_hypothesis *h, const struct bp_case *of)
{
    const struct bp_handed *handed = of->runner->handed;
    h->first = handed->steps->n;
    h->contradictions = h->n_mistakes = 0;
    for (size_t i = 0; i < handed->steps->n; i++) {
        h->n_mistakes += h->mistakes[i] != BP_NO_MISTAKE;
        h->contradictions += h->runs[0].records[i].shown_right;
        if (!handed->given[i] || bp_step_is_mask(&handed->steps->list[i]) || of->excused[i])
            continue;
        h->contradictions += h->contrary[i];
        if (!h->explained[i] && i < h->first)
            h->first = i;
    }
}

void bp_hypothesis_run(struct bp_hypothesis *h, const struct bp_case *of)
{
    const struct bp_steps *steps = of->runner->steps;
    start(h, of->runner);
    for (size_t r = 0; r < h->n_runs; r++)
        bp_run_all(&h->runs[r], of->runner, of->correct);
    for (size_t i = 0; i < steps->n; i++)
        if (of->runner->handed->given[i] && !bp_step_is_mask(&steps->list[i]))
            explain(h, of, i);
    bp_hypothesis_sum_up(h, of);
}

/* Calculates step i in all runs. Returns true if all is as in base. */
static bool make_step(struct bp_hypothesis *h, const struct bp_hypothesis *base,
                      const struct bp_case *of, size_t i)
{
    bool same = true;
    for (size_t r = 0; r < h->n_runs; r++) {
        const struct bp_record *now = &h->runs[r].records[i], *was = &base->runs[r].records[i];
        bp_run_step(&h->runs[r], of->runner, &base->runs[r], i);
        same =
            same && now->right == was->right && now->made == was->made && now->other == was->other;
    }
    return same;
}

/* Takes over what lies before the first of the mistakes supposed in addition. Returns that step. */
static size_t begin(struct bp_hypothesis *h, const struct bp_hypothesis *base,
                    const struct bp_case *of, const struct bp_variant *const *more, size_t n_more)
{
    size_t first = of->runner->steps->n;
    memcpy(h->mistakes, base->mistakes, of->runner->steps->n * sizeof *h->mistakes);
    for (size_t v = 0; v < n_more; v++) {
        for (size_t p = 0; p < more[v]->n; p++)
            h->mistakes[more[v]->places[p].step] = more[v]->places[p].mistake;
        first = more[v]->first < first ? more[v]->first : first;
    }
    start(h, of->runner);
    for (size_t r = 0; r < h->n_runs; r++)
        memcpy(h->runs[r].records, base->runs[r].records, first * sizeof *h->runs[r].records);
    memcpy(h->explained, base->explained, first * sizeof *h->explained);
    memcpy(h->contrary, base->contrary, first * sizeof *h->contrary);
    return first;
}

bool bp_hypothesis_suppose(struct bp_hypothesis *h, const struct bp_hypothesis *base,
                           const struct bp_case *of, const struct bp_variant *const *more,
                           size_t n_more, size_t least)
{
    const struct bp_steps *steps = of->runner->steps;
    for (size_t i = begin(h, base, of, more, n_more); i < steps->n; i++) {
        if (bp_step_is_mask(&steps->list[i])) {
            for (size_t r = 0; r < h->n_runs; r++)
                h->runs[r].records[i] = (struct bp_record){0};
            continue;
        }
        const bool same = make_step(h, base, of, i);
        if (!of->runner->handed->given[i])
            continue;
        h->explained[i] = base->explained[i];
        h->contrary[i] = base->contrary[i];
        if (!same)
            explain(h, of, i);
        if (!h->explained[i] && !of->excused[i] && i < least)
            return false;
    }
    bp_hypothesis_sum_up(h, of);
    return true;
}
