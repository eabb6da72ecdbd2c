#include "diagnose.h"

#include <string.h>

#include "slip.h"

void bp_diagnosis_layout(struct bp_diagnosis *diagnosis, struct bp_layout *layout,
                         const struct bp_steps *steps, const struct bp_variants *variants)
{
    const size_t most = BP_MISTAKE_COUNT * steps->task->network.depth;
    *diagnosis = (struct bp_diagnosis){.variants = variants};
    bp_hypothesis_layout(&diagnosis->supposed, layout, steps);
    bp_hypothesis_layout(&diagnosis->trial, layout, steps);
    diagnosis->excused = bp_layout_array(layout, steps->n, sizeof(bool));
    diagnosis->live = bp_layout_array(layout, most, sizeof(bool));
}

/* --- the best explanation -------------------------------------------------------------------- */

/* Furthest down the list, then contradicts fewest, then supposes fewest. 1: better, 0: equal. */
static int compare(const struct bp_hypothesis *trial, const struct bp_finding *best)
{
    if (!best->variants[0] || trial->first != best->first)
        return !best->variants[0] || trial->first > best->first ? 1 : -1;
    if (trial->contradictions != best->contradictions)
        return trial->contradictions < best->contradictions ? 1 : -1;
    if (trial->n_mistakes != best->n_mistakes)
        return trial->n_mistakes < best->n_mistakes ? 1 : -1;
    return 0;
}

/* Notes an equal's codes, but those of the best itself. */
static void note_equal(struct bp_finding *finding, const struct bp_variant *const *variants,
                       size_t n)
{
    for (size_t v = 0; v < n; v++) {
        const enum bp_code code = bp_variant_code(variants[v]);
        if (finding->codes[code])
            continue;
        finding->codes[code] = true;
        const struct bp_altered *place = &variants[v]->places[0];
        finding->equals[finding->n_equals++] =
            (struct bp_equal){code, bp_mistake_row(place->mistake)->words, place->step};
    }
}

/* Tries variants; keeps them if they explain the step and nothing did better. */
static void try(struct bp_diagnosis *d, struct bp_finding *best,
                const struct bp_variant *const *variants, size_t n)
{
    const size_t step = best->step;
    const size_t least = best->variants[0] && best->first > step ? best->first : step + 1;
    if (!bp_hypothesis_suppose(&d->trial, &d->supposed, &d->of, variants, n, least))
        return;
    const int order = compare(&d->trial, best);
    if (order == 0)
        note_equal(best, variants, n);
    if (order <= 0)
        return;
    *best = (struct bp_finding){.step = step,
                                .first = d->trial.first,
                                .contradictions = d->trial.contradictions,
                                .n_mistakes = d->trial.n_mistakes};
    for (size_t v = 0; v < n; v++) {
        best->variants[v] = variants[v];
        best->codes[bp_variant_code(variants[v])] = true;
    }
}

/* At or above step w, and not where a mistake is supposed already. */
static bool can_be_tried(const struct bp_diagnosis *d, const struct bp_variant *variant, size_t w)
{
    if (variant->first > w)
        return false;
    for (size_t p = 0; p < variant->n; p++)
        if (d->supposed.mistakes[variant->places[p].step] != BP_NO_MISTAKE)
            return false;
    return true;
}

/* True if the mistake is possible in the trial: not handed in, or handed in as it predicts. */
static bool is_live(const struct bp_hypothesis *trial, const struct bp_variant *variant)
{
    for (size_t r = 0; r < trial->n_runs; r++)
        if (trial->runs[r].records[variant->places[0].step].live)
            return true;
    return false;
}

/* 2: each mistake, and each code at all its places at once. */
static bool try_single_ones(struct bp_diagnosis *d, struct bp_finding *best)
{
    for (size_t v = 0; v < d->variants->n; v++) {
        const struct bp_variant *variant = &d->variants->list[v];
        d->live[v] = false;
        if (!can_be_tried(d, variant, best->step))
            continue;
        try(d, best, &variant, 1);
        d->live[v] = variant->n == 1 && is_live(&d->trial, variant);
    }
    return best->variants[0] != NULL;
}

/* The pairs that are worth trying: at two different steps, the earlier one possible at all. Calls
 * `try` for each unless it only counts. Returns how many there are. */
static size_t each_pair(struct bp_diagnosis *d, struct bp_finding *best, bool only_counts)
{
    const struct bp_variant *list = d->variants->list;
    size_t n = 0;
    for (size_t a = 0; a < d->variants->n_single; a++)
        for (size_t b = 0; d->live[a] && b < d->variants->n_single; b++) {
            if (list[a].first >= list[b].first || !can_be_tried(d, &list[b], best->step))
                continue;
            n++;
            if (!only_counts)
                try(d, best, (const struct bp_variant *[]){&list[a], &list[b]}, 2);
        }
    return n;
}

/* 3: once in a request. */
static bool try_pairs(struct bp_diagnosis *d, struct bp_finding *best)
{
    if (!d->pairs)
        return false;
    d->pairs = false;
    if (each_pair(d, best, true) <= BP_PAIRS_MAX)
        each_pair(d, best, false);
    return best->variants[0] != NULL;
}

/* --- the diagnosis --------------------------------------------------------------------------- */

/* The same number in all cells: such answers were not calculated. */
static bool is_uniform(const struct bp_handed *handed, size_t i)
{
    const struct bp_step *step = &handed->steps->list[i];
    size_t n = 0, first = 0;
    for (size_t cell = step->first; cell < step->first + step->rows * step->n; cell++) {
        if (!bp_is_filled(handed, cell))
            continue;
        first = n++ == 0 ? cell : first;
        if (handed->values[cell] != handed->values[first])
            return false;
    }
    return n > 1;
}

/* 5: adds what was found. */
static void add(struct bp_diagnosis *d, const struct bp_finding *finding)
{
    for (size_t v = 0; v < 2 && finding->variants[v]; v++) {
        const struct bp_variant *variant = finding->variants[v];
        for (size_t p = 0; p < variant->n; p++)
            d->supposed.mistakes[variant->places[p].step] = variant->places[p].mistake;
    }
    bp_hypothesis_run(&d->supposed, &d->of);
}

static void begin(struct bp_diagnosis *d, bool pairs)
{
    const size_t n = d->of.runner->steps->n;
    d->pairs = pairs;
    d->n_findings = 0;
    memset(d->excused, false, n);
    for (size_t i = 0; i < n; i++)
        d->supposed.mistakes[i] = BP_NO_MISTAKE;
    bp_hypothesis_run(&d->supposed, &d->of);
}

void bp_diagnose(struct bp_diagnosis *d, bool pairs)
{
    const struct bp_handed *handed = d->of.runner->handed;
    bool guess = true; /* false after numbers that were not calculated: naming later mistakes would
                          be chance */
    begin(d, pairs);
    while (d->n_findings < BP_ROUNDS) {
        struct bp_finding *finding = &d->findings[d->n_findings];
        const size_t w = d->supposed.first; /* 1 */
        if (w == handed->steps->n)
            return;
        *finding = (struct bp_finding){.step = w};
        d->n_findings++;
        const bool few = handed->most_places < handed->decimals &&
                         bp_slip_is_too_few_decimals(&d->supposed, &d->of, w);
        if (guess && !few && (try_single_ones(d, finding) || try_pairs(d, finding))) {
            add(d, finding);
            continue;
        }
        d->excused[w] = true; /* 4: a slip, or unknown; it is classified at the end */
        guess = guess && (few || !is_uniform(handed, w));
        bp_hypothesis_sum_up(&d->supposed, &d->of);
    }
}
