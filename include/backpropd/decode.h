/* From the bytes of a body to a job. */
#ifndef BACKPROPD_DECODE_H
#define BACKPROPD_DECODE_H

#include "backpropd/limits.h"
#include "backpropd/operation.h"
#include "backpropd/problem.h"

/* Prepares what decoding shares between threads. Call it once, before any thread starts. */
void bp_decode_prepare(void);

/*
 * Decodes and validates a body.
 *
 * Out: job, to be freed with bp_job_free, unless it fails.
 * In/out: problem, whose `faults` have room.
 * In: body, size bytes and a NUL after them.
 * Fails (false) with INVALID_JSON, INVALID_REQUEST (all faults, room for 20), OVERLOADED or
 * OUT_OF_MEMORY; job is as freed then.
 */
bool bp_decode(struct bp_job *job, struct bp_problem *problem, const struct bp_operation *operation,
               const char *body, size_t size, const struct bp_limits *limits,
               struct bp_memory *memory);

/* Frees a job: it has no operation then. Cannot fail. */
void bp_job_free(struct bp_job *job);

#endif
