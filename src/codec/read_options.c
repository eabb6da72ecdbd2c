#include "read_options.h"

#include <string.h>

#include "backpropd/loss.h"
#include "backpropd/suggest.h"
#include "member_names.h"
#include "unknown.h"

#define AS_PLACE(name, wire, read)                                                                 \
    static const struct bp_place name = {&bp_place_options, wire, BP_NO_NUMBER};
BP_OPTIONS_READ(AS_PLACE)

static const char *const LAYOUTS[] = {"in_out", "out_in"};

static void read_rounding(struct bp_reader *reader, const struct bp_value *value)
{
    size_t decimals;
    if (bp_json_kind(reader->json, value) == BP_JSON_NULL)
        reader->job->task.rules.round_decimals = BP_NO_ROUNDING;
    else if (!bp_json_numbers(reader->json, value).rows)
        bp_read_wrong(reader, value, &ROUND_DECIMALS, BP_EXPECTED_INTEGER_OR_NULL);
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
                     "write a derivative from 0 to 1")
            ->got = bp_fact_number(*at_zero);
}

bool bp_reader_fits_loss(const struct bp_reader *reader)
{
    const enum bp_activation needs = bp_loss_needs(reader->job->task.rules.loss);
    return !reader->loss_is_faulty && !reader->activations_are_faulty &&
           (needs == BP_ACTIVATION_ANY ||
            bp_network_last(&reader->job->task.network)->activation == needs);
}

static void read_loss(struct bp_reader *reader, const struct bp_value *value)
{
    const enum bp_loss loss = reader->job->task.rules.loss;
    size_t index;
    if (!bp_read_name(reader, value, &LOSS, bp_loss_names, BP_LOSS_COUNT, &index) ||
        reader->activations_are_faulty || bp_reader_fits_loss(reader))
        return;
    const size_t depth = reader->job->task.network.depth;
    const char *needed = bp_activation_names[bp_loss_needs(loss)];
    const char *last = bp_activation_names[bp_network_last(&reader->job->task.network)->activation];
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_INCOMPATIBLE, &LOSS, "%s", "");
    if (reader->job->posted_activations)
        bp_fault_say(fault,
                     "set the last of network.activations to \"%s\": %s goes with it, not with %s",
                     needed, bp_loss_names[loss], last);
    else
        bp_fault_say(
            fault,
            "add \"activations\": [%s\"%s\"]%s, one name for each layer: %s needs %s in the "
            "last layer",
            depth == 1   ? ""
            : depth == 2 ? "\"relu\", "
                         : "\"relu\", ..., ",
            needed, reader->network ? " to network" : "", bp_loss_names[loss], needed);
    if (strcmp(last, bp_activation_names[BP_ACTIVATION_SOFTMAX]) == 0)
        bp_fault_say(fault, "; or set the loss to \"cross_entropy\"");
    if (strcmp(last, bp_activation_names[BP_ACTIVATION_SIGMOID]) == 0)
        bp_fault_say(fault, "; or set the loss to \"binary_cross_entropy\"");
    fault->expected = bp_fact_text(needed);
    fault->got = bp_fact_text(last);
}

/* Looks a name up without a word about it: bp_read_options says what is wrong with it. */
static bool peek(const struct bp_value *options, const char *member, const char *const *names,
                 size_t n, size_t *index)
{
    const struct bp_value *value = bp_json_member(options, member);
    const char *text = bp_json_string(value);
    if (!value)
        return true;
    const size_t found = text ? bp_find_name(text, names, n) : n;
    if (found < n)
        *index = found;
    return found < n;
}

void bp_peek_options(struct bp_reader *reader)
{
    const struct bp_value *options = bp_json_member(reader->root, "options");
    size_t layout = 0, loss = BP_LOSS_MSE;
    reader->layout_is_faulty = !peek(options, "layout", LAYOUTS, 2, &layout);
    reader->loss_is_faulty = !peek(options, "loss", bp_loss_names, BP_LOSS_COUNT, &loss);
    reader->job->is_out_in = layout == 1;
    reader->job->task.rules.loss = (enum bp_loss)loss;
}

static void read_reduction(struct bp_reader *reader, const struct bp_value *value)
{
    size_t index;
    if (bp_read_name(reader, value, &REDUCTION, bp_reduction_names, BP_REDUCTION_COUNT, &index))
        reader->job->task.rules.reduction = (enum bp_reduction)index;
}

/* bp_peek_options has the layout already. */
static void read_layout(struct bp_reader *reader, const struct bp_value *value)
{
    size_t index;
    bp_read_name(reader, value, &LAYOUT, LAYOUTS, 2, &index);
}

static void read_option(struct bp_reader *reader, const char *name, const struct bp_value *value)
{
#define AS_READER(name, wire, read) read,
    static void (*const readers[])(struct bp_reader *,
                                   const struct bp_value *) = {BP_OPTIONS_READ(AS_READER)};
    const size_t i = bp_find_name(name, bp_option_names.names, bp_option_names.n);
    if (i < bp_option_names.n)
        readers[i](reader, value);
    else
        bp_read_unknown(reader, &bp_place_options, name, value, bp_option_names);
}

void bp_read_options(struct bp_reader *reader)
{
    const struct bp_value *options = bp_json_member(reader->root, "options");
    if (options && bp_json_kind(reader->json, options) != BP_JSON_OBJECT)
        bp_read_wrong(reader, options, &bp_place_options, BP_EXPECTED_OBJECT);
    for (struct bp_members m = bp_json_members(options); bp_json_next(&m);)
        read_option(reader, m.name, m.value);
}

/* The bit of a name on the wire. */
static unsigned part_of(const char *name)
{
#define AS_BIT(part, wire, bit) strcmp(name, wire) == 0 ? (bit):
    return BP_PARTS(AS_BIT) 0U;
#undef AS_BIT
}

void bp_read_include(struct bp_reader *reader)
{
    const struct bp_names parts = reader->job->operation->parts;
    const struct bp_value *include = parts.n ? bp_json_member(reader->root, "include") : NULL;
    size_t n, part;
    if (!include)
        return;
    if (!bp_is_array(reader, include, &n))
        bp_read_wrong(reader, include, &bp_place_include, BP_EXPECTED_STRINGS);
    reader->job->include = 0;
    for (size_t i = 0; i < n; i++)
        if (bp_read_name(reader, bp_json_element(include, i),
                         &(struct bp_place){&bp_place_include, "", i}, parts.names, parts.n, &part))
            reader->job->include |= part_of(parts.names[part]);
}
