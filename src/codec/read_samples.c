#include "read_samples.h"

#include <stdio.h>
#include <string.h>

#include "backpropd/loss.h"
#include "hint.h"
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
    size_t n; /* 0 if unknown */
};

static void wrong_length(const struct bp_reader *reader, const struct bp_place *place,
                         const double *values, size_t n, const struct measure *measure)
{
    const char *width_is_of = bp_is_width_of_b(reader, measure->layer) ? "b" : "layer ";
    struct bp_fault *fault =
        bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
                     "%zu number%s, but %s%zu has %zu %s%s, so %s needs %zu", n, bp_plural(n),
                     measure->of ? measure->of : width_is_of, measure->layer, measure->n,
                     measure->unit, bp_plural(measure->n), place->name, measure->n);
    fault->expected = bp_fact_number((double)measure->n);
    fault->got = bp_fact_number((double)n);
    bp_hint_decimal_comma(fault, values, n, measure->n);
}

static const double *read_values(const struct bp_reader *reader, const struct bp_value *value,
                                 const struct bp_place *place, const struct measure *measure,
                                 size_t *n)
{
    double *values;
    if (!bp_read_vector(reader, value, place, &values, n))
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
    for (size_t j = 0; j < n; j++)
        if (y[j] < 0 || (is_binary && y[j] > 1))
            bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &(struct bp_place){place, "", j},
                         is_binary ? "a target of %s must be from 0 to 1"
                                   : "a target of %s must be 0 or more",
                         bp_loss_names[reader->job->task.rules.loss])
                ->got = bp_fact_number(y[j]);
}

static void read_unknown(const struct bp_reader *reader, const struct bp_value *sample,
                         const struct bp_place *place)
{
    const struct bp_names known = known_of(reader);
    for (struct bp_members m = bp_json_members(sample); bp_json_next(&m);)
        if (!bp_is_known(m.name, known))
            bp_read_unknown(reader, place, m.name, known);
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
        sample->y = read_values(reader, y, &at_y, of_y, &n);
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

static struct bp_sample read_sample(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, const struct measure *of_x,
                                    const struct measure *of_y)
{
    struct bp_sample sample = {NULL, NULL, NULL};
    const struct bp_value *x = bp_json_member(value, "x");
    size_t n;
    if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, value, place, "an object");
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
    const struct measure of_x = {"W", 1, reader->job->is_out_in ? "column" : "row", lengths.x};
    const struct measure of_y = {NULL, reader->job->task.network.depth, "unit", lengths.y};
    size_t n;
    if (!bp_is_array(reader, value, &n)) {
        bp_read_wrong(reader, value, &bp_place_samples, "an array of objects");
        return;
    }
    if (n == 0) {
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, &bp_place_samples,
                     "at least one sample is needed");
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
