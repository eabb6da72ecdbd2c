/*
 * The referee: marks a student's answers to a backward pass, and names the mistakes.
 *
 * A folder's rule: the lesson is pure. No function allocates, prints or has words. Memory is one
 * block that the caller allocates: the layout says how large it must be, and cuts it.
 *
 *   struct bp_grade grade;
 *   struct bp_layout layout = {NULL, 0};
 *   bp_grade_layout(&grade, &layout, &task, learning_rate);     counts
 *   layout = (struct bp_layout){a block of layout.used bytes, aligned to 64, 0};
 *   bp_grade_layout(&grade, &layout, &task, learning_rate);     cuts: nothing is handed in yet
 *   fill grade.answers and grade.marking
 *   bp_grade(&grade);
 *   read the rest of grade
 */
#ifndef BACKPROPD_GRADE_H
#define BACKPROPD_GRADE_H

#include "backpropd/verdict.h"

/*
 * Lays out a grading. Called twice, first with layout->base NULL, which only counts.
 *
 * Out: grade, with nothing handed in. In/out: layout. In: task, whose samples all have a y;
 * learning_rate, >= 0, or BP_NO_LEARNING_RATE. Cannot fail.
 */
void bp_grade_layout(struct bp_grade *grade, struct bp_layout *layout, const struct bp_task *task,
                     double learning_rate);

/*
 * Marks the answers, names the mistakes, and credits.
 *
 * In/out: grade, laid out, with answers and marking filled in; at least one step counts, and the
 * weights of the steps that count add up to more than 0. Cannot fail.
 */
void bp_grade(struct bp_grade *grade);

/* A lower bound: bp_grade_runs_max is larger for every task. */
#define BP_GRADE_RUNS_MIN 500

/* The largest number of runs that a grading of the task can take, with or without pairs, for
 * estimates. Cannot fail; in/out: grade, laid out with a base. */
size_t bp_grade_runs_max(const struct bp_grade *grade, bool pairs);

#endif
