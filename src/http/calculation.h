/* What all operations share: body -> job -> numbers -> reply. */
#ifndef BACKPROPD_HTTP_CALCULATION_H
#define BACKPROPD_HTTP_CALCULATION_H

#include "backpropd/exchange.h"

/* Decodes the body, which a NUL ends, into the job. Fails (false) if the body is at fault: the
 * reply says so, and the job is as freed. */
bool bp_calculation_decode(struct bp_exchange *exchange);

/* The work of running the job, in the multiply-adds of work.h. */
double bp_calculation_work(const struct bp_exchange *exchange);

/* Calculates the job, in any thread, and frees it. Cannot fail: what goes wrong is a problem in the
 * reply, and so is a job that is cancelled. */
void bp_calculation_run(struct bp_exchange *exchange);

#endif
