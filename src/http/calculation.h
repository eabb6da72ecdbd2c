/* What all operations share: body -> job -> numbers -> reply. */
#ifndef BACKPROPD_HTTP_CALCULATION_H
#define BACKPROPD_HTTP_CALCULATION_H

#include "backpropd/operation.h"
#include "backpropd/reply.h"
#include "backpropd/service.h"

/* Decodes a body, size bytes and a NUL after them, into memory. True if the body is faulty: the
 * reply is ready then, and job is as freed. False if the job must be completed. */
bool bp_calculation_begin(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                          struct bp_memory *memory, const struct bp_operation *operation,
                          const char *body, size_t size);

/* The work of completing a job, in the multiply-adds of work.h. */
double bp_calculation_work(const struct bp_job *job, bool with_gzip);

/* Calculates a job, in any thread, and frees it. In/out: reply, as bp_calculation_begin has left
 * it. In: memory, for what is calculated and written; as, the representation to write. Cannot fail:
 * a failure, or a cancelled job, becomes a problem in the reply. */
void bp_calculation_complete(struct bp_job *job, struct bp_reply *reply, struct bp_service *service,
                             struct bp_memory *memory, const struct bp_representation *as);

#endif
