#include "run.h"

#include <math.h>
#include <string.h>

#include "backpropd/activation.h"

void bp_runner_layout(struct bp_runner *runner, struct bp_layout *layout,
                      const struct bp_steps *steps)
{
    const size_t depth = steps->task->network.depth;
    *runner = (struct bp_runner){.steps = steps};
    runner->operands = bp_layout_array(layout, depth, sizeof *runner->operands);
    runner->flags = bp_layout_array(layout, steps->task->n_samples, sizeof(bool));
    double *row = bp_layout_array(layout, steps->widest, sizeof *row);
    double *rest = bp_layout_array(layout, steps->widest, sizeof *rest);
    for (size_t k = 0; k < depth && layout->base; k++) {
        bp_operands_set(&runner->operands[k], steps, k);
        runner->operands[k].row = row;
        runner->operands[k].rest = rest;
    }
}

void bp_run_layout(struct bp_run *run, struct bp_layout *layout, const struct bp_steps *steps)
{
    const struct bp_task *task = steps->task;
    const size_t outputs = bp_network_last(&task->network)->n_out;
    *run = (struct bp_run){.carry = BP_CARRY_MADE};
    run->records = bp_layout_array(layout, steps->n, sizeof *run->records);
    run->right = bp_layout_array(layout, steps->n_cells, sizeof(double));
    run->made = bp_layout_array(layout, steps->n_cells, sizeof(double));
    run->own = bp_layout_array(layout, steps->n_cells, sizeof(double));
    run->other = bp_layout_array(layout, task->n_samples * outputs, sizeof(double));
    run->fresh = bp_layout_array(layout, task->n_samples * task->network.depth, sizeof(bool));
    if (layout->base)
        memset(run->records, 0, steps->n * sizeof *run->records);
}

static bool is_handing_in(const struct bp_run *run)
{
    return run->carry == BP_CARRY_HANDED || run->carry == BP_CARRY_TRUSTED;
}

void bp_run_start(struct bp_run *run, const struct bp_runner *runner, enum bp_carry carry,
                  bool chained, const enum bp_mistake *mistakes)
{
    const struct bp_steps *steps = runner->steps;
    const size_t last = steps->task->network.depth - 1;
    static const enum bp_step_kind chain[] = {BP_STEP_DL_DY, BP_STEP_DH_DZ, BP_STEP_JACOBIAN};
    run->carry = carry;
    run->mistakes = mistakes;
    run->chained = chained;
    for (size_t i = 0; i < sizeof chain / sizeof *chain; i++) {
        const size_t step = bp_step_at(steps, chain[i], last);
        if (step == BP_NO_STEP)
            continue;
        if (mistakes[step] != BP_NO_MISTAKE || (is_handing_in(run) && runner->handed->given[step]))
            run->chained = true;
    }
}

/* --- the right formula ----------------------------------------------------------------------- */

/* What the run uses of a step, for one sample; NULL if there is no such step. */
static const double *own_of(const struct bp_run *run, const struct bp_steps *steps,
                            enum bp_step_kind kind, size_t layer, size_t s)
{
    const size_t i = bp_step_at(steps, kind, layer);
    if (i == BP_NO_STEP || !run->records[i].own)
        return NULL;
    return run->records[i].own + s * steps->list[i].n;
}

static const double *gate_of(const struct bp_run *run, const struct bp_steps *steps, size_t layer,
                             size_t s)
{
    const struct bp_network *network = &steps->task->network;
    const bool softmax = network->layers[layer].activation == BP_ACTIVATION_SOFTMAX;
    return own_of(run, steps, softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ, layer, s);
}

/* Fills in what a sample's formula reads. */
static void read_sample(struct bp_operands *operands, const struct bp_run *run,
                        const struct bp_steps *steps, size_t k, size_t s)
{
    const struct bp_task *task = steps->task;
    const size_t h = bp_step_at(steps, BP_STEP_H, k);
    operands->y = task->samples[s].y;
    operands->a = k == 0 ? task->samples[s].x : own_of(run, steps, BP_STEP_H, k - 1, s);
    operands->z_below = k == 0 ? NULL : own_of(run, steps, BP_STEP_Z, k - 1, s);
    operands->g_below = k == 0 ? NULL : gate_of(run, steps, k - 1, s);
    operands->z = own_of(run, steps, BP_STEP_Z, k, s);
    operands->h = own_of(run, steps, BP_STEP_H, k, s);
    operands->fresh = run->records[h].fresh && run->records[h].fresh[s];
    operands->g = gate_of(run, steps, k, s);
    operands->u = operands->last ? own_of(run, steps, BP_STEP_DL_DY, k, s)
                                 : own_of(run, steps, BP_STEP_DL_DH, k + 1, s);
    operands->d = own_of(run, steps, BP_STEP_DL_DZ, k, s);
    operands->dw = own_of(run, steps, BP_STEP_DL_DW, k, 0);
    operands->own_dw = own_of(run, steps, BP_STEP_DL_DW, k, s);
}

/* Fills in what a formula of the batch reads. */
static void read_batch(struct bp_operands *operands, const struct bp_run *run,
                       const struct bp_steps *steps, const struct bp_step *step)
{
    const size_t input = step->inputs[0];
    operands->terms = run->records[input].own;
    operands->stride = steps->list[input].n;
}

/* The cells of all gradients that are not 0, and that are. */
static void count(double *cells, const struct bp_run *run, const struct bp_steps *steps)
{
    cells[0] = cells[1] = 0;
    for (size_t i = 0; i < steps->n; i++)
        if (steps->list[i].kind == BP_STEP_MEAN_W || steps->list[i].kind == BP_STEP_MEAN_B)
            for (size_t j = 0; j < steps->list[i].n; j++)
                cells[run->records[i].own[j] == 0]++;
}

static bool all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

/* True of dL_dzL of a pair. */
static bool has_two_ways(const struct bp_runner *runner, const struct bp_step *step)
{
    return step->kind == BP_STEP_DL_DZ && runner->operands[step->layer].pair;
}

/* dL_dzL of a pair both ways: `cells` by the one that is used further on. */
static void both_ways(double *cells, double *other, const struct bp_run *run,
                      const struct bp_step *step, const struct bp_operands *operands)
{
    bp_step_calculate(cells, step, BP_NO_MISTAKE, operands);
    const bool chain = run->chained && all_finite(cells, step->n);
    if (!chain)
        memcpy(other, cells, step->n * sizeof *other);
    bp_step_short(chain ? other : cells, operands);
}

/* One row by a formula, the right one or another. */
static void calculate(double *cells, double *other, const struct bp_run *run,
                      const struct bp_runner *runner, size_t i, size_t s, enum bp_mistake mistake)
{
    const struct bp_steps *steps = runner->steps;
    const struct bp_step *step = &steps->list[i];
    struct bp_operands *operands = &runner->operands[step->layer];
    if (step->kind == BP_STEP_COUNTS) {
        count(cells, run, steps);
        return;
    }
    if (bp_step_is_batch(step))
        read_batch(operands, run, steps, step);
    else
        read_sample(operands, run, steps, step->layer, s);
    if (other)
        both_ways(cells, other, run, step, operands);
    else
        bp_step_calculate(cells, step, mistake, operands);
    if (step->kind == BP_STEP_Z && bp_layer_is_gated(&steps->task->network.layers[step->layer]))
        bp_round(cells, steps->task->rules.round_decimals, step->n);
}

static void calculate_right(struct bp_run *run, const struct bp_runner *runner, size_t i)
{
    const struct bp_step *step = &runner->steps->list[i];
    struct bp_record *now = &run->records[i];
    const bool both = has_two_ways(runner, step);
    for (size_t s = 0; s < step->rows; s++)
        calculate(run->right + step->first + s * step->n, both ? run->other + s * step->n : NULL,
                  run, runner, i, s, BP_NO_MISTAKE);
    now->right = run->right + step->first;
    now->other = both ? run->other : NULL;
}

/* --- a mistake ------------------------------------------------------------------------------- */

/* The altered formula, except in rows that were handed in and contradict it: there the mistake was
 * not made, and h is what z gives. */
static void alter(struct bp_run *run, const struct bp_runner *runner, size_t i)
{
    const struct bp_step *step = &runner->steps->list[i];
    struct bp_record *now = &run->records[i];
    now->made = now->right;
    for (size_t s = 0; s < step->rows; s++) {
        double *cells = run->made + step->first + s * step->n;
        const double *right = now->right + s * step->n;
        calculate(cells, NULL, run, runner, i, s, run->mistakes[i]);
        now->fresh[s] = runner->handed && !bp_row_agrees(runner->handed, i, s, cells);
        if (now->fresh[s]) {
            now->shown_right += bp_row_agrees(runner->handed, i, s, right);
            memcpy(cells, right, step->n * sizeof *cells);
        } else {
            now->live = true;
            now->made = run->made + step->first;
        }
    }
}

/* --- what is used further on ----------------------------------------------------------------- */

/* Rounds ties away from 0, as people do by hand. */
static double by_hand(double v, int decimals)
{
    static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
    const double t = fabs(v) * powers[decimals];
    if (!(t < 0x1p53))
        return v;
    const double whole = (double)(int64_t)(t + 0.5 + 1e-9);
    return (v < 0 ? 0 - whole : whole) / powers[decimals];
}

static void carry_rounded(struct bp_run *run, const struct bp_runner *runner, size_t i)
{
    const struct bp_step *step = &runner->steps->list[i];
    struct bp_record *now = &run->records[i];
    double *own = run->own + step->first;
    for (size_t at = 0; at < step->rows * step->n; at++)
        own[at] = by_hand(now->made[at], runner->hand_decimals);
    memset(now->fresh, false, step->rows);
    now->own = own;
}

static void carry_handed(struct bp_run *run, const struct bp_runner *runner, size_t i)
{
    const struct bp_handed *handed = runner->handed;
    const struct bp_step *step = &runner->steps->list[i];
    struct bp_record *now = &run->records[i];
    double *own = run->own + step->first;
    if (run->carry == BP_CARRY_HANDED && handed->whole[i]) {
        now->own = handed->values + step->first;
        memset(now->fresh, false, step->rows);
        return;
    }
    memcpy(own, now->made, step->rows * step->n * sizeof *own);
    for (size_t s = 0; s < step->rows; s++) {
        const size_t row = s * step->n;
        if (bp_filled(handed, i, s) == 0)
            continue;
        if (run->carry == BP_CARRY_TRUSTED &&
            !runner->trusts(runner->credit, i, s, now->right + row,
                            now->other ? now->other + row : NULL))
            continue;
        now->fresh[s] = false;
        for (size_t j = row; j < row + step->n; j++)
            if (bp_is_filled(handed, step->first + j))
                own[j] = handed->values[step->first + j];
    }
    now->own = own;
}

static void carry(struct bp_run *run, const struct bp_runner *runner, size_t i)
{
    struct bp_record *now = &run->records[i];
    now->own = now->made;
    if (run->carry == BP_CARRY_ROUNDED && !bp_step_is_mask(&runner->steps->list[i]))
        carry_rounded(run, runner, i);
    else if (is_handing_in(run) && runner->handed->given[i])
        carry_handed(run, runner, i);
}

/* --- one step -------------------------------------------------------------------------------- */

static bool reads_the_same(const struct bp_run *run, const struct bp_runner *runner,
                           const struct bp_run *base, size_t i)
{
    const struct bp_step *step = &runner->steps->list[i];
    if (step->kind == BP_STEP_COUNTS)
        return false;
    for (size_t n = 0; n < BP_STEP_INPUTS; n++) {
        const size_t input = step->inputs[n];
        if (input != BP_NO_STEP && run->records[input].own != base->records[input].own)
            return false;
    }
    if (!has_two_ways(runner, step))
        return true;
    /* the short form reads the forward pass */
    const size_t z = bp_step_at(runner->steps, BP_STEP_Z, step->layer), h = z + 1;
    return run->chained == base->chained && run->records[z].own == base->records[z].own &&
           run->records[h].own == base->records[h].own;
}

/* Points to the base's numbers if they are the same, so that steps that read them need not be
 * calculated. */
static void share(struct bp_record *now, const struct bp_record *was, const struct bp_step *step)
{
    if (now->own == was->own ||
        memcmp(now->own, was->own, step->rows * step->n * sizeof(double)) != 0)
        return;
    if (step->kind == BP_STEP_H && memcmp(now->fresh, was->fresh, step->rows) != 0)
        return;
    now->own = was->own;
    now->fresh = was->fresh;
}

void bp_run_step(struct bp_run *run, const struct bp_runner *runner, const struct bp_run *base,
                 size_t i)
{
    const struct bp_step *step = &runner->steps->list[i];
    struct bp_record *now = &run->records[i];
    const struct bp_record *was = base ? &base->records[i] : NULL;
    const bool same = base && reads_the_same(run, runner, base, i);
    const bool altered = run->mistakes[i] != BP_NO_MISTAKE;
    bool *flags = step->kind == BP_STEP_H ? run->fresh + step->layer * step->rows : runner->flags;
    if (same && !altered && base->mistakes[i] == BP_NO_MISTAKE && base->carry == run->carry) {
        *now = *was;
        return;
    }
    *now = (struct bp_record){.fresh = flags};
    memset(flags, true, step->rows);
    if (same) {
        now->right = was->right;
        now->other = was->other;
    } else {
        calculate_right(run, runner, i);
    }
    now->made = now->right;
    if (altered)
        alter(run, runner, i);
    carry(run, runner, i);
    if (was)
        share(now, was, step);
}

void bp_run_all(struct bp_run *run, const struct bp_runner *runner, const struct bp_run *base)
{
    for (size_t i = 0; i < runner->steps->n; i++)
        bp_run_step(run, runner, base, i);
}
