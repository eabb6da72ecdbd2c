#include "backpropd/textbook.h"

#include "backpropd/activation.h"
#include "backpropd/loss.h"

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
            z[j] = layer->b ? layer->b[j] : 0;
            for (size_t i = 0; i < n_in; i++)
                z[j] += h_below[i] * W[i * n_out + j];
        }
        /* unrounded, a z that is 0 on paper may be 2.8e-17 here, and open the gate */
        if (bp_layer_is_gated(layer))
            bp_round(z, rules->round_decimals, n_out);
        bp_activate(book[k].h, z, layer->activation, 1, n_out);
    }
}

double bp_textbook_loss(const double *z, const double *y_hat, const double *y, enum bp_loss loss,
                        size_t n)
{
    double sum = 0;
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SQUARES:
        for (size_t j = 0; j < n; j++)
            sum += (y_hat[j] - y[j]) * (y_hat[j] - y[j]);
        break;
    case BP_LOSS_KIND_SOFTMAX: /* cross-entropy is calculated from z, more exactly than */
    case BP_LOSS_KIND_SIGMOID: /* from ln(y_hat) */
        return bp_loss(z, y_hat, y, loss, n);
    }
    return bp_loss_factor(loss, n) * sum;
}

/* Steps 1 and 5 at the output. */
static void output_error(struct bp_textbook_layer *last, const struct bp_sample *sample,
                         const struct bp_layer *layer, enum bp_loss loss)
{
    const double *y_hat = last->h, *y = sample->y;
    const size_t n = layer->n_out;
    if (y && bp_loss_is_from_z(loss)) {
        bp_loss_derive(last->dL_dh, last->z, y_hat, y, loss, n);
        bp_loss_derive_by_z(last->dL_dz, last->z, y_hat, last->dh_dz, y, loss, n);
        return;
    }
    for (size_t j = 0; j < n; j++) /* 1: dL_dy_hat = 2c (y_hat - y), unless it is given */
        last->dL_dh[j] = y ? 2 * bp_loss_factor(loss, n) * (y_hat[j] - y[j]) : sample->dl_dy_hat[j];
    for (size_t j = 0; j < n; j++) /* 5: dL_dz = dL_dy_hat * dy_hat_dz */
        last->dL_dz[j] = last->dL_dh[j] * last->dh_dz[j];
    if (layer->activation == BP_ACTIVATION_SOFTMAX) /* where each output depends on each z */
        bp_softmax_back(last->dL_dz, last->dL_dh, y_hat, last->dh_dz, n);
}

/* 4: dL_dh = W dL_dz, with W and dL_dz of the layer that h feeds. */
static void through_the_weights(double *dL_dh, const struct bp_layer *fed, const double *dL_dz)
{
    for (size_t i = 0; i < fed->n_in; i++) {
        dL_dh[i] = 0;
        for (size_t j = 0; j < fed->n_out; j++)
            dL_dh[i] += fed->w[i * fed->n_out + j] * dL_dz[j];
    }
}

/* From the last layer down: steps 1, 2, 3 are the output's; 4, 5, 6, 7 are each hidden layer's. */
void bp_textbook_backward(struct bp_textbook_layer *book, double *dL_dx,
                          const struct bp_sample *sample, const struct bp_network *network,
                          const struct bp_rules *rules)
{
    for (size_t k = network->depth; k-- > 0;) {
        const struct bp_layer *layer = &network->layers[k];
        const double *h_below = k == 0 ? sample->x : book[k - 1].h;
        const size_t n_in = layer->n_in, n_out = layer->n_out;
        double *dL_dh = book[k].dL_dh, *dh_dz = book[k].dh_dz, *dL_dz = book[k].dL_dz;
        bp_derive(dh_dz, book[k].z, layer->activation, rules->relu_at_zero, 1, n_out);
        if (k + 1 == network->depth) {
            output_error(&book[k], sample, layer, rules->loss);
        } else {
            through_the_weights(dL_dh, layer + 1, book[k + 1].dL_dz);
            for (size_t j = 0; j < n_out; j++) /* 5: dL_dz = dL_dh * dh_dz */
                dL_dz[j] = dL_dh[j] * dh_dz[j];
        }
        for (size_t i = 0; i < n_in; i++) /* 2, 6: dL_dW = outer(h_below, dL_dz) */
            for (size_t j = 0; j < n_out; j++)
                book[k].dL_dW[i * n_out + j] = h_below[i] * dL_dz[j];
        for (size_t j = 0; j < n_out && layer->b; j++) /* 3, 7: dL_db = dL_dz */
            book[k].dL_db[j] = dL_dz[j];
    }
    through_the_weights(dL_dx, network->layers, book[0].dL_dz);
}
