/* The arithmetic of each cell, every number written out: (a)(b), a/b, ^2, exp, ln, tanh, max. */
#include "cells.h"

#include <math.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "template.h"
#include "words.h"

/* Factors are most of a cell. They are written without a pattern, because a pattern takes longer.
 */
static void put_factor(struct bp_text *text, const struct bp_subject *of, double value)
{
    bp_text_putc(text, '(');
    bp_put_shown(text, of->e, value);
    bp_text_putc(text, ')');
}

/* A number that stands behind a sign. */
static void put_operand(struct bp_text *text, const struct bp_subject *of, double value)
{
    if (bp_shown(of->e, value) < 0)
        put_factor(text, of, value);
    else
        bp_put_shown(text, of->e, value);
}

#define NUMBERS(...) ((const double[]){__VA_ARGS__})

/* Writes a pattern. Each % in it stands for the next number, and each # for one that stands behind
 * a sign. */
static void put(struct bp_text *text, const struct bp_subject *of, const char *pattern,
                const double *numbers)
{
    for (; *pattern; pattern++)
        if (*pattern == '%')
            bp_put_shown(text, of->e, *numbers++);
        else if (*pattern == '#')
            put_operand(text, of, *numbers++);
        else
            bp_text_putc(text, *pattern);
}

/* Writes 1 - h, if it shows the digits that were used: with h close to 1 the difference loses
 * them. */
static void put_one_less(struct bp_text *text, const struct bp_subject *of, double h, double value)
{
    const bool is_shown = bp_has_digits_of(1 - h, value);
    put(text, of, is_shown ? "1 - #" : "%", NUMBERS(is_shown ? h : value));
}

/* n terms of two factors each; `begun`: a term stands before them. */
static void put_products(struct bp_text *text, const struct bp_subject *of, const double *a,
                         const double *b, size_t b_step, size_t n, bool begun)
{
    for (size_t i = 0; i < n; i++) {
        bp_text_puts(text, i || begun ? " + " : "");
        put_factor(text, of, a[i]);
        put_factor(text, of, b[i * b_step]);
    }
}

/* Where the sample's row begins in the layer's arrays. */
static size_t row_of(const struct bp_subject *of)
{
    return of->line->sample * bp_layer_of(of)->n_out;
}

static const double *source_of(const struct bp_subject *of)
{
    return bp_pass_source(of->e->pass, of->e->task, of->line->layer, of->line->sample);
}

static void put_sum(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_layer *layer = bp_layer_of(of);
    const size_t unit = of->cell.unit;
    if (layer->b)
        put(text, of, "%", NUMBERS(layer->b[unit]));
    put_products(text, of, source_of(of), layer->w + unit, layer->n_out, layer->n_in, layer->b);
}

/* The pass keeps only the rounded value. */
double bp_unrounded(const struct bp_subject *of)
{
    const struct bp_layer *layer = bp_layer_of(of);
    const double *x = source_of(of);
    double sum = layer->b ? layer->b[of->cell.unit] : 0;
    for (size_t i = 0; i < layer->n_in; i++)
        sum += x[i] * layer->w[i * layer->n_out + of->cell.unit];
    return sum;
}

static void put_powers(struct bp_text *text, const struct bp_subject *of, const double *z,
                       double largest, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(text, of, i ? " + exp(% - #)" : "exp(% - #)", NUMBERS(z[i], largest));
}

static void put_h(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_layer *layer = bp_layer_of(of);
    if (layer->activation != BP_ACTIVATION_SOFTMAX) {
        bp_put_template(text, of, bp_activation_words(layer->activation)->cell);
        return;
    }
    const double *z = bp_pass_of(of)->z + row_of(of), largest = bp_largest(z, layer->n_out);
    put(text, of, "exp(% - #) / (", NUMBERS(z[of->cell.unit], largest));
    put_powers(text, of, z, largest, layer->n_out);
    bp_text_putc(text, ')');
}

/* The last layer of one sample. */
struct output {
    enum bp_loss_kind kind;
    const double *z, *y_hat, *y;
    size_t n;
};

static struct output output_of(const struct bp_subject *of)
{
    return (struct output){.kind = bp_loss_kind(of->e->task->rules.loss),
                           .z = bp_pass_of(of)->z + row_of(of),
                           .y_hat = bp_pass_of(of)->h + row_of(of),
                           .y = of->e->task->samples[of->line->sample].y,
                           .n = bp_layer_of(of)->n_out};
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

/* Writes one of the terms that a loss is the sum of. */
typedef void put_term(struct bp_text *text, const struct bp_subject *of, const struct output *o,
                      size_t j);

static void put_square(struct bp_text *text, const struct bp_subject *of, const struct output *o,
                       size_t j)
{
    put(text, of, "(% - #)^2", NUMBERS(o->y_hat[j], o->y[j]));
}

/* y ln(y_hat), with sigmoid also (1 - y) ln(1 - y_hat). */
static void put_logarithms(struct bp_text *text, const struct bp_subject *of,
                           const struct output *o, size_t j)
{
    put(text, of, "(%) ln(%)", NUMBERS(o->y[j], o->y_hat[j]));
    if (o->kind != BP_LOSS_KIND_SIGMOID)
        return;
    put(text, of, " + (1 - #) ln(", NUMBERS(o->y[j]));
    put_one_less(text, of, o->y_hat[j], bp_sigmoid(-o->z[j]));
    bp_text_putc(text, ')');
}

/* The same term from z, with the other sign, for outputs that are shown as 0 or 1. */
static void put_term_from_z(struct bp_text *text, const struct bp_subject *of,
                            const struct output *o, size_t j)
{
    const double largest = bp_largest(o->z, o->n), z = o->z[j], y = o->y[j];
    if (o->kind == BP_LOSS_KIND_SIGMOID) {
        put(text, of, "max(0, %) - (%)(%) + ln(1 + exp(%))", NUMBERS(z, z, y, -fabs(z)));
    } else if (y == 0) {
        bp_text_putc(text, '0');
    } else {
        put(text, of, "(%)(% - # + ln(", NUMBERS(y, largest, z));
        put_powers(text, of, o->z, largest, o->n);
        bp_text_puts(text, "))");
    }
}

/* What a square or logarithm comes to. */
static void put_value_of_term(struct bp_text *text, const struct bp_subject *of,
                              const struct output *o, size_t j)
{
    const double off = o->y_hat[j] - o->y[j];
    double term = o->kind == BP_LOSS_KIND_SQUARES ? off * off : o->y[j] * log(o->y_hat[j]);
    if (o->kind == BP_LOSS_KIND_SIGMOID)
        term += (1 - o->y[j]) * log(bp_sigmoid(-o->z[j]));
    j ? put_operand(text, of, term) : bp_put_shown(text, of->e, term);
}

/* The terms of a loss behind its fraction, in parentheses if something stands before them. */
static void put_terms(struct bp_text *text, const struct bp_subject *of, const struct output *o,
                      bool is_negative, put_term *put_one)
{
    const struct bp_fraction fraction = bp_loss_fraction(of->e, false);
    const bool is_square_alone = put_one == put_square && o->n == 1;
    const bool has_parentheses = is_negative || (fraction.denominator > 1 && !is_square_alone);
    bp_text_puts(text, is_negative ? "-" : "");
    bp_put_fraction(text, fraction, "/", " ");
    bp_text_puts(text, has_parentheses ? "(" : "");
    for (size_t j = 0; j < o->n; j++) {
        bp_text_puts(text, j ? " + " : "");
        put_one(text, of, o, j);
    }
    bp_text_puts(text, has_parentheses ? ")" : "");
}

static void put_loss(struct bp_text *text, const struct bp_subject *of)
{
    const struct output o = output_of(of);
    switch (o.kind) {
    case BP_LOSS_KIND_SQUARES:
        put_terms(text, of, &o, false, put_square);
        return;
    case BP_LOSS_KIND_SOFTMAX:
    case BP_LOSS_KIND_SIGMOID:
        if (can_take_logarithms(&o))
            put_terms(text, of, &o, true, put_logarithms);
        else
            put_terms(text, of, &o, false, put_term_from_z);
    }
}

void bp_put_loss_terms(struct bp_text *text, const struct bp_subject *of)
{
    if (of->line->form != BP_FORM_LOSS)
        return;
    const struct output o = output_of(of);
    const bool is_squares = o.kind == BP_LOSS_KIND_SQUARES;
    const bool is_term = o.n == 1 && bp_loss_fraction(of->e, false).denominator == 1;
    if (is_squares ? !is_term : can_take_logarithms(&o))
        put_terms(text, of, &o, !is_squares, put_value_of_term);
}

/* c ((1 - y)/(1 - y_hat) - y/y_hat), or -y/y_hat, without the terms that are 0 divided by 0. */
static void put_ratios(struct bp_text *text, const struct bp_subject *of, const struct output *o,
                       size_t j)
{
    const bool has_fraction = bp_put_fraction(text, bp_loss_fraction(of->e, false), "/", " (");
    const double y = o->y[j], y_hat = o->y_hat[j], rest = bp_sigmoid(-o->z[j]);
    const bool has_first = o->kind == BP_LOSS_KIND_SIGMOID && (y != 1 || rest != 0);
    const bool has_second = y != 0 || y_hat != 0;
    if (has_first) {
        put(text, of, "(1 - #)/(", NUMBERS(y));
        put_one_less(text, of, y_hat, rest);
        bp_text_putc(text, ')');
    }
    if (has_second)
        put(text, of, has_first ? " - %/%" : "-%/%", NUMBERS(y, y_hat));
    bp_text_puts(text, !has_first && !has_second ? "0" : "");
    bp_text_puts(text, has_fraction ? ")" : "");
}

/* Writes "(1/2)(", and returns what closes it; "" if the fraction is 1. */
static const char *open_fraction(struct bp_text *text, struct bp_fraction fraction)
{
    if (fraction.numerator == 1 && fraction.denominator == 1)
        return "";
    bp_text_putc(text, '(');
    bp_put_fraction(text, fraction, "/", ")(");
    return ")";
}

static void put_error(struct bp_text *text, const struct bp_subject *of)
{
    const struct output o = output_of(of);
    const size_t j = of->cell.unit;
    switch (o.kind) {
    case BP_LOSS_KIND_SQUARES: {
        const char *end = open_fraction(text, bp_loss_fraction(of->e, true));
        put(text, of, "% - #", NUMBERS(o.y_hat[j], o.y[j]));
        bp_text_puts(text, end);
        return;
    }
    case BP_LOSS_KIND_SOFTMAX:
    case BP_LOSS_KIND_SIGMOID:
        put_ratios(text, of, &o, j);
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
static void put_pair(struct bp_text *text, const struct bp_subject *of)
{
    const struct output o = output_of(of);
    const size_t j = of->cell.unit;
    const double c = bp_loss_factor(of->e->task->rules.loss, o.n), y = o.y[j], y_hat = o.y_hat[j];
    const char *end = open_fraction(text, bp_loss_fraction(of->e, false));
    if (bp_has_digits_of(c * (y_hat - y), bp_line_value(of)))
        put(text, of, "% - #", NUMBERS(y_hat, y));
    else if (o.kind == BP_LOSS_KIND_SOFTMAX)
        put(text, of, "(%)(%) - (%)(%)",
            NUMBERS(y_hat, sum_of_others(&o, j), y, bp_pass_of(of)->dh_dz[row_of(of) + j]));
    else
        put(text, of, "(1 - #)(%) - (%)(%)", NUMBERS(y, y_hat, y, bp_sigmoid(-o.z[j])));
    bp_text_puts(text, end);
}

static void put_dz(struct bp_text *text, const struct bp_subject *of)
{
    put_factor(text, of, bp_pass_of(of)->dl_dh[row_of(of) + of->cell.unit]);
    bp_put_template(text, of, bp_activation_words(bp_layer_of(of)->activation)->slope_cell);
}

static void put_through_softmax(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_layer_pass *got = bp_pass_of(of);
    const size_t at = row_of(of);
    for (size_t j = 0; j < bp_layer_of(of)->n_out; j++)
        put(text, of, j ? " + (%)(%)" : "(%)(%)",
            NUMBERS(got->dl_dh[at + j],
                    bp_softmax_derivative(got->h + at, got->dh_dz + at, j, of->cell.unit)));
}

static void put_dw(struct bp_text *text, const struct bp_subject *of)
{
    put_factor(text, of, source_of(of)[of->cell.source]);
    put_factor(text, of, bp_pass_of(of)->dl_dz[row_of(of) + of->cell.unit]);
}

static void put_dh(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_layer *above = bp_layer_of(of) + 1;
    const size_t n = above->n_out;
    put_products(text, of, above->w + of->cell.unit * n,
                 bp_pass_of(of)[1].dl_dz + of->line->sample * n, 1, n, false);
}

/* The samples' values with plus signs between them, and their number below a fraction bar. */
static void put_batch(struct bp_text *text, const struct bp_subject *of)
{
    static const enum bp_form forms[] = {[BP_FORM_BATCH_LOSS] = BP_FORM_LOSS,
                                         [BP_FORM_GRADIENT_W] = BP_FORM_DW,
                                         [BP_FORM_GRADIENT_B] = BP_FORM_DB};
    const struct bp_task *task = of->e->task;
    const bool is_mean = task->rules.reduction == BP_REDUCTION_MEAN;
    struct bp_line one = {.form = forms[of->line->form], .layer = of->line->layer};
    bp_text_puts(text, is_mean ? "(" : "");
    for (; one.sample < task->n_samples; one.sample++) {
        const double value = bp_line_value(&(struct bp_subject){of->e, &one, of->cell});
        bp_text_puts(text, one.sample ? " + " : "");
        one.sample ? put_operand(text, of, value) : bp_put_shown(text, of->e, value);
    }
    bp_text_puts(text, is_mean ? ") / " : "");
    if (is_mean)
        bp_text_put_size(text, task->n_samples);
}

static void put_step(struct bp_text *text, const struct bp_subject *of, double from, double slope)
{
    bp_put_shown(text, of->e, from);
    bp_text_puts(text, " - ");
    put_factor(text, of, of->e->descent->learning_rate);
    put_factor(text, of, slope);
}

static void put_new_w(struct bp_text *text, const struct bp_subject *of)
{
    const size_t at = of->cell.source * bp_layer_of(of)->n_out + of->cell.unit;
    put_step(text, of, bp_layer_of(of)->w[at], bp_pass_of(of)->dw[at]);
}

static void put_new_b(struct bp_text *text, const struct bp_subject *of)
{
    put_step(text, of, bp_layer_of(of)->b[of->cell.unit], bp_pass_of(of)->db[of->cell.unit]);
}

void bp_put_cell(struct bp_text *text, const struct bp_subject *of)
{
    static void (*const puts[BP_FORM_COUNT])(struct bp_text *, const struct bp_subject *) = {
        [BP_FORM_Z] = put_sum,
        [BP_FORM_H] = put_h,
        [BP_FORM_Y_HAT] = put_sum,
        [BP_FORM_LOSS] = put_loss,
        [BP_FORM_ERROR] = put_error,
        [BP_FORM_DH] = put_dh,
        [BP_FORM_DZ] = put_dz,
        [BP_FORM_DZ_SOFTMAX] = put_through_softmax,
        [BP_FORM_DZ_PAIR] = put_pair,
        [BP_FORM_DW] = put_dw,
        [BP_FORM_BATCH_LOSS] = put_batch,
        [BP_FORM_GRADIENT_W] = put_batch,
        [BP_FORM_GRADIENT_B] = put_batch,
        [BP_FORM_NEW_W] = put_new_w,
        [BP_FORM_NEW_B] = put_new_b,
    };
    static const char *const templates[BP_FORM_COUNT] = {
        [BP_FORM_DB] = "{e}[{unit}]",
        [BP_FORM_NEW_W_FROZEN] = "{p cell}",
        [BP_FORM_NEW_B_FROZEN] = "{p cell}",
    };
    const enum bp_form form = of->line->form;
    if (templates[form])
        bp_put_template(text, of, templates[form]);
    else if (puts[form])
        puts[form](text, of);
}

void bp_put_result(struct bp_text *text, const struct bp_subject *of)
{
    const double value = bp_line_value(of);
    bp_text_puts(text, " = ");
    if (of->line->form == BP_FORM_Z) {
        const double sum = bp_unrounded(of);
        if (bp_shown(of->e, sum) != bp_shown(of->e, value))
            put(text, of, "%, rounded to ", NUMBERS(sum));
    }
    bp_put_shown(text, of->e, value);
}
