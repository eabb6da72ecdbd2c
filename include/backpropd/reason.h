/*
 * Why a gradient is zero.
 *
 * For one sample, the first of these that holds, nearest to the loss first; over a batch, the one
 * reason of all terms, or `mixed`; `cancels` if terms were not zero and their sum is.
 */
#ifndef BACKPROPD_REASON_H
#define BACKPROPD_REASON_H

#include <stdint.h>

#include "backpropd/network.h"

/* name in C, name on the wire; the order is that of `zero_because` */
#define BP_REASONS(X)                                                                              \
    X(ERROR_ZERO, "error_zero")                                                                    \
    X(NEURON_DEAD, "neuron_dead")                                                                  \
    X(SATURATED, "saturated")                                                                      \
    X(SOURCE_DEAD, "source_dead")                                                                  \
    X(INPUT_ZERO, "input_zero")                                                                    \
    X(UNDERFLOW, "underflow")                                                                      \
    X(MIXED, "mixed")                                                                              \
    X(CANCELS, "cancels")

#define BP_AS_REASON(name, wire) BP_REASON_##name,
enum bp_reason { BP_REASONS(BP_AS_REASON) BP_REASON_COUNT };
#undef BP_AS_REASON

/* The gradient is not zero: there is no reason to give. */
#define BP_REASON_NONE BP_REASON_COUNT

/* Samples of one block; a set of them is the bits of a bp_set. */
#define BP_BLOCK 64
typedef uint64_t bp_set;

/*
 * For one unit, the samples of a block by the reason why no gradient enters the unit: disjoint
 * sets. `open` is the rest.
 */
struct bp_unit_sets {
    bp_set error_zero;
    bp_set closed; /* a dead neuron, or one that is saturated */
    bp_set open;
};

/* The same for a source, an input or a hidden unit below: no signal leaves it, because it is dead,
 * or because its value is 0. The sets are disjoint. */
struct bp_source_sets {
    bp_set dead;
    bp_set zero;
};

/*
 * Sorts a block of samples by why no gradient enters each unit of a layer.
 *
 * Out: units, (n).
 * In: dl_dh, dh_dz and dl_dz, (m, n), m <= BP_BLOCK;
 *     direct, the samples whose dl_dz was not calculated from dl_dh and dh_dz (softmax, or a loss
 *       calculated from z): there the error is dl_dz, and there is no gate.
 * Cannot fail.
 */
void bp_reason_units(struct bp_unit_sets *units, const double *dl_dh, const double *dh_dz,
                     const double *dl_dz, bp_set direct, size_t m, size_t n);

/*
 * Sorts a block of samples by why no signal leaves each source.
 *
 * Out: sources, (n).
 * In: x, m rows of (n);
 *     relu_dh_dz, (m, n), the derivatives of sources that are relu units, dead where it is 0; NULL
 *       for any other source.
 * Cannot fail.
 */
void bp_reason_sources(struct bp_source_sets *sources, const double *const *x,
                       const double *relu_dh_dz, size_t m, size_t n);

/*
 * Notes in `seen` what the block's terms were, for one layer, after they were added to the sums.
 * `seen` starts as zeros and is private to these functions until bp_reason_settle.
 *
 * In/out: seen, (n_in, n_out) of weights, and (n_out) of biases behind them if there are any.
 * In: sums, the running ones, likewise;
 *     units, (n_out);
 *     sources, (n_in);
 *     x, m rows of (n_in);
 *     dl_dz, (m, n_out);
 *     activation, of the layer;
 *     has_biases, whether it has any.
 * Cannot fail.
 */
void bp_reason_note(uint8_t *seen, const double *sums, const struct bp_unit_sets *units,
                    const struct bp_source_sets *sources, const double *const *x,
                    const double *dl_dz, enum bp_activation activation, bool has_biases, size_t m,
                    size_t n_in, size_t n_out);

/*
 * Divides the sums, and turns what was seen into one bp_reason an entry.
 *
 * In/out: seen (n), then reasons;
 *         sum (n), then the mean;
 *         counts, one for each reason and, at BP_REASON_NONE, the gradients that are not zero.
 * In: divisor, the number of samples, or 1 if the sum is what is asked for.
 * Cannot fail.
 */
void bp_reason_settle(uint8_t *seen, double *sum, size_t counts[BP_REASON_COUNT + 1],
                      size_t divisor, size_t n);

#endif
