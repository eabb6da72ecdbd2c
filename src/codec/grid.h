/* How a table of the core lies on the wire: weights that are posted out_in are turned. */
#ifndef BACKPROPD_CODEC_GRID_H
#define BACKPROPD_CODEC_GRID_H

#include "backpropd/job.h"

struct bp_grid {
    size_t rows, columns; /* on the wire */
    size_t down, across;  /* cells of the core from one row to the next, and from one column */
};

/* In: height and width of the table in the core. */
static inline struct bp_grid bp_grid(size_t height, size_t width, bool is_turned)
{
    return is_turned ? (struct bp_grid){width, height, 1, width}
                     : (struct bp_grid){height, width, width, 1};
}

/* The weights of a layer. */
static inline struct bp_grid bp_grid_of(const struct bp_job *job, const struct bp_layer *layer)
{
    return bp_grid(layer->n_in, layer->n_out, job->is_out_in);
}

#endif
