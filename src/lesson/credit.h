/* Marks, the credit of each step, and the score. */
#ifndef BACKPROPD_LESSON_CREDIT_H
#define BACKPROPD_LESSON_CREDIT_H

#include "hypothesis.h"

/* What is credited: an answer, and what its author is supposed to have done. */
struct bp_credit {
    const struct bp_handed *handed;
    const struct bp_hypothesis *shown; /* with the mistakes found whose own step was handed in */
    const struct bp_run *correct;
    const bool *asked, *unreadable; /* (steps) */
    const enum bp_code *reasons;    /* (steps): of what the diagnosis has named, else BP_NO_CODE */
    const struct bp_marking *marking;
};

/* Out: verdicts, (steps), their reasons of what follows alone; marks, (cells); the score, to 6
 * decimals. In/out: trusted and runner, to work with. In: credit. Cannot fail. */
double bp_credit(struct bp_step_verdict *verdicts, uint8_t *marks, struct bp_run *trusted,
                 struct bp_runner *runner, const struct bp_credit *credit);

#endif
