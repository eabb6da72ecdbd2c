/* A list of supposed mistakes, and how far it explains what was handed in. */
#ifndef BACKPROPD_LESSON_HYPOTHESIS_H
#define BACKPROPD_LESSON_HYPOTHESIS_H

#include "run.h"
#include "variants.h"

/* The runs: carried on from the numbers handed in; from unrounded results; from results rounded as
 * by hand; the same, with dL_dzL of a pair by the chain rule. */
#define BP_RUNS_MAX 4

struct bp_hypothesis {
    enum bp_mistake *mistakes; /* (steps), BP_NO_MISTAKE where none is supposed */
    struct bp_run runs[BP_RUNS_MAX];
    size_t n_runs;
    bool *explained;  /* (steps) */
    size_t *contrary; /* (steps): samples that fit the right formula and not the prediction */
    size_t first;     /* the first step that it does not explain, or the number of steps */
    size_t contradictions, n_mistakes;
};

/* What a hypothesis is compared with. */
struct bp_case {
    struct bp_runner *runner;
    const struct bp_run *correct;
    const bool *excused; /* (steps): wrong and not in the catalogue: no explanation is asked for */
};

/* Out: hypothesis, its mistakes not set. In/out: layout. In: steps. Cannot fail. */
void bp_hypothesis_layout(struct bp_hypothesis *hypothesis, struct bp_layout *layout,
                          const struct bp_steps *steps);

/* Makes the runs of a hypothesis whose mistakes are set, all steps, and sees how far it explains.
 * Cannot fail. */
void bp_hypothesis_run(struct bp_hypothesis *hypothesis, const struct bp_case *of);

/* What was explained, with other steps excused. Cannot fail. */
void bp_hypothesis_sum_up(struct bp_hypothesis *hypothesis, const struct bp_case *of);

/*
 * Supposes more than `base` does. Gives up at the first step before `least` that is not explained.
 * Out: hypothesis; if it was given up (false), only the records up to there. In: base, of; more,
 * (n_more). Cannot fail.
 */
bool bp_hypothesis_suppose(struct bp_hypothesis *hypothesis, const struct bp_hypothesis *base,
                           const struct bp_case *of, const struct bp_variant *const *more,
                           size_t n_more, size_t least);

/* True if a filled cell agrees with what the right formula gives in one of the runs from `from` on;
 * of a pair's dL_dzL both ways count. */
bool bp_hypothesis_fits(const struct bp_hypothesis *hypothesis, const struct bp_handed *handed,
                        size_t step, size_t cell, size_t from);

#endif
