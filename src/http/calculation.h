/* What the three endpoints share: body -> job -> numbers -> reply. */
#ifndef BACKPROPD_HTTP_CALCULATION_H
#define BACKPROPD_HTTP_CALCULATION_H

#include "backpropd/descent.h"
#include "backpropd/encode.h"
#include "router.h"

union bp_result {
    struct bp_pass pass;
    struct bp_descent descent;
};

/* An endpoint as its three steps. */
struct bp_calculation {
    enum bp_endpoint endpoint;
    /* cuts the result's memory */
    void (*carve)(union bp_result *result, struct bp_layout *layout, const struct bp_job *job);
    /* calculates it; false if it overflowed */
    bool (*run)(union bp_result *result, struct bp_overflow *overflow, const struct bp_job *job);
    /* writes it */
    void (*encode)(struct bp_text *text, const struct bp_job *job, const union bp_result *result);
};

/* Decodes the body of a request for this endpoint. True if it is at fault: the reply says so. False
 * if it is pending now. */
bool bp_calculation_begin(struct bp_pending *pending, struct bp_reply *reply,
                          struct bp_service *service, const struct bp_request *request,
                          const struct bp_calculation *calculation);

/* The parts of a pass that a job asks for. */
static inline unsigned bp_parts_of(const struct bp_job *job)
{
    return job->include[BP_PART_SAMPLES] ? BP_PASS_ALL_SAMPLES : 0;
}

#endif
