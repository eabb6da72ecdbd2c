/* What a grading, and the review of an exercise, work with. */
#ifndef BACKPROPD_LESSON_REFEREE_H
#define BACKPROPD_LESSON_REFEREE_H

#include "credit.h"
#include "diagnose.h"

struct bp_referee {
    struct bp_variants variants;
    struct bp_runner runner;
    struct bp_run correct, trusted;
    struct bp_handed handed;
    struct bp_diagnosis diagnosis;
    enum bp_code *reasons;    /* (steps) */
    double *zeros;            /* (cells) */
    int16_t *zero_places;     /* (cells) */
    enum bp_mistake *nothing; /* (steps): no mistakes */
};

/* Out: referee, unless the layout only counts. In/out: layout. In: steps. Cannot fail. */
void bp_referee_layout(struct bp_referee *referee, struct bp_layout *layout,
                       const struct bp_steps *steps);

/* Makes the run of the right formulas. In/out: referee. Cannot fail. */
void bp_referee_run_correct(struct bp_referee *referee);

/* Credits what was handed in. In/out: grade, its verdicts and marks. In: shown, a hypothesis run on
 * it; unreadable, (steps). Returns the score. Cannot fail. */
double bp_referee_credit(struct bp_grade *grade, const struct bp_hypothesis *shown,
                         const bool *unreadable);

/* The score of 0, and false, in every step that the answers name. In/out: grade, with the run of
 * the right formulas; its verdicts and marks are then unspecified. Cannot fail. */
double bp_referee_credit_zeros(struct bp_grade *grade, int decimals);

#endif
