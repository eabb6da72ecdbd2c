/* The names of a task's steps. */
#ifndef BACKPROPD_CODEC_STEP_NAMES_H
#define BACKPROPD_CODEC_STEP_NAMES_H

#include "backpropd/steps.h"
#include "grid.h"

#define BP_STEP_NAME_MAX 24 /* gradients.W100000 and its NUL */

#define BP_OTHER_MEMBERS_MAX 16

/* The names of all steps, such as dL_dW2, samples.loss or gradients.b1, and room for a list of some
 * of them and of other members. */
struct bp_step_names {
    char (*of)[BP_STEP_NAME_MAX]; /* (steps) */
    const char **some;            /* (steps and BP_OTHER_MEMBERS_MAX) */
};

/* Lays the names out, and writes them once there is room. In: steps, laid out before. Cannot fail.
 */
void bp_step_names_layout(struct bp_step_names *names, struct bp_layout *layout,
                          const struct bp_steps *steps);

/* Where a step stands in the answers: in a sample, in a member of the answers, or at the top. */
enum bp_answer_part {
    BP_ANSWER_TOP, /* loss */
    BP_ANSWER_SAMPLES,
    BP_ANSWER_GRADIENTS,
    BP_ANSWER_PARAMETERS, /* the step itself is the member */
    BP_ANSWER_DEAD,
    BP_ANSWER_NETWORK,
    BP_ANSWER_PARTS
};

extern const char *const bp_answer_part_names[BP_ANSWER_PARTS]; /* of the first: NULL */

enum bp_answer_part bp_answer_part(const struct bp_step *step);

/* What a row of a step is on the wire. */
enum bp_step_shape { BP_SHAPE_NUMBER, BP_SHAPE_LIST, BP_SHAPE_TABLE };
enum bp_step_shape bp_step_shape(const struct bp_step *step);

/* How the cells of such a row lie; those of a list are one row of a grid. */
struct bp_grid bp_step_grid(const struct bp_step *step, bool is_out_in);

/* True of the weights' shape, which is met at the door. */
bool bp_step_is_weights(const struct bp_step *step);

/* Where a cell stands in what is posted. */
struct bp_cell_place {
    size_t sample;
    size_t n_index; /* of a list 1, of a number 0 */
    size_t index[2];
};

/* In: cell, one of the step's, as in bp_steps. Cannot fail. */
struct bp_cell_place bp_cell_place(const struct bp_step *step, size_t cell, bool is_out_in);

/* The name of a step within its part. Cannot fail. */
const char *bp_step_member(const char *name);

#endif
