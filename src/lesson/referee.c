#include "referee.h"

void bp_referee_layout(struct bp_referee *out, struct bp_layout *layout,
                       const struct bp_steps *steps)
{
    struct bp_referee unused = {.reasons = NULL};
    struct bp_referee *referee = layout->base ? out : &unused;
    bp_variants_layout(&referee->variants, layout, steps);
    bp_runner_layout(&referee->runner, layout, steps);
    bp_run_layout(&referee->correct, layout, steps);
    bp_run_layout(&referee->trusted, layout, steps);
    bp_handed_layout(&referee->handed, layout, steps);
    bp_diagnosis_layout(&referee->diagnosis, layout, steps, &referee->variants);
    referee->diagnosis.of =
        (struct bp_case){&referee->runner, &referee->correct, referee->diagnosis.excused};
    referee->reasons = bp_layout_array(layout, steps->n, sizeof *referee->reasons);
    referee->zeros = bp_layout_array(layout, steps->n_cells, sizeof(double));
    referee->zero_places = bp_layout_array(layout, steps->n_cells, sizeof(int16_t));
    referee->nothing = bp_layout_array(layout, steps->n, sizeof *referee->nothing);
    for (size_t i = 0; i < steps->n && layout->base; i++)
        referee->nothing[i] = BP_NO_MISTAKE;
}

void bp_referee_run_correct(struct bp_referee *referee)
{
    referee->runner.handed = NULL;
    bp_run_start(&referee->correct, &referee->runner, BP_CARRY_MADE, false, referee->nothing);
    bp_run_all(&referee->correct, &referee->runner, NULL);
}
