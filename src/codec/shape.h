/*
 * The value of a skeleton, remembered: bodies of one shape have the same skeleton, whatever their
 * numbers, and whoever posts thousands of them posts few shapes. Reading the textbook's skeleton by
 * jansson costs a quarter of the whole request without its socket; comparing its bytes costs
 * nothing.
 */
#ifndef BACKPROPD_CODEC_SHAPE_H
#define BACKPROPD_CODEC_SHAPE_H

#include "arena.h"
#include "skeleton.h"

/*
 * Returns what bp_skeleton_load does, from the last time if the skeleton is the one that this
 * thread read last. Not to be decref'ed: it stands until the next call in this thread, but no
 * longer than until bp_shape_close, which must follow.
 */
json_t *bp_shape_open(struct bp_problem *problem, const struct bp_lifted *lifted, const char *body,
                      struct bp_memory *memory);

/* True if all memory was to be had that jansson asked for; if not, out: over_budget, why. */
bool bp_shape_close(bool *over_budget);

#endif
