/*
 * A job: what a body asks for, decoded and validated. Every shape agrees, every number is finite,
 * every limit holds. It owns all its memory.
 */
#ifndef BACKPROPD_JOB_H
#define BACKPROPD_JOB_H

#include "backpropd/limits.h"
#include "backpropd/memory.h"
#include "backpropd/problem.h"

enum bp_endpoint { BP_FORWARD, BP_BACKWARD, BP_STEP };

/* name in C, name on the wire: the bulky parts of a reply */
#define BP_PARTS(X)                                                                                \
    X(SAMPLES, "samples")                                                                          \
    X(WHY_ZERO, "why_zero")

#define BP_AS_PART(name, wire) BP_PART_##name,
enum bp_part { BP_PARTS(BP_AS_PART) BP_PART_COUNT };
#undef BP_AS_PART

struct bp_job {
    enum bp_endpoint endpoint;
    struct bp_task task;
    bool include[BP_PART_COUNT];
    size_t n_targets;        /* samples that have a y */
    bool posted_activations; /* the reply of /step gives them back */
    double learning_rate;    /* of /step */
    size_t steps;            /* of /step */
    double *numbers;         /* owned: what layers and samples point into */
    void *views;             /* owned: the layers and samples themselves */
};

/* Prepares what decoding shares between threads; to be called once, before there are any. */
void bp_decode_prepare(void);

/*
 * Decodes and validates a body.
 *
 * Out: job, to be freed with bp_job_free, unless it fails; problem on failure. In: body, size
 * bytes and a NUL after them. Fails (false) with INVALID_JSON, INVALID_REQUEST (all faults, room
 * for 20), OVERLOADED or OUT_OF_MEMORY.
 */
bool bp_decode(struct bp_job *job, struct bp_problem *problem, enum bp_endpoint endpoint,
               const char *body, size_t size, const struct bp_limits *limits,
               struct bp_memory *memory);

void bp_job_free(struct bp_job *job);

/* Numbers in the tensors of the reply: gradients, network, losses and samples. Cannot fail;
 * saturates at SIZE_MAX. */
size_t bp_job_reply_numbers(const struct bp_job *job);

/* Multiply-adds of the job, P parameters a network, P1 those of its first layer: n P forward, n (2
 * P - P1) backward. Cannot fail; saturates at SIZE_MAX. */
size_t bp_job_multiply_adds(const struct bp_job *job);

/* Names on the wire, in the order of their enums. */
extern const char *const bp_activation_names[BP_ACTIVATION_COUNT];
extern const char *const bp_loss_names[BP_LOSS_COUNT];
extern const char *const bp_reason_names[BP_REASON_COUNT];
extern const char *const bp_part_names[BP_PART_COUNT];

#endif
