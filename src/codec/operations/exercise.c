/* POST /exercise: draws several exercises from a seed, and returns the best one. */
#include <math.h>

#include "../encode_exercise.h"
#include "../estimate.h"
#include "../read_marking.h"
#include "../read_network.h"
#include "../read_options.h"
#include "../read_task.h"
#include "backpropd/json_write.h"
#include "backpropd/media.h"

#define SEED_MAX (((size_t)1 << 53) - 1)
#define TRIES_MAX 200

static const struct bp_place SIZES = {&bp_place_body, "sizes", BP_NO_NUMBER};

/* --- shapes ----------------------------------------------------------------------------------- */

/* One of a layer's sizes; 1 if it is not valid. */
static size_t read_size(struct bp_reader *reader, double number, size_t i)
{
    if (number >= 1 && number <= BP_EXERCISE_UNITS && number == floor(number))
        return (size_t)number;
    bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &(struct bp_place){&SIZES, "", i},
                 "write a whole number from 1 to %d", BP_EXERCISE_UNITS)
        ->got = bp_fact_number(number);
    return 1;
}

/* The layers, without numbers. `b` must not be NULL, since it means a layer without biases; it is
 * never read. */
static void read_sizes(struct bp_reader *reader, const struct bp_value *value)
{
    struct bp_drawing *own = reader->job->own;
    double *sizes;
    size_t n, below = 0;
    if (!bp_read_vector(reader, value, &SIZES, 0, &sizes, &n))
        return;
    if (n < 2 || n > BP_EXERCISE_LAYERS + 1) {
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &SIZES,
                     "write 2 to %d sizes: the inputs, then the units of each layer",
                     BP_EXERCISE_LAYERS + 1)
            ->got = bp_fact_number((double)n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t size = read_size(reader, sizes[i], i);
        if (i > 0)
            own->layers[i - 1] = (struct bp_layer){below, size, NULL, sizes, BP_ACTIVATION_RELU};
        below = size;
    }
    reader->job->task.network = (struct bp_network){n - 1, own->layers};
}

/* A whole number in a range; *count stays as it is if the member is missing. */
static void read_count(struct bp_reader *reader, const char *name, size_t least, size_t most,
                       size_t *count)
{
    const struct bp_value *value = bp_read_member(reader, name, false);
    if (value)
        bp_read_integer(reader, value, &(struct bp_place){&bp_place_body, name, BP_NO_NUMBER},
                        least, most, BP_FAULT_OUT_OF_RANGE, count);
}

/* Notes the options as they were posted: the exercise repeats them. */
static void note_options(struct bp_reader *reader, const struct bp_value *options)
{
    struct bp_text *notes = &reader->job->notes;
    for (struct bp_members m = bp_json_members(options); bp_json_next(&m);) {
        bp_put_key(notes, m.name);
        if (bp_json_string(m.value))
            bp_text_put_string(notes, bp_json_string(m.value));
        else if (bp_json_kind(reader->json, m.value) == BP_JSON_NUMBER)
            bp_text_put_double(notes, *bp_json_numbers(reader->json, m.value).at);
        else
            bp_text_put(notes, "null", 4);
    }
}

/* Returns false if they cannot be relied on. */
static bool read_shapes(struct bp_reader *reader)
{
    struct bp_drawing *own = reader->job->own;
    const struct bp_place at = {&bp_place_body, "activations", BP_NO_NUMBER};
    const struct bp_value *sizes = bp_read_member(reader, "sizes", true);
    const struct bp_value *activations = bp_read_member(reader, "activations", false);
    const struct bp_value *options = bp_read_member(reader, "options", false);
    const size_t faults_before = reader->problem->n_faults;
    size_t n_samples = 1, generator;
    bp_peek_options(reader);
    if (sizes)
        read_sizes(reader, sizes);
    reader->activations_are_faulty = !sizes || reader->problem->n_faults != faults_before;
    if (!reader->activations_are_faulty)
        bp_read_activations(reader, activations, &at);
    read_count(reader, "samples", 1, BP_EXERCISE_SAMPLES, &n_samples);
    bp_read_options(reader);
    read_count(reader, "seed", 0, SEED_MAX, &own->seed);
    read_count(reader, "generator", BP_EXERCISE_GENERATOR, BP_EXERCISE_GENERATOR, &generator);
    read_count(reader, "tries", 1, TRIES_MAX, &own->tries);
    reader->job->task.samples = own->samples;
    reader->job->task.n_samples = n_samples;
    own->has_options = options;
    const bool is_good = sizes && reader->problem->n_faults == faults_before;
    if (options && is_good)
        note_options(reader, options);
    return is_good;
}

/* --- the operation ---------------------------------------------------------------------------- */

static void lay_out(struct bp_layout *layout, struct bp_job *job)
{
    struct bp_drawing *own = job->own;
    bp_exercise_layout(&own->exercise, layout, &job->task, own->learning_rate);
    bp_step_names_layout(&own->names, layout, &own->exercise.review.grade.steps);
    own->exercise.seed = own->seed;
    own->exercise.tries_max = own->tries;
}

static void read(struct bp_reader *reader)
{
    struct bp_drawing *own = reader->job->own;
    own->seed = 1;
    own->tries = 60;
    const bool is_good = read_shapes(reader);
    bp_read_review(reader, &own->exercise.review.grade, &own->learning_rate,
                   is_good ? &own->names : NULL, lay_out);
}

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const struct bp_drawing *own = job->own;
    const struct bp_review *review = &own->exercise.review;
    *estimate = (struct bp_estimate){
        .work = bp_work_review(bp_times(own->tries, bp_review_runs_max(review)),
                               review->grade.steps.n_cells),
        .reply_numbers = own->exercise.n_numbers,
    };
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    struct bp_drawing *own = result;
    (void)overflow;
    (void)job;
    bp_exercise(&own->exercise);
    return true;
}

const struct bp_operation bp_operation_exercise = {
    .name = "exercise",
    .path = "/exercise",
    .smallest = "{\"sizes\": [2, 1]}",
    .members = BP_NAMES("seed", "generator", "sizes", "activations", "samples", "options",
                        "learning_rate", "marking", "tries"),
    .targets = BP_TARGETS_REQUIRED,
    .own = {.once = sizeof(struct bp_drawing)},
    .representations =
        (const struct bp_representation[]){{BP_MEDIA_JSON, bp_put_exercise}, {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = bp_laid_out,
    .run = run,
};
