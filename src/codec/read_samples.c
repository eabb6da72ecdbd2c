#include "read_samples.h"

#include <stdio.h>
#include <string.h>

static const struct bp_names KNOWN = BP_NAMES("x", "y");

/* What the values of a sample are compared with: W1's rows, or the units of the last b. */
struct measure {
    const char *of;
    size_t layer;
    const char *unit;
    size_t n; /* 0 if unknown */
};

static void wrong_length(const struct bp_reader *reader, const struct bp_place *place, size_t n,
                         const struct measure *measure)
{
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
        "%zu number%s, but %s%zu has %zu %s%s, so %s needs %zu", n, bp_plural(n), measure->of,
        measure->layer, measure->n, measure->unit, bp_plural(measure->n), place->name, measure->n);
    fault->expected = bp_fact_number((double)measure->n);
    fault->got = bp_fact_number((double)n);
}

static const double *read_values(const struct bp_reader *reader, const struct bp_value *value,
                                 const struct bp_place *place, const struct measure *measure)
{
    double *values;
    size_t n;
    if (!bp_read_vector(reader, value, place, &values, &n))
        return NULL;
    if (measure->n && n != measure->n)
        wrong_length(reader, place, n, measure);
    return values;
}

static void read_unknown(const struct bp_reader *reader, const struct bp_value *sample,
                         const struct bp_place *place)
{
    for (struct bp_members m = bp_json_members(sample); bp_json_next(&m);)
        if (strcmp(m.name, "x") != 0 && strcmp(m.name, "y") != 0)
            bp_read_unknown(reader, place, m.name, KNOWN);
}

static struct bp_sample read_sample(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, const struct measure *of_x,
                                    const struct measure *of_y)
{
    struct bp_sample sample = {NULL, NULL};
    const struct bp_value *x = bp_json_member(value, "x"), *y = bp_json_member(value, "y");
    if (bp_json_kind(reader->json, value) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, value, place, "an object");
        return sample;
    }
    if (x)
        sample.x = read_values(reader, x, &(struct bp_place){place, "x", BP_NO_NUMBER}, of_x);
    else
        bp_read_missing(reader, value, place, "x", KNOWN);
    if (y)
        sample.y = read_values(reader, y, &(struct bp_place){place, "y", BP_NO_NUMBER}, of_y);
    else if (reader->job->operation->targets == BP_TARGETS_REQUIRED)
        bp_read_missing(reader, value, place, "y", KNOWN);
    if (bp_json_count_members(value) > (size_t) !!x + (size_t) !!y)
        read_unknown(reader, value, place);
    return sample;
}

void bp_read_samples(struct bp_reader *reader, const struct bp_value *value,
                     struct bp_lengths lengths)
{
    const struct measure of_x = {"W", 1, "row", lengths.x};
    const struct measure of_y = {"b", reader->job->task.network.depth, "unit", lengths.y};
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
    struct bp_sample *samples = (struct bp_sample *)reader->job->task.samples;
    for (size_t s = 0; s < n; s++) {
        samples[s] = read_sample(reader, bp_json_element(value, s),
                                 &(struct bp_place){&bp_place_samples, "", s}, &of_x, &of_y);
        reader->job->n_targets += samples[s].y != NULL;
    }
}
