#include "read_task.h"

#include <stdint.h>
#include <string.h>

#include "backpropd/loss.h"
#include "member_names.h"
#include "read_network.h"
#include "read_options.h"
#include "unknown.h"

static const struct bp_place LEARNING_RATE = {&bp_place_body, "learning_rate", BP_NO_NUMBER};
static const struct bp_place FROZEN = {&bp_place_body, "frozen", BP_NO_NUMBER};

/* --- samples: they have their room already, as many as the array holds ------------------------ */

/* True if each sample must have a target or a gradient; one that is faulty counts here. */
static bool needs_targets(const struct bp_reader *reader)
{
    const enum bp_targets targets = reader->job->operation->targets;
    const size_t n = bp_json_count_elements(reader->samples);
    for (size_t s = 0; s < n && targets == BP_TARGETS_ALL_OR_NONE; s++) {
        const struct bp_value *sample = bp_json_element(reader->samples, s);
        if (bp_json_member(sample, "y") || bp_json_member(sample, "dL_dy_hat"))
            return true;
    }
    return targets == BP_TARGETS_REQUIRED || targets == BP_TARGETS_OR_GRADIENTS;
}

static struct bp_names known_of(const struct bp_reader *reader)
{
    return bp_sample_names(reader->job->operation);
}

/* In: needed, W1's fan-in or the units of the last layer. */
static void wrong_length(const struct bp_reader *reader, const struct bp_place *place,
                         const double *values, size_t n, size_t needed)
{
    const struct bp_value *sample = bp_json_element(reader->samples, place->up->number);
    const size_t rows = bp_json_numbers(reader->json, bp_json_member(sample, "x")).rows;
    const size_t depth = reader->job->task.network.depth;
    const char *side = reader->job->is_out_in ? "column" : "row";
    const bool is_x = strcmp(place->name, "x") == 0, is_y = strcmp(place->name, "y") == 0;
    struct bp_fault *fault =
        bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
                     "give %s %zu number%s, not %zu: ", place->name, needed, bp_plural(needed), n);
    if (is_x)
        bp_fault_say(fault, "W1 has %zu %s%s, one for each input", needed, side, bp_plural(needed));
    else
        bp_fault_say(fault, "one for each unit of the last layer (%s%zu has %zu)",
                     bp_is_width_of_b(reader, depth) ? "b" : "layer ", depth, needed);
    if (is_y && needed == 1 && n == rows)
        bp_fault_say(fault, "; x has %zu rows: write one sample for each, with one number of y", n);
    fault->expected = bp_fact_number((double)needed);
    fault->got = bp_fact_number((double)n);
    bp_hint_decimal_comma(fault, values, n, needed);
    if (is_x && n + 1 == needed)
        bp_fault_say(fault, "; if a %s of W1 holds the biases, move it into b1", side);
    if (is_y && n == 1)
        bp_hint_class(fault, *values, needed);
}

/* In: needed, how many; 0 if unknown. */
static const double *read_values(const struct bp_reader *reader, const struct bp_value *value,
                                 const struct bp_place *place, size_t needed, size_t *n)
{
    double *values;
    if (!bp_read_vector(reader, value, place, needed, &values, n))
        return NULL;
    if (needed && *n != needed)
        wrong_length(reader, place, values, *n, needed);
    return values;
}

/* A logarithm wants targets that are not negative, and a binary one none above 1. Beside an
 * incompatibility this says nothing: the loss may be the mistake. */
static void check_range(const struct bp_reader *reader, const struct bp_place *place,
                        const double *y, size_t n)
{
    const enum bp_loss loss = reader->job->task.rules.loss;
    bool is_binary = false;
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SQUARES:
        return;
    case BP_LOSS_KIND_SIGMOID:
        is_binary = true;
        break;
    case BP_LOSS_KIND_SOFTMAX:
        break;
    }
    if (!bp_reader_fits_loss(reader) || reader->softmax_is_hidden)
        return;
    for (size_t j = 0; j < n; j++) {
        if (y[j] >= 0 && !(is_binary && y[j] > 1))
            continue;
        struct bp_fault *fault =
            bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &(struct bp_place){place, "", j},
                         is_binary ? "write a target from 0 to 1, as %s needs"
                                   : "write a target of 0 or more, as %s needs",
                         bp_loss_names[loss]);
        if (y[j] == -1)
            bp_fault_say(fault, "; if -1 and 1 are two classes, write 0 and 1");
        fault->got = bp_fact_number(y[j]);
    }
}

/* Reads the target, or the gradient that takes its place; says how many of the two there are. */
static size_t read_target(const struct bp_reader *reader, struct bp_sample *sample,
                          const struct bp_value *value, const struct bp_place *place, size_t needed)
{
    const struct bp_place at_y = {place, "y", BP_NO_NUMBER};
    const struct bp_place at_gradient = {place, "dL_dy_hat", BP_NO_NUMBER};
    const struct bp_value *y = bp_json_member(value, "y"), *gradient = NULL;
    size_t n;
    if (bp_is_known("dL_dy_hat", known_of(reader)))
        gradient = bp_json_member(value, "dL_dy_hat");
    if (y) {
        sample->y = read_values(reader, y, &at_y, needed, &n);
        if (sample->y && !gradient)
            check_range(reader, &at_y, sample->y, n);
    }
    if (gradient)
        sample->dl_dy_hat = read_values(reader, gradient, &at_gradient, needed, &n);
    if (y && gradient)
        bp_fault_add(reader->problem, BP_FAULT_INCOMPATIBLE, &at_gradient,
                     "leave out one of the two: dL_dy_hat stands in place of y");
    /* what stands in its place, where that is not known, is the fault */
    if (!y && !bp_json_member(value, "dL_dy_hat") && reader->needs_targets &&
        !bp_is_misspelt(value, "dL_dy_hat", known_of(reader)))
        bp_read_missing(reader, value, place, "y", known_of(reader));
    return (size_t) !!y + (size_t) !!gradient;
}

/* How a sample is written, where something else stands. */
static void say_form(struct bp_fault *fault, struct bp_lengths needed)
{
    if (!needed.x || !needed.y)
        bp_fault_say(fault, "; write each sample as {\"x\": [...], \"y\": [...]}");
    else
        bp_fault_say(fault, "; write each sample as {\"x\": [%zu number%s], \"y\": [%zu number%s]}",
                     needed.x, bp_plural(needed.x), needed.y, bp_plural(needed.y));
}

/* The fault of a value that is not a sample. Only the first of several in a row shows the form. */
static void no_sample(const struct bp_reader *reader, const struct bp_value *value,
                      const struct bp_place *place, struct bp_lengths needed)
{
    const struct bp_value *before =
        place->number ? bp_json_element(reader->samples, place->number - 1) : NULL;
    struct bp_fault *fault = bp_read_wrong_kind(reader, value, place, BP_EXPECTED_OBJECT, 0);
    if (!before || bp_json_kind(reader->json, before) == BP_JSON_OBJECT)
        say_form(fault, needed);
}

static struct bp_sample read_sample(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, struct bp_lengths needed)
{
    struct bp_sample sample = {NULL, NULL, NULL};
    const struct bp_value *x = bp_json_member(value, "x");
    size_t n;
    if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT) {
        no_sample(reader, value, place, needed);
        return sample;
    }
    if (x)
        sample.x =
            read_values(reader, x, &(struct bp_place){place, "x", BP_NO_NUMBER}, needed.x, &n);
    else
        bp_read_missing(reader, value, place, "x", known_of(reader));
    const size_t n_known = (size_t) !!x + read_target(reader, &sample, value, place, needed.y);
    if (bp_json_count_members(value) > n_known)
        bp_read_unknown_members(reader, value, place, known_of(reader));
    return sample;
}

static void read_samples(struct bp_reader *reader, struct bp_lengths needed)
{
    const struct bp_value *value = reader->samples;
    size_t n;
    if (!bp_is_array(reader, value, &n)) {
        struct bp_fault *fault =
            bp_read_wrong_kind(reader, value, &bp_place_samples, BP_EXPECTED_OBJECTS, 0);
        if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT)
            say_form(fault, needed);
        return;
    }
    if (n == 0) {
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, &bp_place_samples,
                     "write at least one sample");
        return;
    }
    if (!bp_read_limit(reader, &bp_place_samples, "samples", reader->limits->samples, n))
        return;
    reader->needs_targets = needs_targets(reader);
    struct bp_sample *samples = (struct bp_sample *)reader->job->task.samples;
    for (size_t s = 0; s < n; s++) {
        samples[s] = read_sample(reader, bp_json_element(value, s),
                                 &(struct bp_place){&bp_place_samples, "", s}, needed);
        reader->job->n_targets += samples[s].y != NULL;
    }
}

/* --- the task --------------------------------------------------------------------------------- */

static void missing(const struct bp_reader *reader, const char *name)
{
    bp_read_missing(reader, reader->root, &bp_place_body, name, reader->job->operation->members);
}

const struct bp_value *bp_read_member(const struct bp_reader *reader, const char *name, bool needed)
{
    const struct bp_value *value = bp_json_member(reader->root, name);
    if (!value && needed)
        missing(reader, name);
    return value;
}

static size_t length_of(const struct bp_reader *reader, const struct bp_value *value)
{
    return value && bp_json_kind(reader->json, value) == BP_JSON_VECTOR
               ? bp_json_numbers(reader->json, value).columns
               : 0;
}

/* The lengths of the first sample's vectors, 0 where there is none to be seen. A gradient of the
 * caller's own counts where it is known. */
static struct bp_lengths first_lengths(const struct bp_reader *reader)
{
    const struct bp_value *first = bp_json_element(reader->samples, 0);
    size_t y = length_of(reader, bp_json_member(first, "y"));
    if (!y && reader->job->operation->targets == BP_TARGETS_OR_GRADIENTS)
        y = length_of(reader, bp_json_member(first, "dL_dy_hat"));
    return (struct bp_lengths){length_of(reader, bp_json_member(first, "x")), y};
}

void bp_read_task(struct bp_reader *reader)
{
    struct bp_lengths lengths = {0, 0};
    bp_peek_options(reader);
    if (reader->network)
        lengths = bp_read_network(reader, first_lengths(reader));
    else {
        missing(reader, "network");
        reader->activations_are_faulty = true;
    }
    if (reader->samples)
        read_samples(reader, lengths);
    else
        missing(reader, "samples");
    bp_read_options(reader);
    bp_read_include(reader);
}

/* What is missing has no fault of its own where it is only misspelt, or stands elsewhere. */
bool bp_read_whole_task(struct bp_reader *reader)
{
    const size_t faults_before = reader->problem->n_faults;
    bp_read_task(reader);
    return reader->network && reader->samples && reader->problem->n_faults == faults_before &&
           !bp_has_misplaced(reader);
}

/* --- gradient descent ------------------------------------------------------------------------- */

/* A network that is missing, no object or too deep has a fault already; then the name of any layer
 * will do, for it may be right. */
static size_t known_depth(const struct bp_reader *reader, const char *name)
{
    const struct bp_value *network = reader->network;
    const bool is_object = network && bp_json_kind(reader->json, network) == BP_JSON_OBJECT;
    return is_object && !bp_json_member(network, name) ? reader->job->task.network.depth : SIZE_MAX;
}

static void read_frozen_name(const struct bp_reader *reader, struct bp_frozen *frozen,
                             const struct bp_value *value, size_t i)
{
    const size_t depth = reader->job->task.network.depth;
    const struct bp_names known = bp_tensor_names(depth);
    const char *name = bp_json_string(value);
    size_t layer, index;
    bool is_bias;
    if (!name || !bp_read_tensor_name(name, known_depth(reader, name), &layer, &is_bias)) {
        bp_read_name(reader, value, &(struct bp_place){&FROZEN, "", i}, known.names, known.n,
                     &index);
        return;
    }
    if (layer >= depth)
        return;
    frozen[layer].w |= !is_bias;
    frozen[layer].b |= is_bias;
}

bool bp_read_learning_rate(const struct bp_reader *reader, double *learning_rate, bool needed)
{
    const struct bp_value *rate = bp_read_member(reader, "learning_rate", needed);
    if (rate && bp_read_number(reader, rate, &LEARNING_RATE, learning_rate) && *learning_rate < 0)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &LEARNING_RATE,
                     "write a learning rate of 0 or more")
            ->got = bp_fact_number(*learning_rate);
    return rate;
}

void bp_read_frozen(const struct bp_reader *reader, struct bp_frozen *frozen)
{
    const struct bp_value *value = bp_read_member(reader, "frozen", false);
    size_t n = 0;
    if (value && !bp_is_array(reader, value, &n))
        bp_read_wrong(reader, value, &FROZEN, BP_EXPECTED_NAMES);
    for (size_t i = 0; i < n; i++)
        read_frozen_name(reader, frozen, bp_json_element(value, i), i);
}
