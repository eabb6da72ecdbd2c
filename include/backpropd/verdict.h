/* Answers, marking and verdict, the input and output of grade.h. */
#ifndef BACKPROPD_VERDICT_H
#define BACKPROPD_VERDICT_H

#include <stdint.h>

#include "backpropd/steps.h"

/* Decimals shown by a cell: 0 or more, or one of these. */
#define BP_PLACES_BLANK (-2) /* the cell is empty or unreadable */
#define BP_PLACES_EXACT (-1) /* a fraction, a count, a mask: no last decimal */

#define BP_DECIMALS_AS_SHOWN (-1)
#define BP_DECIMALS_SHOWN_MAX 3 /* then at most so many, and so many where no cell shows any */
#define BP_WEIGHT_UNNAMED (-1.0)

/* What was handed in. Cells are those of bp_steps: step i has (rows, height, width) from
 * list[i].first on, weights fan-in x fan-out whatever the layout was. After layout all cells are
 * blank and no step is asked for. */
struct bp_answers {
    double *values;   /* (cells) */
    int16_t *places;  /* (cells): decimals shown, or BP_PLACES_... */
    bool *asked;      /* (steps): the answer names the step, even if its value is null */
    bool *unreadable; /* (steps): a cell, or the shape, could not be read: those cells are blank */
};

/* What the teacher asks for. Laid out with the defaults. */
struct bp_marking {
    int decimals;          /* 0..9, or BP_DECIMALS_AS_SHOWN */
    double rtol;           /* 0..0.1 */
    double follow_through; /* 0..1 */
    double *weights;       /* (steps): >= 0, or BP_WEIGHT_UNNAMED: it counts 1 if it is asked */
    bool pairs;            /* two mistakes at once are tried where no single one explains */
};

enum bp_mark {
    BP_MARK_NULL, /* blank, unreadable, or not asked for */
    BP_MARK_RIGHT,
    BP_MARK_FOLLOWS,
    BP_MARK_WRONG,
    BP_MARK_COUNT
};

/* name in C, name on the wire */
#define BP_STEP_STATUSES(X)                                                                        \
    X(RIGHT, "right")                                                                              \
    X(FOLLOWS, "follows")                                                                          \
    X(WRONG, "wrong")                                                                              \
    X(INCOMPLETE, "incomplete")                                                                    \
    X(BLANK, "blank")                                                                              \
    X(UNREADABLE, "unreadable")
#define BP_AS_STEP_STATUS(name, wire) BP_STATUS_##name,
enum bp_step_status { BP_STEP_STATUSES(BP_AS_STEP_STATUS) BP_STEP_STATUS_COUNT };
#undef BP_AS_STEP_STATUS

/* The verdict of one step. */
struct bp_step_verdict {
    bool counted; /* asked, or named in the weights: it stands in the reply */
    enum bp_step_status status;
    enum bp_code reason; /* of wrong and follows, else BP_NO_CODE */
    double credit;       /* 0..1, to 6 decimals */
    double weight;
    size_t cells[BP_MARK_COUNT]; /* how many; BP_MARK_NULL: blank */
};

/* What explains an answer as well as the mistake that is named. */
struct bp_equal {
    enum bp_code code;
    enum bp_mistake words; /* the row of the table that has its words */
    size_t step;           /* where it would have been made */
};

/* One entry of `mistakes`. */
struct bp_found {
    enum bp_code code;
    enum bp_mistake words; /* the row of the table that has its words; BP_NO_MISTAKE: those of code,
                              and of the first step's kind */
    size_t *steps;         /* (n_steps), where it was made, at least one */
    size_t n_steps;
    const struct bp_equal *equals; /* (n_equals) */
    size_t n_equals;
    enum bp_code with; /* the pair's other code, or BP_NO_CODE */
    size_t at;         /* the one cell that is off, or BP_NO_CELL */
};
#define BP_NO_CELL ((size_t)-1)

/* At most this many steps are explained. */
#define BP_ROUNDS 12
/* If there are more pairs of mistakes than this, none is tried. */
#define BP_PAIRS_MAX 4000

struct bp_referee;

/* Do not move it once it is laid out: it points into itself. */
struct bp_grade {
    /* in */
    struct bp_answers answers;
    struct bp_marking marking;
    /* out */
    struct bp_steps steps;        /* as soon as it is laid out */
    double score, all_zero_score; /* to 6 decimals */
    int decimals;
    struct bp_step_verdict *verdicts; /* (steps) */
    uint8_t *marks;                   /* (cells) of enum bp_mark */
    struct bp_found *found;           /* (n_found) */
    size_t n_found;
    const double *expected; /* (cells), the right answers; not finite: not asked for */
    /* own */
    struct bp_referee *referee;
};

#endif
