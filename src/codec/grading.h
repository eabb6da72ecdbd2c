/* What the operations of the referee have of their own in a job. */
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

#endif
