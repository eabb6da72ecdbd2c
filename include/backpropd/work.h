/*
 * The cost of a calculation, estimated before it starts. The unit is one multiply-add in a large
 * matrix product; one processor does about 30 of them in a nanosecond. Everything else, such as a
 * layer or the value of an activation, counts as the number of multiply-adds that take the same
 * time.
 *
 * The figures stand for ordinary numbers on an x86-64 processor with AVX-512; on other machines
 * all take longer, but by about the same factor. They are doubles, so that no sum of them wraps
 * around, and whole numbers.
 */
#ifndef BACKPROPD_WORK_H
#define BACKPROPD_WORK_H

#include "backpropd/network.h"

/* Of bp_forward. Cannot fail, nor any below. */
double bp_work_forward(const struct bp_task *task);

/* Of bp_backward, without reasons; and of the reasons, which come on top. */
double bp_work_backward(const struct bp_task *task);
double bp_work_reasons(const struct bp_task *task);

/* Of bp_descend. */
double bp_work_descent(const struct bp_task *task, size_t steps);

#endif
