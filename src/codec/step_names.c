#include "step_names.h"

#include <stdio.h>
#include <string.h>

#include "backpropd/catalogue.h"

const char *const bp_answer_part_names[BP_ANSWER_PARTS] = {NULL,         "samples", "gradients",
                                                           "parameters", "dead",    "network"};

static void write_name(char *to, const struct bp_steps *steps, const struct bp_step *step)
{
    const struct bp_step_text *text = bp_step_text(step->kind);
    const bool is_below = step->kind == BP_STEP_DL_DH; /* named for the layer below */
    const size_t number = is_below ? step->layer : step->layer + 1;
    const bool is_last = number == (is_below ? 0 : steps->task->network.depth);
    for (const char *from = is_last && text->last ? text->last : text->hidden; *from; from++) {
        if (*from == '%')
            to += sprintf(to, "%zu", number);
        else
            *to++ = *from;
    }
    *to = '\0';
}

void bp_step_names_layout(struct bp_step_names *names, struct bp_layout *layout,
                          const struct bp_steps *steps)
{
    names->of = bp_layout_array(layout, steps->n, sizeof *names->of);
    names->some = bp_layout_array(layout, steps->n + BP_OTHER_MEMBERS_MAX, sizeof *names->some);
    for (size_t i = 0; i < steps->n && layout->base; i++)
        write_name(names->of[i], steps, &steps->list[i]);
}

enum bp_answer_part bp_answer_part(const struct bp_step *step)
{
    static const enum bp_answer_part of_batch[BP_STEP_KIND_COUNT] = {
        [BP_STEP_MEAN_LOSS] = BP_ANSWER_TOP,    [BP_STEP_MEAN_W] = BP_ANSWER_GRADIENTS,
        [BP_STEP_MEAN_B] = BP_ANSWER_GRADIENTS, [BP_STEP_COUNTS] = BP_ANSWER_PARAMETERS,
        [BP_STEP_DEAD] = BP_ANSWER_DEAD,        [BP_STEP_NEW_W] = BP_ANSWER_NETWORK,
        [BP_STEP_NEW_B] = BP_ANSWER_NETWORK};
    return bp_step_is_batch(step) ? of_batch[step->kind] : BP_ANSWER_SAMPLES;
}

bool bp_step_is_weights(const struct bp_step *step)
{
    return step->kind == BP_STEP_DL_DW || step->kind == BP_STEP_MEAN_W ||
           step->kind == BP_STEP_NEW_W;
}

enum bp_step_shape bp_step_shape(const struct bp_step *step)
{
    if (step->kind == BP_STEP_LOSS || step->kind == BP_STEP_MEAN_LOSS)
        return BP_SHAPE_NUMBER;
    return bp_step_is_weights(step) || step->kind == BP_STEP_JACOBIAN ? BP_SHAPE_TABLE
                                                                      : BP_SHAPE_LIST;
}

struct bp_grid bp_step_grid(const struct bp_step *step, bool is_out_in)
{
    return bp_step_shape(step) == BP_SHAPE_TABLE
               ? bp_grid(step->height, step->width, is_out_in && bp_step_is_weights(step))
               : bp_grid(1, step->n, false);
}

struct bp_cell_place bp_cell_place(const struct bp_step *step, size_t cell, bool is_out_in)
{
    const size_t row = (cell - step->first) / step->n, within = (cell - step->first) % step->n;
    const size_t i = within / step->width, j = within % step->width;
    const bool is_turned = is_out_in && bp_step_is_weights(step);
    if (bp_step_shape(step) != BP_SHAPE_TABLE)
        return (struct bp_cell_place){row, bp_step_shape(step) == BP_SHAPE_LIST, {within, 0}};
    return (struct bp_cell_place){row, 2, {is_turned ? j : i, is_turned ? i : j}};
}

const char *bp_step_member(const char *name)
{
    const char *point = strchr(name, '.');
    return point ? point + 1 : name;
}
