/*
 * A job: what a body asks for, decoded and validated. Every shape agrees, every number is finite,
 * every limit holds. It owns all its memory.
 */
#ifndef BACKPROPD_JOB_H
#define BACKPROPD_JOB_H

#include "backpropd/pass.h"
#include "backpropd/text.h"

struct bp_operation;

/* name in C, name on the wire, bit: the bulky parts of replies */
#define BP_PARTS(X)                                                                                \
    X(SAMPLES, "samples", 1)                                                                       \
    X(WHY_ZERO, "why_zero", 2)                                                                     \
    X(MARKS, "marks", 4)

#define BP_AS_PART(name, wire, bit) BP_PART_##name = (bit),
enum bp_part { BP_PARTS(BP_AS_PART) };
#undef BP_AS_PART

/* What a job costs. Sums of sizes saturate at SIZE_MAX. */
struct bp_estimate {
    double work;            /* what completing it takes, in the multiply-adds of work.h */
    size_t reply_numbers;   /* in the tensors of the reply: gradients, network, losses, samples */
    size_t explained_terms; /* products and values that are written out */
    size_t why_entries;     /* of why_zero, in the reply */
    size_t reply_bytes;     /* initial size of the reply's buffer, usually large enough */
};

struct bp_job {
    const struct bp_operation *operation;
    struct bp_task task;
    unsigned include;        /* a set of bp_part: what the reply has */
    size_t n_targets;        /* samples that have a y */
    bool is_out_in;          /* W has one row per neuron, in the body and in the reply */
    bool posted_activations; /* the reply of /step repeats them */
    struct bp_estimate estimate;
    void *own;            /* what this operation alone reads, in `views` */
    double *numbers;      /* owned: what layers and samples point into */
    void *views;          /* owned: the layers and samples themselves */
    double *weights;      /* owned, or NULL: W transposed, if it was posted out_in */
    void *block;          /* owned, or NULL: what the operation laid out while it read */
    struct bp_text notes; /* owned: notes of the reader for the reply, as JSON */
};

/* Names on the wire, in the order of their enums. */
extern const char *const bp_activation_names[BP_ACTIVATION_COUNT];
extern const char *const bp_loss_names[BP_LOSS_COUNT];
extern const char *const bp_loss_phrases[BP_LOSS_COUNT]; /* what they are, in words */
extern const char *const bp_reduction_names[BP_REDUCTION_COUNT];
extern const char *const bp_reason_names[BP_REASON_COUNT];

#endif
