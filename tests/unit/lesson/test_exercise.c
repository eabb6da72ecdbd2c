/* Exercises and their reviews against an independent implementation, in Python: exercises.txt. */
#include "backpropd/exercise.h"
#include "verdicts.h"

static void require_made_at(size_t n, const struct bp_made_at *got, struct case_reader *in)
{
    const unsigned code = CASE_WORD(CASE_CODES, case_next(in));
    const size_t step = case_size(in);
    REQUIRE(got->code == code && got->step == step, "exercise %zu: %s at %zu, not %s at %zu", n,
            CASE_CODES[got->code], got->step, CASE_CODES[code], step);
}

/* mistakes, score of zeros, smallest value, values that round to zero; hidden; collisions; end */
static void require_review(size_t n, const struct bp_review *review, struct case_reader *in)
{
    size_t hidden = 0, collisions = 0;
    REQUIRE(review->mistakes == case_size(in), "exercise %zu: mistakes", n);
    REQUIRE(review->all_zero_score == case_number(in), "exercise %zu: score of zeros", n);
    REQUIRE(fabs(review->smallest_nonzero - case_number(in)) < 1e-12, "exercise %zu: smallest", n);
    REQUIRE(review->rounds_to_zero == case_size(in), "exercise %zu: rounds to zero", n);
    while (strcmp(case_next(in), "end") != 0) {
        if (strcmp(in->word, "hidden") == 0) {
            REQUIRE(hidden < review->n_hidden, "exercise %zu hides more", n);
            require_made_at(n, &review->hidden[hidden++], in);
        } else {
            REQUIRE(collisions < review->n_collisions, "exercise %zu collides more", n);
            require_made_at(n, &review->collisions[collisions].first, in);
            require_made_at(n, &review->collisions[collisions++].second, in);
        }
    }
    REQUIRE(hidden == review->n_hidden, "exercise %zu hides %zu", n, review->n_hidden);
    REQUIRE(collisions == review->n_collisions, "exercise %zu has %zu collisions", n,
            review->n_collisions);
}

static void read_marking(struct bp_grade *grade, struct case_reader *in)
{
    grade->marking.decimals = (int)case_number(in);
    grade->marking.rtol = case_number(in);
    grade->marking.follow_through = case_number(in);
    while (strcmp(case_next(in), "weight") == 0) {
        const size_t i = case_size(in);
        grade->marking.weights[i] = case_number(in);
    }
}

static void review(size_t n, const struct case_task *task, struct case_reader *in)
{
    struct bp_review review;
    struct bp_layout layout = {NULL, 0};
    bp_review_layout(&review, &layout, &task->task, task->learning_rate);
    void *block = case_block(layout.used);
    layout = (struct bp_layout){block, 0};
    bp_review_layout(&review, &layout, &task->task, task->learning_rate);
    read_marking(&review.grade, in);
    bp_review(&review);
    require_review(n, &review, in);
    free(block);
}

static void require_numbers(size_t n, const double *got, const double *expected, size_t count,
                            const char *what)
{
    for (size_t i = 0; i < count; i++)
        REQUIRE(got[i] == expected[i], "exercise %zu: %s, %zu is %g, not %g", n, what, i, got[i],
                expected[i]);
}

static void require_body(size_t n, const struct bp_task *got, const struct bp_task *expected)
{
    const struct bp_network *network = &expected->network;
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        require_numbers(n, got->network.layers[k].w, layer->w, bp_layer_weights(layer), "W");
        require_numbers(n, got->network.layers[k].b, layer->b, layer->n_out, "b");
    }
    for (size_t s = 0; s < expected->n_samples; s++) {
        require_numbers(n, got->samples[s].x, expected->samples[s].x, network->layers[0].n_in, "x");
        require_numbers(n, got->samples[s].y, expected->samples[s].y,
                        bp_network_last(network)->n_out, "y");
    }
}

/* The task's numbers are what is expected; its shapes are what is asked for. */
static void exercise(size_t n, const struct case_task *task, struct case_reader *in)
{
    struct bp_exercise exercise;
    struct bp_layout layout = {NULL, 0};
    bp_exercise_layout(&exercise, &layout, &task->task, task->learning_rate);
    void *block = case_block(layout.used);
    layout = (struct bp_layout){block, 0};
    bp_exercise_layout(&exercise, &layout, &task->task, task->learning_rate);
    exercise.seed = strtoull(case_next(in), NULL, 10);
    exercise.tries_max = case_size(in);
    const size_t tries = case_size(in);
    case_next(in);
    read_marking(&exercise.review.grade, in);
    bp_exercise(&exercise);
    REQUIRE(exercise.tries == tries, "exercise %zu: try %zu, not %zu", n, exercise.tries, tries);
    require_body(n, &exercise.task, &task->task);
    require_review(n, &exercise.review, in);
    free(block);
}

TEST(test_exercises_and_reviews_are_those_of_the_reference)
{
    static struct case_task task;
    char *text = case_read_file("tests/unit/lesson/exercises.txt");
    struct case_reader in = {text, NULL};
    size_t n = 0;
    for (; case_next(&in); n++) {
        case_read_task(&task, &in);
        if (strcmp(case_next(&in), "exercise") == 0)
            exercise(n, &task, &in);
        else
            review(n, &task, &in);
    }
    REQUIRE(n > 50, "only %zu exercises", n);
    free(text);
}

SUITE("lesson/exercise", test_exercises_and_reviews_are_those_of_the_reference)
