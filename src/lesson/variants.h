/* Which mistakes are possible in a task, and where. */
#ifndef BACKPROPD_LESSON_VARIANTS_H
#define BACKPROPD_LESSON_VARIANTS_H

#include "backpropd/steps.h"

/* One mistake at one step. */
struct bp_altered {
    enum bp_mistake mistake;
    size_t step;
};

/* One mistake at one place, or one code at all its places at once. */
struct bp_variant {
    const struct bp_altered *places; /* (n), in the table's order */
    size_t n;
    size_t first; /* the first step of all places */
};

struct bp_variants {
    size_t n, n_single; /* single ones first */
    struct bp_variant *list;
    struct bp_altered *places; /* scratch */
};

/* The variant's code; BP_NO_CODE of NULL. */
static inline enum bp_code bp_variant_code(const struct bp_variant *variant)
{
    return variant ? bp_mistake_row(variant->places[0].mistake)->code : BP_NO_CODE;
}

/* Lists them, in the table's order. Out: variants. In/out: layout. In: steps, laid out. Cannot
 * fail. */
void bp_variants_layout(struct bp_variants *variants, struct bp_layout *layout,
                        const struct bp_steps *steps);

#endif
