/* Reading what a student hands in: any part of the replies of /backward and /step. */
#ifndef BACKPROPD_CODEC_READ_ANSWERS_H
#define BACKPROPD_CODEC_READ_ANSWERS_H

#include "reader.h"

/*
 * Reads `answers` into the grading that is the job's own. A cell that is no number is no fault: it
 * is blank, its step unreadable, and the job's notes have its pointer and what is wrong with it.
 * The layout is met here: the cells of weights become fan-in x fan-out.
 *
 * In: is_laid_out, whether there are steps to hold answers against; false if the task is at fault.
 */
void bp_read_answers(struct bp_reader *reader, const struct bp_value *answers, bool is_laid_out);

#endif
