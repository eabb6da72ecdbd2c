/* Marks, the credit of each step, and the score. */
#ifndef BACKPROPD_LESSON_CREDIT_H
#define BACKPROPD_LESSON_CREDIT_H

#include "referee.h"

/* Credits what was handed in. In/out: grade, its verdicts, whose reasons are then those of what
 * follows alone, and marks. In: shown, run on what was handed in, with the mistakes found whose own
 * step was handed in. Returns the score, to 6 decimals. Cannot fail. */
double bp_credit(struct bp_grade *grade, const struct bp_hypothesis *shown);

/* The score of 0, and false, in every step that the answers name. In/out: grade, with the run of
 * the right formulas; its verdicts and marks are then unspecified. Cannot fail. */
double bp_credit_zeros(struct bp_grade *grade, int decimals);

#endif
