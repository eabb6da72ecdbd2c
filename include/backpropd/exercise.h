/*
 * Exercises: which mistakes one can reveal, and how to draw a good one from a seed.
 */
#ifndef BACKPROPD_EXERCISE_H
#define BACKPROPD_EXERCISE_H

#include "backpropd/grade.h"

/* --- review ---------------------------------------------------------------------------------- */

/* A mistake at a step. */
struct bp_made_at {
    enum bp_code code;
    size_t step;
};

/* Two mistakes that give the same answers, the earlier row of the table first. */
struct bp_collision {
    struct bp_made_at first, second;
};

/* Do not move it once it is laid out: it points into itself. */
struct bp_review {
    /* in: decimals and weights of grade.marking; weights name the steps that are asked for (none:
     * all) */
    struct bp_grade grade;
    /* out */
    size_t mistakes;           /* that make sense */
    struct bp_made_at *hidden; /* (n_hidden): they change no cell that is asked for by more than
                                  twice the tolerance */
    size_t n_hidden;
    struct bp_collision *collisions; /* (n_collisions) */
    size_t n_collisions;
    double all_zero_score;
    double smallest_nonzero; /* 0 if all is zero */
    size_t rounds_to_zero;   /* values of at most half a unit that are not 0 */
    /* own */
    size_t *visible; /* the other mistakes, by their place in the list of variants */
    double *sums;    /* (visible, steps, 2) */
};

/* Lays out a review. Called twice, first with layout->base NULL, which only counts. Out: review.
 * In/out: layout. In: task, whose samples all have a y; learning_rate, >= 0, or
 * BP_NO_LEARNING_RATE. Cannot fail. */
void bp_review_layout(struct bp_review *review, struct bp_layout *layout,
                      const struct bp_task *task, double learning_rate);

/* Makes each mistake at each layer, in the table's order, and compares. In/out: review, with at
 * least one step asked for. Cannot fail. */
void bp_review(struct bp_review *review);

/* The largest number of runs that a review of the task can take, for estimates. Cannot fail. In:
 * review, laid out with a base. */
size_t bp_review_runs_max(const struct bp_review *review);

/* --- exercise -------------------------------------------------------------------------------- */

/* The shapes of the task are given, its numbers are drawn. Its weights, biases, x and y lie in the
 * exercise's block. Do not move the struct once it is laid out: it points into itself. */
struct bp_exercise {
    /* in */
    uint64_t seed; /* of SplitMix64 */
    size_t tries_max;
    /* in and out: review.grade.marking is in, the rest is what the best body reveals */
    struct bp_review review;
    struct bp_task task; /* the best body; weights fan-in x fan-out */
    size_t tries;        /* bodies drawn */
    size_t chosen;       /* which of them is the best one, from 1 */
    /* own */
    double *numbers; /* W1, b1, W2, ..., x and y of each sample; (n_numbers) */
    size_t n_numbers;
    double *a, *z; /* scratch */
};

/* Lays out an exercise. Called twice, first with layout->base NULL, which only counts. Out:
 * exercise. In/out: layout. In: shapes, a task whose numbers (w, b, x and y) are not read, but no b
 * may be NULL; learning_rate, >= 0, or BP_NO_LEARNING_RATE. Cannot fail. */
void bp_exercise_layout(struct bp_exercise *exercise, struct bp_layout *layout,
                        const struct bp_task *shapes, double learning_rate);

/*
 * Draws bodies one after the other from one stream, and keeps the best of them: 20 for a hidden
 * mistake, 10 for a collision, 1 for a value that rounds to zero, the earlier one of equals; 0 ends
 * the search. The same seed always gives the same exercise. In/out: exercise. Cannot fail.
 */
void bp_exercise(struct bp_exercise *exercise);

#endif
