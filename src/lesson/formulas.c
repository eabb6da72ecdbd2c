#include "formulas.h"

#include <math.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"

void bp_operands_set(struct bp_operands *operands, const struct bp_steps *steps, size_t layer)
{
    const struct bp_task *task = steps->task;
    const struct bp_layer *shape = &task->network.layers[layer];
    const size_t outputs = bp_network_last(&task->network)->n_out;
    *operands = (struct bp_operands){
        .last = layer + 1 == task->network.depth,
        .pair = steps->pair && layer + 1 == task->network.depth,
        .activation = shape->activation,
        .below = layer == 0 ? BP_ACTIVATION_IDENTITY : shape[-1].activation,
        .loss = task->rules.loss,
        .reduction = task->rules.reduction,
        .m = shape->n_in,
        .n = shape->n_out,
        .outputs = (double)outputs,
        .samples = task->n_samples,
        .loss_factor = bp_loss_factor(task->rules.loss, outputs),
        .relu_at_zero = task->rules.relu_at_zero,
        .learning_rate = steps->learning_rate,
        .w = shape->w,
        .b = shape->b,
    };
}

/* --- forward, and the loss ------------------------------------------------------------------- */

/* v[0] + v[stride] + ... */
static double sum(const double *v, size_t stride, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += v[i * stride];
    return total;
}

/* start + a[0] b[0] + a[1] b[stride] + ... */
static double dot(double start, const double *a, const double *b, size_t stride, size_t n)
{
    for (size_t i = 0; i < n; i++)
        start += a[i] * b[i * stride];
    return start;
}

static double bias_of(const struct bp_operands *c, size_t j)
{
    return c->b ? c->b[j] : 0;
}

/* What enters unit j. */
static double entering(const struct bp_operands *c, double bias, size_t j)
{
    return dot(bias, c->a, c->w + j, c->n, c->m);
}

static double activate(const struct bp_operands *c, double z)
{
    double h;
    bp_activate(&h, &z, c->activation, 1, 1);
    return h;
}

/* 1 - h of sigmoid and softmax for all units: from z where h came from it, else from h. */
static void prepare_rest(const struct bp_operands *c)
{
    if (c->fresh && c->activation == BP_ACTIVATION_SOFTMAX)
        bp_derive(c->rest, c->z, c->activation, 0, 1, c->n);
    for (size_t j = 0; j < c->n; j++) {
        if (!c->fresh)
            c->rest[j] = 1 - c->h[j];
        else if (c->activation == BP_ACTIVATION_SIGMOID)
            c->rest[j] = bp_sigmoid(-c->z[j]);
    }
}

/* ln, of what is not positive not finite. */
static double ln(double v)
{
    return v > 0 ? log(v) : (v == 0 ? -INFINITY : NAN);
}

/* -ln of softmax's output j. Uses row. */
static double minus_ln(const struct bp_operands *c, size_t j)
{
    if (!c->fresh)
        return -ln(c->h[j]);
    memset(c->row, 0, c->n * sizeof *c->row);
    c->row[j] = 1;
    return bp_loss(c->z, c->h, c->row, c->loss, c->n);
}

/* What output j adds to the loss, without the loss's factor. May use row. */
static double term_of_loss(const struct bp_operands *c, size_t j)
{
    const double h = c->h[j], y = c->y[j];
    switch (bp_loss_kind(c->loss)) {
    case BP_LOSS_KIND_SOFTMAX:
        return y == 0 ? 0 : y * minus_ln(c, j);
    case BP_LOSS_KIND_SIGMOID:
        if (c->fresh)
            return bp_loss(&c->z[j], &h, &y, c->loss, 1);
        return -((y == 0 ? 0 : y * ln(h)) + (y == 1 ? 0 : (1 - y) * ln(1 - h)));
    case BP_LOSS_KIND_SQUARES:
        break;
    }
    return (h - y) * (h - y);
}

static double loss_of(const struct bp_operands *c)
{
    double total = 0;
    if (c->fresh)
        return bp_loss(c->z, c->h, c->y, c->loss, c->n);
    for (size_t j = 0; j < c->n; j++)
        total += term_of_loss(c, j);
    return c->loss_factor * total;
}

/* --- steps 1 and 5: the derivatives of the loss and of the activations ----------------------- */

static double loss_slope(const struct bp_operands *c, size_t j)
{
    const double h = c->h[j], y = c->y[j];
    switch (bp_loss_kind(c->loss)) {
    case BP_LOSS_KIND_SOFTMAX:
        return bp_loss_ratio(-y, h);
    case BP_LOSS_KIND_SIGMOID:
        return c->loss_factor * (bp_loss_ratio(1 - y, c->rest[j]) - bp_loss_ratio(y, h));
    case BP_LOSS_KIND_SQUARES:
        break;
    }
    return 2 * c->loss_factor * (h - y);
}

void bp_step_short(double *cells, const struct bp_operands *c)
{
    prepare_rest(c);
    if (c->activation == BP_ACTIVATION_SOFTMAX) {
        bp_loss_derive_by_z(cells, c->z, c->h, c->rest, c->y, c->loss, c->n);
        return;
    }
    for (size_t j = 0; j < c->n; j++)
        cells[j] = c->loss_factor * ((1 - c->y[j]) * c->h[j] - c->y[j] * c->rest[j]);
}

/* The derivative by the rule that takes it from h, of a gate from z: closed where z is not a
 * number. */
static double slope_by_rule(const struct bp_operands *c, double z, double h)
{
    switch (c->activation) {
    case BP_ACTIVATION_RELU:
        return z > 0 ? 1 : (z == 0 ? c->relu_at_zero : 0);
    case BP_ACTIVATION_LEAKY_RELU:
        return z > 0 ? 1 : BP_LEAKY_SLOPE;
    case BP_ACTIVATION_SIGMOID:
        return h * (1 - h);
    case BP_ACTIVATION_TANH:
        return 1 - h * h;
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_SOFTMAX: /* which has a matrix instead */
    case BP_ACTIVATION_COUNT:
        break;
    }
    return 1;
}

/* Slopes are calculated from z, but by the rules where h did not come from z. */
static void prepare_slopes(const struct bp_operands *c)
{
    if (c->fresh)
        bp_derive(c->row, c->z, c->activation, c->relu_at_zero, 1, c->n);
    for (size_t j = 0; j < c->n && !c->fresh; j++)
        c->row[j] = slope_by_rule(c, c->z[j], c->h[j]);
}

static double inverted_gate(const struct bp_operands *c, size_t j)
{
    if (c->activation == BP_ACTIVATION_RELU)
        return c->z[j] <= 0;
    return c->z[j] < 0 ? 1 : BP_LEAKY_SLOPE;
}

/* What the outputs' gradient u leaves at z[j]. */
static double back(const struct bp_operands *c, const double *u, size_t j)
{
    return c->activation == BP_ACTIVATION_SOFTMAX ? dot(0, u, c->g + j, c->n, c->n)
                                                  : u[j] * c->g[j];
}

/* --- step 4: one layer down ------------------------------------------------------------------ */

/* What the gradient d of a layer's z leaves at its input i. */
static double sent_down(const struct bp_operands *c, const double *d, size_t i)
{
    return dot(0, d, c->w + i * c->n, 1, c->n);
}

/* dL_dz, were the residual the derivative of the loss. */
static void prepare_residuals(const struct bp_operands *c)
{
    for (size_t j = 0; j < c->n; j++)
        c->rest[j] = c->h[j] - c->y[j];
    for (size_t j = 0; j < c->n; j++)
        c->row[j] = back(c, c->rest, j);
}

/* Samples put together, as a mean or as a sum. */
static double together(const struct bp_operands *c, const double *terms, size_t stride)
{
    const double total = sum(terms, stride, c->samples);
    return c->reduction == BP_REDUCTION_MEAN ? total / (double)c->samples : total;
}

static double updated_weights(const struct bp_operands *c, size_t i)
{
    double total = 0;
    for (size_t j = 0; j < c->n; j++) {
        const size_t at = i * c->n + j;
        const double gradient = together(c, c->dw + at, c->m * c->n);
        total += (c->w[at] - c->learning_rate * gradient) * c->d[j];
    }
    return total;
}

/* --- the batch ------------------------------------------------------------------------------- */

static double is_dead(const struct bp_operands *c, size_t j)
{
    for (size_t s = 0; s < c->samples; s++)
        if (c->terms[s * c->stride + j] != 0)
            return 0;
    return 1;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* What is had for a whole row at once. */
static void prepare(const struct bp_operands *c, enum bp_step_kind kind, enum bp_mistake mistake)
{
    switch (kind) {
    case BP_STEP_H:
        bp_activate(c->row, c->z, c->activation, 1, c->n);
        break;
    case BP_STEP_DH_DZ:
        prepare_slopes(c);
        break;
    case BP_STEP_DL_DY:
    case BP_STEP_JACOBIAN:
    case BP_STEP_DL_DZ:
        if (c->pair && mistake != BP_NO_MISTAKE)
            bp_step_short(c->row, c);
        else if (c->last)
            prepare_rest(c);
        break;
    default:
        if (mistake == BP_MISTAKE_DL_DH_RESIDUAL_FOR_GRADIENT)
            prepare_residuals(c);
        break;
    }
}

static double right(const struct bp_operands *c, enum bp_step_kind kind, size_t i, size_t j)
{
    const size_t at = i * c->n + j;
    switch (kind) {
    case BP_STEP_Z:
        return entering(c, bias_of(c, j), j);
    case BP_STEP_H:
    case BP_STEP_DH_DZ:
        return c->row[j];
    case BP_STEP_LOSS:
        return loss_of(c);
    case BP_STEP_DL_DY:
        return loss_slope(c, j);
    case BP_STEP_JACOBIAN:
        return bp_softmax_derivative(c->h, c->rest, i, j);
    case BP_STEP_DL_DZ:
        return back(c, c->u, j);
    case BP_STEP_DL_DW:
        return c->a[i] * c->d[j];
    case BP_STEP_DL_DB:
        return c->d[j];
    case BP_STEP_DL_DH:
        return sent_down(c, c->d, i);
    case BP_STEP_MEAN_LOSS:
    case BP_STEP_MEAN_W:
    case BP_STEP_MEAN_B:
        return together(c, c->terms + at, c->stride);
    case BP_STEP_DEAD:
        return is_dead(c, j);
    case BP_STEP_NEW_W:
        return c->w[at] - c->learning_rate * c->terms[at];
    case BP_STEP_NEW_B:
        return c->b[at] - c->learning_rate * c->terms[at];
    case BP_STEP_COUNTS: /* which run.c counts */
    case BP_STEP_KIND_COUNT:
        break;
    }
    return 0;
}

static double altered(const struct bp_operands *c, enum bp_mistake mistake, size_t i, size_t j)
{
    const size_t at = i * c->n + j;
    switch (mistake) {
#define AS_CASE(kind, name, code, words, condition, formula)                                       \
    case BP_MISTAKE_##kind##_##name:                                                               \
        return formula;
        BP_MISTAKES(AS_CASE) /* NOLINT(bugprone-branch-clone): a row, a case */
#undef AS_CASE
    case BP_NO_MISTAKE:
        break;
    }
    return 0;
}

void bp_step_calculate(double *cells, const struct bp_step *step, enum bp_mistake mistake,
                       const struct bp_operands *operands)
{
    prepare(operands, step->kind, mistake);
    for (size_t i = 0; i < step->height; i++)
        for (size_t j = 0; j < step->width; j++)
            cells[i * step->width + j] = mistake == BP_NO_MISTAKE
                                             ? right(operands, step->kind, i, j)
                                             : altered(operands, mistake, i, j);
}
