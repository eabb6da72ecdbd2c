/*
 * Reading members of a body into a job, fault by fault: nothing stops at the first.
 *
 * Each reader notes what is wrong with a value at its place and returns whether it can be used.
 */
#ifndef BACKPROPD_CODEC_READER_H
#define BACKPROPD_CODEC_READER_H

#include <math.h>

#include "backpropd/json_read.h"
#include "backpropd/limits.h"
#include "backpropd/operation.h"
#include "fault.h"
#include "hint.h"

/* What a network has for one of its layers, NULL where it has nothing. */
struct bp_layer_values {
    const struct bp_value *w, *b;
};

struct bp_reader {
    const struct bp_value *root;              /* the body, an object */
    const struct bp_value *network, *samples; /* two of its members, or NULL */
    struct bp_layer_values *layers;           /* of the network, as many as the job's has */
    struct bp_job *job;
    struct bp_problem *problem;
    const struct bp_json *json;
    const struct bp_limits *limits;
    struct bp_memory *memory;
    bool lacks_memory, over_budget; /* what was asked for was not to be had, and why */
    bool needs_targets;             /* each sample must have one */
    /* what cannot be relied on: then nothing is held against it */
    bool layout_is_faulty, loss_is_faulty, activations_are_faulty, softmax_is_hidden;
    bool has_layer_zero; /* so each layer of the network is another than it says */
};

/* A block for the job to own, NULL if there is no memory: decoding ends then. One a job. */
void *bp_read_take(struct bp_reader *reader, size_t size);

/* Notes that a value is not what was expected. `needed` is how many elements of an
 * array, or columns of a matrix, fit: 0 if unknown. Returns the fault. */
struct bp_fault *bp_read_wrong_kind(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, enum bp_expected expected,
                                    size_t needed);

/* The same of what has no length that fits. Returns false. */
bool bp_read_wrong(const struct bp_reader *reader, const struct bp_value *value,
                   const struct bp_place *place, enum bp_expected expected);

/* A finite number. Out: number. */
bool bp_read_number(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, double *number);

#define BP_NO_UPPER_BOUND INFINITY

/* A finite number from `least` to `most`. Out: number, unless that fails (false). */
bool bp_read_within(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, double least, double most, double *number);

/* A whole number of at least `least`; most_fault says what one beyond `most` is. */
bool bp_read_integer(const struct bp_reader *reader, const struct bp_value *value,
                     const struct bp_place *place, size_t least, size_t most,
                     enum bp_fault_code most_fault, size_t *integer);

/* A vector of finite numbers, not empty. `needed` is the length that fits, for a hint, 0 if
 * unknown: any length is read. Out: first number and count. */
bool bp_read_vector(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, size_t needed, double **vector, size_t *n);

/* What is known of a matrix; one that is not usable may still tell its rows. Sides not known are 0.
 */
struct bp_matrix {
    bool usable;
    size_t rows;
    size_t columns;
    double *numbers; /* (rows, columns) */
};

/* A matrix of finite numbers, no side empty. `width`, if not 0, is the length that its rows should
 * have: the row that is ragged is then one that has another. */
struct bp_matrix bp_read_matrix(const struct bp_reader *reader, const struct bp_value *value,
                                const struct bp_place *place, size_t width);

/* One of some names. Out: index. */
bool bp_read_name(const struct bp_reader *reader, const struct bp_value *value,
                  const struct bp_place *place, const char *const *names, size_t n, size_t *index);

/* The number of elements of an array that is not one of numbers; `[]` counts as such an array.
 * For any other value it returns false, and notes no fault. */
bool bp_is_array(const struct bp_reader *reader, const struct bp_value *value, size_t *n);

/* False if there is more than the limit, which it notes; `what` in the plural. */
bool bp_read_limit(const struct bp_reader *reader, const struct bp_place *place, const char *what,
                   size_t limit, size_t got);

/* The same for work. */
bool bp_read_work_limit(const struct bp_reader *reader, const struct bp_place *place, double work);

/* The lengths that x and y of a sample should have, 0 if unknown. */
struct bp_lengths {
    size_t x, y;
};

#endif
