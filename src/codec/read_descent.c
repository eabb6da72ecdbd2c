#include "read_descent.h"

#include <stdint.h>

#include "member_names.h"
#include "read_task.h"

static const struct bp_place LEARNING_RATE = {&bp_place_body, "learning_rate", BP_NO_NUMBER};
static const struct bp_place FROZEN = {&bp_place_body, "frozen", BP_NO_NUMBER};

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
    size_t n;
    if (!value)
        return;
    if (!bp_is_array(reader, value, &n)) {
        bp_read_wrong(reader, value, &FROZEN, BP_EXPECTED_NAMES);
        return;
    }
    for (size_t i = 0; i < n; i++)
        read_frozen_name(reader, frozen, bp_json_element(value, i), i);
}
