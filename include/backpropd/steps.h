/*
 * The steps of a task, in the order in which they are judged, and the place of each step's cells in
 * the array of all cells. Answers, marks and expected values have this shape.
 */
#ifndef BACKPROPD_STEPS_H
#define BACKPROPD_STEPS_H

#include "backpropd/layout.h"
#include "backpropd/mistakes.h"

/* No such step: a layer without biases has no dL_db, and only relu layers have dead. */
#define BP_NO_STEP ((size_t)-1)
/* No learning rate was given: there is no step of descent. */
#define BP_NO_LEARNING_RATE (-1.0)

#define BP_STEP_INPUTS 2

/* One step. Its cells are (rows, height, width), row-major, weights always fan-in x fan-out. */
struct bp_step {
    enum bp_step_kind kind;
    size_t layer;         /* k - 1; of loss and parameters the last */
    size_t rows;          /* samples; 1 of the batch's steps */
    size_t height, width; /* of one row: (1, n) of what has one cell a unit, (m, 1) of dL_dh */
    size_t n;             /* height times width */
    size_t first;         /* where its cells start */
    size_t inputs[BP_STEP_INPUTS]; /* the steps that its formula reads, or BP_NO_STEP; of COUNTS all
                                      gradients */
};

/* The steps of a task. `cells` of all steps lie in one array of n_cells. */
struct bp_steps {
    const struct bp_task *task;
    double learning_rate; /* or BP_NO_LEARNING_RATE */
    bool pair;            /* softmax with cross_entropy, sigmoid with a binary loss */
    size_t n, n_cells;
    size_t widest;        /* the most units, or inputs, of a layer */
    struct bp_step *list; /* (n) */
    size_t *at;           /* (BP_STEP_KIND_COUNT, depth), see bp_step_at */
};

/*
 * Lists the steps. Called twice, as all layouts: first with layout->base NULL, which only counts.
 *
 * Out: steps. In/out: layout. In: task, whose samples all have a y; learning_rate, >= 0, or
 * BP_NO_LEARNING_RATE. Cannot fail.
 */
void bp_steps_layout(struct bp_steps *steps, struct bp_layout *layout, const struct bp_task *task,
                     double learning_rate);

/* The index of a layer's (from 0) step of this kind, or BP_NO_STEP. Cannot fail. */
static inline size_t bp_step_at(const struct bp_steps *steps, enum bp_step_kind kind, size_t layer)
{
    return steps->at[(size_t)kind * steps->task->network.depth + layer];
}

/* Counts and masks: marked and credited, never diagnosed. */
static inline bool bp_step_is_mask(const struct bp_step *step)
{
    return step->kind == BP_STEP_COUNTS || step->kind == BP_STEP_DEAD;
}

/* True of what is the batch's, and has one row. */
static inline bool bp_step_is_batch(const struct bp_step *step)
{
    return step->kind >= BP_STEP_MEAN_LOSS;
}

#endif
