#include "read_task.h"

#include "read_network.h"
#include "read_options.h"
#include "read_samples.h"
#include "skeleton.h"

static void missing(const struct bp_reader *reader, const char *name)
{
    bp_read_missing(reader, reader->root, &bp_place_body, name, reader->job->operation->members);
}

const json_t *bp_read_member(const struct bp_reader *reader, const char *name, bool needed)
{
    const json_t *value = json_object_get(reader->root, name);
    if (!value && needed)
        missing(reader, name);
    return value;
}

/* The length of the first sample's x, 0 if there is none to be seen. */
static size_t first_x(const struct bp_reader *reader)
{
    const json_t *x = json_object_get(json_array_get(reader->samples, 0), "x");
    const struct bp_lift *lift = x ? bp_skeleton_lift(reader->lifted, x) : NULL;
    return lift && lift->kind == BP_LIFT_VECTOR ? lift->columns : 0;
}

void bp_read_task(struct bp_reader *reader)
{
    struct bp_lengths lengths = {0, 0};
    if (reader->network)
        lengths = bp_read_network(reader, reader->network, first_x(reader));
    else
        missing(reader, "network");
    if (reader->samples)
        bp_read_samples(reader, reader->samples, lengths);
    else
        missing(reader, "samples");
    const json_t *options = bp_read_member(reader, "options", false);
    if (options)
        bp_read_options(reader, options);
    const json_t *include = bp_read_member(reader, "include", false);
    if (include)
        bp_read_include(reader, include);
}
