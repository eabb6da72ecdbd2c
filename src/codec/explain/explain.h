/*
 * /explain: the solution line by line, as JSON, as a text to read and as a NumPy program.
 *
 * The numbers are those of the pass that /backward runs; nothing here calculates a network again.
 * line.c lists the lines in order; words.c is the table with the name, formula and code of each;
 * cells.c writes the arithmetic of each cell. The other files write these down.
 */
#ifndef BACKPROPD_CODEC_EXPLAIN_EXPLAIN_H
#define BACKPROPD_CODEC_EXPLAIN_EXPLAIN_H

#include "backpropd/descent.h"

#define BP_SHOW_ALL (-1)

/* What is explained. */
struct bp_explanation {
    const struct bp_task *task;
    bool is_out_in;                   /* the layout posted */
    bool has_backward;                /* each sample has y or dL_dy_hat; if not, none has */
    bool has_loss;                    /* each sample has y */
    int shown_decimals;               /* 0..17, or BP_SHOW_ALL */
    bool adds_in_order;               /* the program does, see program.h */
    bool rounds_with_care;            /* likewise: np.round would overflow */
    const struct bp_pass *pass;       /* with the rows of all samples */
    const struct bp_descent *descent; /* one step, `pass` being its first; or NULL: no update */
    unsigned *lines; /* (BP_FORM_COUNT, depth): where the program has them, 0: nowhere */
};

static inline struct bp_frozen bp_is_frozen(const struct bp_explanation *e, size_t layer)
{
    return e->descent && e->descent->frozen ? e->descent->frozen[layer]
                                            : (struct bp_frozen){false, false};
}

#endif
