/* Every row of the catalogue is planted somewhere, and comes back with its name. */
#include "backpropd/exercise.h"
#include "lesson/referee.h"
#include "networks.h"

struct shape {
    size_t depth, sizes[4], n_samples;
    enum bp_activation activations[3];
    struct bp_rules rules;
    double learning_rate;
};

#define RULES(loss, at_zero, reduction)                                                            \
    {                                                                                              \
        BP_LOSS_##loss, 10, at_zero, BP_REDUCTION_##reduction                                      \
    }

static const struct shape SHAPES[] = {
    {2, {4, 3, 4}, 1, {BP_ACTIVATION_RELU, BP_ACTIVATION_IDENTITY}, RULES(MSE, 0, MEAN), -1},
    {2, {4, 3, 4}, 2, {BP_ACTIVATION_RELU, BP_ACTIVATION_IDENTITY}, RULES(MSE, 1, MEAN), 0.1},
    {2, {3, 3, 3}, 2, {BP_ACTIVATION_LEAKY_RELU, BP_ACTIVATION_TANH}, RULES(SSE, 0, SUM), 0.5},
    {2,
     {2, 3, 3},
     1,
     {BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX},
     RULES(CROSS_ENTROPY, 0.5, MEAN),
     -1},
    {2,
     {3, 2, 2},
     1,
     {BP_ACTIVATION_TANH, BP_ACTIVATION_SIGMOID},
     RULES(BINARY_CROSS_ENTROPY, 0, MEAN),
     -1},
    {2,
     {3, 3, 2},
     1,
     {BP_ACTIVATION_SIGMOID, BP_ACTIVATION_LEAKY_RELU},
     RULES(HALF_MSE, 0, MEAN),
     -1},
    {2, {3, 2, 3}, 2, {BP_ACTIVATION_RELU, BP_ACTIVATION_SOFTMAX}, RULES(HALF_SSE, 0, MEAN), 0.2},
};

/* What is planted, and what came of it. */
struct planted {
    bool named[BP_MISTAKE_COUNT];
    size_t n;
};

static bool is_hidden(const struct bp_review *review, const struct bp_altered *place)
{
    for (size_t i = 0; i < review->n_hidden; i++)
        if (review->hidden[i].step == place->step &&
            review->hidden[i].code == bp_mistake_row(place->mistake)->code)
            return true;
    return false;
}

/* True if the code is named, or stands in an `or`. */
static bool is_named(const struct bp_grade *grade, enum bp_code code)
{
    for (size_t f = 0; f < grade->n_found; f++) {
        const struct bp_found *found = &grade->found[f];
        if (found->code == code)
            return true;
        for (size_t i = 0; i < found->n_equals; i++)
            if (found->equals[i].code == code)
                return true;
    }
    return false;
}

/* A value with 9 decimals; blank where it is beyond all numbers. Returns its places. */
static int16_t hand_in(double *cell, double value, const struct bp_step *step)
{
    *cell = isfinite(value) ? value : 0;
    if (!isfinite(value))
        return BP_PLACES_BLANK;
    return bp_step_is_mask(step) ? BP_PLACES_EXACT : 9;
}

/* Hands in all that a run with one mistake makes. Returns how many steps are wrong. */
static size_t grade_with(struct bp_grade *grade, const struct bp_altered *place)
{
    struct bp_referee *referee = grade->referee;
    struct bp_run *run = &referee->diagnosis.trial.runs[0];
    enum bp_mistake *mistakes = referee->diagnosis.trial.mistakes;
    size_t wrong = 0;
    memcpy(mistakes, referee->nothing, grade->steps.n * sizeof *mistakes);
    mistakes[place->step] = place->mistake;
    bp_referee_run_correct(referee);
    bp_run_start(run, &referee->runner, BP_CARRY_MADE, false, mistakes);
    bp_run_all(run, &referee->runner, &referee->correct);
    for (size_t i = 0; i < grade->steps.n; i++) {
        const struct bp_step *step = &grade->steps.list[i];
        grade->answers.asked[i] = true;
        for (size_t j = 0; j < step->rows * step->n; j++)
            grade->answers.places[step->first + j] =
                hand_in(&grade->answers.values[step->first + j], run->records[i].made[j], step);
    }
    bp_grade(grade);
    for (size_t i = 0; i < grade->steps.n; i++)
        wrong += grade->verdicts[i].status == BP_STATUS_WRONG;
    return wrong;
}

static void plant_all(struct planted *planted, struct bp_exercise *exercise, size_t shape)
{
    struct bp_review *review = &exercise->review;
    struct bp_grade *grade = &review->grade;
    const struct bp_variants *variants = &grade->referee->variants;
    for (size_t v = 0; v < variants->n_single; v++) {
        const struct bp_altered *place = &variants->list[v].places[0];
        const enum bp_code code = bp_mistake_row(place->mistake)->code;
        const size_t wrong = is_hidden(review, place) ? 0 : grade_with(grade, place);
        if (is_hidden(review, place))
            continue;
        REQUIRE(is_named(grade, code), "shape %zu: mistake %d at step %zu is not named", shape,
                (int)place->mistake, place->step);
        REQUIRE(wrong == 1, "shape %zu: mistake %d at step %zu makes %zu steps wrong", shape,
                (int)place->mistake, place->step, wrong);
        REQUIRE(grade->verdicts[place->step].status == BP_STATUS_WRONG,
                "shape %zu: mistake %d at step %zu is marked elsewhere", shape, (int)place->mistake,
                place->step);
        planted->named[place->mistake] = true;
        planted->n++;
    }
}

static void plant(struct planted *planted, size_t i)
{
    const struct shape *shape = &SHAPES[i];
    struct net net;
    struct bp_exercise exercise;
    struct bp_layout layout = {NULL, 0};
    net_make(&net, shape->depth, shape->sizes, shape->n_samples);
    for (size_t k = 0; k < shape->depth; k++)
        net.layers[k].activation = shape->activations[k];
    net.task.rules = shape->rules;
    bp_exercise_layout(&exercise, &layout, &net.task, shape->learning_rate);
    layout = (struct bp_layout){block_of(layout.used), 0};
    bp_exercise_layout(&exercise, &layout, &net.task, shape->learning_rate);
    exercise.seed = 7 + i;
    bp_exercise(&exercise);
    plant_all(planted, &exercise, i);
    free(layout.base);
    net_free(&net);
}

TEST(test_every_mistake_of_the_catalogue_comes_back_with_its_name)
{
    struct planted planted = {.n = 0};
    for (size_t i = 0; i < LENGTH(SHAPES); i++)
        plant(&planted, i);
    for (size_t row = 0; row < BP_MISTAKE_COUNT; row++)
        REQUIRE(planted.named[row], "mistake %zu was planted nowhere", row);
    REQUIRE(planted.n > 300, "only %zu were planted", planted.n);
}

SUITE("lesson/diagnose", test_every_mistake_of_the_catalogue_comes_back_with_its_name)
