/* POST /check: compares gradients with finite differences of the loss. */
#include <math.h>
#include <stdio.h>

#include "../encode.h"
#include "../estimate.h"
#include "../grid.h"
#include "../member_names.h"
#include "../read_task.h"
#include "../unknown.h"
#include "backpropd/gradient_check.h"
#include "backpropd/json_write.h"
#include "backpropd/media.h"

#define EPSILON_MAX 0.1

/* The caller's gradients of a layer as they were posted, or NULL. */
struct posted {
    const double *w, *b;
};

/* What /check alone reads: the `own` of its job. */
struct checking {
    double epsilon;
    struct posted layers[]; /* (depth) */
};

static const struct bp_place EPSILON = {&bp_place_body, "epsilon", BP_NO_NUMBER};
static const struct bp_place GRADIENTS = {&bp_place_body, "gradients", BP_NO_NUMBER};

/* --- reading ---------------------------------------------------------------------------------- */

static void read_weights(struct bp_reader *reader, const struct bp_value *value,
                         const struct bp_place *place, size_t k)
{
    const struct bp_grid grid = bp_grid_of(reader->job, &reader->job->task.network.layers[k]);
    struct checking *own = reader->job->own;
    const struct bp_matrix w = bp_read_matrix(reader, value, place, grid.columns);
    if (!w.usable)
        return;
    own->layers[k].w = w.numbers;
    if (w.rows == grid.rows && w.columns == grid.columns)
        return;
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH, place, "%zu x %zu, but W%zu is %zu x %zu (%s)",
        w.rows, w.columns, k + 1, grid.rows, grid.columns,
        reader->job->is_out_in ? "fan-out x fan-in" : "fan-in x fan-out");
    fault->expected = bp_fact_shape(grid.rows, grid.columns);
    fault->got = bp_fact_shape(w.rows, w.columns);
}

static void read_biases(struct bp_reader *reader, const struct bp_value *value,
                        const struct bp_place *place, size_t k)
{
    const struct bp_layer *layer = &reader->job->task.network.layers[k];
    struct checking *own = reader->job->own;
    double *b;
    size_t n;
    if (!layer->b) {
        bp_fault_add(reader->problem, BP_FAULT_UNKNOWN_MEMBER, place, "layer %zu has no biases",
                     k + 1);
        return;
    }
    if (!bp_read_vector(reader, value, place, layer->n_out, &b, &n))
        return;
    own->layers[k].b = b;
    if (n == layer->n_out)
        return;
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
                                          "write %zu number%s here, not %zu: b%zu has as many",
                                          layer->n_out, bp_plural(layer->n_out), n, k + 1);
    fault->expected = bp_fact_number((double)layer->n_out);
    fault->got = bp_fact_number((double)n);
}

/* Null has the same effect as leaving it out. */
static void read_gradients(struct bp_reader *reader, const struct bp_value *gradients)
{
    const size_t depth = reader->job->task.network.depth;
    if (bp_json_kind(reader->json, gradients) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, gradients, &GRADIENTS, BP_EXPECTED_OBJECT);
        return;
    }
    for (struct bp_members m = bp_json_members(gradients); bp_json_next(&m);) {
        const struct bp_place place = {&GRADIENTS, m.name, BP_NO_NUMBER};
        size_t k;
        bool is_bias;
        if (!bp_read_tensor_name(m.name, depth, &k, &is_bias))
            bp_read_unknown(reader, &GRADIENTS, m.name, m.value, bp_tensor_names(depth));
        else if (bp_json_kind(reader->json, m.value) == BP_JSON_NULL)
            continue;
        else if (is_bias)
            read_biases(reader, m.value, &place, k);
        else
            read_weights(reader, m.value, &place, k);
    }
}

/* A step of 0 is not allowed: the minimum is the smallest double. */
static void read_epsilon(struct bp_reader *reader, const struct bp_value *value)
{
    struct checking *own = reader->job->own;
    double epsilon;
    if (!bp_read_number(reader, value, &EPSILON, &epsilon))
        return;
    if (epsilon > 0 && epsilon <= EPSILON_MAX)
        own->epsilon = epsilon;
    else
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &EPSILON,
                     "write a number above 0 and at most %g", EPSILON_MAX)
            ->got = bp_fact_number(epsilon);
}

static void read(struct bp_reader *reader)
{
    struct checking *own = reader->job->own;
    own->epsilon = BP_EPSILON_STANDARD;
    const bool is_good = bp_read_whole_task(reader);
    const struct bp_value *gradients = bp_read_member(reader, "gradients", false);
    const struct bp_value *epsilon = bp_read_member(reader, "epsilon", false);
    if (gradients && is_good)
        read_gradients(reader, gradients);
    if (epsilon)
        read_epsilon(reader, epsilon);
}

/* --- calculating ------------------------------------------------------------------------------ */

/* Work of one forward pass of the textbook, for a parameter and for a unit. */
enum { PARAMETER = 30, UNIT = 60 };

static void estimate(struct bp_estimate *estimate, const struct bp_job *job)
{
    const double n = (double)bp_network_parameters(&job->task.network);
    double units = 0;
    for (size_t k = 0; k < job->task.network.depth; k++)
        units += (double)job->task.network.layers[k].n_out;
    *estimate = (struct bp_estimate){
        .work = (4 * n + 4) * (double)job->task.n_samples * (PARAMETER * n + UNIT * units),
        .reply_numbers = bp_times(4, bp_network_parameters(&job->task.network)),
    };
}

/* Puts the caller's gradients where the check looks for them, weights fan-in x fan-out. */
static void copy_gradients(struct bp_check *check, const struct bp_job *job)
{
    const struct checking *own = job->own;
    double *to = check->gradients;
    for (size_t k = 0; k < job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k];
        const struct bp_grid grid = bp_grid_of(job, layer);
        for (size_t p = 0; p < grid.rows && own->layers[k].w; p++)
            for (size_t q = 0; q < grid.columns; q++)
                to[p * grid.down + q * grid.across] = own->layers[k].w[p * grid.columns + q];
        to += bp_layer_weights(layer);
        for (size_t j = 0; j < bp_layer_biases(layer) && own->layers[k].b; j++)
            to[j] = own->layers[k].b[j];
        to += bp_layer_biases(layer);
    }
}

static void *layout(struct bp_layout *layout, const struct bp_job *job)
{
    const struct checking *own = job->own;
    struct bp_check counted, *check = bp_layout_array(layout, 1, sizeof *check);
    bp_check_layout(check ? check : &counted, layout, &job->task);
    if (!check)
        return NULL;
    check->epsilon = own->epsilon;
    copy_gradients(check, job);
    return check;
}

static bool run(void *result, struct bp_overflow *overflow, const struct bp_job *job)
{
    (void)overflow;
    (void)job;
    bp_check(result);
    return true;
}

/* --- the reply -------------------------------------------------------------------------------- */

#define AS_NAME(name, wire) wire,
static const char *const VERDICTS[BP_CHECK_COUNT] = {BP_CHECK_VERDICTS(AS_NAME)};
#undef AS_NAME

/* Writes null for a number beyond the largest double. */
static void put_number(struct bp_text *text, const char *name, double value)
{
    bp_put_key(text, name);
    bp_put_finite(text, value);
}

/* A parameter by its name and its place as posted: W1[0][2], b1[1]. */
struct parameter {
    char tensor;
    size_t layer;
    size_t i, j; /* of a bias i alone */
};

/* What cannot be told from 0 by a difference of losses is 0 in sentences. */
#define NEARLY_ZERO 1e-7
#define SLOPE_MAX 32

/* A slope in words, for one call. */
static const char *slope(char digits[SLOPE_MAX], double value)
{
    snprintf(digits, SLOPE_MAX, "%.6g", fabs(value) <= NEARLY_ZERO ? 0 : value);
    return isfinite(value) ? digits : "too large for a double";
}

static bool is_near(double a, double b)
{
    return fabs(a - b) <= NEARLY_ZERO + 1e-4 * fabs(b);
}

/* What a wrong gradient looks like beside the slope. */
static const char *likeness(double gradient, double slope)
{
    if (is_near(slope, 0) || !isfinite(gradient))
        return ".";
    if (is_near(-gradient, slope))
        return ": the sign is the wrong way round.";
    if (is_near(2 * gradient, slope))
        return ": a factor 2 is missing.";
    if (is_near(gradient, 2 * slope))
        return ": there is one factor 2 too many.";
    return ".";
}

static void put_corner(struct bp_text *text, const struct bp_checked *checked)
{
    const bool is_one =
        is_near(checked->analytic, checked->left) || is_near(checked->analytic, checked->right);
    char left[SLOPE_MAX], right[SLOPE_MAX], gradient[SLOPE_MAX];
    bp_text_printf(text,
                   ": the loss has a corner here, with the slope %s on the left and %s on the "
                   "right. The gradient, %s",
                   slope(left, checked->left), slope(right, checked->right),
                   slope(gradient, checked->analytic));
    bp_text_puts(text, checked->verdict != BP_CHECK_KINK ? ", does not lie between them."
                       : is_one                          ? ", is one of the two: it is fine."
                                                         : ", lies between them: it is fine.");
}

static void put_message(struct bp_text *text, const struct bp_checked *checked,
                        const struct parameter *of)
{
    char gradient[SLOPE_MAX], numeric[SLOPE_MAX];
    bp_put_member_open(text, "message", '"');
    bp_text_printf(text, "%c%zu[%zu]", of->tensor, of->layer + 1, of->i);
    if (of->tensor == 'W')
        bp_text_printf(text, "[%zu]", of->j);
    if (checked->corner)
        put_corner(text, checked);
    else
        bp_text_printf(text, ": the gradient is %s, but the slope of the loss is %s%s",
                       slope(gradient, checked->analytic), slope(numeric, checked->numeric),
                       likeness(checked->analytic, checked->numeric));
    bp_text_putc(text, '"');
}

static void put_checked(struct bp_text *text, const struct bp_checked *checked,
                        const struct parameter *of)
{
    bp_put_open(text, '{');
    bp_put_member_string(text, "verdict", VERDICTS[checked->verdict]);
    put_number(text, "analytic", checked->analytic);
    put_number(text, "numeric", checked->numeric);
    if (checked->sides) {
        put_number(text, "left", checked->left);
        put_number(text, "right", checked->right);
    }
    if (checked->verdict != BP_CHECK_OK)
        put_message(text, checked, of);
    bp_text_putc(text, '}');
}

static void put_weights(struct bp_text *text, const struct bp_job *job,
                        const struct bp_checked *checked, size_t k)
{
    const struct bp_grid grid = bp_grid_of(job, &job->task.network.layers[k]);
    bp_text_putc(text, '[');
    for (size_t p = 0; p < grid.rows; p++) {
        bp_put_open(text, '[');
        for (size_t q = 0; q < grid.columns; q++)
            put_checked(text, checked + p * grid.down + q * grid.across,
                        &(struct parameter){'W', k, p, q});
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, ']');
}

static void put_biases(struct bp_text *text, const struct bp_job *job,
                       const struct bp_checked *checked, size_t k)
{
    const struct bp_layer *layer = &job->task.network.layers[k];
    bp_text_puts(text, layer->b ? "[" : "null");
    for (size_t j = 0; j < bp_layer_biases(layer); j++)
        put_checked(text, checked + j, &(struct parameter){'b', k, j, 0});
    bp_text_puts(text, layer->b ? "]" : "");
}

static void encode(struct bp_text *text, const struct bp_job *job, const void *result)
{
    const struct bp_check *check = result;
    const struct bp_checked *checked = check->checked;
    bp_text_putc(text, '{');
    bp_put_member_open(text, "counts", '{');
    for (size_t i = 0; i < BP_CHECK_COUNT; i++)
        bp_put_member_size(text, VERDICTS[i], check->counts[i]);
    bp_text_putc(text, '}');
    bp_put_member_open(text, "check", '{');
    for (size_t k = 0; k < job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k];
        bp_put_key_output(text, job, "W%", "W%", k + 1);
        put_weights(text, job, checked, k);
        checked += bp_layer_weights(layer);
        bp_put_key_output(text, job, "b%", "b%", k + 1);
        put_biases(text, job, checked, k);
        checked += bp_layer_biases(layer);
    }
    bp_text_puts(text, "}}");
}

const struct bp_operation bp_operation_check = {
    .name = "check",
    .path = "/check",
    .smallest = "{" BP_SMALLEST_TASK "}",
    .members = BP_NAMES("network", "samples", "options", "gradients", "epsilon"),
    .targets = BP_TARGETS_REQUIRED,
    .own = {.once = sizeof(struct checking), .per_layer = sizeof(struct posted)},
    .representations = (const struct bp_representation[]){{BP_MEDIA_JSON, encode}, {NULL, NULL}},
    .read = read,
    .estimate = estimate,
    .layout = layout,
    .run = run,
};
