/*
 * A peer: libmicrohttpd with jansson in and out and plain loops, as one would write it for this.
 * One sample, two layers, relu, mse; nothing is checked but that it is JSON.
 *
 * usage: jansson THREADS
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../serve.h"

struct body {
    char *bytes;
    size_t size;
};

static double *numbers(const json_t *array)
{
    double *out = malloc((json_array_size(array) + 1) * sizeof *out);
    for (size_t i = 0; i < json_array_size(array); i++)
        out[i] = json_number_value(json_array_get(array, i));
    return out;
}

static double *matrix(const json_t *rows, size_t n_columns)
{
    double *out = malloc((json_array_size(rows) * n_columns + 1) * sizeof *out);
    for (size_t i = 0; i < json_array_size(rows); i++)
        for (size_t j = 0; j < n_columns; j++)
            out[i * n_columns + j] = json_number_value(json_array_get(json_array_get(rows, i), j));
    return out;
}

static json_t *array_of(const double *values, size_t n)
{
    json_t *array = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, json_real(values[i]));
    return array;
}

/* x dz: the gradient of the weights between them. */
static json_t *outer(const double *x, size_t n_in, const double *dz, size_t n_out)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < n_in; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < n_out; j++)
            json_array_append_new(row, json_real(x[i] * dz[j]));
        json_array_append_new(rows, row);
    }
    return rows;
}

static void affine(double *z, const double *x, size_t n_in, const double *w, size_t n_out)
{
    for (size_t i = 0; i < n_in; i++)
        for (size_t j = 0; j < n_out; j++)
            z[j] += x[i] * w[i * n_out + j];
}

static json_t *backward(const json_t *root)
{
    const json_t *network = json_object_get(root, "network");
    const json_t *sample = json_array_get(json_object_get(root, "samples"), 0);
    const json_t *include = json_object_get(root, "include");
    const size_t n_in = json_array_size(json_object_get(sample, "x"));
    const size_t n_hidden = json_array_size(json_object_get(network, "b1"));
    const size_t n_out = json_array_size(json_object_get(network, "b2"));
    double *x = numbers(json_object_get(sample, "x"));
    double *y = numbers(json_object_get(sample, "y"));
    double *w1 = matrix(json_object_get(network, "W1"), n_hidden);
    double *w2 = matrix(json_object_get(network, "W2"), n_out);
    double *z1 = numbers(json_object_get(network, "b1"));
    double *y_hat = numbers(json_object_get(network, "b2"));
    double *h = calloc(n_hidden, sizeof *h);
    double *relu_grad = calloc(n_hidden, sizeof *relu_grad);
    double *dl_dh = calloc(n_hidden, sizeof *dl_dh);
    double *dl_dz1 = calloc(n_hidden, sizeof *dl_dz1);
    double *dl_dy = calloc(n_out, sizeof *dl_dy);
    double loss = 0;
    affine(z1, x, n_in, w1, n_hidden);
    for (size_t j = 0; j < n_hidden; j++) {
        z1[j] = round(z1[j] * 1e10) / 1e10;
        h[j] = z1[j] > 0 ? z1[j] : 0;
        relu_grad[j] = z1[j] > 0;
    }
    affine(y_hat, h, n_hidden, w2, n_out);
    for (size_t j = 0; j < n_out; j++) {
        const double error = y_hat[j] - y[j];
        loss += error * error / (double)n_out;
        dl_dy[j] = 2 / (double)n_out * error;
    }
    for (size_t i = 0; i < n_hidden; i++) {
        for (size_t j = 0; j < n_out; j++)
            dl_dh[i] += w2[i * n_out + j] * dl_dy[j];
        dl_dz1[i] = dl_dh[i] * relu_grad[i];
    }
    json_t *reply = json_object();
    json_object_set_new(reply, "loss", json_real(loss));
    if (!include) {
        json_object_set_new(reply, "z1", array_of(z1, n_hidden));
        json_object_set_new(reply, "h", array_of(h, n_hidden));
        json_object_set_new(reply, "y_hat", array_of(y_hat, n_out));
        json_object_set_new(reply, "dL_dy", array_of(dl_dy, n_out));
        json_object_set_new(reply, "dL_dh", array_of(dl_dh, n_hidden));
        json_object_set_new(reply, "relu_grad", array_of(relu_grad, n_hidden));
        json_object_set_new(reply, "dL_dz1", array_of(dl_dz1, n_hidden));
    }
    json_object_set_new(reply, "dL_dW2", outer(h, n_hidden, dl_dy, n_out));
    json_object_set_new(reply, "dL_db2", array_of(dl_dy, n_out));
    json_object_set_new(reply, "dL_dW1", outer(x, n_in, dl_dz1, n_hidden));
    json_object_set_new(reply, "dL_db1", array_of(dl_dz1, n_hidden));
    double *all[] = {x, y, w1, w2, z1, y_hat, h, relu_grad, dl_dh, dl_dz1, dl_dy};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        free(all[i]);
    return reply;
}

static char *answer(const struct body *body)
{
    json_t *root = json_loadb(body->bytes, body->size, 0, NULL);
    if (!root)
        return NULL;
    json_t *reply = backward(root);
    char *text = json_dumps(reply, JSON_REAL_PRECISION(17) | JSON_COMPACT);
    json_decref(reply);
    json_decref(root);
    return text;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_size, void **state)
{
    struct body *body = *state;
    (void)cls, (void)url, (void)method, (void)version;
    if (!body) {
        *state = calloc(1, sizeof *body);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*piece_size) {
        body->bytes = realloc(body->bytes, body->size + *piece_size);
        memcpy(body->bytes + body->size, piece, *piece_size);
        body->size += *piece_size;
        *piece_size = 0;
        return MHD_YES;
    }
    char *text = answer(body);
    struct MHD_Response *response =
        text ? MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE)
             : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result queued = MHD_queue_response(connection, text ? 200 : 400, response);
    MHD_destroy_response(response);
    return queued;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct body *body = *state;
    (void)cls, (void)connection, (void)why;
    if (body)
        free(body->bytes);
    free(body);
    *state = NULL;
}

int main(int argc, char **argv)
{
    return serve("peer", argc > 1 ? (unsigned)atoi(argv[1]) : 1, on_request, on_completed);
}
