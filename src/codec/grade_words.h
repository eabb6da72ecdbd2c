/* What the reply of /grade says in sentences: to be read by a student, or aloud to one. */
#ifndef BACKPROPD_CODEC_GRADE_WORDS_H
#define BACKPROPD_CODEC_GRADE_WORDS_H

#include "grading.h"

/* All of it follows from what else stands in the reply: no word depends on a right value. */

/* Puts the members `message` and `hint` of a mistake. */
void bp_put_words_of_mistake(struct bp_text *text, const struct bp_job *job,
                             const struct bp_grading *of, const struct bp_found *found);

/* Puts the member `message` of a step that something is to be said of. */
void bp_put_words_of_step(struct bp_text *text, const struct bp_grading *of, size_t step);

/* Puts the member `summary`: how many steps are right, which are not, and where to begin. */
void bp_put_summary(struct bp_text *text, const struct bp_grading *of);

#endif
