/* What is left of a body once its numbers are lifted, read by jansson. */
#ifndef BACKPROPD_CODEC_SKELETON_H
#define BACKPROPD_CODEC_SKELETON_H

#include <jansson.h>

#include "backpropd/problem.h"
#include "lift.h"

/*
 * Returns the skeleton's value, to be decref'ed, or NULL with the problem set: INVALID_JSON, or no
 * memory. Duplicate members are noted as faults, for bp_faults_finish; of their values the last is
 * kept. In: body, what was lifted from.
 */
json_t *bp_skeleton_load(struct bp_problem *problem, const struct bp_lifted *lifted,
                         const char *body);

/* What stands at a value of the skeleton, or NULL if it is no number, vector or matrix. */
static inline const struct bp_lift *bp_skeleton_lift(const struct bp_lifted *lifted,
                                                     const json_t *value)
{
    return json_is_integer(value) ? &lifted->lifts[json_integer_value(value)] : NULL;
}

#endif
