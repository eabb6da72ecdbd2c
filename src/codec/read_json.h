/* Opening a body, and what is wrong with its text in words. */
#ifndef BACKPROPD_CODEC_READ_JSON_H
#define BACKPROPD_CODEC_READ_JSON_H

#include "backpropd/json.h"
#include "backpropd/limits.h"
#include "backpropd/problem.h"

/*
 * Opens a body. Returns false with the problem set if it cannot be read: INVALID_JSON, too many
 * values, or no memory. Duplicate members are noted as faults, for bp_faults_finish; of their
 * values the last is kept. Out: json, to be closed whatever is returned. In: has_cells, whether
 * there may be an array for each cell that is graded.
 */
bool bp_read_json(struct bp_json *json, struct bp_problem *problem, const char *body, size_t size,
                  const struct bp_limits *limits, bool has_cells, struct bp_memory *memory);

#endif
