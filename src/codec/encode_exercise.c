#include "encode_exercise.h"

#include "backpropd/catalogue.h"
#include "backpropd/json_write.h"
#include "encode.h"
#include "fault.h"

static void put_hidden(struct bp_text *text, const struct bp_review *review,
                       const struct bp_step_names *names)
{
    bp_put_member_open(text, "hidden", '[');
    for (size_t i = 0; i < review->n_hidden; i++) {
        bp_put_open(text, '{');
        bp_put_member_string(text, "code", bp_code_names[review->hidden[i].code]);
        bp_put_member_string(text, "step", names->of[review->hidden[i].step]);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_pair(struct bp_text *text, const char *name, const char *first, const char *second)
{
    bp_put_member_open(text, name, '[');
    bp_put_string(text, first);
    bp_put_string(text, second);
    bp_text_putc(text, ']');
}

static void put_collisions(struct bp_text *text, const struct bp_review *review,
                           const struct bp_step_names *names)
{
    bp_put_member_open(text, "collisions", '[');
    for (size_t i = 0; i < review->n_collisions; i++) {
        const struct bp_made_at *a = &review->collisions[i].first;
        const struct bp_made_at *b = &review->collisions[i].second;
        bp_put_open(text, '{');
        put_pair(text, "codes", bp_code_names[a->code], bp_code_names[b->code]);
        put_pair(text, "steps", names->of[a->step], names->of[b->step]);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_review(struct bp_text *text, const struct bp_review *review,
                       const struct bp_step_names *names)
{
    bp_text_putc(text, '{');
    bp_put_member_size(text, "mistakes", review->mistakes);
    put_hidden(text, review, names);
    put_collisions(text, review, names);
    bp_put_member_double(text, "all_zero_score", review->all_zero_score);
    bp_put_member_double(text, "smallest_nonzero", review->smallest_nonzero);
    bp_put_member_size(text, "rounds_to_zero", review->rounds_to_zero);
    bp_text_putc(text, '}');
}

void bp_put_review(struct bp_text *text, const struct bp_job *job, const void *reviewing)
{
    const struct bp_reviewing *own = reviewing;
    (void)job;
    put_review(text, &own->review, &own->names);
}

static void put_samples(struct bp_text *text, const struct bp_task *task)
{
    const size_t n_x = task->network.layers[0].n_in;
    const size_t n_y = bp_network_last(&task->network)->n_out;
    bp_put_member_open(text, "samples", '[');
    for (size_t s = 0; s < task->n_samples; s++) {
        bp_put_open(text, '{');
        bp_put_key(text, "x");
        bp_text_put_doubles(text, task->samples[s].x, n_x);
        bp_put_key(text, "y");
        bp_text_put_doubles(text, task->samples[s].y, n_y);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_body(struct bp_text *text, const struct bp_job *job,
                     const struct bp_drawing *drawing)
{
    bp_put_member_open(text, "body", '{');
    bp_put_network(text, job, &drawing->exercise.task.network);
    put_samples(text, &drawing->exercise.task);
    if (drawing->has_options) {
        bp_put_member_open(text, "options", '{');
        bp_text_put(text, job->notes.data, job->notes.size);
        bp_text_putc(text, '}');
    }
    if (drawing->learning_rate >= 0) {
        bp_put_member_double(text, "learning_rate", drawing->learning_rate);
    }
    bp_text_putc(text, '}');
}

/* --- the task in words ------------------------------------------------------------------------ */

/* "2 inputs, 3 units (relu) and 1 output (identity)" */
static void put_shape(struct bp_text *text, const struct bp_network *network)
{
    bp_text_printf(text, "%zu input%s", network->layers[0].n_in,
                   bp_plural(network->layers[0].n_in));
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        const bool is_last = k + 1 == network->depth;
        bp_text_printf(text, "%s%zu %s%s (%s)", is_last ? " and " : ", ", layer->n_out,
                       is_last ? "output" : "unit", bp_plural(layer->n_out),
                       bp_activation_names[layer->activation]);
    }
}

/* What has been agreed on where it matters. */
static void put_conventions(struct bp_text *text, const struct bp_task *task)
{
    bool has_relu = false;
    for (size_t k = 0; k < task->network.depth; k++)
        has_relu = has_relu || task->network.layers[k].activation == BP_ACTIVATION_RELU;
    bp_text_printf(text, " The loss of a sample is %s.", bp_loss_phrases[task->rules.loss]);
    if (has_relu) {
        bp_text_puts(text, " At z = 0 the derivative of relu is taken as ");
        bp_text_put_double(text, task->rules.relu_at_zero);
        bp_text_putc(text, '.');
    }
    if (task->n_samples > 1)
        bp_text_printf(text, " The loss and the gradients of the batch are %s over the samples.",
                       task->rules.reduction == BP_REDUCTION_MEAN ? "means" : "sums");
}

/* True of the steps of the worked solution: z and dL_dz of an output without activation are those
 * of y_hat, and one sample is the batch. */
static bool is_worked_out(const struct bp_task *task, const struct bp_step *step)
{
    const bool is_plain = step->layer + 1 == task->network.depth &&
                          task->network.layers[step->layer].activation == BP_ACTIVATION_IDENTITY;
    switch (step->kind) {
    case BP_STEP_Z:
    case BP_STEP_DL_DZ:
        return !is_plain;
    case BP_STEP_DL_DH:
        return step->layer > 0;
    case BP_STEP_MEAN_LOSS:
    case BP_STEP_MEAN_W:
    case BP_STEP_MEAN_B:
        return task->n_samples > 1;
    case BP_STEP_DH_DZ:
    case BP_STEP_JACOBIAN:
    case BP_STEP_COUNTS:
    case BP_STEP_DEAD:
        return false;
    default:
        return true;
    }
}

/* The steps that marking.weights names, or those of the worked solution. */
static void put_steps(struct bp_text *text, const struct bp_task *task,
                      const struct bp_drawing *drawing)
{
    const struct bp_grade *grade = &drawing->exercise.review.grade;
    const char *before = " Work out ";
    bool any_named = false;
    for (size_t i = 0; i < grade->steps.n; i++)
        any_named = any_named || grade->marking.weights[i] > 0;
    for (size_t i = 0; i < grade->steps.n; i++) {
        if (any_named ? !(grade->marking.weights[i] > 0)
                      : !is_worked_out(task, &grade->steps.list[i]))
            continue;
        const bool is_loss = task->n_samples == 1 && grade->steps.list[i].kind == BP_STEP_LOSS;
        bp_text_printf(text, "%s%s", before, is_loss ? "loss" : drawing->names.of[i]);
        before = ", ";
    }
    bp_text_putc(text, '.');
}

static void put_task(struct bp_text *text, const struct bp_drawing *drawing)
{
    const struct bp_task *task = &drawing->exercise.task;
    bp_put_key(text, "task");
    bp_text_puts(text, "\"A network of ");
    put_shape(text, &task->network);
    bp_text_putc(text, '.');
    put_conventions(text, task);
    if (drawing->learning_rate >= 0) {
        bp_text_puts(text, " A step of gradient descent is made with the learning rate ");
        bp_text_put_double(text, drawing->learning_rate);
        bp_text_putc(text, '.');
    }
    put_steps(text, task, drawing);
    bp_text_putc(text, '"');
}

void bp_put_exercise(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_drawing *drawing = result;
    bp_text_putc(text, '{');
    bp_put_member_size(text, "generator", BP_EXERCISE_GENERATOR);
    put_body(text, job, drawing);
    bp_put_key(text, "review");
    put_review(text, &drawing->exercise.review, &drawing->names);
    bp_put_member_size(text, "tries", drawing->exercise.tries);
    put_task(text, drawing);
    bp_text_putc(text, '}');
}
