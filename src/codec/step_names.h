/* The names of a task's steps. */
#ifndef BACKPROPD_CODEC_STEP_NAMES_H
#define BACKPROPD_CODEC_STEP_NAMES_H

#include "backpropd/steps.h"

#define BP_STEP_NAME_MAX 24 /* gradients.W100000 and its NUL */

/* Out: name, such as dL_dW2, samples.loss or gradients.b1. Cannot fail. */
void bp_step_name(char name[BP_STEP_NAME_MAX], const struct bp_steps *steps, size_t step);

#define BP_OTHER_MEMBERS_MAX 16

/* The names of all steps, and room for a list of some of them and of other members. */
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

/* The name of a step within its part. Cannot fail. */
const char *bp_step_member(const char *name);

#endif
