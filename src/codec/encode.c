#include "encode.h"

#include <stdint.h>
#include <stdio.h>

#include "backpropd/activation.h"
#include "backpropd/json_write.h"
#include "backpropd/number_write.h"

/* Puts a member's name with a layer's number in it: W1, dh1_dz1. Only there does % stand in a
 * format here. */
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

static void put_matrix(struct bp_text *text, const double *values, size_t rows, size_t columns)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < rows; i++) {
        bp_put_comma(text);
        bp_text_put_doubles(text, values + i * columns, columns);
    }
    bp_text_putc(text, ']');
}

/* The matrix outer(h, dl_dz), written as it is multiplied: it is never stored. */
static void put_outer(struct bp_text *text, const double *h, const double *dl_dz, size_t n_in,
                      size_t n_out)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < n_in; i++) {
        if (!bp_text_reserve(text, BP_NUMBER_ROOM + n_out * (BP_NUMBER_MAX + 1)))
            return;
        bp_put_comma(text);
        bp_text_putc(text, '[');
        char *out = text->data + text->size;
        for (size_t j = 0; j < n_out; j++) {
            if (j)
                *out++ = ',';
            out = bp_number_write(out, h[i] * dl_dz[j]);
        }
        text->size = (size_t)(out - text->data);
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, ']');
}

static void put_boolean(struct bp_text *text, bool value)
{
    bp_put_comma(text);
    if (value)
        bp_text_put(text, "true", 4);
    else
        bp_text_put(text, "false", 5);
}

static void put_booleans(struct bp_text *text, const bool *values, size_t n)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < n; i++)
        put_boolean(text, values[i]);
    bp_text_putc(text, ']');
}

#define WHY_MAX 13 /* characters of the longest entry, "source_dead" */

/* Reasons as they stand in a reply: "null" where there is none. */
static const struct {
    char text[WHY_MAX + 3];
    size_t size;
} WHYS[] = {
#define AS_ENTRY(name, wire) {"\"" wire "\"", sizeof wire + 1},
    BP_REASONS(AS_ENTRY)
#undef AS_ENTRY
        {"null", 4},
};

/* Always copies the longest entry's length, and then goes on as far as the entry reaches: a copy of
 * fixed size is one instruction. */
static void put_whys(struct bp_text *text, const uint8_t *whys, size_t n)
{
    if (!bp_text_reserve(text, 2 + sizeof WHYS->text + n * (WHY_MAX + 1)))
        return;
    char *out = text->data + text->size;
    *out++ = '[';
    for (size_t i = 0; i < n; i++) {
        if (i)
            *out++ = ',';
        memcpy(out, WHYS[whys[i]].text, sizeof WHYS->text);
        out += WHYS[whys[i]].size;
    }
    *out++ = ']';
    text->size = (size_t)(out - text->data);
}

void bp_put_dead(struct bp_text *text, const char *name, const struct bp_job *job,
                 const struct bp_pass *pass)
{
    const struct bp_network *network = &job->task.network;
    bp_put_key(text, name);
    bp_text_putc(text, '{');
    for (size_t k = 1; k <= network->depth; k++) {
        if (network->layers[k - 1].activation != BP_ACTIVATION_RELU)
            continue;
        bp_put_key_output(text, job, "h%", "y_hat", k);
        put_booleans(text, pass->layers[k - 1].dead, network->layers[k - 1].n_out);
    }
    bp_text_putc(text, '}');
}

static void put_sample_dead(struct bp_text *text, const struct bp_job *job,
                            const struct bp_pass *pass, size_t s)
{
    bp_put_key(text, "dead");
    bp_text_putc(text, '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        const double *z = pass->layers[k - 1].z + s * layer->n_out;
        if (layer->activation != BP_ACTIVATION_RELU)
            continue;
        bp_put_key_output(text, job, "h%", "y_hat", k);
        bp_text_putc(text, '[');
        for (size_t j = 0; j < layer->n_out; j++)
            put_boolean(text, bp_relu_is_dead(z[j], job->task.rules.relu_at_zero));
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
        bp_put_key(text, "loss");
        bp_text_put_double(text, pass->losses[s]);
    }
    put_sample_dead(text, job, pass, s);
}

/* The seven steps of the textbook, layer by layer from the loss down. */
static void put_sample_backward(struct bp_text *text, const struct bp_job *job,
                                const struct bp_pass *pass, size_t s)
{
    for (size_t k = job->task.network.depth; k > 0; k--) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        const struct bp_layer_pass *got = &pass->layers[k - 1];
        const size_t n = layer->n_out;
        bp_put_key_output(text, job, "dL_dh%", "dL_dy_hat", k);
        bp_text_put_doubles(text, got->dl_dh + s * n, n);
        bp_put_key_output(text, job, "dh%_dz%", "dy_hat_dz%", k);
        bp_text_put_doubles(text, got->dh_dz + s * n, n);
        put_key_k(text, "dL_dz%", k);
        bp_text_put_doubles(text, got->dl_dz + s * n, n);
        put_key_k(text, "dL_dW%", k);
        put_outer(text, bp_pass_source(pass, &job->task, k - 1, s), got->dl_dz + s * n, layer->n_in,
                  n);
        put_key_k(text, "dL_db%", k);
        bp_text_put_doubles(text, got->dl_dz + s * n, n);
    }
}

void bp_put_samples(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass,
                    bool backward)
{
    if (!(job->include & BP_PART_SAMPLES))
        return;
    bp_put_key(text, "samples");
    bp_text_putc(text, '[');
    for (size_t s = 0; s < job->task.n_samples; s++) {
        bp_put_comma(text);
        bp_text_putc(text, '{');
        put_sample_forward(text, job, pass, s);
        if (backward)
            put_sample_backward(text, job, pass, s);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
}

void bp_put_gradients(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    bp_put_key(text, "gradients");
    bp_text_putc(text, '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        put_key_k(text, "W%", k);
        put_matrix(text, pass->layers[k - 1].dw, layer->n_in, layer->n_out);
        put_key_k(text, "b%", k);
        bp_text_put_doubles(text, pass->layers[k - 1].db, layer->n_out);
    }
    bp_text_putc(text, '}');
}

void bp_put_parameters(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    const size_t total = bp_network_parameters(&job->task.network);
    const size_t nonzero = pass->counts[BP_REASON_NONE];
    bp_put_key(text, "parameters");
    bp_text_putc(text, '{');
    bp_put_member_size(text, "total", total);
    bp_put_member_size(text, "nonzero", nonzero);
    bp_put_member_size(text, "zero", total - nonzero);
    bp_put_key(text, "zero_because");
    bp_text_putc(text, '{');
    for (size_t reason = 0; reason < BP_REASON_COUNT; reason++)
        if (pass->counts[reason])
            bp_put_member_size(text, bp_reason_names[reason], pass->counts[reason]);
    bp_text_puts(text, "}}");
}

void bp_put_why_zero(struct bp_text *text, const struct bp_job *job, const struct bp_pass *pass)
{
    if (!(job->include & BP_PART_WHY_ZERO))
        return;
    bp_put_key(text, "why_zero");
    bp_text_putc(text, '{');
    for (size_t k = 1; k <= job->task.network.depth; k++) {
        const struct bp_layer *layer = &job->task.network.layers[k - 1];
        put_key_k(text, "W%", k);
        bp_text_putc(text, '[');
        for (size_t i = 0; i < layer->n_in; i++) {
            bp_put_comma(text);
            put_whys(text, pass->layers[k - 1].why_w + i * layer->n_out, layer->n_out);
        }
        bp_text_putc(text, ']');
        put_key_k(text, "b%", k);
        put_whys(text, pass->layers[k - 1].why_b, layer->n_out);
    }
    bp_text_putc(text, '}');
}

void bp_put_network(struct bp_text *text, const struct bp_job *job,
                    const struct bp_network *network)
{
    bp_put_key(text, "network");
    bp_text_putc(text, '{');
    for (size_t k = 1; k <= network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k - 1];
        put_key_k(text, "W%", k);
        put_matrix(text, layer->w, layer->n_in, layer->n_out);
        put_key_k(text, "b%", k);
        bp_text_put_doubles(text, layer->b, layer->n_out);
    }
    if (job->posted_activations) {
        bp_put_key(text, "activations");
        bp_text_putc(text, '[');
        for (size_t k = 0; k < network->depth; k++) {
            bp_put_comma(text);
            bp_text_put_string(text, bp_activation_names[network->layers[k].activation]);
        }
        bp_text_putc(text, ']');
    }
    bp_text_putc(text, '}');
}
