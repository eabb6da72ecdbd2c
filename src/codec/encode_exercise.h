/* What an exercise can reveal, and one that was drawn, as JSON. */
#ifndef BACKPROPD_CODEC_ENCODE_EXERCISE_H
#define BACKPROPD_CODEC_ENCODE_EXERCISE_H

#include "grading.h"

/* The whole replies of /exercise/review and /exercise. In: the job's notes, the options of an
 * exercise as they were posted; its `own`. */
void bp_put_review(struct bp_text *text, const struct bp_job *job, const void *reviewing);
void bp_put_exercise(struct bp_text *text, const struct bp_job *job, const void *result);

#endif
