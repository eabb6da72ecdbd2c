/* Reading what a student hands in: any part of the replies of /backward and /step. */
#ifndef BACKPROPD_CODEC_READ_ANSWERS_H
#define BACKPROPD_CODEC_READ_ANSWERS_H

#include "grading.h"
#include "reader.h"

/*
 * Reads `answers`. A cell that is no number is no fault: it is blank, its step unreadable, and the
 * job's notes have its pointer and what is wrong with it. The layout is met here: the cells of
 * weights become fan-in x fan-out.
 *
 * In/out: grading, laid out, with its names; or NULL, of a task that is at fault: then there are no
 * steps to hold answers against.
 */
void bp_read_answers(struct bp_reader *reader, const struct bp_value *answers,
                     struct bp_grading *grading);

#endif
