/* For operations that lay out their memory while they read, because what they read goes into it. */
#ifndef BACKPROPD_CODEC_LAY_OUT_H
#define BACKPROPD_CODEC_LAY_OUT_H

#include "backpropd/layout.h"
#include "reader.h"

/*
 * Lays out in a block of the job's, with the weights in the order of the core. Fails (false) if
 * memory runs out: the reader notes it, and decoding ends. In: lay_out, which is called twice, as
 * all layouts.
 */
bool bp_lay_out(struct bp_reader *reader,
                void (*lay_out)(struct bp_layout *layout, struct bp_job *job));

/* The `layout` of their rows: the result is the job's own. */
void *bp_laid_out(struct bp_layout *layout, const struct bp_job *job);

#endif
