/* Classifies a wrong step that no mistake of the catalogue explains. */
#ifndef BACKPROPD_LESSON_SLIP_H
#define BACKPROPD_LESSON_SLIP_H

#include "hypothesis.h"

/* The slip's code, or UNKNOWN. Out: at, the one cell that is off, or BP_NO_CELL. In: hypothesis,
 * run; step, of which some cell is filled. Cannot fail. */
enum bp_code bp_slip(size_t *at, const struct bp_hypothesis *hypothesis, const struct bp_case *of,
                     size_t step);

/* True if every cell that disagrees is right to the decimals, at least one, that it shows, and
 * these are fewer than are asked for. */
bool bp_slip_is_too_few_decimals(const struct bp_hypothesis *hypothesis, const struct bp_case *of,
                                 size_t step);

#endif
