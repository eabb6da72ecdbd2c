#include "encode.h"

#include <stdint.h>
#include <stdio.h>

#include "backpropd/activation.h"
#include "backpropd/json_write.h"
#include "backpropd/number_write.h"
#include "grid.h"

/* Puts a member's name that contains a layer's number: W1, dh1_dz1. Each % in the format is the
 * number. */
static void put_key_k(struct bp_text *text, const char *format, size_t k)
{
    if (!bp_text_reserve(text, 64))
        return;
    bp_put_comma(text);
    char *out = text->data + text->size;
    *out++ = '"';
    for (const char *at = format; *at; at++) {
        if (*at != '%')
            *out++ = *at;
        else if (k < 10)
            *out++ = (char)('0' + k);
        else
            out += sprintf(out, "%zu", k);
    }
    *out++ = '"';
    *out++ = ':';
    text->size = (size_t)(out - text->data);
}

void bp_put_key_output(struct bp_text *text, const struct bp_job *job, const char *hidden,
                       const char *output, size_t k)
{
    put_key_k(text, k == job->task.network.depth ? output : hidden, k);
}

/* The cells of a matrix that is not stored. */
struct cells {
    double (*value)(const struct cells *cells, size_t row, size_t column);
    const double *a, *b;
    size_t n; /* columns of a */
};

static void put_cells(struct bp_text *text, const struct cells *cells, size_t rows, size_t columns)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < rows; i++) {
        if (!bp_text_reserve(text, BP_NUMBER_ROOM + columns * (BP_NUMBER_MAX + 1)))
            return;
        bp_put_open(text, '[');
        char *out = text->data + text->size;
        for (size_t j = 0; j < columns; j++) {
            if (j)
                *out++ = ',';
            out = bp_number_write(out, cells->value(cells, i, j));
        }
        text->size = (size_t)(out - text->data);
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, ']');
}

static double turned(const struct cells *cells, size_t row, size_t column)
{
    return cells->a[column * cells->n + row];
}

/* A matrix in the shape of W, as it was posted. */
static void put_weights(struct bp_text *text, const struct bp_job *job, const double *values,
                        const struct bp_layer *layer)
{
    const struct cells cells = {.value = turned, .a = values, .n = layer->n_out};
    if (job->is_out_in) {
        put_cells(text, &cells, layer->n_out, layer->n_in);
        return;
    }
    bp_text_putc(text, '[');
    for (size_t i = 0; i < layer->n_in; i++) {
        bp_put_comma(text);
        bp_text_put_doubles(text, values + i * layer->n_out, layer->n_out);
    }
    bp_text_putc(text, ']');
}

/* A vector in the shape of b: null without biases. */
static void put_biases(struct bp_text *text, const double *values, const struct bp_layer *layer)
{
    if (layer->b)
        bp_text_put_doubles(text, values, layer->n_out);
    else
        bp_text_put(text, "null", 4);
}

static double product(const struct cells *cells, size_t row, size_t column)
{
    return cells->a[row] * cells->b[column];
}

/* dL_dW = outer(h, dl_dz), calculated while it is written. */
static void put_outer(struct bp_text *text, const struct bp_job *job, const double *h,
                      const double *dl_dz, const struct bp_layer *layer)
{
    const struct bp_grid grid = bp_grid_of(job, layer);
    const struct cells cells = {
        .value = product, .a = job->is_out_in ? dl_dz : h, .b = job->is_out_in ? h : dl_dz};
    put_cells(text, &cells, grid.rows, grid.columns);
}

static double softmax_derivative(const struct cells *cells, size_t row, size_t column)
{
    return bp_softmax_derivative(cells->a, cells->b, row, column);
}

/* dL_dy_hat of a loss that is calculated from z is only shown, and may be infinite. */
static void put_shown(struct bp_text *text, const double *values, size_t n)
{
    bp_text_putc(text, '[');
    for (size_t j = 0; j < n; j++) {
        bp_put_comma(text);
        bp_put_finite(text, values[j]);
    }
    bp_text_putc(text, ']');
}

#define WHY_MAX 13 /* characters of the longest entry, "source_dead" */

/* Reasons as they stand in a reply; "null" means that the gradient is not zero. */
static const struct {
    char text[WHY_MAX + 3];
    size_t size;
} WHYS[] = {
#define AS_ENTRY(name, wire) {"\"" wire "\"", sizeof wire + 1},
    BP_REASONS(AS_ENTRY)
#undef AS_ENTRY
        {"null", 4},
};

/* Always copies the length of the longest entry, then advances by the length of this one: a copy of
 * fixed size is one instruction. */
static void put_whys(struct bp_text *text, const uint8_t *whys, size_t n, size_t step)
{
    if (!bp_text_reserve(text, 2 + sizeof WHYS->text + n * (WHY_MAX + 1)))
        return;
    char *out = text->data + text->size;
    *out++ = '[';
    for (size_t i = 0; i < n; i++) {
        if (i)
            *out++ = ',';
        memcpy(out, WHYS[whys[i * step]].text, sizeof WHYS->text);
        out += WHYS[whys[i * step]].size;
    }
    *out++ = ']';
    text->size = (size_t)(out - text->data);
}

static void put_whys_of_weights(struct bp_text *text, const struct bp_job *job, const uint8_t *whys,
                                const struct bp_layer *layer)
{
    const struct bp_grid grid = bp_grid_of(job, layer);
    bp_text_putc(text, '[');
    for (size_t i = 0; i < grid.rows; i++) {
        bp_put_comma(text);
        put_whys(text, whys + i * grid.down, grid.columns, grid.across);
    }
    bp_text_putc(text, ']');
}

void bp_put_dead(struct bp_text *text, const char *name, const struct bp_job *job,
                 const struct bp_pass *pass, size_t sample)
{
    bp_put_member_open(text, name, '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        const struct bp_layer_pass *got = &pass->layers[k - 1];
        if (layer->activation != BP_ACTIVATION_RELU)
            continue;
        bp_put_key_output(text, job, "h%", "y_hat", k);
        bp_text_putc(text, '[');
        for (size_t j = 0; j < layer->n_out; j++) {
            const bool is_dead = sample == BP_WHOLE_BATCH
                                     ? got->dead[j]
                                     : bp_relu_is_dead(got->z[sample * layer->n_out + j],
                                                       job->task.rules.relu_at_zero);
            bp_put_comma(text);
            bp_text_puts(text, is_dead ? "true" : "false");
        }
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, '}');
}

static void put_sample_forward(struct bp_text *text, const struct bp_job *job,
                               const struct bp_pass *pass, size_t s)
{
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const size_t n = job->task.network.layers[k - 1].n_out;
        put_key_k(text, "z%", k);
        bp_text_put_doubles(text, pass->layers[k - 1].z + s * n, n);
        bp_put_key_output(text, job, "h%", "y_hat", k);
        bp_text_put_doubles(text, pass->layers[k - 1].h + s * n, n);
    }
    if (job->task.samples[s].y) {
        bp_put_member_double(text, "loss", pass->losses[s]);
    }
    bp_put_dead(text, "dead", job, pass, s);
}

/* The seven steps of the textbook for one layer, from its output's gradient on. */
static void put_layer_backward(struct bp_text *text, const struct bp_job *job,
                               const struct bp_pass *pass, size_t k, size_t s)
{
    const struct bp_layer *layer = &job->task.network.layers[k - 1];
    const struct bp_layer_pass *got = &pass->layers[k - 1];
    const size_t n = layer->n_out;
    const struct cells derivatives = {
        .value = softmax_derivative, .a = got->h + s * n, .b = got->dh_dz + s * n};
    bp_put_key_output(text, job, "dL_dh%", "dL_dy_hat", k);
    if (k == job->task.network.depth)
        put_shown(text, got->dl_dh + s * n, n);
    else
        bp_text_put_doubles(text, got->dl_dh + s * n, n);
    bp_put_key_output(text, job, "dh%_dz%", "dy_hat_dz%", k);
    if (layer->activation == BP_ACTIVATION_SOFTMAX)
        put_cells(text, &derivatives, n, n);
    else
        bp_text_put_doubles(text, got->dh_dz + s * n, n);
    put_key_k(text, "dL_dz%", k);
    bp_text_put_doubles(text, got->dl_dz + s * n, n);
    put_key_k(text, "dL_dW%", k);
    put_outer(text, job, bp_pass_source(pass, &job->task, k - 1, s), got->dl_dz + s * n, layer);
    put_key_k(text, "dL_db%", k);
    put_biases(text, got->dl_dz + s * n, layer);
}

/* Layer by layer from the loss down to the input. */
static void put_sample_backward(struct bp_text *text, const struct bp_job *job,
                                const struct bp_pass *pass, size_t s)
{
    const size_t n_x = job->task.network.layers[0].n_in;
    for (size_t k = job->task.network.depth; k > 0; k--)
        put_layer_backward(text, job, pass, k, s);
    bp_put_key(text, "dL_dx");
    bp_text_put_doubles(text, pass->dl_dx + s * n_x, n_x);
}

void bp_put_samples(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass,
                    bool backward)
{
    if (!(job->include & BP_PART_SAMPLES))
        return;
    bp_put_member_open(text, "samples", '[');
    for (size_t s = 0; s < job->task.n_samples; s++) {
        bp_put_open(text, '{');
        put_sample_forward(text, job, pass, s);
        if (backward)
            put_sample_backward(text, job, pass, s);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

static void put_parameters_of(struct bp_text *text, const struct bp_job *job, size_t k,
                              const double *w, const double *b)
{
    const struct bp_layer *layer = &job->task.network.layers[k - 1];
    put_key_k(text, "W%", k);
    put_weights(text, job, w, layer);
    put_key_k(text, "b%", k);
    put_biases(text, b, layer);
}

void bp_put_gradients(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    bp_put_member_open(text, "gradients", '{');
    for (size_t k = 1; k <= job->task.network.depth; k++)
        put_parameters_of(text, job, k, pass->layers[k - 1].dw, pass->layers[k - 1].db);
    bp_text_putc(text, '}');
}

void bp_put_parameters(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    const size_t total = bp_network_parameters(&job->task.network);
    const size_t nonzero = pass->counts[BP_REASON_NONE];
    bp_put_member_open(text, "parameters", '{');
    bp_put_member_size(text, "total", total);
    bp_put_member_size(text, "nonzero", nonzero);
    bp_put_member_size(text, "zero", total - nonzero);
    bp_put_member_open(text, "zero_because", '{');
    for (size_t reason = 0; reason < BP_REASON_COUNT; reason++)
        if (pass->counts[reason])
            bp_put_member_size(text, bp_reason_names[reason], pass->counts[reason]);
    bp_text_puts(text, "}}");
}

void bp_put_why_zero(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    if (!(job->include & BP_PART_WHY_ZERO))
        return;
    bp_put_member_open(text, "why_zero", '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        put_key_k(text, "W%", k);
        put_whys_of_weights(text, job, pass->layers[k - 1].why_w, layer);
        put_key_k(text, "b%", k);
        if (layer->b)
            put_whys(text, pass->layers[k - 1].why_b, layer->n_out, 1);
        else
            bp_text_put(text, "null", 4);
    }
    bp_text_putc(text, '}');
}

void bp_put_network(struct bp_text *text, const struct bp_job *job,
                    const struct bp_network *network)
{
    bp_put_member_open(text, "network", '{');
    for (size_t k = 1; k <= network->depth; k++)
        put_parameters_of(text, job, k, network->layers[k - 1].w, network->layers[k - 1].b);
    if (job->posted_activations) {
        bp_put_member_open(text, "activations", '[');
        for (size_t k = 0; k < network->depth; k++)
            bp_put_string(text, bp_activation_names[network->layers[k].activation]);
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, '}');
}
