#include "referee.h"

#include <string.h>

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

double bp_referee_credit(struct bp_grade *grade, const struct bp_hypothesis *shown,
                         const bool *unreadable)
{
    struct bp_referee *referee = grade->referee;
    const struct bp_credit credit = {
        .handed = &referee->handed,
        .shown = shown,
        .correct = &referee->correct,
        .asked = grade->answers.asked,
        .unreadable = unreadable,
        .reasons = referee->reasons,
        .marking = &grade->marking,
    };
    return bp_credit(grade->verdicts, grade->marks, &referee->trusted, &referee->runner, &credit);
}

double bp_referee_credit_zeros(struct bp_grade *grade, int decimals)
{
    struct bp_referee *referee = grade->referee;
    struct bp_diagnosis *diagnosis = &referee->diagnosis;
    const struct bp_steps *steps = &grade->steps;
    referee->runner.handed = &referee->handed;
    memset(referee->zeros, 0, steps->n_cells * sizeof(double));
    for (size_t i = 0; i < steps->n; i++) {
        const struct bp_step *step = &steps->list[i];
        for (size_t j = 0; j < step->rows * step->n; j++)
            referee->zero_places[step->first + j] =
                (int16_t)(grade->answers.asked[i] ? 0 : BP_PLACES_BLANK);
        referee->reasons[i] = BP_NO_CODE;
        diagnosis->excused[i] = false;
    }
    bp_handed_take(&referee->handed, referee->zeros, referee->zero_places, decimals,
                   grade->marking.rtol);
    diagnosis->of = (struct bp_case){&referee->runner, &referee->correct, diagnosis->excused};
    memcpy(diagnosis->trial.mistakes, referee->nothing, steps->n * sizeof *referee->nothing);
    bp_hypothesis_run(&diagnosis->trial, &diagnosis->of);
    return bp_referee_credit(grade, &diagnosis->trial, diagnosis->excused);
}
