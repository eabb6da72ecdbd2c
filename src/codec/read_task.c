#include "read_task.h"

#include <stdint.h>

#include "member_names.h"
#include "read_network.h"
#include "read_options.h"
#include "read_samples.h"
#include "unknown.h"

static const struct bp_place LEARNING_RATE = {&bp_place_body, "learning_rate", BP_NO_NUMBER};
static const struct bp_place FROZEN = {&bp_place_body, "frozen", BP_NO_NUMBER};

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
        bp_read_samples(reader, lengths);
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
    if (rate)
        bp_read_within(reader, rate, &LEARNING_RATE, "learning rate", 0, BP_NO_UPPER_BOUND,
                       learning_rate);
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
