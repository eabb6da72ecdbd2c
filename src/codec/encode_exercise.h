/* What an exercise can reveal, and one that was drawn, as JSON. */
#ifndef BACKPROPD_CODEC_ENCODE_EXERCISE_H
#define BACKPROPD_CODEC_ENCODE_EXERCISE_H

#include "grading.h"

void bp_put_review(struct bp_text *text, const struct bp_review *review,
                   const struct bp_step_names *names);

/* The whole reply of /exercise. In: the job's notes, the options as they were posted. */
void bp_put_exercise(struct bp_text *text, const struct bp_job *job,
                     const struct bp_drawing *drawing);

#endif
