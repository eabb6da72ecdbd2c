/* Replies as JSON, members in the order of openapi.yaml. A text that runs out of memory says so in
 * `failed`; nothing else can go wrong. */
#ifndef BACKPROPD_ENCODE_H
#define BACKPROPD_ENCODE_H

#include "backpropd/descent.h"
#include "backpropd/job.h"
#include "backpropd/text.h"

/* A text with room for the whole reply to a job, as a rule: one that needs no growing. */
void bp_encode_start(struct bp_text *text, const struct bp_job *job, struct bp_memory *memory);

/* The replies of the three endpoints. In: what was calculated for this job; the pass holds the
 * rows of all samples if the job includes them. */
void bp_encode_forward(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass);
void bp_encode_backward(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass);
void bp_encode_step(struct bp_text *text, const struct bp_job *job,
                    const struct bp_descent *descent);

/* An RFC 9457 problem document. */
void bp_encode_problem(struct bp_text *text, const struct bp_problem *problem);

/* The code with hyphens, as in /problems/CODE. */
void bp_encode_slug(struct bp_text *text, enum bp_problem_code code);

#endif
