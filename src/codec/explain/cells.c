/* The arithmetic of each cell, every number written out: (a)(b), a/b, ^2, exp, ln, tanh, max. */
#include "cells.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "shown.h"
#include "template.h"
#include "words.h"

/* Where and how an expression is written. */
struct pen {
    struct bp_text *text;
    const struct bp_explanation *e;
    const struct bp_line *line;
};

static void word(struct pen pen, const char *words)
{
    bp_text_puts(pen.text, words);
}

static void number(struct pen pen, double value)
{
    bp_put_shown(pen.text, pen.e, value);
}

static void factor(struct pen pen, double value)
{
    bp_text_putc(pen.text, '(');
    number(pen, value);
    bp_text_putc(pen.text, ')');
}

/* A number that stands behind a sign. */
static void operand(struct pen pen, double value)
{
    if (bp_shown(pen.e, value) < 0)
        factor(pen, value);
    else
        number(pen, value);
}

static void difference(struct pen pen, double from, double value)
{
    number(pen, from);
    word(pen, " - ");
    operand(pen, value);
}

/* True if a number that was calculated in another way shows the same digits as `value`. */
static bool has_digits_of(double other, double value)
{
    return fabs(other - value) <= 1e-14 * fabs(value);
}

/* Writes 1 - h, if it shows the digits that were used: with h close to 1 the difference loses
 * them. */
static void one_less(struct pen pen, double h, double value)
{
    if (has_digits_of(1 - h, value))
        difference(pen, 1, h);
    else
        number(pen, value);
}

/* n terms of two factors each; `begun`: a term stands before them. */
static void products(struct pen pen, const double *a, const double *b, size_t b_step, size_t n,
                     bool begun)
{
    for (size_t i = 0; i < n; i++) {
        if (i || begun)
            word(pen, " + ");
        factor(pen, a[i]);
        factor(pen, b[i * b_step]);
    }
}

static const double *source_of(struct pen pen)
{
    return bp_pass_source(pen.e->pass, pen.e->task, pen.line->layer, pen.line->sample);
}

static void put_sum(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(pen.line, pen.e);
    if (layer->b)
        number(pen, layer->b[cell.unit]);
    products(pen, source_of(pen), layer->w + cell.unit, layer->n_out, layer->n_in, layer->b);
}

/* The pass keeps only the rounded value. */
double bp_unrounded(const struct bp_line *line, const struct bp_explanation *e, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(line, e);
    const double *x = bp_pass_source(e->pass, e->task, line->layer, line->sample);
    double sum = layer->b ? layer->b[cell.unit] : 0;
    for (size_t i = 0; i < layer->n_in; i++)
        sum += x[i] * layer->w[i * layer->n_out + cell.unit];
    return sum;
}

/* The pattern of an activation: %z the pre-activation, %m its negative, %h the value, %g the slope,
 * %v 1 - h and %q 1 - h^2, which are the slope's where they have its digits. */
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
        case 'm':
            number(pen, -z);
            break;
        case 'h':
            number(pen, h);
            break;
        case 'v':
            one_less(pen, h, bp_sigmoid(-z));
            break;
        case 'q':
            word(pen, has_digits_of(1 - h * h, slope) ? "1 - " : "");
            has_digits_of(1 - h * h, slope) ? factor(pen, h) : number(pen, slope);
            word(pen, has_digits_of(1 - h * h, slope) ? "^2" : "");
            break;
        default:
            number(pen, slope);
        }
    }
}

static void put_powers(struct pen pen, const double *z, double largest, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        word(pen, i ? " + exp(" : "exp(");
        difference(pen, z[i], largest);
        word(pen, ")");
    }
}

static double largest_of(const double *v, size_t n)
{
    double largest = v[0];
    for (size_t i = 1; i < n; i++)
        largest = v[i] > largest ? v[i] : largest;
    return largest;
}

static void put_h(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(pen.line, pen.e);
    const double *z = pen.e->pass->layers[pen.line->layer].z + pen.line->sample * layer->n_out;
    if (layer->activation == BP_ACTIVATION_IDENTITY) {
        bp_put_template(pen.text, &(struct bp_subject){pen.e, pen.line, cell}, "z{k}[{unit}]");
        return;
    }
    if (layer->activation != BP_ACTIVATION_SOFTMAX) {
        put_pattern(pen, bp_activation_words(layer->activation)->cell, z[cell.unit], 0, 0);
        return;
    }
    const double largest = largest_of(z, layer->n_out);
    word(pen, "exp(");
    difference(pen, z[cell.unit], largest);
    word(pen, ") / (");
    put_powers(pen, z, largest, layer->n_out);
    word(pen, ")");
}

/* The last layer of one sample. */
struct output {
    enum bp_loss loss;
    enum bp_loss_kind kind;
    const double *z, *y_hat, *y, *dl_dy_hat, *one_less_y_hat;
    size_t n;
};

static struct output output_of(const struct bp_explanation *e, size_t sample)
{
    const size_t last = e->task->network.depth - 1, n = e->task->network.layers[last].n_out;
    const struct bp_layer_pass *got = &e->pass->layers[last];
    const size_t at = sample * n;
    const enum bp_loss loss = e->task->rules.loss;
    return (struct output){.loss = loss,
                           .kind = bp_loss_kind(loss),
                           .z = got->z + at,
                           .y_hat = got->h + at,
                           .y = e->task->samples[sample].y,
                           .dl_dy_hat = e->has_backward ? got->dl_dh + at : NULL,
                           .one_less_y_hat = e->has_backward ? got->dh_dz + at : NULL,
                           .n = n};
}

/* True if all logarithms can be taken of the numbers shown: no output is shown as 0 or 1. */
static bool can_take_logarithms(const struct output *o)
{
    for (size_t j = 0; j < o->n; j++)
        if (o->y_hat[j] < 1e-290 ||
            (o->kind == BP_LOSS_KIND_SIGMOID && bp_sigmoid(-o->z[j]) < 1e-290))
            return false;
    return true;
}

/* y ln(y_hat), with sigmoid also (1 - y) ln(1 - y_hat). */
static void put_logarithms(struct pen pen, const struct output *o, size_t j)
{
    factor(pen, o->y[j]);
    word(pen, " ln(");
    number(pen, o->y_hat[j]);
    word(pen, ")");
    if (o->kind != BP_LOSS_KIND_SIGMOID)
        return;
    word(pen, " + (");
    difference(pen, 1, o->y[j]);
    word(pen, ") ln(");
    one_less(pen, o->y_hat[j], bp_sigmoid(-o->z[j]));
    word(pen, ")");
}

static double logarithms(const struct output *o, size_t j)
{
    double sum = o->y[j] * log(o->y_hat[j]);
    if (o->kind == BP_LOSS_KIND_SIGMOID)
        sum += (1 - o->y[j]) * log(bp_sigmoid(-o->z[j]));
    return sum;
}

/* The same term from z, with the other sign, for outputs that are shown as 0 or 1. */
static void put_term_from_z(struct pen pen, const struct output *o, size_t j)
{
    const double largest = largest_of(o->z, o->n);
    if (o->kind == BP_LOSS_KIND_SIGMOID) {
        word(pen, "max(0, ");
        number(pen, o->z[j]);
        word(pen, ") - ");
        factor(pen, o->z[j]);
        factor(pen, o->y[j]);
        word(pen, " + ln(1 + exp(");
        number(pen, -fabs(o->z[j]));
        word(pen, "))");
    } else if (o->y[j] == 0) {
        word(pen, "0");
    } else {
        factor(pen, o->y[j]);
        word(pen, "(");
        difference(pen, largest, o->z[j]);
        word(pen, " + ln(");
        put_powers(pen, o->z, largest, o->n);
        word(pen, "))");
    }
}

static void put_square(struct pen pen, const struct output *o, size_t j)
{
    word(pen, "(");
    difference(pen, o->y_hat[j], o->y[j]);
    word(pen, ")^2");
}

/* The terms of a loss behind its fraction, in parentheses if something stands before them. */
static void put_terms(struct pen pen, const struct output *o,
                      void (*put)(struct pen, const struct output *, size_t))
{
    const bool is_negative = put == put_logarithms;
    const bool has_fraction = bp_loss_fraction(pen.e, false).denominator > 1;
    const bool is_square_alone = put == put_square && o->n == 1;
    const bool has_parentheses = is_negative || (has_fraction && !is_square_alone);
    word(pen, is_negative ? "-" : "");
    bp_put_fraction(pen.text, bp_loss_fraction(pen.e, false), "/", " ");
    word(pen, has_parentheses ? "(" : "");
    for (size_t j = 0; j < o->n; j++) {
        word(pen, j ? " + " : "");
        put(pen, o, j);
    }
    word(pen, has_parentheses ? ")" : "");
}

static void put_loss(struct pen pen, struct bp_cell cell)
{
    const struct output o = output_of(pen.e, pen.line->sample);
    (void)cell;
    switch (o.kind) {
    case BP_LOSS_KIND_SQUARES:
        put_terms(pen, &o, put_square);
        return;
    case BP_LOSS_KIND_SOFTMAX:
    case BP_LOSS_KIND_SIGMOID:
        put_terms(pen, &o, can_take_logarithms(&o) ? put_logarithms : put_term_from_z);
    }
}

void bp_put_loss_terms(struct bp_text *text, const struct bp_line *line,
                       const struct bp_explanation *e)
{
    const struct pen pen = {text, e, line};
    if (line->form != BP_FORM_LOSS)
        return;
    const struct output o = output_of(e, line->sample);
    const bool is_squares = o.kind == BP_LOSS_KIND_SQUARES;
    const struct bp_fraction fraction = bp_loss_fraction(e, false);
    if (is_squares ? o.n == 1 && fraction.denominator == 1 : !can_take_logarithms(&o))
        return;
    word(pen, is_squares ? "" : "-");
    bp_put_fraction(text, fraction, "/", " ");
    word(pen, is_squares && fraction.denominator == 1 ? "" : "(");
    for (size_t j = 0; j < o.n; j++) {
        const double off = o.y_hat[j] - o.y[j], term = is_squares ? off * off : logarithms(&o, j);
        word(pen, j ? " + " : "");
        j ? operand(pen, term) : number(pen, term);
    }
    word(pen, is_squares && fraction.denominator == 1 ? "" : ")");
}

/* c ((1 - y)/(1 - y_hat) - y/y_hat), or -y/y_hat, without the terms that are 0 divided by 0. */
static void put_ratios(struct pen pen, const struct output *o, size_t j)
{
    const bool has_fraction = bp_put_fraction(pen.text, bp_loss_fraction(pen.e, false), "/", " (");
    const double y = o->y[j], y_hat = o->y_hat[j], rest = bp_sigmoid(-o->z[j]);
    const bool has_first = o->kind == BP_LOSS_KIND_SIGMOID && (y != 1 || rest != 0);
    const bool has_second = y != 0 || y_hat != 0;
    if (has_first) {
        word(pen, "(");
        difference(pen, 1, y);
        word(pen, ")/(");
        one_less(pen, y_hat, rest);
        word(pen, ")");
    }
    if (has_second) {
        word(pen, has_first ? " - " : "-");
        number(pen, y);
        word(pen, "/");
        number(pen, y_hat);
    }
    word(pen, !has_first && !has_second ? "0" : "");
    word(pen, has_fraction ? ")" : "");
}

static void put_fraction_of_difference(struct pen pen, struct bp_fraction fraction,
                                       const struct output *o, size_t j)
{
    word(pen, fraction.numerator == fraction.denominator && fraction.numerator == 1 ? "" : "(");
    const bool has_fraction = bp_put_fraction(pen.text, fraction, "/", ")(");
    difference(pen, o->y_hat[j], o->y[j]);
    word(pen, has_fraction ? ")" : "");
}

static void put_error(struct pen pen, struct bp_cell cell)
{
    const struct output o = output_of(pen.e, pen.line->sample);
    switch (o.kind) {
    case BP_LOSS_KIND_SQUARES:
        put_fraction_of_difference(pen, bp_loss_fraction(pen.e, true), &o, cell.unit);
        return;
    case BP_LOSS_KIND_SOFTMAX:
    case BP_LOSS_KIND_SIGMOID:
        put_ratios(pen, &o, cell.unit);
    }
}

static double sum_of_others(const struct output *o, size_t j)
{
    double others = 0;
    for (size_t i = 0; i < o->n; i++)
        others += i == j ? 0 : o->y[i];
    return others;
}

/* c (y_hat - y). If that loses digits, or the targets of cross-entropy do not add up to 1, writes
 * the terms that it was calculated from. */
static void put_pair(struct pen pen, struct bp_cell cell)
{
    const struct output o = output_of(pen.e, pen.line->sample);
    const size_t j = cell.unit;
    const struct bp_fraction fraction = bp_loss_fraction(pen.e, false);
    const double c = bp_loss_factor(o.loss, o.n), y = o.y[j];
    if (has_digits_of(c * (o.y_hat[j] - y), bp_line_value(pen.line, pen.e, cell))) {
        put_fraction_of_difference(pen, fraction, &o, j);
    } else if (o.kind == BP_LOSS_KIND_SOFTMAX) {
        assert(o.one_less_y_hat);
        factor(pen, o.y_hat[j]);
        factor(pen, sum_of_others(&o, j));
        word(pen, " - ");
        factor(pen, y);
        factor(pen, o.one_less_y_hat[j]);
    } else {
        word(pen, fraction.denominator == 1 ? "" : "(");
        const bool has_fraction = bp_put_fraction(pen.text, fraction, "/", ")(");
        word(pen, "(");
        difference(pen, 1, y);
        word(pen, ")");
        factor(pen, o.y_hat[j]);
        word(pen, " - ");
        factor(pen, y);
        factor(pen, bp_sigmoid(-o.z[j]));
        word(pen, has_fraction ? ")" : "");
    }
}

static void put_through_softmax(struct pen pen, struct bp_cell cell)
{
    const struct output o = output_of(pen.e, pen.line->sample);
    assert(o.dl_dy_hat && o.one_less_y_hat);
    for (size_t j = 0; j < o.n; j++) {
        word(pen, j ? " + " : "");
        factor(pen, o.dl_dy_hat[j]);
        factor(pen, bp_softmax_derivative(o.y_hat, o.one_less_y_hat, j, cell.unit));
    }
}

static void put_dz(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(pen.line, pen.e);
    const struct bp_layer_pass *got = &pen.e->pass->layers[pen.line->layer];
    const size_t at = pen.line->sample * layer->n_out + cell.unit;
    factor(pen, got->dl_dh[at]);
    put_pattern(pen, bp_activation_words(layer->activation)->slope_cell, got->z[at], got->h[at],
                got->dh_dz[at]);
}

static void put_dw(struct pen pen, struct bp_cell cell)
{
    const size_t n_out = bp_line_layer(pen.line, pen.e)->n_out;
    factor(pen, source_of(pen)[cell.source]);
    factor(pen, pen.e->pass->layers[pen.line->layer].dl_dz[pen.line->sample * n_out + cell.unit]);
}

/* The name of what it equals. */
static void put_db(struct pen pen, struct bp_cell cell)
{
    bp_put_template(pen.text, &(struct bp_subject){pen.e, pen.line, cell}, "{e}[{unit}]");
}

static void put_dh(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *above = bp_line_layer(pen.line, pen.e) + 1;
    const struct bp_layer_pass *got = &pen.e->pass->layers[pen.line->layer + 1];
    products(pen, above->w + cell.unit * above->n_out, got->dl_dz + pen.line->sample * above->n_out,
             1, above->n_out, false);
}

/* The samples' values with plus signs between them, and their number below a fraction bar. */
static void put_batch(struct pen pen, struct bp_cell cell, enum bp_form of_sample)
{
    const struct bp_task *task = pen.e->task;
    const bool is_mean = task->rules.reduction == BP_REDUCTION_MEAN;
    struct bp_line one = {.form = of_sample, .layer = pen.line->layer};
    word(pen, is_mean ? "(" : "");
    for (one.sample = 0; one.sample < task->n_samples; one.sample++) {
        const double value = bp_line_value(&one, pen.e, cell);
        word(pen, one.sample ? " + " : "");
        one.sample ? operand(pen, value) : number(pen, value);
    }
    word(pen, is_mean ? ") / " : "");
    if (is_mean)
        bp_text_put_size(pen.text, task->n_samples);
}

static void put_batch_loss(struct pen pen, struct bp_cell cell)
{
    put_batch(pen, cell, BP_FORM_LOSS);
}

static void put_gradient_w(struct pen pen, struct bp_cell cell)
{
    put_batch(pen, cell, BP_FORM_DW);
}

static void put_gradient_b(struct pen pen, struct bp_cell cell)
{
    put_batch(pen, cell, BP_FORM_DB);
}

static void put_step(struct pen pen, double from, double gradient)
{
    number(pen, from);
    word(pen, " - ");
    factor(pen, pen.e->descent->learning_rate);
    factor(pen, gradient);
}

static void put_new_w(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(pen.line, pen.e);
    const size_t at = cell.source * layer->n_out + cell.unit;
    put_step(pen, layer->w[at], pen.e->pass->layers[pen.line->layer].dw[at]);
}

static void put_new_b(struct pen pen, struct bp_cell cell)
{
    const struct bp_layer *layer = bp_line_layer(pen.line, pen.e);
    put_step(pen, layer->b[cell.unit], pen.e->pass->layers[pen.line->layer].db[cell.unit]);
}

/* The name of what stays. */
static void put_frozen_w(struct pen pen, struct bp_cell cell)
{
    bp_put_template(pen.text, &(struct bp_subject){pen.e, pen.line, cell}, "W{k}{cell}");
}

static void put_frozen_b(struct pen pen, struct bp_cell cell)
{
    bp_put_template(pen.text, &(struct bp_subject){pen.e, pen.line, cell}, "b{k}[{unit}]");
}

static void put_nothing(struct pen pen, struct bp_cell cell)
{
    (void)pen;
    (void)cell;
}

void bp_put_cell(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                 struct bp_cell cell)
{
    static void (*const put[BP_FORM_COUNT])(struct pen, struct bp_cell) = {
        [BP_FORM_Z] = put_sum,
        [BP_FORM_H] = put_h,
        [BP_FORM_Y_HAT] = put_sum,
        [BP_FORM_LOSS] = put_loss,
        [BP_FORM_ERROR] = put_error,
        [BP_FORM_ERROR_GIVEN] = put_nothing,
        [BP_FORM_DZ] = put_dz,
        [BP_FORM_DZ_SOFTMAX] = put_through_softmax,
        [BP_FORM_DZ_PAIR] = put_pair,
        [BP_FORM_DW] = put_dw,
        [BP_FORM_DB] = put_db,
        [BP_FORM_DH] = put_dh,
        [BP_FORM_BATCH_LOSS] = put_batch_loss,
        [BP_FORM_GRADIENT_W] = put_gradient_w,
        [BP_FORM_GRADIENT_B] = put_gradient_b,
        [BP_FORM_NEW_W] = put_new_w,
        [BP_FORM_NEW_W_FROZEN] = put_frozen_w,
        [BP_FORM_NEW_B] = put_new_b,
        [BP_FORM_NEW_B_FROZEN] = put_frozen_b,
        [BP_FORM_LOSS_AFTER] = put_nothing,
    };
    put[line->form]((struct pen){text, e, line}, cell);
}

void bp_put_result(struct bp_text *text, const struct bp_line *line, const struct bp_explanation *e,
                   struct bp_cell cell)
{
    const struct pen pen = {text, e, line};
    const double value = bp_line_value(line, e, cell);
    word(pen, " = ");
    if (line->form == BP_FORM_Z) {
        const double sum = bp_unrounded(line, e, cell);
        if (bp_shown(e, sum) != bp_shown(e, value)) {
            number(pen, sum);
            word(pen, ", rounded to ");
        }
    }
    number(pen, value);
}
