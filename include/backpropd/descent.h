/* Plain gradient descent on the batch's gradient, mean or sum. */
#ifndef BACKPROPD_DESCENT_H
#define BACKPROPD_DESCENT_H

#include "backpropd/pass.h"

/* Tensors of a layer that stay as they are. */
struct bp_frozen {
    bool w, b;
};

struct bp_descent {
    double learning_rate;           /* >= 0 */
    size_t steps;                   /* >= 1 */
    const struct bp_frozen *frozen; /* (depth), or NULL: no tensor is frozen */
    struct bp_pass first;           /* forward and backward on the network as posted */
    struct bp_pass last;            /* forward on the network after all steps */
    struct bp_network after;
    double *losses; /* (steps + 1): before each step, and after the last */
    size_t changed; /* parameters whose value differs from the one posted */
};

/* Cuts the descent's arrays. In/out: descent, with learning_rate, steps and frozen set. In: parts
 * for `first` beyond BACKWARD and REASONS. Cannot fail. */
void bp_descent_layout(struct bp_descent *descent, struct bp_layout *layout,
                       const struct bp_task *task, unsigned parts);

/*
 * Takes descent->steps steps: w = w - learning_rate * dw, all gradients taken before any weight is
 * changed.
 *
 * In/out: descent, carved for this task.
 * Out on failure: overflow; `step` counts from 0, and is `steps` after the last update.
 * Fails (false) if a result is not finite, or the task was cancelled: then overflow is unspecified.
 */
bool bp_descend(struct bp_descent *descent, struct bp_overflow *overflow,
                const struct bp_task *task);

#endif
