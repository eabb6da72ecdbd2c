/*
 * What can be calculated. struct bp_operation is the only interface of a calculation: decoding,
 * limits, routes, the links of GET /, `call` and metrics read it. A new one is a file in
 * src/codec/operations and its name in src/codec/operation.c.
 */
#ifndef BACKPROPD_OPERATION_H
#define BACKPROPD_OPERATION_H

#include "backpropd/job.h"
#include "backpropd/text.h"

struct bp_reader;

/* Names that may stand somewhere, and a list of them for an initializer. */
struct bp_names {
    const char *const *names;
    size_t n;
};

#define BP_NAMES(...)                                                                              \
    {                                                                                              \
        (const char *const[]){__VA_ARGS__},                                                        \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                      \
    }

/* What an operation needs of its samples. */
enum bp_targets {
    BP_TARGETS_OPTIONAL,
    BP_TARGETS_REQUIRED,
    BP_TARGETS_OR_GRADIENTS, /* y, or dL_dy_hat in its place */
    BP_TARGETS_ALL_OR_NONE   /* the same in each sample, or neither in any */
};

/* One way to write a result. */
struct bp_representation {
    const char *media_type;
    void (*encode)(struct bp_text *text, const struct bp_job *job, const void *result);
};

/* The members of most of the smallest bodies. */
#define BP_SMALLEST_TASK                                                                           \
    "\"network\": {\"W1\": [[1], [2]], \"b1\": [0]}, \"samples\": [{\"x\": [1, 1], \"y\": [2]}]"

struct bp_operation {
    const char *name; /* in the links of GET / */
    const char *path;
    const char *smallest;    /* a body to post, for those who post none */
    struct bp_names members; /* that its body may have */
    struct bp_names parts;   /* that its `include` may name */
    unsigned included;       /* a set of bp_part: what the reply has without an `include` */
    enum bp_targets targets; /* the y of its samples */
    /* bytes of job->own: once, and for each layer posted. They start as zeros. */
    struct {
        size_t once, per_layer;
    } own;
    bool tells_answers;      /* its reply has right answers: --only can leave it out */
    bool has_cells;          /* its body may have an array for each cell that is graded */
    const char *work_member; /* the member to blame for too much work; NULL: the body */
    const struct bp_representation *representations; /* best first; the last has no media type */

    /* Reads the members of the body into the job, fault by fault. */
    void (*read)(struct bp_reader *reader);

    /* Out: the work of `run`, and the numbers of the reply. */
    void (*estimate)(struct bp_estimate *estimate, const struct bp_job *job);

    /* Lays the result out, and returns it; NULL while the layout only counts. */
    void *(*layout)(struct bp_layout *layout, const struct bp_job *job);

    /* Calculates a result that was laid out. Out on failure: overflow, its step BP_NOT_IN_DESCENT
     * if the calculation has none. Fails (false) if a number is not finite. */
    bool (*run)(void *result, struct bp_overflow *overflow, const struct bp_job *job);
};

/* All of them, NULL at the end. */
extern const struct bp_operation *const bp_operations[];

#endif
