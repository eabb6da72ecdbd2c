#include "lay_out.h"

#include "read_network.h"

bool bp_lay_out(struct bp_reader *reader,
                void (*lay_out)(struct bp_layout *layout, struct bp_job *job))
{
    struct bp_layout layout = {NULL, 0};
    if (!bp_turn_weights(reader))
        return false;
    lay_out(&layout, reader->job);
    layout.base = bp_read_take(reader, layout.used);
    layout.used = 0;
    if (layout.base)
        lay_out(&layout, reader->job);
    return layout.base;
}

void *bp_laid_out(struct bp_layout *layout, const struct bp_job *job)
{
    bp_layout_array(layout, 1, 1); /* a block of 0 bytes could be NULL */
    return job->own;
}
