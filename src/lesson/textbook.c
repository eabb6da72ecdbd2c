#include "backpropd/textbook.h"

#include "backpropd/activation.h"

/* From the first layer up: z = h_below W + b, h = activation(z). */
void bp_textbook_forward(struct bp_textbook_layer *book, const double *x,
                         const struct bp_network *network, const struct bp_rules *rules)
{
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        const double *W = layer->w, *h_below = k == 0 ? x : book[k - 1].h;
        const size_t n_in = layer->n_in, n_out = layer->n_out;
        double *z = book[k].z;

        for (size_t j = 0; j < n_out; j++) {
            z[j] = layer->b[j];
            for (size_t i = 0; i < n_in; i++)
                z[j] += h_below[i] * W[i * n_out + j];
        }
        if (bp_layer_is_gated(layer)) /* a gate opens at 2.8e-17, where the book's z is 0 */
            bp_round(z, rules->round_decimals, n_out);
        bp_activate(book[k].h, z, layer->activation, n_out);
    }
}

/* The c of a loss c * sum((y_hat - y)^2). */
static double loss_factor(enum bp_loss loss, size_t n)
{
    const bool is_mean = loss == BP_LOSS_MSE || loss == BP_LOSS_HALF_MSE;
    const bool is_half = loss == BP_LOSS_HALF_MSE || loss == BP_LOSS_HALF_SSE;
    return 1 / ((is_half ? 2.0 : 1.0) * (is_mean ? (double)n : 1.0));
}

double bp_textbook_loss(const double *y_hat, const double *y, enum bp_loss loss, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += (y_hat[j] - y[j]) * (y_hat[j] - y[j]);
    return loss_factor(loss, n) * sum;
}

/* dL_dh = W dL_dz: W and dL_dz are those of the layer that h feeds. */
static void through_the_weights(double *dL_dh, const struct bp_layer *fed, const double *dL_dz)
{
    for (size_t i = 0; i < fed->n_in; i++) {
        dL_dh[i] = 0;
        for (size_t j = 0; j < fed->n_out; j++)
            dL_dh[i] += fed->w[i * fed->n_out + j] * dL_dz[j];
    }
}

/*
 * From the last layer down: steps 1, 2, 3 are the output's; 4, 5, 6, 7 are each hidden layer's. In
 * the book the output has no activation; here it has one, so step 5 comes after step 1 as well.
 */
void bp_textbook_backward(struct bp_textbook_layer *book, const double *x, const double *y,
                          const struct bp_network *network, const struct bp_rules *rules)
{
    for (size_t k = network->depth; k-- > 0;) {
        const struct bp_layer *layer = &network->layers[k];
        const double *h = book[k].h, *h_below = k == 0 ? x : book[k - 1].h;
        const size_t n_in = layer->n_in, n_out = layer->n_out;
        double *dL_dh = book[k].dL_dh, *dh_dz = book[k].dh_dz, *dL_dz = book[k].dL_dz;

        if (k + 1 == network->depth)
            for (size_t j = 0; j < n_out; j++) /* 1: dL_dy_hat = 2c (y_hat - y) */
                dL_dh[j] = 2 * loss_factor(rules->loss, n_out) * (h[j] - y[j]);
        else
            through_the_weights(dL_dh, layer + 1, book[k + 1].dL_dz); /* 4: dL_dh = W dL_dz */

        bp_derive(dh_dz, book[k].z, h, layer->activation, rules->relu_at_zero, n_out);
        for (size_t j = 0; j < n_out; j++) /* 5: dL_dz = dL_dh * dh_dz */
            dL_dz[j] = dL_dh[j] * dh_dz[j];

        for (size_t i = 0; i < n_in; i++) /* 2, 6: dL_dW = outer(h_below, dL_dz) */
            for (size_t j = 0; j < n_out; j++)
                book[k].dL_dW[i * n_out + j] = h_below[i] * dL_dz[j];

        for (size_t j = 0; j < n_out; j++) /* 3, 7: dL_db = dL_dz */
            book[k].dL_db[j] = dL_dz[j];
    }
}
