/*
 * Calculates all steps of a task in order, with given mistakes and, where asked, with the numbers
 * that were handed in instead of calculated ones.
 *
 * A run takes over from another one the steps that cannot differ: most supposed mistakes change few
 * steps.
 */
#ifndef BACKPROPD_LESSON_RUN_H
#define BACKPROPD_LESSON_RUN_H

#include "compare.h"
#include "formulas.h"

/* What is used further on in place of a step's result. */
enum bp_carry {
    BP_CARRY_MADE,    /* the result itself */
    BP_CARRY_ROUNDED, /* the result, rounded as by hand */
    BP_CARRY_HANDED,  /* what was handed in, cell by cell */
    BP_CARRY_TRUSTED, /* the same, of the rows that can be trusted */
};

/* What a run holds of one step; (rows, n) each. Equal pointers in two runs mean equal numbers. */
struct bp_record {
    const double *right; /* what the right formula gives, on the run's own numbers */
    const double *other; /* dL_dzL of a pair by the other way; else NULL */
    const double *made;  /* what the formula gives, altered where a mistake is supposed */
    const double *own;   /* what is used further on */
    bool *fresh;         /* (rows) of h: own is what z gives */
    size_t shown_right;  /* rows handed in that are right where a mistake was supposed */
    bool live;           /* the mistake fits: no row handed in contradicts it */
};

struct bp_run {
    enum bp_carry carry;
    bool chained;                    /* dL_dzL of a pair is used further on by the chain */
    const enum bp_mistake *mistakes; /* (steps) */
    struct bp_record *records;       /* (steps) */
    double *right, *made, *own;      /* (cells): the records' own memory */
    double *other;                   /* (samples, outputs) */
    bool *fresh;                     /* (depth, samples) */
};

struct bp_credit;

/* What all runs of a request share. */
struct bp_runner {
    const struct bp_steps *steps;
    const struct bp_handed *handed;
    /* of BP_CARRY_TRUSTED: true if a row that was handed in may be used further on; `right` and
     * `other` are as in the record */
    bool (*trusts)(const struct bp_credit *credit, size_t step, size_t row, const double *right,
                   const double *other);
    const struct bp_credit *credit;
    int hand_decimals;            /* of BP_CARRY_ROUNDED */
    struct bp_operands *operands; /* (depth) */
    bool *flags;                  /* scratch, (samples): fresh of other steps than h */
};

/* Out: runner. In/out: layout. In: steps. Cannot fail. */
void bp_runner_layout(struct bp_runner *runner, struct bp_layout *layout,
                      const struct bp_steps *steps);

/* Out: run. In/out: layout. In: steps. Cannot fail. */
void bp_run_layout(struct bp_run *run, struct bp_layout *layout, const struct bp_steps *steps);

/* Starts a run. Out: run, without records. In: chained, whether dL_dzL goes by the chain even where
 * nothing asks for it; mistakes, (steps), which must stay. Cannot fail. */
void bp_run_start(struct bp_run *run, const struct bp_runner *runner, enum bp_carry carry,
                  bool chained, const enum bp_mistake *mistakes);

/* Calculates one step. In/out: run, with the records of all earlier steps. In: base, NULL or a run
 * that has this step's record, and stays as long as this one. Cannot fail. */
void bp_run_step(struct bp_run *run, const struct bp_runner *runner, const struct bp_run *base,
                 size_t step);

/* Calculates all steps. As bp_run_start and bp_run_step. */
void bp_run_all(struct bp_run *run, const struct bp_runner *runner, const struct bp_run *base);

#endif
