/*
 * The gradient check compares gradients with finite differences of the loss.
 *
 * Central differences of the batch's loss, without rounding. Where a gate (z > 0 of relu or
 * leaky_relu) opens or closes on the way, the slopes of both sides tell a kink from a mistake.
 */
#ifndef BACKPROPD_GRADIENT_CHECK_H
#define BACKPROPD_GRADIENT_CHECK_H

#include "backpropd/layout.h"
#include "backpropd/textbook.h"

#define BP_EPSILON_STANDARD 1e-5

/* name in C, name on the wire */
#define BP_CHECK_VERDICTS(X)                                                                       \
    X(OK, "ok")                                                                                    \
    X(KINK, "kink") /* the slopes of both sides differ, and the gradient lies between them */      \
    X(MISMATCH, "mismatch")
#define BP_AS_CHECK(name, wire) BP_CHECK_##name,
enum bp_check_verdict { BP_CHECK_VERDICTS(BP_AS_CHECK) BP_CHECK_COUNT };
#undef BP_AS_CHECK

/* The result for one parameter. */
struct bp_checked {
    enum bp_check_verdict verdict;
    bool sides;  /* left and right are there: a gate differs between -2 and 2 epsilon */
    bool corner; /* they differ by more than rounding: the loss has a corner here */
    double analytic, numeric;
    double left, right; /* one-sided slopes, of three points */
};

/* Parameters lie one behind the other: W1 (n_in, n_out), b1 (n_out, none of a layer without
 * biases), W2, ... */
struct bp_check {
    /* in */
    double epsilon;    /* above 0, multiplied by max(1, |w|); BP_EPSILON_STANDARD after layout */
    double *gradients; /* (n): the caller's own; NaN, as after layout: the textbook's gradient is
                          checked */
    /* out */
    size_t n;
    struct bp_checked *checked; /* (n) */
    size_t counts[BP_CHECK_COUNT];
    /* own */
    const struct bp_task *task;
    struct bp_network moved; /* a copy, whose parameters are moved */
    double *parameters;      /* (n): these */
    double *slopes;          /* (n): one sample's gradient, the book's dL_dW and dL_db */
    struct bp_textbook_layer *book;
    double *dL_dx;
    size_t n_gates;
    bool *gates_below, *gates_above; /* (n_gates): sample by sample, is z > 0 */
};

/* Lays out a check. Called twice, first with layout->base NULL, which only counts. Out: check.
 * In/out: layout. In: task, whose samples all have a y. Cannot fail. */
void bp_check_layout(struct bp_check *check, struct bp_layout *layout, const struct bp_task *task);

/* Checks all parameters: 4 n + 1 forward passes, and a backward one. In/out: check. Cannot fail;
 * numbers beyond the largest double make a mismatch. */
void bp_check(struct bp_check *check);

#endif
