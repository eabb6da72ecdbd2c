/*
 * A job: what a body asks for, decoded and validated. Every shape agrees, every number is finite,
 * every limit holds. It owns all its memory.
 */
#ifndef BACKPROPD_JOB_H
#define BACKPROPD_JOB_H

#include "backpropd/pass.h"

struct bp_operation;

/* What a job costs. Sums saturate at SIZE_MAX. */
struct bp_estimate {
    size_t multiply_adds;
    size_t passes;        /* how often each layer is passed, as far as that counts */
    size_t reply_numbers; /* in the tensors of the reply: gradients, network, losses, samples */
    size_t reply_bytes;   /* room for the reply: one that needs no growing, as a rule */
};

struct bp_job {
    const struct bp_operation *operation;
    struct bp_task task;
    unsigned include;        /* parts of the reply: 1 << the place in the operation's `parts` */
    size_t n_targets;        /* samples that have a y */
    bool posted_activations; /* the reply of /step gives them back */
    struct bp_estimate estimate;
    void *own;       /* what this operation alone reads, in `views` */
    double *numbers; /* owned: what layers and samples point into */
    void *views;     /* owned: the layers and samples themselves */
};

/* Names on the wire, in the order of their enums. */
extern const char *const bp_activation_names[BP_ACTIVATION_COUNT];
extern const char *const bp_loss_names[BP_LOSS_COUNT];
extern const char *const bp_reason_names[BP_REASON_COUNT];

#endif
