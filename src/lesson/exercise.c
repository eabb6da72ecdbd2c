#include "backpropd/exercise.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "backpropd/matmul.h"
#include "credit.h"

/* --- what an exercise can reveal ------------------------------------------------------------- */

/* How two runs are compared. */
struct sight {
    const struct bp_steps *steps;
    const bool *asked;
    double unit;
};

static bool is_seen(const struct sight *sight, size_t i)
{
    return sight->asked[i] && !bp_step_is_mask(&sight->steps->list[i]);
}

/* The tolerance that holds between two values of these sizes. */
static double tolerance(const struct sight *sight, double size)
{
    const double relative = BP_NEARLY_ZERO + 1e-3 * size;
    return 2 * (relative > sight->unit ? relative : sight->unit);
}

static bool are_far(const struct sight *sight, double a, double b)
{
    if (!isfinite(a) || !isfinite(b))
        return isfinite(a) != isfinite(b);
    return fabs(a - b) > tolerance(sight, fabs(a) > fabs(b) ? fabs(a) : fabs(b));
}

/* True if two runs differ at some step by more than the tolerance. */
static bool differ(const struct sight *sight, const struct bp_run *a, const struct bp_run *b)
{
    for (size_t i = 0; i < sight->steps->n; i++) {
        const struct bp_step *step = &sight->steps->list[i];
        const double *in_a = a->records[i].made, *in_b = b->records[i].made;
        if (in_a == in_b || !is_seen(sight, i))
            continue;
        for (size_t j = 0; j < step->rows * step->n; j++)
            if (are_far(sight, in_a[j], in_b[j]))
                return true;
    }
    return false;
}

/* The sum of each step's values and of their sizes. If the sums of two runs are further apart than
 * all tolerances together, the runs need not be compared. */
static void add_up(double *sums, const struct sight *sight, const struct bp_run *run)
{
    for (size_t i = 0; i < sight->steps->n; i++) {
        const struct bp_step *step = &sight->steps->list[i];
        const double *made = run->records[i].made;
        sums[2 * i] = sums[2 * i + 1] = 0;
        for (size_t j = 0; j < step->rows * step->n && is_seen(sight, i); j++) {
            sums[2 * i] += made[j];
            sums[2 * i + 1] += fabs(made[j]);
        }
    }
}

/* True if the sums alone show that two runs differ. A sum that is not finite shows nothing. */
static bool sums_differ(const struct sight *sight, const double *a, const double *b)
{
    const double slack = 1.001; /* for the rounding of the sums */
    for (size_t i = 0; i < sight->steps->n; i++) {
        const struct bp_step *step = &sight->steps->list[i];
        const double n = (double)(step->rows * step->n), size = a[2 * i + 1] + b[2 * i + 1];
        const double most = 2 * (n * (sight->unit + BP_NEARLY_ZERO) + 1e-3 * size);
        if (fabs(a[2 * i] - b[2 * i]) > slack * most + 1e-12 * size)
            return true;
    }
    return false;
}

/* --- review ---------------------------------------------------------------------------------- */

void bp_review_layout(struct bp_review *review, struct bp_layout *layout,
                      const struct bp_task *task, double learning_rate)
{
    const size_t most = BP_MISTAKE_COUNT * task->network.depth;
    *review = (struct bp_review){0};
    bp_grade_layout(&review->grade, layout, task, learning_rate);
    review->hidden = bp_layout_array(layout, most, sizeof *review->hidden);
    review->collisions = bp_layout_array(layout, most * (most - 1) / 2, sizeof *review->collisions);
    review->visible = bp_layout_array(layout, most, sizeof(size_t));
    review->sums = bp_layout_array(layout, most * review->grade.steps.n * 2, sizeof(double));
}

size_t bp_review_runs_max(const struct bp_review *review)
{
    return review->grade.referee->variants.n_single + 4;
}

static struct bp_made_at made_at(const struct bp_variant *variant)
{
    return (struct bp_made_at){bp_variant_code(variant), variant->first};
}

/* Runs one mistake, in the memory of one of the diagnosis's hypotheses. */
static const struct bp_run *make(struct bp_hypothesis *in, struct bp_referee *referee,
                                 const struct bp_variant *variant)
{
    const struct bp_altered *place = &variant->places[0];
    memcpy(in->mistakes, referee->nothing, referee->runner.steps->n * sizeof *in->mistakes);
    in->mistakes[place->step] = place->mistake;
    bp_run_start(&in->runs[0], &referee->runner, BP_CARRY_MADE, false, in->mistakes);
    bp_run_all(&in->runs[0], &referee->runner, &referee->correct);
    return &in->runs[0];
}

/* Compares a visible mistake with the earlier ones. */
static void collide(struct bp_review *review, const struct sight *sight, const struct bp_run *run,
                    size_t n)
{
    struct bp_referee *referee = review->grade.referee;
    const struct bp_variant *list = referee->variants.list;
    const struct bp_made_at own = made_at(&list[review->visible[n]]);
    const size_t stride = 2 * sight->steps->n;
    for (size_t other = 0; other < n; other++) {
        const struct bp_variant *earlier = &list[review->visible[other]];
        const struct bp_made_at at = made_at(earlier);
        if (at.code == own.code ||
            sums_differ(sight, review->sums + other * stride, review->sums + n * stride))
            continue;
        if (!differ(sight, run, make(&referee->diagnosis.trial, referee, earlier)))
            review->collisions[review->n_collisions++] = (struct bp_collision){at, own};
    }
}

static void make_all(struct bp_review *review, const struct sight *sight)
{
    struct bp_referee *referee = review->grade.referee;
    size_t n = 0;
    review->n_hidden = review->n_collisions = 0;
    for (size_t v = 0; v < referee->variants.n_single; v++) {
        const struct bp_variant *variant = &referee->variants.list[v];
        const struct bp_run *run = make(&referee->diagnosis.supposed, referee, variant);
        if (!differ(sight, run, &referee->correct)) {
            review->hidden[review->n_hidden++] = made_at(variant);
            continue;
        }
        add_up(review->sums + n * 2 * sight->steps->n, sight, run);
        review->visible[n] = v;
        collide(review, sight, run, n++);
    }
}

static void look_at_values(struct bp_review *review, const struct sight *sight)
{
    review->smallest_nonzero = 0;
    review->rounds_to_zero = 0;
    for (size_t i = 0; i < sight->steps->n; i++) {
        const struct bp_step *step = &sight->steps->list[i];
        const double *right = review->grade.referee->correct.records[i].right;
        for (size_t j = 0; j < step->rows * step->n && is_seen(sight, i); j++) {
            const double size = fabs(right[j]);
            if (!(size > BP_NEARLY_ZERO))
                continue;
            if (review->smallest_nonzero == 0 || size < review->smallest_nonzero)
                review->smallest_nonzero = size;
            review->rounds_to_zero += size <= sight->unit / 2;
        }
    }
}

void bp_review(struct bp_review *review)
{
    struct bp_grade *grade = &review->grade;
    struct bp_marking *marking = &grade->marking;
    bool named = false;
    grade->decimals = marking->decimals == BP_DECIMALS_AS_SHOWN ? 3 : marking->decimals;
    for (size_t i = 0; i < grade->steps.n; i++)
        named = named || marking->weights[i] >= 0;
    for (size_t i = 0; i < grade->steps.n; i++)
        grade->answers.asked[i] = !named || marking->weights[i] >= 0;
    const struct sight sight = {&grade->steps, grade->answers.asked, bp_unit_of(grade->decimals)};
    bp_referee_run_correct(grade->referee);
    review->mistakes = grade->referee->variants.n_single;
    make_all(review, &sight);
    look_at_values(review, &sight);
    review->all_zero_score = bp_credit_zeros(grade, grade->decimals);
}

/* --- draws ----------------------------------------------------------------------------------- */

/* SplitMix64 (Steele, Lea and Flood, 2014): one addition and three shifts a number. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *state, size_t n)
{
    assert(n > 0);
    return (size_t)(next(state) % n);
}

/* -most ... -least, least ... most, in tenths */
static double draw_tenths(uint64_t *state, int least, int most)
{
    const int half = most - least + 1, n = (int)below(state, 2 * (size_t)half);
    return (n < half ? n - most : n - half + least) / 10.0;
}

static double draw_weight(uint64_t *state)
{
    return draw_tenths(state, 2, 9);
}

static void draw_sample(double *x, double *y, const struct bp_task *task, uint64_t *state)
{
    static const double many[] = {0, 1, 1, 2, -1}, one[] = {1, 2, -1}, targets[] = {-1, 0, 1, 2};
    const size_t n_x = task->network.layers[0].n_in;
    const size_t n_y = bp_network_last(&task->network)->n_out;
    for (size_t i = 0; i < n_x; i++)
        x[i] = n_x > 1 ? many[below(state, 5)] : one[below(state, 3)];
    switch (bp_loss_kind(task->rules.loss)) {
    case BP_LOSS_KIND_SOFTMAX: /* all 0 but one */
        memset(y, 0, n_y * sizeof *y);
        y[below(state, n_y)] = 1;
        return;
    case BP_LOSS_KIND_SIGMOID:
        for (size_t j = 0; j < n_y; j++)
            y[j] = (double)below(state, 2);
        return;
    case BP_LOSS_KIND_SQUARES:
        for (size_t j = 0; j < n_y; j++)
            y[j] = targets[below(state, 4)];
    }
}

/* Leaves in exercise->a what feeds layer k in sample s. */
static void feed(struct bp_exercise *exercise, size_t k, size_t s)
{
    const struct bp_task *task = &exercise->task;
    const double *a = exercise->a;
    memcpy(exercise->a, task->samples[s].x, task->network.layers[0].n_in * sizeof *a);
    for (size_t l = 0; l < k; l++) {
        const struct bp_layer *layer = &task->network.layers[l];
        bp_affine(exercise->z, &a, layer->w, layer->b, 1, layer->n_in, layer->n_out);
        if (bp_layer_is_gated(layer))
            bp_round(exercise->z, task->rules.round_decimals, layer->n_out);
        bp_activate(exercise->a, exercise->z, layer->activation, 1, layer->n_out);
    }
}

/* Puts one unit of a relu layer exactly on the boundary, in a sample that is drawn. After 400 draws
 * of its weights it stays as it was. */
static void put_on_the_boundary(struct bp_exercise *exercise, size_t k, uint64_t *state)
{
    const int decimals = exercise->task.rules.round_decimals;
    struct bp_layer *layer = &exercise->task.network.layers[k];
    const size_t s = below(state, exercise->task.n_samples), j = below(state, layer->n_out);
    const double *a = exercise->a;
    double *column = exercise->z;
    feed(exercise, k, s);
    for (size_t n = 0; n < 400; n++) {
        for (size_t i = 0; i < layer->n_in; i++)
            column[i] = draw_weight(state);
        double z, b = 0;
        bp_affine(&z, &a, column, &b, 1, layer->n_in, 1);
        bp_round(&z, 1, 1);
        b = -z;
        bp_affine(&z, &a, column, &b, 1, layer->n_in, 1);
        bp_round(&z, decimals, 1);
        if (!(fabs(b) > 0.05 && fabs(b) < 1.55 && z == 0))
            continue;
        for (size_t i = 0; i < layer->n_in; i++)
            layer->w[i * layer->n_out + j] = column[i];
        layer->b[j] = b;
        return;
    }
}

/* One body, in the order that the contract writes. */
static void draw(struct bp_exercise *exercise, uint64_t *state)
{
    const struct bp_task *task = &exercise->task;
    double *at = exercise->numbers;
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer *layer = &task->network.layers[k];
        for (size_t i = 0; i < bp_layer_weights(layer); i++)
            *at++ = draw_weight(state);
        for (size_t j = 0; j < layer->n_out; j++)
            *at++ = draw_tenths(state, 1, 5);
    }
    const size_t n_x = task->network.layers[0].n_in;
    for (size_t s = 0; s < task->n_samples; s++) {
        draw_sample(at, at + n_x, task, state);
        at += n_x + bp_network_last(&task->network)->n_out;
    }
    for (size_t k = 0; k < task->network.depth; k++)
        if (task->network.layers[k].activation == BP_ACTIVATION_RELU)
            put_on_the_boundary(exercise, k, state);
}

/* --- the best exercise ----------------------------------------------------------------------- */

static size_t count_numbers(const struct bp_task *shapes)
{
    const struct bp_network *network = &shapes->network;
    return bp_network_parameters(network) +
           shapes->n_samples * (network->layers[0].n_in + bp_network_last(network)->n_out);
}

/* Points the task's layers and samples at the numbers. */
static void point(struct bp_layer *layers, struct bp_sample *samples, double *at,
                  const struct bp_task *shapes)
{
    const struct bp_network *network = &shapes->network;
    for (size_t k = 0; k < network->depth; k++) {
        layers[k] = network->layers[k];
        layers[k].w = at;
        layers[k].b = at += bp_layer_weights(&layers[k]);
        at += layers[k].n_out;
    }
    for (size_t s = 0; s < shapes->n_samples; s++) {
        samples[s] = (struct bp_sample){.x = at, .y = at + network->layers[0].n_in};
        at += network->layers[0].n_in + bp_network_last(network)->n_out;
    }
}

void bp_exercise_layout(struct bp_exercise *exercise, struct bp_layout *layout,
                        const struct bp_task *shapes, double learning_rate)
{
    const size_t depth = shapes->network.depth, n = count_numbers(shapes);
    *exercise = (struct bp_exercise){.seed = 1, .tries_max = 60, .n_numbers = n};
    exercise->numbers = bp_layout_array(layout, n, sizeof(double));
    struct bp_layer *layers = bp_layout_array(layout, depth, sizeof *layers);
    struct bp_sample *samples = bp_layout_array(layout, shapes->n_samples, sizeof *samples);
    exercise->task = *shapes;
    if (layout->base) {
        memset(exercise->numbers, 0, n * sizeof(double));
        point(layers, samples, exercise->numbers, shapes);
        exercise->task.network.layers = layers;
        exercise->task.samples = samples;
    }
    bp_review_layout(&exercise->review, layout, &exercise->task, learning_rate);
    exercise->a = bp_layout_array(layout, exercise->review.grade.steps.widest, sizeof(double));
    exercise->z = bp_layout_array(layout, exercise->review.grade.steps.widest, sizeof(double));
}

static size_t badness_of(const struct bp_review *review)
{
    return 20 * review->n_hidden + 10 * review->n_collisions + review->rounds_to_zero;
}

void bp_exercise(struct bp_exercise *exercise)
{
    uint64_t state = exercise->seed, best = state;
    size_t least = SIZE_MAX;
    exercise->tries = 0;
    while (exercise->tries < exercise->tries_max && least > 0) {
        const uint64_t start = state;
        draw(exercise, &state);
        bp_review(&exercise->review);
        exercise->tries++;
        if (badness_of(&exercise->review) >= least)
            continue;
        least = badness_of(&exercise->review);
        best = start;
        exercise->chosen = exercise->tries;
    }
    if (exercise->chosen == exercise->tries)
        return;
    draw(exercise, &best);
    bp_review(&exercise->review);
}
