/* Reading how answers are to be marked, and laying out the memory that they are read into. */
#ifndef BACKPROPD_CODEC_READ_MARKING_H
#define BACKPROPD_CODEC_READ_MARKING_H

#include "backpropd/layout.h"
#include "grading.h"
#include "reader.h"

typedef void bp_lay_out_job(struct bp_layout *layout, struct bp_job *job);

/*
 * Lays out what is read into a block of the job's, with the weights in the order of the core. Fails
 * (false) if memory runs out: the reader notes it, and decoding ends. In: lay_out, which is called
 * twice, as all layouts.
 */
bool bp_lay_out(struct bp_reader *reader, bp_lay_out_job *lay_out);

/* The `layout` of /grade, /exercise and /exercise/review: the result is the job's own. */
void *bp_laid_out(struct bp_layout *layout, const struct bp_job *job);

/*
 * Reads a `marking`. In/out: grade, for its marking. Out: reveals. In: names of its steps, laid
 * out; NULL if the task is at fault: then weights are not judged.
 */
void bp_read_marking(struct bp_reader *reader, struct bp_grade *grade,
                     const struct bp_step_names *names, bool *reveals);

/* Reads the learning rate. Out: rate, BP_NO_LEARNING_RATE if there is none; of a faulty one some
 * other, for there are steps of descent to speak of. */
void bp_read_rate(struct bp_reader *reader, double *rate);

/* Sees to it that the weights of what counts, if anything does, do not add up to 0. */
void bp_check_weights(struct bp_reader *reader, const struct bp_grade *grade);

/*
 * Reads what follows the task of an exercise that is reviewed, and lays it out. A review makes its
 * mistakes at every step, so more cells than the limit allows are a fault.
 *
 * Out: rate. In/out: grade.
 * In: names of its steps, or NULL if the task is at fault;
 *     lay_out, as for bp_lay_out.
 */
void bp_read_review(struct bp_reader *reader, struct bp_grade *grade, double *rate,
                    const struct bp_step_names *names, bp_lay_out_job *lay_out);

/* True if a step of this name would be that of a bias which is null. Out: layer, from 1. */
bool bp_names_null_bias(const struct bp_network *network, const char *name, size_t *layer);

/* The steps that count: those named in the answers or in the weights. */
bool bp_step_counts(const struct bp_grade *grade, size_t step);

#endif
