/* The verdict as JSON. */
#ifndef BACKPROPD_CODEC_ENCODE_GRADE_H
#define BACKPROPD_CODEC_ENCODE_GRADE_H

#include "grading.h"

/* The whole reply of /grade. In: the job's notes of what could not be read; its `own`, graded. */
void bp_put_grade(struct bp_text *text, const struct bp_job *job, const void *grading);

#endif
