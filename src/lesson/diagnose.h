/* The diagnosis: which mistakes explain what was handed in. */
#ifndef BACKPROPD_LESSON_DIAGNOSE_H
#define BACKPROPD_LESSON_DIAGNOSE_H

#include "backpropd/verdict.h"
#include "hypothesis.h"

/* What was found at one step. */
struct bp_finding {
    size_t step;
    const struct bp_variant *variants[2];  /* what explains it, a pair or one; NULL: nothing */
    struct bp_equal equals[BP_CODE_COUNT]; /* what explains the same as well, in order */
    size_t n_equals;
    bool codes[BP_CODE_COUNT];                /* those of variants and equals */
    size_t first, contradictions, n_mistakes; /* of the hypothesis with these variants */
};

struct bp_diagnosis {
    struct bp_case of;
    const struct bp_variants *variants;
    bool pairs;                    /* pairs may be tried */
    struct bp_hypothesis supposed; /* at the end: all that was found */
    struct bp_hypothesis trial;    /* scratch */
    bool *excused, *live;          /* (steps); (variants) */
    struct bp_finding findings[BP_ROUNDS];
    size_t n_findings;
};

/* Out: diagnosis. In/out: layout. In: steps, variants. Cannot fail. */
void bp_diagnosis_layout(struct bp_diagnosis *diagnosis, struct bp_layout *layout,
                         const struct bp_steps *steps, const struct bp_variants *variants);

/* In/out: diagnosis, whose `of` has what was handed in and the right run. In: pairs, whether two
 * mistakes at one step are tried as well. Cannot fail. */
void bp_diagnose(struct bp_diagnosis *diagnosis, bool pairs);

#endif
