#include "read_options.h"

#include <string.h>

static const struct bp_names KNOWN = BP_NAMES("round_decimals", "relu_at_zero", "loss");

static const struct bp_place ROUND_DECIMALS = {&bp_place_options, "round_decimals", BP_NO_NUMBER};
static const struct bp_place RELU_AT_ZERO = {&bp_place_options, "relu_at_zero", BP_NO_NUMBER};
static const struct bp_place LOSS = {&bp_place_options, "loss", BP_NO_NUMBER};

static void read_rounding(struct bp_reader *reader, const struct bp_value *value)
{
    size_t decimals;
    if (bp_json_kind(reader->json, value) == BP_JSON_NULL)
        reader->job->task.rules.round_decimals = BP_NO_ROUNDING;
    else if (!bp_json_numbers(reader->json, value).rows)
        bp_read_wrong(reader, value, &ROUND_DECIMALS, "an integer or null");
    else if (bp_read_integer(reader, value, &ROUND_DECIMALS, 0, 15, BP_FAULT_OUT_OF_RANGE,
                             &decimals))
        reader->job->task.rules.round_decimals = (int)decimals;
}

static void read_relu_at_zero(struct bp_reader *reader, const struct bp_value *value)
{
    double *at_zero = &reader->job->task.rules.relu_at_zero;
    if (!bp_read_number(reader, value, &RELU_AT_ZERO, at_zero))
        return;
    if (*at_zero < 0 || *at_zero > 1)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &RELU_AT_ZERO,
                     "a derivative between 0 and 1 is needed here")
            ->got = bp_fact_number(*at_zero);
}

static void read_loss(struct bp_reader *reader, const struct bp_value *value)
{
    size_t index;
    if (bp_read_name(reader, value, &LOSS, bp_loss_names, BP_LOSS_COUNT, &index))
        reader->job->task.rules.loss = (enum bp_loss)index;
}

void bp_read_options(struct bp_reader *reader, const struct bp_value *options)
{
    if (bp_json_kind(reader->json, options) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, options, &bp_place_options, "an object");
        return;
    }
    for (struct bp_members m = bp_json_members(options); bp_json_next(&m);) {
        if (strcmp(m.name, "round_decimals") == 0)
            read_rounding(reader, m.value);
        else if (strcmp(m.name, "relu_at_zero") == 0)
            read_relu_at_zero(reader, m.value);
        else if (strcmp(m.name, "loss") == 0)
            read_loss(reader, m.value);
        else
            bp_read_unknown(reader, &bp_place_options, m.name, KNOWN);
    }
}

/* The bit of a name on the wire. */
static unsigned part_of(const char *name)
{
#define AS_BIT(part, wire, bit) strcmp(name, wire) == 0 ? (bit):
    return BP_PARTS(AS_BIT) 0U;
#undef AS_BIT
}

void bp_read_include(struct bp_reader *reader, const struct bp_value *include)
{
    const struct bp_names parts = reader->job->operation->parts;
    size_t n, part;
    if (!bp_is_array(reader, include, &n)) {
        bp_read_wrong(reader, include, &bp_place_include, "an array of strings");
        return;
    }
    reader->job->include = 0;
    for (size_t i = 0; i < n; i++)
        if (bp_read_name(reader, bp_json_element(include, i),
                         &(struct bp_place){&bp_place_include, "", i}, parts.names, parts.n, &part))
            reader->job->include |= part_of(parts.names[part]);
}
