#include "slip.h"

#include <math.h>
#include <string.h>

/* A step that is looked at: what was handed in and its cells, (n) each. */
struct look {
    const struct bp_hypothesis *hypothesis;
    const struct bp_handed *handed;
    const struct bp_run *correct;
    const struct bp_step *step;
    size_t i, n;
    const double *values, *units;
    const int16_t *places;
};

static struct look look_at(const struct bp_hypothesis *hypothesis, const struct bp_case *of,
                           size_t i)
{
    const struct bp_handed *handed = of->runner->handed;
    const struct bp_step *step = &handed->steps->list[i];
    return (struct look){
        .hypothesis = hypothesis,
        .handed = handed,
        .correct = of->correct,
        .step = step,
        .i = i,
        .n = step->rows * step->n,
        .values = handed->values + step->first,
        .units = handed->units + step->first,
        .places = handed->places + step->first,
    };
}

static bool is_filled(const struct look *look, size_t j)
{
    return bp_is_filled(look->handed, look->step->first + j);
}

static bool agrees(const struct look *look, size_t j, double t)
{
    return bp_agrees(look->handed, look->step, look->step->first + j, t);
}

/* --- what a cell could be held against ------------------------------------------------------- */

/* The n-th value that a cell may agree with: the right one, then what the right formula gives in
 * each run, then of a pair the other way; NULL after the last. */
static const double *candidate(const struct look *look, size_t n)
{
    const struct bp_hypothesis *h = look->hypothesis;
    if (n == 0)
        return look->correct->records[look->i].right;
    if (n <= h->n_runs)
        return h->runs[n - 1].records[look->i].right;
    return n <= 2 * h->n_runs ? h->runs[n - 1 - h->n_runs].records[look->i].other : NULL;
}

/* The first that cell j agrees with, or NULL. */
static const double *match(const struct look *look, size_t j)
{
    const double *values;
    for (size_t n = 0; (values = candidate(look, n)); n++)
        if (agrees(look, j, values[j]))
            return &values[j];
    return NULL;
}

/* The same, or the value that follows from the author's own numbers. */
static double nearest(const struct look *look, size_t j)
{
    const double *t = match(look, j);
    return t ? *t : candidate(look, 1)[j];
}

static bool is_coarse(const struct look *look, size_t j, double t)
{
    const int places = look->places[j];
    return places > 0 && places < look->handed->decimals &&
           fabs(look->values[j] - t) <= 0.5 * bp_unit_of(places) * (1 + 1e-9);
}

static bool is_coarse_for_any(const struct look *look, size_t j)
{
    const double *values;
    for (size_t n = 0; (values = candidate(look, n)); n++)
        if (is_coarse(look, j, values[j]))
            return true;
    return false;
}

bool bp_slip_is_too_few_decimals(const struct bp_hypothesis *hypothesis, const struct bp_case *of,
                                 size_t i)
{
    const struct look look = look_at(hypothesis, of, i);
    bool some = false;
    for (size_t j = 0; j < look.n; j++) {
        if (!is_filled(&look, j) || match(&look, j))
            continue;
        if (!is_coarse_for_any(&look, j))
            return false;
        some = true;
    }
    return some;
}

/* --- one cell -------------------------------------------------------------------------------- */

/* How often each digit stands in |v|, written with so many decimals. Returns how many digits, 0 if
 * there are too many to count. */
static size_t digits_of(unsigned count[10], double v, int decimals)
{
    size_t n = 0;
    double power = 1;
    memset(count, 0, 10 * sizeof *count);
    for (int d = 0; d < decimals; d++)
        power *= 10;
    if (!(fabs(v) * power < 0x1p53))
        return 0;
    uint64_t whole = bp_nearest_whole(fabs(v), power);
    for (; whole > 0 || n <= (size_t)decimals; whole /= 10, n++)
        count[whole % 10]++;
    return n;
}

/* The same digits in another order, not all of them zeros and one other. */
static bool has_digits_swapped(double a, double b, int decimals)
{
    unsigned in_a[10], in_b[10], kinds = 0;
    const size_t n_a = digits_of(in_a, a, decimals), n_b = digits_of(in_b, b, decimals);
    for (size_t digit = 1; digit < 10; digit++)
        kinds += in_a[digit] > 0;
    return n_a > 0 && n_a == n_b && kinds > 1 && memcmp(in_a, in_b, sizeof in_a) == 0;
}

static bool has_decimal_point_off(const struct look *look, size_t j, double t)
{
    static const double factors[] = {10, 100, 1000};
    const double v = look->values[j], half = look->units[j] / 2;
    const double room = (half > BP_NEARLY_ZERO ? half : BP_NEARLY_ZERO) * 1.000001;
    if (!(fabs(t) > BP_NEARLY_ZERO))
        return false;
    for (size_t n = 0; n < sizeof factors / sizeof *factors; n++)
        if (agrees(look, j, t * factors[n]) || (v != 0 && fabs(v - t / factors[n]) <= room))
            return true;
    return false;
}

static bool is_a_neighbours(const struct look *look, size_t j)
{
    if (!(fabs(look->values[j]) > BP_NEARLY_ZERO))
        return false;
    for (size_t other = 0; other < look->n; other++)
        if (other != j && is_filled(look, other) && agrees(look, j, nearest(look, other)))
            return true;
    return false;
}

/* What is wrong with cell j. */
static enum bp_code one_cell(const struct look *look, size_t j)
{
    const int places = look->places[j], decimals = look->handed->decimals;
    const double t = nearest(look, j);
    if (!isfinite(t))
        return BP_CODE_ONE_CELL;
    if (fabs(t) > look->units[j] / 2 && agrees(look, j, -t))
        return BP_CODE_ONE_SIGN;
    if (has_decimal_point_off(look, j, t))
        return BP_CODE_ONE_DECIMAL_POINT;
    if (look->values[j] != 0 &&
        has_digits_swapped(look->values[j], t,
                           places < 0 ? 6 : (places > decimals ? places : decimals)))
        return BP_CODE_ONE_DIGITS_SWAPPED;
    return is_a_neighbours(look, j) ? BP_CODE_ONE_NEIGHBOURS_VALUE : BP_CODE_ONE_CELL;
}

/* --- cells that have changed places ---------------------------------------------------------- */

/* Cells in an order in which the lines a and b, of `height` (or columns, if across), are exchanged.
 */
static size_t exchanged(const struct bp_step *step, size_t j, size_t a, size_t b, bool across)
{
    size_t row = j / step->width, column = j % step->width, *line = across ? &column : &row;
    if (*line == a)
        *line = b;
    else if (*line == b)
        *line = a;
    return row * step->width + column;
}

static bool agrees_exchanged(const struct look *look, size_t s, size_t a, size_t b, bool across)
{
    const struct bp_step *step = look->step;
    const double *own = look->hypothesis->runs[0].records[look->i].right + s * step->n;
    for (size_t j = 0; j < step->n; j++)
        if (!agrees(look, s * step->n + j, own[exchanged(step, j, a, b, across)]))
            return false;
    return true;
}

/* True if two rows, or two columns if across, have changed places in sample s. */
static bool has_exchanged(const struct look *look, size_t s, bool across)
{
    const size_t n = across ? look->step->width : look->step->height;
    for (size_t a = 1; a < n; a++)
        for (size_t b = 0; b < a; b++)
            if (agrees_exchanged(look, s, a, b, across))
                return true;
    return false;
}

/* What has changed places in a sample that is handed in whole and does not agree. */
static enum bp_code rearranged(const struct look *look)
{
    const struct bp_step *step = look->step;
    const double *own = look->hypothesis->runs[0].records[look->i].right;
    const bool weights =
        step->kind == BP_STEP_DL_DW || step->kind == BP_STEP_MEAN_W || step->kind == BP_STEP_NEW_W;
    const bool matrix = weights || step->kind == BP_STEP_JACOBIAN;
    const enum bp_code columns = matrix ? BP_CODE_UNITS_SWAPPED : BP_CODE_CELLS_SWAPPED;
    for (size_t s = 0; s < step->rows; s++) {
        if (bp_filled(look->handed, look->i, s) < step->n ||
            bp_row_agrees(look->handed, look->i, s, own + s * step->n))
            continue;
        if (has_exchanged(look, s, false))
            return weights ? BP_CODE_INPUTS_SWAPPED : columns;
        if (has_exchanged(look, s, true))
            return columns;
    }
    return BP_CODE_UNKNOWN;
}

/* --- all cells by one factor ----------------------------------------------------------------- */

static bool is_scaled(const struct look *look)
{
    size_t largest = look->n, visible = 0;
    double size = 0;
    for (size_t j = 0; j < look->n; j++) {
        if (!is_filled(look, j))
            continue;
        const double t = fabs(nearest(look, j));
        visible += t > 10 * look->units[j];
        if (largest == look->n || t > size) {
            largest = j;
            size = t;
        }
    }
    const double t = nearest(look, largest), v = look->values[largest];
    if (!isfinite(t) || !(size > BP_NEARLY_ZERO) || !(fabs(v) > look->units[largest]) ||
        visible < 2)
        return false;
    for (size_t j = 0; j < look->n; j++)
        if (is_filled(look, j) && !agrees(look, j, v / t * nearest(look, j)))
            return false;
    return true;
}

enum bp_code bp_slip(size_t *at, const struct bp_hypothesis *hypothesis, const struct bp_case *of,
                     size_t i)
{
    const struct look look = look_at(hypothesis, of, i);
    size_t n = 0, n_off = 0, one = 0;
    *at = BP_NO_CELL;
    for (size_t j = 0; j < look.n; j++) {
        if (!is_filled(&look, j))
            continue;
        const bool off = !match(&look, j);
        one = off || n == 0 ? j : one;
        n++;
        n_off += off;
    }
    if (bp_slip_is_too_few_decimals(hypothesis, of, i))
        return BP_CODE_TOO_FEW_DECIMALS;
    if (n_off == 1 && n > 1) {
        *at = look.step->first + one;
        return one_cell(&look, one);
    }
    const enum bp_code moved = rearranged(&look);
    if (moved != BP_CODE_UNKNOWN)
        return moved;
    if (n == 1) {
        const enum bp_code code = one_cell(&look, one);
        if (code == BP_CODE_ONE_CELL)
            return BP_CODE_UNKNOWN;
        *at = look.step->first + one;
        return code;
    }
    return is_scaled(&look) ? BP_CODE_SCALED : BP_CODE_UNKNOWN;
}
