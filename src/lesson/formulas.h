/* The formulas of all steps, cell by cell: the right one, or one altered by a mistake. */
#ifndef BACKPROPD_LESSON_FORMULAS_H
#define BACKPROPD_LESSON_FORMULAS_H

#include "backpropd/steps.h"

/* What a cell's formula may look at: one layer, one sample (of a batch's step: all of them). The
 * letters are the book's; a is what feeds the layer, u its dL_dh, d its dL_dz, g its dh_dz. */
struct bp_operands {
    bool last, pair; /* the last layer; that of a pair */
    enum bp_activation activation, below;
    enum bp_loss loss;
    enum bp_reduction reduction;
    size_t m, n, samples;
    double outputs, loss_factor, relu_at_zero, learning_rate;
    const double *w, *b;                 /* (m, n); (n) or NULL */
    const double *y;                     /* of the sample */
    const double *a, *z_below, *g_below; /* (m) */
    const double *z, *h, *g, *u, *d;     /* (n); g of softmax (n, n) */
    bool fresh; /* h was calculated from z, so 1 - h and the like are calculated from z, too */
    const double *dw, *own_dw; /* (samples, m, n) of the layer; (m, n) of this sample */
    const double *terms;       /* of a batch's step: (samples, stride) */
    size_t stride;
    double *row, *rest; /* scratch, (widest): what is calculated once for all cells */
};

/* What is the same for all samples. Out: operands. Cannot fail. */
void bp_operands_set(struct bp_operands *operands, const struct bp_steps *steps, size_t layer);

/* Calculates a row of cells. Out: cells, (step->n). In: mistake, BP_NO_MISTAKE for the right
 * formula; operands, with what the formula reads. Cannot fail; cells may be infinite or NaN. */
void bp_step_calculate(double *cells, const struct bp_step *step, enum bp_mistake mistake,
                       const struct bp_operands *operands);

/* The short form of dL_dzL of a pair, from y_hat and y. Uses rest. Out: cells, (n), which may be
 * operands->row. Cannot fail. */
void bp_step_short(double *cells, const struct bp_operands *operands);

#endif
