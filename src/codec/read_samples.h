/* Reading samples: they have their room already, as many as the array holds. */
#ifndef BACKPROPD_CODEC_READ_SAMPLES_H
#define BACKPROPD_CODEC_READ_SAMPLES_H

#include "reader.h"

/* In: needed, the lengths of x and y. */
void bp_read_samples(struct bp_reader *reader, struct bp_lengths needed);

#endif
