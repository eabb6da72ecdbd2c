/* POST /explain: the worked solution. */
#include "../estimate.h"
#include "../explain/line.h"
#include "../explain/program.h"
#include "../explain/write_json.h"
#include "../explain/write_plain.h"
#include "../read_task.h"
#include "backpropd/media.h"

static const struct bp_place SHOWN_DECIMALS = {&bp_place_body, "shown_decimals", BP_NO_NUMBER};
static const struct bp_place LEARNING_RATE = {&bp_place_body, "learning_rate", BP_NO_NUMBER};

#define SHOWN_MAX 17
#define SHOWN_IN_PLAIN_TEXT 10

/* What /explain alone reads: the `own` of its job. */
struct own {
    bool has_shown_decimals;
    int shown_decimals;
    bool has_update; /* a learning rate was posted */
    double learning_rate;
    struct bp_frozen frozen[]; /* (depth) */
};

/* The result: what is explained, and what it points to. */
struct result {
    struct bp_explanation explanation;
    struct bp_descent descent; /* without an update only its first pass */
};

static void read_shown_decimals(struct bp_reader *reader)
{
    const struct bp_value *value = bp_read_member(reader, "shown_decimals", false);
    struct own *own = reader->job->own;
    size_t decimals;
    own->has_shown_decimals = value;
    own->shown_decimals = BP_SHOW_ALL;
    if (!value || bp_json_kind(reader->json, value) == BP_JSON_NULL)
        return;
    if (bp_json_kind(reader->json, value) != BP_JSON_NUMBER)
        bp_read_wrong(reader, value, &SHOWN_DECIMALS, BP_EXPECTED_INTEGER_OR_NULL);
    else if (bp_read_integer(reader, value, &SHOWN_DECIMALS, 0, SHOWN_MAX, BP_FAULT_OUT_OF_RANGE,
                             &decimals))
        own->shown_decimals = (int)decimals;
}

/* True if the samples have targets or gradients. After reading without a fault, all have or none.
 */
static bool has_backward(const struct bp_task *task)
{
    return task->n_samples > 0 && (task->samples[0].y || task->samples[0].dl_dy_hat);
}

static void read(struct bp_reader *reader)
{
    struct own *own = reader->job->own;
    bp_read_task(reader);
    own->has_update = bp_read_learning_rate(reader, &own->learning_rate, false);
    bp_read_frozen(reader, own->frozen);
    read_shown_decimals(reader);
    if (own->has_update && reader->problem->n_faults == 0 && !has_backward(&reader->job->task))
        bp_fault_add(reader->problem, BP_FAULT_INCOMPATIBLE, &LEARNING_RATE,
                     "leave it out, or give each sample its y: without a loss there is no step");
}

/* What is explained, without the results. In: descent, which it points to. */
static struct bp_explanation explanation_of(const struct bp_job *job,
                                            const struct bp_descent *descent)
{
    const struct own *own = job->own;
    return (struct bp_explanation){.task = &job->task,
                                   .is_out_in = job->is_out_in,
                                   .has_backward = has_backward(&job->task),
                                   .has_loss = job->n_targets == job->task.n_samples,
                                   .shown_decimals = own->shown_decimals,
                                   .descent = own->has_update ? descent : NULL};
}

static double calculating(const struct bp_job *job)
{
    const struct own *own = job->own;
    const struct bp_task *task = &job->task;
    if (own->has_update)
        return bp_work_descent(task, 1);
    return has_backward(task) ? bp_work_backward(task) + bp_work_reasons(task)
                              : bp_work_forward(task);
}

/* Work of writing, on top of the numbers of a reply: per product or value, and per line. Plain text
 * takes twice as long as JSON; this is between the two. */
enum { TERM = 3000, LINE = 33000 };

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const struct own *own = job->own;
    const struct bp_descent descent = {.frozen = own->frozen};
    const struct bp_explanation explanation = explanation_of(job, &descent);
    size_t n_lines;
    const size_t terms = bp_explain_terms(&explanation, &n_lines);
    *estimate = (struct bp_estimate){
        .work = calculating(job) + TERM * (double)terms + LINE * (double)n_lines,
        .reply_numbers = terms,
        .explained_terms = terms,
    };
}

static void *layout(struct bp_layout *layout, const struct bp_job *job)
{
    const struct own *own = job->own;
    const unsigned backward =
        has_backward(&job->task) ? BP_PASS_BACKWARD | BP_PASS_REASONS : BP_PASS_FORWARD;
    struct result counted = {.explanation = {.task = NULL}};
    struct result *result = bp_layout_array(layout, 1, sizeof *result);
    struct result *to = result ? result : &counted;
    to->descent =
        (struct bp_descent){.learning_rate = own->learning_rate, .steps = 1, .frozen = own->frozen};
    to->explanation = explanation_of(job, &to->descent);
    to->explanation.pass = &to->descent.first;
    to->explanation.lines = bp_layout_array(layout, BP_FORM_COUNT * job->task.network.depth,
                                            sizeof *to->explanation.lines);
    if (own->has_update)
        bp_descent_layout(&to->descent, layout, &job->task, BP_PASS_ALL_SAMPLES);
    else
        bp_layout_pass(&to->descent.first, layout, &job->task, BP_PASS_ALL_SAMPLES | backward);
    to->descent.first.dl_dx = NULL; /* no line shows it: its overflow must not fail the request */
    return result;
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    struct result *to = result;
    const struct own *own = job->own;
    if (own->has_update)
        return bp_descend(&to->descent, overflow, &job->task);
    const bool finite = (to->explanation.has_backward ? bp_backward : bp_forward)(
        &to->descent.first, overflow, &job->task);
    overflow->step = BP_NOT_IN_DESCENT;
    return finite;
}

/* The explanation with the decimals of one representation. */
static struct bp_explanation shown(const struct bp_job *job, const struct result *result,
                                   int decimals)
{
    const struct own *own = job->own;
    struct bp_explanation explanation = result->explanation;
    if (!own->has_shown_decimals)
        explanation.shown_decimals = decimals;
    return explanation;
}

static void encode_json(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_explanation explanation = shown(job, result, BP_SHOW_ALL);
    bp_explain_json(text, &explanation);
}

static void encode_plain(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_explanation explanation = shown(job, result, SHOWN_IN_PLAIN_TEXT);
    bp_explain_plain(text, &explanation);
}

static void encode_program(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_explanation explanation = shown(job, result, BP_SHOW_ALL);
    bp_explain_program(text, &explanation, "\n");
}

const struct bp_operation bp_operation_explain = {
    .name = "explain",
    .path = "/explain",
    .smallest = "{" BP_SMALLEST_TASK "}",
    .members =
        BP_NAMES("network", "samples", "options", "learning_rate", "frozen", "shown_decimals"),
    .targets = BP_TARGETS_ALL_OR_NONE,
    .own = {.once = sizeof(struct own), .per_layer = sizeof(struct bp_frozen)},
    .tells_answers = true,
    .work_member = "samples",
    .representations = (const struct bp_representation[]){{BP_MEDIA_JSON, encode_json},
                                                          {BP_MEDIA_PLAIN, encode_plain},
                                                          {BP_MEDIA_PYTHON, encode_program},
                                                          {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = layout,
    .run = run,
};
