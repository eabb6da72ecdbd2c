/* What a grading, and the review of an exercise, work with. */
#ifndef BACKPROPD_LESSON_REFEREE_H
#define BACKPROPD_LESSON_REFEREE_H

#include "diagnose.h"

struct bp_referee {
    struct bp_variants variants;
    struct bp_runner runner;
    struct bp_run correct, trusted;
    struct bp_handed handed;
    struct bp_diagnosis diagnosis;
    enum bp_code *reasons;    /* (steps): of what the diagnosis has named, else BP_NO_CODE */
    double *zeros;            /* (cells) */
    int16_t *zero_places;     /* (cells) */
    enum bp_mistake *nothing; /* (steps): no mistakes */
};

/* Out: referee, unless the layout only counts. In/out: layout. In: steps. Cannot fail. */
void bp_referee_layout(struct bp_referee *referee, struct bp_layout *layout,
                       const struct bp_steps *steps);

/* Makes the run of the right formulas. In/out: referee. Cannot fail. */
void bp_referee_run_correct(struct bp_referee *referee);

#endif
