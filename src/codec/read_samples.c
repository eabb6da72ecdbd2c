#include <string.h>

#include "reader.h"

static const char *const MEMBERS[] = {"x", "y"};
static const struct bp_names KNOWN = {MEMBERS, 2};

/* Reads x or y and compares its length: `whose` says what it is compared with. */
static const double *read_values(const struct bp_reader *reader, const json_t *value,
                                 const char *pointer, size_t needed, const char *whose)
{
    const char *name = strrchr(pointer, '/') + 1;
    double *values;
    size_t n;
    if (!bp_read_vector(reader, value, pointer, &values, &n))
        return NULL;
    if (needed && n != needed) {
        struct bp_fault *fault =
            bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, pointer,
                         "%zu number%s, but %s, so %s needs %zu", n, n == 1 ? "" : "s", whose,
                         name, needed);
        fault->expected = bp_fact_number((double)needed);
        fault->got = bp_fact_number((double)n);
    }
    return values;
}

static void read_unknown(const struct bp_reader *reader, const json_t *sample, const char *pointer)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)sample, key, value)
        if (strcmp(key, "x") != 0 && strcmp(key, "y") != 0)
            bp_read_unknown(reader, pointer, key, KNOWN);
}

/* What one sample's lengths are compared with, in words. */
struct lengths {
    size_t n_x, n_y;
    char of_x[64], of_y[64];
};

static struct bp_sample read_sample(const struct bp_reader *reader, const json_t *value,
                                    const char *pointer, const struct lengths *lengths)
{
    struct bp_sample sample = {NULL, NULL};
    const json_t *x = json_object_get(value, "x"), *y = json_object_get(value, "y");
    if (!json_is_object(value)) {
        bp_read_wrong(reader, value, pointer, "an object");
        return sample;
    }
    if (x)
        sample.x = read_values(reader, x, bp_pointer_of("%s/x", pointer).text, lengths->n_x,
                               lengths->of_x);
    else
        bp_read_missing(reader, value, pointer, "x", KNOWN);
    if (y)
        sample.y = read_values(reader, y, bp_pointer_of("%s/y", pointer).text, lengths->n_y,
                               lengths->of_y);
    else if (reader->job->endpoint != BP_FORWARD)
        bp_read_missing(reader, value, pointer, "y", KNOWN);
    read_unknown(reader, value, pointer);
    return sample;
}

static struct lengths lengths_of(const struct bp_reader *reader, size_t n_x, size_t n_y)
{
    struct lengths lengths = {.n_x = n_x, .n_y = n_y};
    const size_t depth = reader->job->task.network.depth;
    snprintf(lengths.of_x, sizeof lengths.of_x, "W1 has %zu row%s", n_x, n_x == 1 ? "" : "s");
    snprintf(lengths.of_y, sizeof lengths.of_y, "b%zu has %zu unit%s", depth, n_y,
             n_y == 1 ? "" : "s");
    return lengths;
}

void bp_read_samples(struct bp_reader *reader, const json_t *value, size_t n_x, size_t n_y)
{
    const struct lengths lengths = lengths_of(reader, n_x, n_y);
    size_t n;
    if (!bp_is_array(reader, value, &n)) {
        bp_read_wrong(reader, value, "#/samples", "an array of objects");
        return;
    }
    if (n == 0) {
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, "#/samples", "at least one sample is needed");
        return;
    }
    if (n > reader->limits->samples) {
        bp_read_limit(reader, "#/samples", "samples", reader->limits->samples, n);
        return;
    }
    struct bp_sample *samples = (struct bp_sample *)reader->job->task.samples;
    reader->job->has_targets = true;
    for (size_t s = 0; s < n; s++) {
        samples[s] = read_sample(reader, json_array_get(value, s),
                                 bp_pointer_of("#/samples/%zu", s).text, &lengths);
        reader->job->has_targets = reader->job->has_targets && samples[s].y;
    }
}
