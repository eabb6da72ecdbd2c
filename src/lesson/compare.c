#include "compare.h"

#include <math.h>

double bp_unit_of(int places)
{
    static const double units[] = {1e-0, 1e-1, 1e-2,  1e-3,  1e-4,  1e-5,  1e-6,  1e-7,
                                   1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15};
    const int last = (int)(sizeof units / sizeof *units) - 1;
    double unit = 1;
    for (; places > last && unit > 0; places -= last)
        unit *= units[last];
    return unit > 0 ? unit * units[places > last ? last : places] : 0;
}

void bp_handed_layout(struct bp_handed *handed, struct bp_layout *layout,
                      const struct bp_steps *steps)
{
    const size_t n_samples = steps->task->n_samples;
    *handed = (struct bp_handed){.steps = steps};
    handed->units = bp_layout_array(layout, steps->n_cells, sizeof(double));
    handed->filled = bp_layout_array(layout, steps->n * n_samples, sizeof(size_t));
    handed->given = bp_layout_array(layout, steps->n, sizeof(bool));
    handed->whole = bp_layout_array(layout, steps->n, sizeof(bool));
}

/* Counts the filled cells of a step, row by row. */
static void count_filled(struct bp_handed *handed, size_t i)
{
    const struct bp_step *step = &handed->steps->list[i];
    size_t all = 0;
    for (size_t s = 0; s < step->rows; s++) {
        size_t filled = 0;
        for (size_t j = 0; j < step->n; j++)
            filled += bp_is_filled(handed, step->first + s * step->n + j);
        handed->filled[i * handed->steps->task->n_samples + s] = filled;
        all += filled;
    }
    handed->given[i] = all > 0;
    handed->whole[i] = all == step->rows * step->n;
}

static int decimals_shown(const struct bp_handed *handed)
{
    int most = 0;
    for (size_t cell = 0; cell < handed->steps->n_cells; cell++)
        most = handed->places[cell] > most ? handed->places[cell] : most;
    return most;
}

void bp_handed_take(struct bp_handed *handed, const double *values, const int16_t *places,
                    int decimals, double rtol)
{
    handed->values = values;
    handed->places = places;
    handed->rtol = rtol;
    handed->most_places = decimals_shown(handed);
    handed->decimals = decimals;
    if (decimals == BP_DECIMALS_AS_SHOWN)
        handed->decimals = handed->most_places == 0 || handed->most_places > BP_DECIMALS_SHOWN_MAX
                               ? BP_DECIMALS_SHOWN_MAX
                               : handed->most_places;
    for (size_t i = 0; i < handed->steps->n; i++)
        count_filled(handed, i);
    for (size_t cell = 0; cell < handed->steps->n_cells; cell++) {
        const int shown = places[cell];
        handed->units[cell] =
            shown < 0 ? 0 : bp_unit_of(shown > handed->decimals ? shown : handed->decimals);
    }
}

/* True if the two differ by at most one in the last decimal, or half of that if either is 0. Counts
 * and masks must be equal. */
bool bp_agrees(const struct bp_handed *handed, const struct bp_step *step, size_t cell,
               double value)
{
    const double own = handed->values[cell], size = fabs(value);
    if (!isfinite(value))
        return false;
    if (bp_step_is_mask(step))
        return own == value;
    const double unit = handed->units[cell];
    const double room = own == 0 || size <= BP_NEARLY_ZERO ? unit / 2 : unit;
    const double relative = BP_NEARLY_ZERO + handed->rtol * size;
    return fabs(own - value) <= (relative > room ? relative : room) * (1 + 1e-9);
}

bool bp_row_agrees(const struct bp_handed *handed, size_t i, size_t row, const double *values)
{
    const struct bp_step *step = &handed->steps->list[i];
    const size_t first = step->first + row * step->n;
    for (size_t j = 0; j < step->n; j++)
        if (bp_is_filled(handed, first + j) && !bp_agrees(handed, step, first + j, values[j]))
            return false;
    return true;
}

uint64_t bp_nearest_whole(double v, double power)
{
    const double t = v * power, off = fma(v, power, -t); /* t + off is exact */
    const uint64_t whole = (uint64_t)t;
    const double rest = t - (double)whole;
    if (rest == 0.5 && off == 0)
        return whole + whole % 2;
    return whole + (rest > 0.5 || (rest == 0.5 && off > 0));
}
