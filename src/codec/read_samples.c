#include "read_samples.h"

#include <stdio.h>
#include <string.h>

#include "backpropd/loss.h"
#include "member_names.h"
#include "read_network.h"
#include "read_options.h"
#include "unknown.h"

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

/* What the values of a sample are compared with: W1's fan-in, or the units of the last layer. */
struct measure {
    const char *of; /* W, or what tells the width: NULL */
    size_t layer;
    const char *unit;
    size_t n;    /* 0 if unknown */
    size_t rows; /* of the sample's x, 0 if that is no matrix */
};

static void wrong_length(const struct bp_reader *reader, const struct bp_place *place,
                         const double *values, size_t n, const struct measure *measure)
{
    const bool is_x = measure->of;
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
                                          "give %s %zu number%s, not %zu: ", place->name,
                                          measure->n, bp_plural(measure->n), n);
    if (is_x)
        bp_fault_say(fault, "%s%zu has %zu %s%s, one for each input", measure->of, measure->layer,
                     measure->n, measure->unit, bp_plural(measure->n));
    else
        bp_fault_say(fault, "one for each unit of the last layer (%s%zu has %zu)",
                     bp_is_width_of_b(reader, measure->layer) ? "b" : "layer ", measure->layer,
                     measure->n);
    if (measure->n == 1 && n == measure->rows)
        bp_fault_say(fault, "; x has %zu rows: write one sample for each, with one number of y", n);
    fault->expected = bp_fact_number((double)measure->n);
    fault->got = bp_fact_number((double)n);
    bp_hint_decimal_comma(fault, values, n, measure->n);
    if (is_x && n + 1 == measure->n)
        bp_fault_say(fault, "; if a %s of W1 holds the biases, move it into b1", measure->unit);
    if (strcmp(place->name, "y") == 0 && n == 1)
        bp_hint_class(fault, *values, measure->n);
}

/* The number of rows of an x that is a matrix, else 0. In: x, or NULL. */
static size_t count_rows(const struct bp_reader *reader, const struct bp_value *x)
{
    const bool is_matrix = x && bp_json_kind(reader->json, x) == BP_JSON_MATRIX;
    return is_matrix ? bp_json_numbers(reader->json, x).rows : 0;
}

static const double *read_values(const struct bp_reader *reader, const struct bp_value *value,
                                 const struct bp_place *place, const struct measure *measure,
                                 size_t *n)
{
    double *values;
    if (!bp_read_vector(reader, value, place, measure->n, &values, n))
        return NULL;
    if (measure->n && *n != measure->n)
        wrong_length(reader, place, values, *n, measure);
    return values;
}

/* A logarithm wants targets that are not negative, and a binary one none above 1. Beside an
 * incompatibility this says nothing: the loss may be the mistake. */
static void check_range(const struct bp_reader *reader, const struct bp_place *place,
                        const double *y, size_t n)
{
    bool is_binary = false;
    switch (bp_loss_kind(reader->job->task.rules.loss)) {
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
                         bp_loss_names[reader->job->task.rules.loss]);
        if (y[j] == -1)
            bp_fault_say(fault, "; if -1 and 1 are two classes, write 0 and 1");
        fault->got = bp_fact_number(y[j]);
    }
}

static void read_unknown(const struct bp_reader *reader, const struct bp_value *sample,
                         const struct bp_place *place)
{
    const struct bp_names known = known_of(reader);
    for (struct bp_members m = bp_json_members(sample); bp_json_next(&m);)
        if (!bp_is_known(m.name, known))
            bp_read_unknown(reader, place, m.name, m.value, known);
}

/* Reads the target, or the gradient that takes its place; says how many of the two there are. */
static size_t read_target(const struct bp_reader *reader, struct bp_sample *sample,
                          const struct bp_value *value, const struct bp_place *place,
                          const struct measure *of_y)
{
    const struct bp_place at_y = {place, "y", BP_NO_NUMBER};
    const struct bp_place at_gradient = {place, "dL_dy_hat", BP_NO_NUMBER};
    const struct bp_value *y = bp_json_member(value, "y"), *gradient = NULL;
    size_t n;
    if (bp_is_known("dL_dy_hat", known_of(reader)))
        gradient = bp_json_member(value, "dL_dy_hat");
    if (y) {
        struct measure of_this = *of_y;
        of_this.rows = count_rows(reader, bp_json_member(value, "x"));
        sample->y = read_values(reader, y, &at_y, &of_this, &n);
        if (sample->y && !gradient)
            check_range(reader, &at_y, sample->y, n);
    }
    if (gradient)
        sample->dl_dy_hat = read_values(reader, gradient, &at_gradient, of_y, &n);
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
static void say_form(struct bp_fault *fault, const struct measure *of_x, const struct measure *of_y)
{
    if (!of_x->n || !of_y->n)
        bp_fault_say(fault, "; write each sample as {\"x\": [...], \"y\": [...]}");
    else
        bp_fault_say(fault, "; write each sample as {\"x\": [%zu number%s], \"y\": [%zu number%s]}",
                     of_x->n, bp_plural(of_x->n), of_y->n, bp_plural(of_y->n));
}

/* The fault of a value that is not a sample. Only the first of several in a row shows the form. */
static void no_sample(const struct bp_reader *reader, const struct bp_value *value,
                      const struct bp_place *place, const struct measure *of_x,
                      const struct measure *of_y)
{
    const struct bp_value *before =
        place->number ? bp_json_element(reader->samples, place->number - 1) : NULL;
    struct bp_fault *fault = bp_read_wrong_kind(reader, value, place, BP_EXPECTED_OBJECT, 0);
    if (!before || bp_json_kind(reader->json, before) == BP_JSON_OBJECT)
        say_form(fault, of_x, of_y);
}

static struct bp_sample read_sample(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, const struct measure *of_x,
                                    const struct measure *of_y)
{
    struct bp_sample sample = {NULL, NULL, NULL};
    const struct bp_value *x = bp_json_member(value, "x");
    size_t n;
    if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT) {
        no_sample(reader, value, place, of_x, of_y);
        return sample;
    }
    if (x)
        sample.x = read_values(reader, x, &(struct bp_place){place, "x", BP_NO_NUMBER}, of_x, &n);
    else
        bp_read_missing(reader, value, place, "x", known_of(reader));
    const size_t n_known = (size_t) !!x + read_target(reader, &sample, value, place, of_y);
    if (bp_json_count_members(value) > n_known)
        read_unknown(reader, value, place);
    return sample;
}

void bp_read_samples(struct bp_reader *reader, const struct bp_value *value,
                     struct bp_lengths lengths)
{
    const struct measure of_x = {"W", 1, reader->job->is_out_in ? "column" : "row", lengths.x, 0};
    const struct measure of_y = {NULL, reader->job->task.network.depth, "unit", lengths.y, 0};
    size_t n;
    if (!bp_is_array(reader, value, &n)) {
        struct bp_fault *fault =
            bp_read_wrong_kind(reader, value, &bp_place_samples, BP_EXPECTED_OBJECTS, 0);
        if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT)
            say_form(fault, &of_x, &of_y);
        return;
    }
    if (n == 0) {
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, &bp_place_samples,
                     "write at least one sample");
        return;
    }
    if (n > reader->limits->samples) {
        bp_read_limit(reader, &bp_place_samples, "samples", reader->limits->samples, n);
        return;
    }
    reader->needs_targets = needs_targets(reader);
    struct bp_sample *samples = (struct bp_sample *)reader->job->task.samples;
    for (size_t s = 0; s < n; s++) {
        samples[s] = read_sample(reader, bp_json_element(value, s),
                                 &(struct bp_place){&bp_place_samples, "", s}, &of_x, &of_y);
        reader->job->n_targets += samples[s].y != NULL;
    }
}
