/* When is a cell right? Compares the numbers handed in with those expected. */
#ifndef BACKPROPD_LESSON_COMPARE_H
#define BACKPROPD_LESSON_COMPARE_H

#include "backpropd/verdict.h"

/* A value of at most this size counts as zero. */
#define BP_NEARLY_ZERO 1e-9

/* What was handed in. A row of a step is one sample's. */
struct bp_handed {
    const struct bp_steps *steps;
    const double *values;
    const int16_t *places;
    double *units;  /* (cells): one in the last decimal, 0 of fractions */
    size_t *filled; /* (steps, samples): cells of a row that are neither blank nor unreadable */
    bool *given;    /* (steps): some cell is filled */
    bool *whole;    /* (steps): every cell is filled */
    int most_places;
    int decimals;
    double rtol;
};

/* Out: handed. In/out: layout. In: steps. Cannot fail. */
void bp_handed_layout(struct bp_handed *handed, struct bp_layout *layout,
                      const struct bp_steps *steps);

/* Takes an answer. In/out: handed, laid out. In: values and places, (cells), which must stay;
 * decimals, 0..9, or BP_DECIMALS_AS_SHOWN; rtol. Cannot fail. */
void bp_handed_take(struct bp_handed *handed, const double *values, const int16_t *places,
                    int decimals, double rtol);

static inline bool bp_is_filled(const struct bp_handed *handed, size_t cell)
{
    return handed->places[cell] > BP_PLACES_BLANK;
}

static inline size_t bp_filled(const struct bp_handed *handed, size_t step, size_t row)
{
    return handed->filled[step * handed->steps->task->n_samples + row];
}

/* One in the last of `places` decimals, 0 or more; beyond all doubles it is 0. */
double bp_unit_of(int places);

/* True if the filled cell agrees with `value`. What is not finite agrees with nothing. */
bool bp_agrees(const struct bp_handed *handed, const struct bp_step *step, size_t cell,
               double value);

/* v times a power of ten of at most 10^22, to the nearest whole number: ties, of the exact values,
 * to even. In: v, not negative; the product is less than 2^53. Cannot fail. */
uint64_t bp_nearest_whole(double v, double power);

/* True if every filled cell of a row agrees. In: values, (step->n). */
bool bp_row_agrees(const struct bp_handed *handed, size_t step, size_t row, const double *values);

#endif
