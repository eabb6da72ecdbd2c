#include "read_task.h"

#include "read_network.h"
#include "read_options.h"
#include "read_samples.h"
#include "unknown.h"

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
        lengths = bp_read_network(reader, reader->network, first_lengths(reader));
    else {
        missing(reader, "network");
        reader->activations_are_faulty = true;
    }
    if (reader->samples)
        bp_read_samples(reader, reader->samples, lengths);
    else
        missing(reader, "samples");
    const struct bp_value *options = bp_read_member(reader, "options", false);
    if (options)
        bp_read_options(reader, options);
    const struct bp_value *include =
        reader->job->operation->parts.n ? bp_read_member(reader, "include", false) : NULL;
    if (include)
        bp_read_include(reader, include);
}

/* What is missing has no fault of its own where it is only misspelt, or stands elsewhere. */
bool bp_read_whole_task(struct bp_reader *reader)
{
    const size_t faults_before = reader->problem->n_faults;
    bp_read_task(reader);
    return reader->network && reader->samples && reader->problem->n_faults == faults_before &&
           !bp_has_misplaced(reader);
}
