#include "backpropd/steps.h"

#include <math.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "steps.h"

/* --- the list ----------------------------------------------------------------------------------
 */

static struct bp_step step_of(const struct bp_steps *steps, enum bp_step_kind kind, size_t layer)
{
    const struct bp_layer *shape = &steps->task->network.layers[layer];
    struct bp_step step = {.kind = kind, .layer = layer, .height = 1, .width = shape->n_out};
    switch (kind) {
    case BP_STEP_LOSS:
    case BP_STEP_MEAN_LOSS:
        step.width = 1;
        break;
    case BP_STEP_COUNTS:
        step.width = 2;
        break;
    case BP_STEP_JACOBIAN:
        step.height = shape->n_out;
        break;
    case BP_STEP_DL_DH:
        step.height = shape->n_in;
        step.width = 1;
        break;
    case BP_STEP_DL_DW:
    case BP_STEP_MEAN_W:
    case BP_STEP_NEW_W:
        step.height = shape->n_in;
        break;
    default:
        break;
    }
    step.rows = bp_step_is_batch(&step) ? 1 : steps->task->n_samples;
    step.n = step.height * step.width;
    step.first = steps->n_cells;
    return step;
}

/* Appends a step, or only counts its cells. The steps that it reads are there already. */
static void add(struct bp_steps *steps, enum bp_step_kind kind, size_t layer,
                enum bp_step_kind reads, size_t reads_layer, enum bp_step_kind and_reads)
{
    struct bp_step step = step_of(steps, kind, layer);
    steps->n_cells += step.rows * step.n;
    if (steps->list && steps->at) {
        const size_t depth = steps->task->network.depth;
        step.inputs[0] =
            reads == BP_STEP_KIND_COUNT ? BP_NO_STEP : bp_step_at(steps, reads, reads_layer);
        step.inputs[1] =
            and_reads == BP_STEP_KIND_COUNT ? BP_NO_STEP : bp_step_at(steps, and_reads, layer);
        steps->list[steps->n] = step;
        steps->at[(size_t)kind * depth + layer] = steps->n;
    }
    steps->n++;
}

static void add_forward(struct bp_steps *steps, size_t depth)
{
    for (size_t k = 0; k < depth; k++) {
        if (k == 0)
            add(steps, BP_STEP_Z, k, BP_STEP_KIND_COUNT, k, BP_STEP_KIND_COUNT);
        else
            add(steps, BP_STEP_Z, k, BP_STEP_H, k - 1, BP_STEP_KIND_COUNT);
        add(steps, BP_STEP_H, k, BP_STEP_Z, k, BP_STEP_KIND_COUNT);
    }
}

/* A gate stands before the dL_dh that passes it: it needs the forward pass alone. */
static void add_backward(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    const bool softmax = network->layers[last].activation == BP_ACTIVATION_SOFTMAX;
    add(steps, BP_STEP_LOSS, last, BP_STEP_Z, last, BP_STEP_H);
    add(steps, BP_STEP_DL_DY, last, BP_STEP_Z, last, BP_STEP_H);
    add(steps, softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ, last, BP_STEP_Z, last, BP_STEP_H);
    for (size_t k = network->depth; k-- > 0;) {
        const enum bp_step_kind gate = k == last && softmax ? BP_STEP_JACOBIAN : BP_STEP_DH_DZ;
        if (k == last)
            add(steps, BP_STEP_DL_DZ, k, BP_STEP_DL_DY, k, gate);
        else
            add(steps, BP_STEP_DL_DZ, k, BP_STEP_DL_DH, k + 1, gate);
        if (k == 0)
            add(steps, BP_STEP_DL_DW, k, BP_STEP_KIND_COUNT, k, BP_STEP_DL_DZ);
        else
            add(steps, BP_STEP_DL_DW, k, BP_STEP_H, k - 1, BP_STEP_DL_DZ);
        if (network->layers[k].b)
            add(steps, BP_STEP_DL_DB, k, BP_STEP_DL_DZ, k, BP_STEP_KIND_COUNT);
        if (k > 0)
            add(steps, BP_STEP_DH_DZ, k - 1, BP_STEP_Z, k - 1, BP_STEP_H);
        add(steps, BP_STEP_DL_DH, k, BP_STEP_DL_DZ, k, BP_STEP_KIND_COUNT);
    }
}

static void add_batch(struct bp_steps *steps, const struct bp_network *network)
{
    const size_t last = network->depth - 1;
    add(steps, BP_STEP_MEAN_LOSS, last, BP_STEP_LOSS, last, BP_STEP_KIND_COUNT);
    for (size_t k = network->depth; k-- > 0;) {
        add(steps, BP_STEP_MEAN_W, k, BP_STEP_DL_DW, k, BP_STEP_KIND_COUNT);
        if (network->layers[k].b)
            add(steps, BP_STEP_MEAN_B, k, BP_STEP_DL_DB, k, BP_STEP_KIND_COUNT);
    }
    add(steps, BP_STEP_COUNTS, last, BP_STEP_KIND_COUNT, last, BP_STEP_KIND_COUNT);
    for (size_t k = 0; k < network->depth; k++)
        if (network->layers[k].activation == BP_ACTIVATION_RELU)
            add(steps, BP_STEP_DEAD, k, BP_STEP_DH_DZ, k, BP_STEP_KIND_COUNT);
    for (size_t k = 0; k < network->depth && steps->learning_rate >= 0; k++) {
        add(steps, BP_STEP_NEW_W, k, BP_STEP_MEAN_W, k, BP_STEP_KIND_COUNT);
        if (network->layers[k].b)
            add(steps, BP_STEP_NEW_B, k, BP_STEP_MEAN_B, k, BP_STEP_KIND_COUNT);
    }
}

static size_t widest_of(const struct bp_network *network)
{
    size_t widest = 0;
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        widest = layer->n_in > widest ? layer->n_in : widest;
        widest = layer->n_out > widest ? layer->n_out : widest;
    }
    return widest;
}

void bp_steps_layout(struct bp_steps *steps, struct bp_layout *layout, const struct bp_task *task,
                     double learning_rate)
{
    const struct bp_network *network = &task->network;
    const size_t depth = network->depth, most = BP_STEP_KIND_COUNT * depth;
    *steps = (struct bp_steps){.task = task, .learning_rate = learning_rate};
    steps->pair = bp_loss_needs(task->rules.loss) != BP_ACTIVATION_COUNT;
    steps->widest = widest_of(network);
    steps->list = bp_layout_array(layout, most, sizeof *steps->list);
    steps->at = bp_layout_array(layout, most, sizeof *steps->at);
    for (size_t i = 0; i < most && steps->at; i++)
        steps->at[i] = BP_NO_STEP;
    add_forward(steps, depth);
    add_backward(steps, network);
    add_batch(steps, network);
}

/* --- what a formula may look at ----------------------------------------------------------------
 */

void bp_place_set(struct bp_place *place, const struct bp_steps *steps, size_t layer)
{
    const struct bp_task *task = steps->task;
    const struct bp_layer *shape = &task->network.layers[layer];
    const size_t outputs = bp_network_last(&task->network)->n_out;
    *place = (struct bp_place){
        .first = layer == 0,
        .last = layer + 1 == task->network.depth,
        .pair = steps->pair,
        .has_bias = shape->b != NULL,
        .activation = shape->activation,
        .below = layer == 0 ? BP_ACTIVATION_IDENTITY : shape[-1].activation,
        .loss = task->rules.loss,
        .reduction = task->rules.reduction,
        .m = shape->n_in,
        .n = shape->n_out,
        .outputs = outputs,
        .samples = task->n_samples,
        .loss_factor = bp_loss_factor(task->rules.loss, outputs),
        .relu_at_zero = task->rules.relu_at_zero,
        .learning_rate = steps->learning_rate,
        .w = shape->w,
        .b = shape->b,
    };
}

/* ln; not finite if v is not positive. */
static double ln(double v)
{
    return v > 0 ? log(v) : (v == 0 ? -INFINITY : NAN);
}

/* A term whose numerator is 0 is 0, whatever it is divided by. */
static double ratio(double numerator, double denominator)
{
    return numerator == 0 ? 0 : numerator / denominator;
}

static double sum(const double *v, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += v[i];
    return total;
}

static double dot(const double *a, const double *b, size_t n)
{
    double total = 0;
    for (size_t i = 0; i < n; i++)
        total += a[i] * b[i];
    return total;
}

static double activate(enum bp_activation activation, double z)
{
    double h;
    bp_activate(&h, &z, activation, 1, 1);
    return h;
}

/* 1 - h of sigmoid and softmax for all units: from z where h came from it, else from h. */
static void prepare_rest(const struct bp_place *c)
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

/* Calculates what a whole row shares. */
static void prepare(enum bp_step_kind kind, const struct bp_place *c)
{
    switch (kind) {
    case BP_STEP_H:
        bp_activate(c->row, c->z, c->activation, 1, c->n);
        break;
    case BP_STEP_DH_DZ:
        prepare_rest(c);
        if (c->fresh)
            bp_derive(c->row, c->z, c->activation, c->relu_at_zero, 1, c->n);
        break;
    case BP_STEP_LOSS:
    case BP_STEP_DL_DY:
    case BP_STEP_JACOBIAN:
    case BP_STEP_DL_DZ:
        if (c->last)
            prepare_rest(c);
        break;
    default:
        break;
    }
}

/* --- forward, and the loss ----------------------------------------------------------------------
 */

static double z_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    const bool turned = mistake == BP_MISTAKE_Z_WEIGHTS_TRANSPOSED;
    const bool bare = !c->b || mistake == BP_MISTAKE_Z_BIAS_FORGOTTEN;
    double total = bare ? 0 : c->b[j];
    for (size_t i = 0; i < c->m; i++)
        total += c->a[i] * (turned ? c->w[j * c->n + i] : c->w[i * c->n + j]);
    return total;
}

static double h_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    switch (mistake) {
    case BP_MISTAKE_H_ACTIVATION_FORGOTTEN:
        return c->z[j];
    default:
        return c->row[j];
    }
}

/* The sum of the others' powers, the largest being 1, as ln(1 + sum); and which one is largest. */
static double spread_of(const double *z, size_t *largest, size_t n)
{
    double others = 0;
    *largest = 0;
    for (size_t j = 1; j < n; j++)
        *largest = z[j] > z[*largest] ? j : *largest;
    for (size_t j = 0; j < n; j++)
        if (j != *largest)
            others += exp(z[j] - z[*largest]);
    return log1p(others);
}

/* What output j adds to the loss, without the loss's factor. */
static double term_of_loss(const struct bp_place *c, size_t j)
{
    const double h = c->h[j], y = c->y[j];
    size_t largest;
    switch (bp_loss_needs(c->loss)) {
    case BP_ACTIVATION_SOFTMAX:
        if (!c->fresh)
            return -(y == 0 ? 0 : y * ln(h));
        const double spread = spread_of(c->z, &largest, c->n);
        return y == 0 ? 0 : y * ((c->z[largest] - c->z[j]) + spread);
    case BP_ACTIVATION_SIGMOID:
        if (!c->fresh)
            return -((y == 0 ? 0 : y * ln(h)) + (y == 1 ? 0 : (1 - y) * ln(1 - h)));
        return (c->z[j] > 0 ? c->z[j] : 0) - c->z[j] * y + log1p(exp(-fabs(c->z[j])));
    default:
        return (h - y) * (h - y);
    }
}

static double loss_of(const struct bp_place *c)
{
    double total = 0;
    if (c->fresh)
        return bp_loss(c->z, c->h, c->y, c->loss, c->n);
    for (size_t j = 0; j < c->n; j++)
        total += term_of_loss(c, j);
    return c->loss_factor * total;
}

static double loss_cell(const struct bp_place *c, enum bp_mistake mistake)
{
    switch (mistake) {
    case BP_MISTAKE_LOSS_NOT_DIVIDED_BY_OUTPUTS:
        return loss_of(c) * (double)c->outputs;
    default:
        return loss_of(c);
    }
}

/* --- step 1: the derivative of the loss ---------------------------------------------------------
 */

static double loss_slope(const struct bp_place *c, size_t j)
{
    const double h = c->h[j], y = c->y[j];
    switch (bp_loss_needs(c->loss)) {
    case BP_ACTIVATION_SOFTMAX:
        return ratio(-y, h);
    case BP_ACTIVATION_SIGMOID:
        return c->loss_factor * (ratio(1 - y, c->rest[j]) - ratio(y, h));
    default:
        return 2 * c->loss_factor * (h - y);
    }
}

/* dL_dz of a pair: of softmax y_hat (the sum of the other y) - y (1 - y_hat). */
static double short_form(const struct bp_place *c, size_t j)
{
    double others = 0;
    if (c->loss != BP_LOSS_CROSS_ENTROPY)
        return c->loss_factor * ((1 - c->y[j]) * c->h[j] - c->y[j] * c->rest[j]);
    for (size_t i = 0; i < c->n; i++)
        others += i == j ? 0 : c->y[i];
    return c->h[j] * others - c->y[j] * c->rest[j];
}

static double dl_dy_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    switch (mistake) {
    case BP_MISTAKE_DL_DY_MISSING_FACTOR_2:
        return loss_slope(c, j) / 2;
    case BP_MISTAKE_DL_DY_EXTRA_FACTOR_2:
        return loss_slope(c, j) * 2;
    case BP_MISTAKE_DL_DY_NOT_DIVIDED_BY_OUTPUTS:
        return loss_slope(c, j) * (double)c->outputs;
    case BP_MISTAKE_DL_DY_DIVIDED_BY_OUTPUTS:
        return loss_slope(c, j) / (double)c->outputs;
    case BP_MISTAKE_DL_DY_RESIDUAL_ONLY:
        return c->h[j] - c->y[j];
    case BP_MISTAKE_DL_DY_SIGN_FLIPPED:
        return -loss_slope(c, j);
    case BP_MISTAKE_DL_DY_SIGN_LOST:
        return fabs(loss_slope(c, j));
    case BP_MISTAKE_DL_DY_LOSS_NOT_DERIVED:
        return c->loss_factor * term_of_loss(c, j);
    case BP_MISTAKE_DL_DY_GRADIENT_OF_LOGITS:
        return short_form(c, j);
    default:
        return loss_slope(c, j);
    }
}

/* --- the activation's derivative ----------------------------------------------------------------
 */

/* From h, where h is not what z gives; of a gate from z. */
static double slope_from(const struct bp_place *c, double z, double h, double one_less_h,
                         double at_zero)
{
    switch (c->activation) {
    case BP_ACTIVATION_RELU:
        return z > 0 ? 1 : (z == 0 ? at_zero : 0);
    case BP_ACTIVATION_LEAKY_RELU:
        return z > 0 ? 1 : BP_LEAKY_SLOPE;
    case BP_ACTIVATION_SIGMOID:
        return h * one_less_h;
    case BP_ACTIVATION_TANH:
        return 1 - h * h;
    default:
        return 1;
    }
}

static double derivative_at_h(const struct bp_place *c, size_t j)
{
    const double h = activate(c->activation, c->h[j]);
    return slope_from(c, c->h[j], h, 1 - h, 0);
}

static double dh_dz_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    const double z = c->z[j], h = c->h[j];
    switch (mistake) {
    case BP_MISTAKE_DH_DZ_DERIVATIVE_FORGOTTEN:
        return 1;
    case BP_MISTAKE_DH_DZ_GATE_OPEN_AT_ZERO:
        return z >= 0 ? 1 : 0;
    case BP_MISTAKE_DH_DZ_GATE_HALF_AT_ZERO:
        return z > 0 ? 1 : (z == 0 ? 0.5 : 0);
    case BP_MISTAKE_DH_DZ_GATE_CLOSED_AT_ZERO:
    case BP_MISTAKE_DH_DZ_RULE_OF_RELU:
        return z > 0 ? 1 : 0;
    case BP_MISTAKE_DH_DZ_GATE_INVERTED:
        return slope_from(c, -z, 0, 0, 1);
    case BP_MISTAKE_DH_DZ_VALUE_FOR_DERIVATIVE:
        return h;
    case BP_MISTAKE_DH_DZ_RULE_OF_SIGMOID:
        return h * (1 - h);
    case BP_MISTAKE_DH_DZ_RULE_OF_TANH:
        return 1 - h * h;
    case BP_MISTAKE_DH_DZ_DERIVATIVE_FROM_Z:
        return c->activation == BP_ACTIVATION_SIGMOID ? z * (1 - z) : 1 - z * z;
    case BP_MISTAKE_DH_DZ_DERIVATIVE_AT_H:
        return derivative_at_h(c, j);
    default:
        return c->fresh ? c->row[j] : slope_from(c, z, h, c->rest[j], c->relu_at_zero);
    }
}

/* Output j by z[i]. */
static double jacobian_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j, size_t i)
{
    switch (mistake) {
    case BP_MISTAKE_JACOBIAN_DERIVATIVE_FORGOTTEN:
        return i == j ? 1 : 0;
    case BP_MISTAKE_JACOBIAN_DIAGONAL_ONLY:
        return i == j ? bp_softmax_derivative(c->h, c->rest, j, i) : 0;
    default:
        return bp_softmax_derivative(c->h, c->rest, j, i);
    }
}

/* --- step 5: through the activation --------------------------------------------------------------
 */

/* What output i's gradient, `u_of` output i, leaves at z[j]. */
static double back(const struct bp_place *c, double (*u_of)(const struct bp_place *, size_t),
                   size_t j)
{
    double total = 0;
    if (c->activation != BP_ACTIVATION_SOFTMAX)
        return u_of(c, j) * c->g[j];
    for (size_t i = 0; i < c->n; i++)
        total += u_of(c, i) * c->g[i * c->n + j];
    return total;
}

static double upstream(const struct bp_place *c, size_t j)
{
    return c->u[j];
}

static double residual(const struct bp_place *c, size_t j)
{
    return c->h[j] - c->y[j];
}

static double dl_dz_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    switch (mistake) {
    case BP_MISTAKE_DL_DZ_NOT_DIVIDED_BY_OUTPUTS:
        return short_form(c, j) * (double)c->outputs;
    case BP_MISTAKE_DL_DZ_SIGN_FLIPPED:
        return -short_form(c, j);
    case BP_MISTAKE_DL_DZ_DERIVATIVE_FORGOTTEN:
        return c->u[j];
    case BP_MISTAKE_DL_DZ_DIAGONAL_ONLY:
        return c->u[j] * bp_softmax_derivative(c->h, c->rest, j, j);
    case BP_MISTAKE_DL_DZ_DERIVATIVE_TWICE:
        return back(c, short_form, j);
    case BP_MISTAKE_DL_DZ_UPSTREAM_DROPPED:
        return c->g[j];
    case BP_MISTAKE_DL_DZ_GRADIENT_RECTIFIED:
        return c->u[j] > 0 ? c->u[j] : 0;
    default:
        return back(c, upstream, j);
    }
}

/* --- steps 2, 3, 6, 7: weights and biases -------------------------------------------------------
 */

static double dl_dw_cell(const struct bp_place *c, enum bp_mistake mistake, size_t i, size_t j)
{
    switch (mistake) {
    case BP_MISTAKE_DL_DW_USES_Z_FOR_H:
        return c->z_below[i] * c->d[j];
    case BP_MISTAKE_DL_DW_INPUT_FORGOTTEN:
        return c->d[j];
    case BP_MISTAKE_DL_DW_OUTPUT_FOR_GRADIENT:
        return c->a[i] * c->h[j];
    case BP_MISTAKE_DL_DW_OWN_VALUE:
        return c->w[i * c->n + j] * c->d[j];
    case BP_MISTAKE_DL_DW_TRANSPOSED:
        return c->a[j] * c->d[i];
    case BP_MISTAKE_DL_DW_DL_DH_FOR_DL_DZ:
        return c->a[i] * c->u[j];
    default:
        return c->a[i] * c->d[j];
    }
}

static double dl_db_cell(const struct bp_place *c, enum bp_mistake mistake, size_t j)
{
    switch (mistake) {
    case BP_MISTAKE_DL_DB_DL_DH_FOR_DL_DZ:
        return c->u[j];
    case BP_MISTAKE_DL_DB_BIAS_TAKEN_AS_CONSTANT:
        return 0;
    case BP_MISTAKE_DL_DB_OWN_VALUE:
        return c->b[j] * c->d[j];
    case BP_MISTAKE_DL_DB_BIAS_SUMMED:
        return sum(c->d, c->n);
    case BP_MISTAKE_DL_DB_BIAS_TIMES_INPUT:
        return c->d[j] * sum(c->a, c->m);
    default:
        return c->d[j];
    }
}

/* --- step 4: one layer down ----------------------------------------------------------------------
 */

static double turned_weights(const struct bp_place *c, size_t i)
{
    double total = 0;
    for (size_t j = 0; j < c->n; j++)
        total += c->w[j * c->n + i] * c->d[j];
    return total;
}

static double residual_sent_back(const struct bp_place *c, size_t i)
{
    double total = 0;
    for (size_t j = 0; j < c->n; j++)
        total += c->w[i * c->n + j] * back(c, residual, j);
    return total;
}

/* Samples put together, as a mean or as a sum. */
static double together(const struct bp_place *c, const double *terms, size_t stride)
{
    double total = 0;
    for (size_t s = 0; s < c->samples; s++)
        total += terms[s * stride];
    return c->reduction == BP_REDUCTION_MEAN ? total / (double)c->samples : total;
}

static double updated_weights(const struct bp_place *c, size_t i)
{
    double total = 0;
    for (size_t j = 0; j < c->n; j++) {
        const size_t at = i * c->n + j;
        const double gradient = together(c, c->dw + at, c->m * c->n);
        total += (c->w[at] - c->learning_rate * gradient) * c->d[j];
    }
    return total;
}

static double dl_dh_cell(const struct bp_place *c, enum bp_mistake mistake, size_t i)
{
    const double *w = c->w + i * c->n;
    switch (mistake) {
    case BP_MISTAKE_DL_DH_WEIGHTS_TRANSPOSED:
        return turned_weights(c, i);
    case BP_MISTAKE_DL_DH_WEIGHTS_FORGOTTEN:
        return sum(c->d, c->n);
    case BP_MISTAKE_DL_DH_GRADIENT_FOR_WEIGHTS:
        return dot(c->own_dw + i * c->n, c->d, c->n);
    case BP_MISTAKE_DL_DH_AVERAGED_OVER_UNITS:
        return dot(w, c->d, c->n) / (double)c->n;
    case BP_MISTAKE_DL_DH_RESIDUAL_FOR_GRADIENT:
        return residual_sent_back(c, i);
    case BP_MISTAKE_DL_DH_DL_DH_FOR_DL_DZ:
        return dot(w, c->u, c->n);
    case BP_MISTAKE_DL_DH_GATED_EARLY:
        return dot(w, c->d, c->n) * c->g_below[i];
    case BP_MISTAKE_DL_DH_UPDATED_WEIGHTS:
        return updated_weights(c, i);
    default:
        return dot(w, c->d, c->n);
    }
}

/* --- the batch -----------------------------------------------------------------------------------
 */

static double sum_of_samples(const struct bp_place *c, const double *terms)
{
    double total = 0;
    for (size_t s = 0; s < c->samples; s++)
        total += terms[s * c->stride];
    return total;
}

static double mean_cell(const struct bp_place *c, enum bp_mistake mistake, size_t at)
{
    const double *terms = c->terms + at, n = (double)c->samples;
    switch (mistake) {
    case BP_MISTAKE_MEAN_LOSS_NOT_AVERAGED:
    case BP_MISTAKE_MEAN_W_NOT_AVERAGED:
    case BP_MISTAKE_MEAN_B_NOT_AVERAGED:
        return sum_of_samples(c, terms);
    case BP_MISTAKE_MEAN_LOSS_DIVIDED_BY_SAMPLES:
    case BP_MISTAKE_MEAN_W_DIVIDED_BY_SAMPLES:
    case BP_MISTAKE_MEAN_B_DIVIDED_BY_SAMPLES:
        return sum_of_samples(c, terms) / n;
    case BP_MISTAKE_MEAN_W_AVERAGED_TWICE:
    case BP_MISTAKE_MEAN_B_AVERAGED_TWICE:
        return sum_of_samples(c, terms) / n / n;
    case BP_MISTAKE_MEAN_W_FIRST_SAMPLE_ONLY:
    case BP_MISTAKE_MEAN_B_FIRST_SAMPLE_ONLY:
        return terms[0];
    case BP_MISTAKE_MEAN_W_LAST_SAMPLE_ONLY:
    case BP_MISTAKE_MEAN_B_LAST_SAMPLE_ONLY:
        return terms[(c->samples - 1) * c->stride];
    default:
        return together(c, terms, c->stride);
    }
}

/* terms: all gradients, one behind the other. Cell 0 counts what is not 0, cell 1 what is. */
static double count_cell(const struct bp_place *c, size_t j)
{
    size_t count = 0;
    for (size_t i = 0; i < c->stride; i++)
        count += (c->terms[i] != 0) == (j == 0);
    return (double)count;
}

static double dead_cell(const struct bp_place *c, size_t j)
{
    for (size_t s = 0; s < c->samples; s++)
        if (c->terms[s * c->stride + j] != 0)
            return 0;
    return 1;
}

static double new_cell(const struct bp_place *c, enum bp_mistake mistake, const double *values,
                       size_t at)
{
    const double value = values[at], g = c->terms[at], lr = c->learning_rate;
    switch (mistake) {
    case BP_MISTAKE_NEW_W_ASCENT:
    case BP_MISTAKE_NEW_B_ASCENT:
        return value + lr * g;
    case BP_MISTAKE_NEW_W_RATE_FORGOTTEN:
    case BP_MISTAKE_NEW_B_RATE_FORGOTTEN:
        return value - g;
    case BP_MISTAKE_NEW_W_NOT_UPDATED:
    case BP_MISTAKE_NEW_B_NOT_UPDATED:
        return value;
    case BP_MISTAKE_NEW_W_CHANGE_FOR_VALUE:
    case BP_MISTAKE_NEW_B_CHANGE_FOR_VALUE:
        return -lr * g;
    default:
        return value - lr * g;
    }
}

/* --- all of them
 * ---------------------------------------------------------------------------------- */

static double cell(const struct bp_place *c, enum bp_step_kind kind, enum bp_mistake mistake,
                   size_t i, size_t j)
{
    switch (kind) {
    case BP_STEP_Z:
        return z_cell(c, mistake, j);
    case BP_STEP_H:
        return h_cell(c, mistake, j);
    case BP_STEP_LOSS:
        return loss_cell(c, mistake);
    case BP_STEP_DL_DY:
        return dl_dy_cell(c, mistake, j);
    case BP_STEP_DH_DZ:
        return dh_dz_cell(c, mistake, j);
    case BP_STEP_JACOBIAN:
        return jacobian_cell(c, mistake, i, j);
    case BP_STEP_DL_DZ:
        return dl_dz_cell(c, mistake, j);
    case BP_STEP_DL_DW:
        return dl_dw_cell(c, mistake, i, j);
    case BP_STEP_DL_DB:
        return dl_db_cell(c, mistake, j);
    case BP_STEP_DL_DH:
        return dl_dh_cell(c, mistake, i);
    case BP_STEP_MEAN_LOSS:
    case BP_STEP_MEAN_W:
    case BP_STEP_MEAN_B:
        return mean_cell(c, mistake, i * c->n + j);
    case BP_STEP_COUNTS:
        return count_cell(c, j);
    case BP_STEP_DEAD:
        return dead_cell(c, j);
    case BP_STEP_NEW_W:
        return new_cell(c, mistake, c->w, i * c->n + j);
    case BP_STEP_NEW_B:
        return new_cell(c, mistake, c->b, j);
    case BP_STEP_KIND_COUNT:
        break;
    }
    return 0;
}

void bp_step_calculate(double *cells, const struct bp_step *step, enum bp_mistake mistake,
                       const struct bp_place *place)
{
    prepare(step->kind, place);
    for (size_t i = 0; i < step->height; i++)
        for (size_t j = 0; j < step->width; j++)
            cells[i * step->width + j] = cell(place, step->kind, mistake, i, j);
}

void bp_step_short(double *cells, const struct bp_place *place)
{
    prepare_rest(place);
    for (size_t j = 0; j < place->n; j++)
        cells[j] = short_form(place, j);
}
