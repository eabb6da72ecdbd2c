/* What all operations share: body -> job -> numbers -> reply. */
#ifndef BACKPROPD_HTTP_CALCULATION_H
#define BACKPROPD_HTTP_CALCULATION_H

#include "backpropd/operation.h"
#include "backpropd/reply.h"
#include "backpropd/service.h"

/* Decodes a body, size bytes and a NUL after them, into memory. Fails (false) if the body is at
 * fault: the reply says so, and job is as freed. */
bool bp_calculation_decode(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                           struct bp_memory *memory, const struct bp_operation *operation,
                           const char *body, size_t size);

/* The work of running a job, in the multiply-adds of work.h. */
double bp_calculation_work(const struct bp_job *job, bool with_gzip);

/* Calculates a job, in any thread, and frees it. In/out: reply, as bp_calculation_decode has left
 * it. In: memory, for what is calculated and written; as, the representation to write. Cannot fail:
 * what goes wrong is a problem in the reply, and so is a job that is cancelled. */
void bp_calculation_run(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                        struct bp_memory *memory, const struct bp_representation *as);

#endif
