/* Reading the members of a step of gradient descent. */
#ifndef BACKPROPD_CODEC_READ_DESCENT_H
#define BACKPROPD_CODEC_READ_DESCENT_H

#include "backpropd/descent.h"

#include "reader.h"

/* Reads the learning rate; if it is needed and missing, that is a fault. True if it is there. */
bool bp_read_learning_rate(const struct bp_reader *reader, double *learning_rate, bool needed);

/* Reads the names of the tensors that stay as they were posted. In/out: frozen, (depth), all false
 * before. */
void bp_read_frozen(const struct bp_reader *reader, struct bp_frozen *frozen);

#endif
