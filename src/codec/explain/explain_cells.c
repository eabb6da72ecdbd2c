/* What each cell is the result of, with every number written out. */
#include <math.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "backpropd/matmul.h"
#include "explain.h"
#include "explain_words.h"

static const double POWERS_OF_TEN[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                       1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};

static double as_shown(const struct bp_explanation *e, double value)
{
    if (e->shown_decimals == BP_SHOW_ALL)
        return value;
    const double power = POWERS_OF_TEN[e->shown_decimals], t = value * power;
    return fabs(t) < 0x1p53 ? rint(t) / power : value;
}

void bp_show(struct bp_text *text, const struct bp_explanation *e, double value)
{
    bp_text_put_double(text, as_shown(e, value));
}

/* What an expression is written with. */
struct pen {
    struct bp_text *text;
    const struct bp_explanation *e;
};

static void word(struct pen pen, const char *words)
{
    bp_text_puts(pen.text, words);
}

static void number(struct pen pen, double value)
{
    bp_show(pen.text, pen.e, value);
}

static void factor(struct pen pen, double value)
{
    word(pen, "(");
    number(pen, value);
    word(pen, ")");
}

/* A number behind a minus sign. */
static void subtrahend(struct pen pen, double value)
{
    if (as_shown(pen.e, value) < 0)
        factor(pen, value);
    else
        number(pen, value);
}

static void difference(struct pen pen, double from, double value)
{
    number(pen, from);
    word(pen, " - ");
    subtrahend(pen, value);
}

/* n terms, each two factors, with plus signs between them and, behind `begun`, before the first. */
static void products(struct pen pen, const double *a, size_t a_step, const double *b, size_t b_step,
                     size_t n, bool begun)
{
    for (size_t i = 0; i < n; i++) {
        if (i || begun)
            word(pen, " + ");
        factor(pen, a[i * a_step]);
        factor(pen, b[i * b_step]);
    }
}

static void weighted_sum(struct pen pen, const struct bp_line *line, size_t j)
{
    const struct bp_task *task = &pen.e->job->task;
    const struct bp_layer *layer = &task->network.layers[line->layer];
    const double *x = bp_pass_source(pen.e->pass, task, line->layer, line->sample);
    if (layer->b)
        number(pen, layer->b[j]);
    products(pen, x, 1, layer->w + j, layer->n_out, layer->n_in, layer->b);
}

/* The sum before it was rounded, by the core's own product. */
static double unrounded(const struct bp_explanation *e, const struct bp_line *line, size_t j)
{
    const struct bp_task *task = &e->job->task;
    const struct bp_layer *layer = &task->network.layers[line->layer];
    const double *x = bp_pass_source(e->pass, task, line->layer, line->sample);
    double sum = layer->b ? layer->b[j] : 0;
    for (size_t i = 0; i < layer->n_in; i++)
        sum += x[i] * layer->w[i * layer->n_out + j];
    return sum;
}

static void put_z(struct pen pen, const struct bp_line *line, size_t j)
{
    const struct bp_explanation *e = pen.e;
    const double value = bp_line_value(line, e, j, 0), sum = unrounded(e, line, j);
    weighted_sum(pen, line, j);
    if (as_shown(e, sum) == as_shown(e, value))
        return;
    word(pen, " = ");
    number(pen, sum);
    word(pen, ", rounded to");
}

/* A cell of an activation by its row: %z the pre-activation, %h the value, %v 1 - h, %g the slope. */
static void put_pattern(struct pen pen, const char *pattern, double z, double h, double slope)
{
    for (; *pattern; pattern++) {
        if (*pattern != '%') {
            bp_text_putc(pen.text, *pattern);
            continue;
        }
        switch (*++pattern) {
        case 'z':
            number(pen, z);
            break;
        case 'h':
            number(pen, h);
            break;
        case 'v':
            number(pen, bp_sigmoid(-z));
            break;
        default:
            number(pen, slope);
        }
    }
}

static void put_softmax(struct pen pen, const double *z, size_t j, size_t n)
{
    double largest = z[0];
    for (size_t i = 1; i < n; i++)
        largest = z[i] > largest ? z[i] : largest;
    word(pen, "exp(");
    difference(pen, z[j], largest);
    word(pen, ") / (");
    for (size_t i = 0; i < n; i++) {
        word(pen, i ? " + exp(" : "exp(");
        difference(pen, z[i], largest);
        word(pen, ")");
    }
    word(pen, ")");
}

static void put_h(struct pen pen, const struct bp_line *line, size_t j)
{
    const struct bp_task *task = &pen.e->job->task;
    const struct bp_layer *layer = &task->network.layers[line->layer];
    const double *z = pen.e->pass->layers[line->layer].z + line->sample * layer->n_out;
    const struct bp_activation_words *words = bp_activation_words(layer->activation);
    if (layer->activation == BP_ACTIVATION_SOFTMAX)
        put_softmax(pen, z, j, layer->n_out);
    else if (layer->activation == BP_ACTIVATION_IDENTITY && line->layer + 1 == task->network.depth)
        weighted_sum(pen, line, j);
    else
        put_pattern(pen, z[j] < 0 ? words->cell_below : words->cell, z[j], 0, 0);
}

/* A fraction before a sum or a difference: nothing for 1. */
static bool put_fraction(struct pen pen, const char *before, size_t numerator, size_t denominator,
                         const char *after)
{
    if (numerator == denominator)
        return false;
    word(pen, before);
    bp_text_put_size(pen.text, numerator);
    if (denominator > 1) {
        word(pen, "/");
        bp_text_put_size(pen.text, denominator);
    }
    word(pen, after);
    return true;
}

/* c' of a loss as a fraction. */
static void loss_fraction(const struct bp_explanation *e, size_t *numerator, size_t *denominator)
{
    const enum bp_loss loss = e->job->task.rules.loss;
    const size_t n = bp_network_last(&e->job->task.network)->n_out;
    *numerator = 1;
    *denominator = (size_t)rint(1 / bp_loss_factor(loss, n));
}

/* Twice c', in the book's form: 2/N. */
static void slope_fraction(const struct bp_explanation *e, size_t *numerator, size_t *denominator)
{
    loss_fraction(e, numerator, denominator);
    if (e->job->task.rules.loss == BP_LOSS_MSE || e->job->task.rules.loss == BP_LOSS_SSE)
        *numerator = 2;
    else
        *denominator /= 2;
}

/* The values of the last layer for one sample. */
struct output {
    const double *z, *y_hat, *y, *dl_dy_hat, *one_less_y_hat;
    size_t n;
};

static struct output output_of(const struct bp_explanation *e, size_t sample)
{
    const size_t last = e->job->task.network.depth - 1, n = e->job->task.network.layers[last].n_out;
    const struct bp_layer_pass *got = &e->pass->layers[last];
    const size_t at = sample * n;
    return (struct output){got->z + at,
                           got->h + at,
                           e->job->task.samples[sample].y,
                           e->has_backward ? got->dl_dh + at : NULL,
                           e->has_backward ? got->dh_dz + at : NULL,
                           n};
}

/* True if a logarithm of y_hat keeps its digits where y needs it. */
static bool logarithms_hold(const struct output *o, bool binary)
{
    for (size_t j = 0; j < o->n; j++)
        if ((o->y[j] != 0 && o->y_hat[j] < 1e-290) ||
            (binary && o->y[j] != 1 && bp_sigmoid(-o->z[j]) < 1e-290))
            return false;
    return true;
}

static void put_term_of_logarithms(struct pen pen, const struct output *o, size_t j, bool binary)
{
    factor(pen, o->y[j]);
    word(pen, " ln(");
    number(pen, o->y_hat[j]);
    word(pen, ")");
    if (!binary)
        return;
    word(pen, " + (1 - ");
    subtrahend(pen, o->y[j]);
    word(pen, ") ln(");
    number(pen, bp_sigmoid(-o->z[j]));
    word(pen, ")");
}

/* The same term from z, for outputs so far out that y_hat is 0. */
static void put_term_of_z(struct pen pen, const struct output *o, size_t j, bool binary)
{
    if (binary) {
        word(pen, "max(0, ");
        number(pen, o->z[j]);
        word(pen, ") - ");
        factor(pen, o->z[j]);
        factor(pen, o->y[j]);
        word(pen, " + ln(1 + exp(-");
        number(pen, fabs(o->z[j]));
        word(pen, "))");
        return;
    }
    factor(pen, o->y[j]);
    word(pen, " (ln(");
    for (size_t i = 0; i < o->n; i++) {
        word(pen, i ? " + exp(" : "exp(");
        difference(pen, o->z[i], o->z[j]);
        word(pen, ")");
    }
    word(pen, "))");
}

static void put_loss_of_logarithms(struct pen pen, const struct output *o, bool binary)
{
    const bool from_y_hat = logarithms_hold(o, binary);
    size_t numerator, denominator;
    loss_fraction(pen.e, &numerator, &denominator);
    word(pen, from_y_hat ? "-" : "");
    put_fraction(pen, "", numerator, denominator, " ");
    word(pen, "(");
    for (size_t j = 0; j < o->n; j++) {
        word(pen, j ? " + " : "");
        (from_y_hat ? put_term_of_logarithms : put_term_of_z)(pen, o, j, binary);
    }
    word(pen, ")");
}

static void put_loss(struct pen pen, const struct bp_line *line)
{
    const struct output o = output_of(pen.e, line->sample);
    const enum bp_activation needs = bp_loss_needs(pen.e->job->task.rules.loss);
    size_t numerator, denominator;
    if (needs != BP_ACTIVATION_COUNT) {
        put_loss_of_logarithms(pen, &o, needs == BP_ACTIVATION_SIGMOID);
        return;
    }
    loss_fraction(pen.e, &numerator, &denominator);
    const bool has_factor = put_fraction(pen, "", numerator, denominator, " (");
    for (size_t j = 0; j < o.n; j++) {
        word(pen, j ? " + (" : "(");
        difference(pen, o.y_hat[j], o.y[j]);
        word(pen, ")^2");
    }
    word(pen, has_factor ? ")" : "");
}

/* c ((1 - y) / (1 - y_hat) - y / y_hat), or -y / y_hat, without the terms that are 0. */
static void put_derivative_of_logarithms(struct pen pen, const struct output *o, size_t j,
                                         bool binary)
{
    const double y = o->y[j];
    size_t numerator, denominator;
    if (y == 0 && !binary) {
        word(pen, "0");
        return;
    }
    loss_fraction(pen.e, &numerator, &denominator);
    if (put_fraction(pen, "(", numerator, denominator, ")"))
        word(pen, "(");
    if (binary && y != 1) {
        word(pen, "(1 - ");
        subtrahend(pen, y);
        word(pen, ")/");
        number(pen, bp_sigmoid(-o->z[j]));
    }
    if (y != 0) {
        word(pen, binary && y != 1 ? " - " : "-");
        number(pen, y);
        word(pen, "/");
        number(pen, o->y_hat[j]);
    }
    word(pen, numerator != denominator ? ")" : "");
}

static void put_dl_dy_hat(struct pen pen, const struct bp_line *line, size_t j)
{
    const struct output o = output_of(pen.e, line->sample);
    const enum bp_activation needs = bp_loss_needs(pen.e->job->task.rules.loss);
    size_t numerator, denominator;
    if (!o.y) {
        number(pen, o.dl_dy_hat[j]);
    } else if (needs != BP_ACTIVATION_COUNT) {
        put_derivative_of_logarithms(pen, &o, j, needs == BP_ACTIVATION_SIGMOID);
    } else {
        slope_fraction(pen.e, &numerator, &denominator);
        const bool has_factor = put_fraction(pen, "(", numerator, denominator, ")(");
        difference(pen, o.y_hat[j], o.y[j]);
        word(pen, has_factor ? ")" : "");
    }
}

/* y_hat - y, or what it is where the targets do not add up to 1. */
static void put_short_form(struct pen pen, const struct output *o, size_t j, bool binary)
{
    size_t numerator, denominator;
    double others = 0;
    for (size_t i = 0; i < o->n; i++)
        others += i == j ? 0 : o->y[i];
    loss_fraction(pen.e, &numerator, &denominator);
    if (binary || others + o->y[j] == 1) {
        const bool has_factor = put_fraction(pen, "(", numerator, denominator, ")(");
        difference(pen, o->y_hat[j], o->y[j]);
        word(pen, has_factor ? ")" : "");
        return;
    }
    factor(pen, o->y_hat[j]);
    factor(pen, others);
    word(pen, " - ");
    factor(pen, o->y[j]);
    factor(pen, o->one_less_y_hat[j]);
}

static void put_through_softmax(struct pen pen, const struct output *o, size_t k)
{
    for (size_t j = 0; j < o->n; j++) {
        word(pen, j ? " + " : "");
        factor(pen, o->dl_dy_hat[j]);
        factor(pen, bp_softmax_derivative(o->y_hat, o->one_less_y_hat, j, k));
    }
}

static void put_dl_dz(struct pen pen, const struct bp_line *line, size_t j)
{
    const struct bp_task *task = &pen.e->job->task;
    const struct bp_layer *layer = &task->network.layers[line->layer];
    const struct bp_layer_pass *got = &pen.e->pass->layers[line->layer];
    const size_t at = line->sample * layer->n_out + j;
    const struct output o = output_of(pen.e, line->sample);
    const bool is_last = line->layer + 1 == task->network.depth;
    const enum bp_activation needs = bp_loss_needs(task->rules.loss);
    if (is_last && o.y && needs != BP_ACTIVATION_COUNT) {
        put_short_form(pen, &o, j, needs == BP_ACTIVATION_SIGMOID);
    } else if (layer->activation == BP_ACTIVATION_SOFTMAX) {
        put_through_softmax(pen, &o, j);
    } else {
        factor(pen, got->dl_dh[at]);
        put_pattern(pen, bp_activation_words(layer->activation)->slope_cell, got->z[at], got->h[at],
                    got->dh_dz[at]);
    }
}

/* The gradient that layer k's z got, by its name: of a last identity layer it is dL_dy_hat's. */
static void put_name_of_error(struct pen pen, size_t layer, size_t j)
{
    bp_put_template(pen.text, pen.e, layer, "%e[");
    bp_text_put_size(pen.text, j);
    word(pen, "]");
}

/* The samples' values with plus signs between them, and their number below a fraction bar. */
static void put_batch(struct pen pen, const struct bp_line *line, enum bp_line_kind of_sample,
                      size_t i, size_t j)
{
    const struct bp_task *task = &pen.e->job->task;
    const bool is_mean = task->rules.reduction == BP_REDUCTION_MEAN;
    struct bp_line one = {.kind = of_sample, .layer = line->layer};
    word(pen, is_mean ? "(" : "");
    for (one.sample = 0; one.sample < task->n_samples; one.sample++) {
        const double value = bp_line_value(&one, pen.e, i, j);
        word(pen, one.sample ? " + " : "");
        subtrahend(pen, value);
    }
    word(pen, is_mean ? ") / " : "");
    if (is_mean)
        bp_text_put_size(pen.text, task->n_samples);
}

static void put_update(struct pen pen, const struct bp_line *line, double old, double gradient,
                       bool is_frozen)
{
    (void)line;
    number(pen, old);
    if (is_frozen)
        return;
    word(pen, " - ");
    factor(pen, pen.e->descent->learning_rate);
    factor(pen, gradient);
}

static struct bp_frozen frozen_of(const struct bp_explanation *e, size_t layer)
{
    return e->descent->frozen ? e->descent->frozen[layer] : (struct bp_frozen){false, false};
}

void bp_line_cell(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                  size_t i, size_t j)
{
    const struct pen pen = {text, e};
    const struct bp_task *task = &e->job->task;
    const struct bp_layer *layer = &task->network.layers[line->layer];
    const struct bp_layer_pass *got = &e->pass->layers[line->layer];
    const size_t w = bp_weight_at(e, line->layer, i, j);
    switch (line->kind) {
    case BP_LINE_Z:
        put_z(pen, line, i);
        return;
    case BP_LINE_H:
        put_h(pen, line, i);
        return;
    case BP_LINE_LOSS:
        put_loss(pen, line);
        return;
    case BP_LINE_DL_DY_HAT:
        put_dl_dy_hat(pen, line, i);
        return;
    case BP_LINE_DL_DZ:
        put_dl_dz(pen, line, i);
        return;
    case BP_LINE_DL_DW:
        factor(pen, bp_pass_source(e->pass, task, line->layer, line->sample)[w / layer->n_out]);
        factor(pen, got->dl_dz[line->sample * layer->n_out + w % layer->n_out]);
        return;
    case BP_LINE_DL_DB:
        put_name_of_error(pen, line->layer, i);
        return;
    case BP_LINE_DL_DH:
        products(pen, layer[1].w + i * layer[1].n_out, 1,
                 got[1].dl_dz + line->sample * layer[1].n_out, 1, layer[1].n_out, false);
        return;
    case BP_LINE_BATCH_LOSS:
        put_batch(pen, line, BP_LINE_LOSS, 0, 0);
        return;
    case BP_LINE_GRADIENT_W:
        put_batch(pen, line, BP_LINE_DL_DW, i, j);
        return;
    case BP_LINE_GRADIENT_B:
        put_batch(pen, line, BP_LINE_DL_DB, i, 0);
        return;
    case BP_LINE_NEW_W:
        put_update(pen, line, layer->w[w], got->dw[w], frozen_of(e, line->layer).w);
        return;
    case BP_LINE_NEW_B:
        put_update(pen, line, layer->b[i], got->db[i], frozen_of(e, line->layer).b);
        return;
    case BP_LINE_LOSS_AFTER:
        number(pen, e->descent->losses[1]);
        return;
    case BP_LINE_KINDS:
        return;
    }
}
