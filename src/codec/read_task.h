/* Reading a task: the members that most operations have, and those of gradient descent. */
#ifndef BACKPROPD_CODEC_READ_TASK_H
#define BACKPROPD_CODEC_READ_TASK_H

#include "backpropd/descent.h"
#include "reader.h"

/* A member of the body, or NULL; if it is needed and missing, that is a fault. */
const struct bp_value *bp_read_member(const struct bp_reader *reader, const char *name,
                                      bool needed);

/* Reads network, samples, options and include, in the order in which their faults are listed. */
void bp_read_task(struct bp_reader *reader);

/* The same. False if the task cannot be relied on: something in it is at fault, or missing. */
bool bp_read_whole_task(struct bp_reader *reader);

/* Reads the learning rate; if it is needed and missing, that is a fault. True if it is there. */
bool bp_read_learning_rate(const struct bp_reader *reader, double *learning_rate, bool needed);

/* Reads the names of the tensors that stay as they were posted. In/out: frozen, (depth), all false
 * before. */
void bp_read_frozen(const struct bp_reader *reader, struct bp_frozen *frozen);

#endif
