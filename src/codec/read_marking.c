#include "read_marking.h"

#include <string.h>

#include "backpropd/suggest.h"
#include "member_names.h"
#include "read_network.h"
#include "read_task.h"
#include "unknown.h"

static const struct bp_place MARKING = {&bp_place_body, "marking", BP_NO_NUMBER};
static const struct bp_place WEIGHTS = {&MARKING, "weights", BP_NO_NUMBER};
static const struct bp_names KNOWN =
    BP_NAMES("decimals", "rtol", "follow_through", "weights", "reveal");

#define DECIMALS_MAX 9
#define RTOL_MAX 0.1

/* --- memory ----------------------------------------------------------------------------------- */

bool bp_lay_out(struct bp_reader *reader, bp_lay_out_job *lay_out)
{
    struct bp_layout layout = {NULL, 0};
    if (!bp_turn_weights(reader))
        return false;
    lay_out(&layout, reader->job);
    layout.base = bp_read_take(reader, layout.used);
    layout.used = 0;
    if (layout.base)
        lay_out(&layout, reader->job);
    return layout.base;
}

void *bp_laid_out(struct bp_layout *layout, const struct bp_job *job)
{
    bp_layout_array(layout, 1, 1); /* a block of 0 bytes could be NULL */
    return job->own;
}

/* --- weights ---------------------------------------------------------------------------------- */

bool bp_names_null_bias(const struct bp_network *network, const char *name, size_t *layer)
{
    static const char *const before[] = {"dL_d", "gradients.", "network.", ""};
    bool is_bias;
    size_t i = 0;
    while (strncmp(name, before[i], strlen(before[i])) != 0)
        i++;
    if (!bp_read_tensor_name(name + strlen(before[i]), network->depth, layer, &is_bias) ||
        !is_bias || network->layers[*layer].b)
        return false;
    ++*layer;
    return true;
}

static void unknown_step(const struct bp_reader *reader, const struct bp_grade *grade,
                         const struct bp_step_names *names, const char *name)
{
    size_t layer;
    if (bp_names_null_bias(&reader->job->task.network, name, &layer)) {
        bp_fault_add(reader->problem, BP_FAULT_UNKNOWN_MEMBER,
                     &(struct bp_place){&WEIGHTS, name, BP_NO_NUMBER}, "layer %zu has no biases",
                     layer);
        return;
    }
    struct bp_fault *fault = bp_fault_add_member(reader->problem, BP_FAULT_UNKNOWN_MEMBER, &WEIGHTS,
                                                 name, "no step is called");
    if (reader->problem->n_faults > BP_FAULTS_MAX)
        return;
    for (size_t i = 0; i < grade->steps.n; i++)
        names->some[i] = names->of[i];
    const char *near = bp_suggest(name, names->some, grade->steps.n);
    if (near)
        bp_fault_suggest(fault, near);
    bp_fault_list_known(fault, names->some, grade->steps.n, near ? NULL : "");
}

static void read_weights(struct bp_reader *reader, const struct bp_value *weights,
                         struct bp_grade *grade, const struct bp_step_names *names)
{
    if (bp_json_kind(reader->json, weights) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, weights, &WEIGHTS, BP_EXPECTED_OBJECT);
        return;
    }
    for (struct bp_members m = bp_json_members(weights); names && bp_json_next(&m);) {
        const struct bp_place at = {&WEIGHTS, m.name, BP_NO_NUMBER};
        size_t i = 0;
        double weight;
        while (i < grade->steps.n && strcmp(m.name, names->of[i]) != 0)
            i++;
        if (i == grade->steps.n)
            unknown_step(reader, grade, names, m.name);
        else if (bp_read_within(reader, m.value, &at, 0, BP_NO_UPPER_BOUND, &weight))
            grade->marking.weights[i] = weight;
    }
}

bool bp_step_counts(const struct bp_grade *grade, size_t step)
{
    return grade->answers.asked[step] || grade->marking.weights[step] >= 0;
}

void bp_check_weights(struct bp_reader *reader, const struct bp_grade *grade)
{
    bool something_counts = false;
    for (size_t i = 0; i < grade->steps.n; i++) {
        if (bp_step_counts(grade, i) && grade->marking.weights[i] != 0)
            return;
        something_counts = something_counts || bp_step_counts(grade, i);
    }
    if (something_counts)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &WEIGHTS,
                     "give some step that is asked for a weight above 0: they add up to 0");
}

/* --- the rest --------------------------------------------------------------------------------- */

void bp_read_rate(struct bp_reader *reader, double *rate)
{
    *rate = BP_NO_LEARNING_RATE;
    if (bp_read_learning_rate(reader, rate, false) && !(*rate >= 0))
        *rate = 0;
}

static void read_decimals(struct bp_reader *reader, const struct bp_value *value,
                          const struct bp_place *at, struct bp_grade *grade)
{
    size_t decimals;
    if (bp_read_integer(reader, value, at, 0, DECIMALS_MAX, BP_FAULT_OUT_OF_RANGE, &decimals))
        grade->marking.decimals = (int)decimals;
}

static void read_reveal(struct bp_reader *reader, const struct bp_value *value,
                        const struct bp_place *at, bool *reveals)
{
    *reveals = bp_json_is_true(value);
    if (bp_json_kind(reader->json, value) != BP_JSON_BOOLEAN)
        bp_read_wrong(reader, value, at, BP_EXPECTED_BOOLEAN);
    else if (*reveals && reader->limits->keeps_answers)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, at,
                     "this service does not reveal answers");
}

void bp_read_marking(struct bp_reader *reader, struct bp_grade *grade,
                     const struct bp_step_names *names, bool *reveals)
{
    const struct bp_value *marking = bp_json_member(reader->root, "marking");
    if (!marking)
        return;
    if (bp_json_kind(reader->json, marking) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, marking, &MARKING, BP_EXPECTED_OBJECT);
        return;
    }
    for (struct bp_members m = bp_json_members(marking); bp_json_next(&m);) {
        const struct bp_place at = {&MARKING, m.name, BP_NO_NUMBER};
        if (strcmp(m.name, "decimals") == 0)
            read_decimals(reader, m.value, &at, grade);
        else if (strcmp(m.name, "rtol") == 0)
            bp_read_within(reader, m.value, &at, 0, RTOL_MAX, &grade->marking.rtol);
        else if (strcmp(m.name, "follow_through") == 0)
            bp_read_within(reader, m.value, &at, 0, 1, &grade->marking.follow_through);
        else if (strcmp(m.name, "weights") == 0)
            read_weights(reader, m.value, grade, names);
        else if (strcmp(m.name, "reveal") == 0)
            read_reveal(reader, m.value, &at, reveals);
        else
            bp_read_unknown(reader, &MARKING, m.name, m.value, KNOWN);
    }
}

void bp_read_review(struct bp_reader *reader, struct bp_grade *grade, double *rate,
                    const struct bp_step_names *names, bp_lay_out_job *lay_out)
{
    const size_t faults_before = reader->problem->n_faults;
    bool reveals;
    bp_read_rate(reader, rate);
    if (names) {
        lay_out(&(struct bp_layout){NULL, 0}, reader->job); /* counts the cells */
        if (!bp_read_limit(reader, &bp_place_body, "cells of all steps",
                           reader->limits->graded_cells, grade->steps.n_cells) ||
            !bp_lay_out(reader, lay_out))
            return;
    }
    bp_read_marking(reader, grade, names, &reveals);
    if (names && reader->problem->n_faults == faults_before)
        bp_check_weights(reader, grade);
}
