/* The verdict as JSON. */
#ifndef BACKPROPD_CODEC_ENCODE_GRADE_H
#define BACKPROPD_CODEC_ENCODE_GRADE_H

#include "grading.h"

/* The whole reply of /grade. In: grading, graded; the job's notes of what could not be read. */
void bp_put_grade(struct bp_text *text, const struct bp_job *job, const struct bp_grading *grading);

#endif
