/* What /step alone reads: the `own` of its job. */
#ifndef BACKPROPD_CODEC_OPERATIONS_STEP_H
#define BACKPROPD_CODEC_OPERATIONS_STEP_H

#include "backpropd/descent.h"

struct bp_step_request {
    double learning_rate;      /* >= 0 */
    size_t steps;              /* >= 1 */
    struct bp_frozen frozen[]; /* (depth) */
};

#endif
