/* POST /step: steps of plain gradient descent, and what they did. */
#include "step.h"

#include "../encode.h"
#include "../estimate.h"
#include "../read_task.h"
#include "backpropd/descent.h"
#include "backpropd/json_write.h"
#include "backpropd/media.h"

static const struct bp_place STEPS = {&bp_place_body, "steps", BP_NO_NUMBER};

static void read(struct bp_reader *reader)
{
    struct bp_step_request *own = reader->job->own;
    bp_read_task(reader);
    bp_read_learning_rate(reader, &own->learning_rate, true);
    const struct bp_value *steps = bp_read_member(reader, "steps", false);
    own->steps = 1;
    if (steps)
        bp_read_integer(reader, steps, &STEPS, 1, reader->limits->steps, BP_FAULT_LIMIT_EXCEEDED,
                        &own->steps);
    bp_read_frozen(reader, own->frozen);
}

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const struct bp_step_request *own = job->own;
    const size_t networks = 2 * bp_network_parameters(&job->task.network);
    *estimate = (struct bp_estimate){
        .work = bp_work_descent(&job->task, own->steps),
        .why_entries = bp_why_entries(job),
        .reply_numbers =
            bp_plus(bp_plus(networks, bp_plus(own->steps, 1)), bp_sample_numbers(job, true)),
    };
}

static void *layout(struct bp_layout *layout, const struct bp_job *job)
{
    const struct bp_step_request *own = job->own;
    struct bp_descent counted = {0}, *descent = bp_layout_array(layout, 1, sizeof *descent);
    struct bp_descent *to = descent ? descent : &counted;
    *to = (struct bp_descent){
        .learning_rate = own->learning_rate, .steps = own->steps, .frozen = own->frozen};
    bp_descent_layout(to, layout, &job->task,
                      job->include & BP_PART_SAMPLES ? BP_PASS_ALL_SAMPLES : 0);
    return descent;
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    return bp_descend(result, overflow, &job->task);
}

/* The relu units that are dead in one pass and not in the other. */
static void put_dead_difference(struct bp_text *text, const struct bp_job *job, const char *name,
                                const struct bp_pass *dead_in, const struct bp_pass *alive_in)
{
    bp_put_member_open(text, name, '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        if (layer->activation != BP_ACTIVATION_RELU)
            continue;
        bp_put_key_output(text, job, "h%", "y_hat", k);
        bp_text_putc(text, '[');
        for (size_t j = 0; j < layer->n_out; j++) {
            if (!dead_in->layers[k - 1].dead[j] || alive_in->layers[k - 1].dead[j])
                continue;
            bp_put_comma(text);
            bp_text_put_size(text, j);
        }
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, '}');
}

static void encode(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_descent *descent = result;
    const struct bp_pass *first = &descent->first, *last = &descent->last;
    bp_text_putc(text, '{');
    bp_put_network(text, job, &descent->after);
    bp_put_member_double(text, "loss_before", descent->losses[0]);
    bp_put_member_double(text, "loss_after", descent->losses[descent->steps]);
    bp_put_key(text, "losses");
    bp_text_put_doubles(text, descent->losses, descent->steps + 1);
    bp_put_member_size(text, "changed", descent->changed);
    bp_put_dead(text, "dead_before", job, first, BP_WHOLE_BATCH);
    bp_put_dead(text, "dead_after", job, last, BP_WHOLE_BATCH);
    put_dead_difference(text, job, "newly_dead", last, first);
    put_dead_difference(text, job, "revived", first, last);
    bp_put_gradients(text, job, first);
    bp_put_parameters(text, job, first);
    bp_put_why_zero(text, job, first);
    bp_put_samples(text, job, first, true);
    bp_text_putc(text, '}');
}

const struct bp_operation bp_operation_step = {
    .name = "step",
    .path = "/step",
    .smallest = "{" BP_SMALLEST_TASK ", \"learning_rate\": 0.1}",
    .members =
        BP_NAMES("network", "samples", "options", "include", "learning_rate", "steps", "frozen"),
    .parts = BP_NAMES("samples", "why_zero"),
    .targets = BP_TARGETS_REQUIRED,
    .own = {.once = sizeof(struct bp_step_request), .per_layer = sizeof(struct bp_frozen)},
    .tells_answers = true,
    .work_member = "steps",
    .representations = (const struct bp_representation[]){{BP_MEDIA_JSON, encode}, {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = layout,
    .run = run,
};
