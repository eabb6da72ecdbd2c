/* What the operations of the referee have of their own in a job, and their replies. */
#ifndef BACKPROPD_CODEC_GRADING_H
#define BACKPROPD_CODEC_GRADING_H

#include "backpropd/exercise.h"
#include "backpropd/operation.h"
#include "step_names.h"

/* The `own` of /grade. */
struct bp_grading {
    double learning_rate; /* or BP_NO_LEARNING_RATE */
    bool reveals;
    struct bp_step_names names;
    struct bp_grade grade;
};

/* The `own` of /exercise/review. */
struct bp_reviewing {
    double learning_rate;
    struct bp_step_names names;
    struct bp_review review;
};

#define BP_EXERCISE_GENERATOR 1
#define BP_EXERCISE_LAYERS 16
#define BP_EXERCISE_UNITS 64
#define BP_EXERCISE_SAMPLES 16

/* The `own` of /exercise. */
struct bp_drawing {
    double learning_rate;
    bool has_options; /* posted: they come back */
    size_t seed, tries;
    struct bp_layer layers[BP_EXERCISE_LAYERS];
    struct bp_sample samples[BP_EXERCISE_SAMPLES];
    struct bp_step_names names;
    struct bp_exercise exercise;
};

/* Each writes a whole reply as JSON. In: the job, whose notes are what could not be read, or the
 * options of an exercise; the result, which is its `own`. */
void bp_put_grade(struct bp_text *text, const struct bp_job *job, const void *grading);
void bp_put_review(struct bp_text *text, const struct bp_job *job, const void *reviewing);
void bp_put_exercise(struct bp_text *text, const struct bp_job *job, const void *drawing);

/* Parts of the reply of /grade in sentences: to be read by a student, or aloud to one. They follow
 * from what else stands in the reply: no word depends on a right value. */

/* The members `message` and `hint` of a mistake. */
void bp_put_words_of_mistake(struct bp_text *text, const struct bp_job *job,
                             const struct bp_grading *of, const struct bp_found *found);

/* The member `message` of a step that something is to be said of. */
void bp_put_words_of_step(struct bp_text *text, const struct bp_grading *of, size_t step);

/* The member `summary`: how many steps are right, which are not, and where to begin. */
void bp_put_summary(struct bp_text *text, const struct bp_grading *of);

#endif
