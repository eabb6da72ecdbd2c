#include "read_options.h"

#include <string.h>

#include "skeleton.h"

static const struct bp_names KNOWN = BP_NAMES("round_decimals", "relu_at_zero", "loss");

static const struct bp_place ROUND_DECIMALS = {&bp_place_options, "round_decimals", BP_NO_NUMBER};
static const struct bp_place RELU_AT_ZERO = {&bp_place_options, "relu_at_zero", BP_NO_NUMBER};
static const struct bp_place LOSS = {&bp_place_options, "loss", BP_NO_NUMBER};

static void read_rounding(struct bp_reader *reader, const json_t *value)
{
    size_t decimals;
    if (json_is_null(value))
        reader->job->task.rules.round_decimals = BP_NO_ROUNDING;
    else if (!bp_skeleton_lift(reader->lifted, value))
        bp_read_wrong(reader, value, &ROUND_DECIMALS, "an integer or null");
    else if (bp_read_integer(reader, value, &ROUND_DECIMALS, 0, 15, BP_FAULT_OUT_OF_RANGE,
                             &decimals))
        reader->job->task.rules.round_decimals = (int)decimals;
}

static void read_relu_at_zero(struct bp_reader *reader, const json_t *value)
{
    double *at_zero = &reader->job->task.rules.relu_at_zero;
    if (!bp_read_number(reader, value, &RELU_AT_ZERO, at_zero))
        return;
    if (*at_zero < 0 || *at_zero > 1)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &RELU_AT_ZERO,
                     "a derivative between 0 and 1 is needed here")
            ->got = bp_fact_number(*at_zero);
}

static void read_loss(struct bp_reader *reader, const json_t *value)
{
    size_t index;
    if (bp_read_name(reader, value, &LOSS, bp_loss_names, BP_LOSS_COUNT, &index))
        reader->job->task.rules.loss = (enum bp_loss)index;
}

void bp_read_options(struct bp_reader *reader, const json_t *options)
{
    const char *key;
    json_t *value;
    if (!json_is_object(options)) {
        bp_read_wrong(reader, options, &bp_place_options, "an object");
        return;
    }
    json_object_foreach((json_t *)options, key, value) {
        if (strcmp(key, "round_decimals") == 0)
            read_rounding(reader, value);
        else if (strcmp(key, "relu_at_zero") == 0)
            read_relu_at_zero(reader, value);
        else if (strcmp(key, "loss") == 0)
            read_loss(reader, value);
        else
            bp_read_unknown(reader, &bp_place_options, key, KNOWN);
    }
}

/* The bit of a name on the wire. */
static unsigned part_of(const char *name)
{
#define AS_BIT(part, wire, bit) strcmp(name, wire) == 0 ? (bit):
    return BP_PARTS(AS_BIT) 0U;
#undef AS_BIT
}

void bp_read_include(struct bp_reader *reader, const json_t *include)
{
    const struct bp_names parts = reader->job->operation->parts;
    size_t n, part;
    if (!bp_is_array(reader, include, &n)) {
        bp_read_wrong(reader, include, &bp_place_include, "an array of strings");
        return;
    }
    reader->job->include = 0;
    for (size_t i = 0; i < n; i++)
        if (bp_read_name(reader, json_array_get(include, i),
                         &(struct bp_place){&bp_place_include, "", i}, parts.names, parts.n, &part))
            reader->job->include |= part_of(parts.names[part]);
}
