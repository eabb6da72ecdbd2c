#include "block.h"

#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "backpropd/matmul.h"

static void source_rows(const double **x, const struct bp_pass *pass, const struct bp_task *task,
                        size_t k, struct bp_block block)
{
    for (size_t s = 0; s < block.m; s++)
        x[s] = bp_pass_source(pass, task, k, block.first + s);
}

static void note_dead(bool *dead, const double *z, double relu_at_zero, size_t m, size_t n)
{
    for (size_t s = 0; s < m; s++)
        for (size_t j = 0; j < n; j++)
            dead[j] = dead[j] && bp_relu_is_dead(z[s * n + j], relu_at_zero);
}

static bool forward_layer(struct bp_pass *pass, const struct bp_task *task, size_t k,
                          struct bp_block block)
{
    const struct bp_layer *shape = &task->network.layers[k];
    const struct bp_layer_pass *layer = &pass->layers[k];
    const size_t at = block.row * shape->n_out, n = block.m * shape->n_out;
    const double *x[BP_BLOCK];

    source_rows(x, pass, task, k, block);
    bp_affine(layer->z + at, x, shape->w, shape->b, block.m, shape->n_in, shape->n_out);
    if (bp_layer_is_gated(shape))
        bp_round(layer->z + at, task->rules.round_decimals, n);
    if (!bp_all_finite(layer->z + at, n))
        return false; /* checked before the gate, which would turn a NaN into 0 */
    bp_activate(layer->h + at, layer->z + at, shape->activation, block.m, shape->n_out);
    if (shape->activation == BP_ACTIVATION_RELU)
        note_dead(layer->dead, layer->z + at, task->rules.relu_at_zero, block.m, shape->n_out);
    return true;
}

static bool forward_losses(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    const size_t last = task->network.depth - 1, n = task->network.layers[last].n_out;
    bool finite = true;
    for (size_t s = 0; s < block.m; s++) {
        const double *y = task->samples[block.first + s].y;
        if (!y)
            continue;
        const size_t at = (block.row + s) * n;
        double loss =
            bp_loss(pass->layers[last].z + at, pass->layers[last].h + at, y, task->rules.loss, n);
        pass->losses[block.first + s] = loss;
        finite = finite && isfinite(loss);
    }
    return finite;
}

bool bp_block_forward(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    for (size_t k = 0; k < task->network.depth; k++)
        if (!forward_layer(pass, task, k, block))
            return false;
    return forward_losses(pass, task, block);
}

/* Steps 1 and 5 for one sample at the last layer, from its target or from the gradient that it
 * brings. False if they are not finite: dL_dy_hat may be infinite if dL_dzL was not calculated from
 * it, since it is only shown. */
static bool errors_of_output(const struct bp_layer_pass *layer, const struct bp_task *task,
                             const struct bp_sample *sample, size_t at)
{
    const struct bp_layer *shape = bp_network_last(&task->network);
    const enum bp_loss loss = task->rules.loss;
    const size_t n = shape->n_out;
    const bool is_from_z = bp_sample_is_from_z(task, sample);
    const double *z = layer->z + at, *h = layer->h + at, *dh_dz = layer->dh_dz + at;
    double *dl_dh = layer->dl_dh + at, *dl_dz = layer->dl_dz + at;

    if (sample->y)
        bp_loss_derive(dl_dh, z, h, sample->y, loss, n);
    else
        memcpy(dl_dh, sample->dl_dy_hat, n * sizeof *dl_dh);
    if (is_from_z)
        bp_loss_derive_by_z(dl_dz, z, h, dh_dz, sample->y, loss, n);
    else if (shape->activation == BP_ACTIVATION_SOFTMAX)
        bp_softmax_back(dl_dz, dl_dh, h, dh_dz, n);
    else
        for (size_t j = 0; j < n; j++)
            dl_dz[j] = dl_dh[j] * dh_dz[j];
    return (is_from_z || bp_all_finite(dl_dh, n)) && bp_all_finite(dl_dz, n);
}

static bool errors_of_last(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    const struct bp_layer *shape = bp_network_last(&task->network);
    const struct bp_layer_pass *layer = &pass->layers[task->network.depth - 1];
    const size_t n = shape->n_out, first = block.row * n;
    bool finite = true;
    bp_derive(layer->dh_dz + first, layer->z + first, shape->activation, task->rules.relu_at_zero,
              block.m, n);
    for (size_t s = 0; s < block.m; s++)
        finite &= errors_of_output(layer, task, &task->samples[block.first + s], first + s * n);
    return finite;
}

/* Step 4, into dl_dh of the layer below or, at the first layer, dl_dx: back through layer k's
 * weights. */
static bool errors_below(double *dl_dh, const struct bp_pass *pass, const struct bp_task *task,
                         size_t k, struct bp_block block)
{
    const struct bp_layer *shape = &task->network.layers[k];
    dl_dh += block.row * shape->n_in;
    bp_affine_back(dl_dh, shape->w, pass->layers[k].dl_dz + block.row * shape->n_out, block.m,
                   shape->n_in, shape->n_out);
    return bp_all_finite(dl_dh, block.m * shape->n_in);
}

bool bp_block_errors(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    if (!errors_of_last(pass, task, block))
        return false;
    for (size_t k = task->network.depth - 1; k-- > 0;) {
        const struct bp_layer *shape = &task->network.layers[k];
        const struct bp_layer_pass *layer = &pass->layers[k];
        const size_t at = block.row * shape->n_out, n = block.m * shape->n_out;

        if (!errors_below(layer->dl_dh, pass, task, k + 1, block))
            return false;
        bp_derive(layer->dh_dz + at, layer->z + at, shape->activation, task->rules.relu_at_zero,
                  block.m, shape->n_out);
        for (size_t i = at; i < at + n; i++)
            layer->dl_dz[i] = layer->dl_dh[i] * layer->dh_dz[i];
    }
    return !pass->dl_dx || errors_below(pass->dl_dx, pass, task, 0, block);
}

/* The samples whose dL_dz of layer k does not come through the derivatives of its units. */
static bp_set direct_samples(const struct bp_task *task, size_t k, struct bp_block block)
{
    bp_set direct = 0;
    if (k + 1 < task->network.depth)
        return 0;
    for (size_t s = 0; s < block.m; s++)
        direct |= (bp_set)(task->network.layers[k].activation == BP_ACTIVATION_SOFTMAX ||
                           bp_sample_is_from_z(task, &task->samples[block.first + s]))
                  << s;
    return direct;
}

static void note_reasons(struct bp_pass *pass, const struct bp_task *task, size_t k,
                         struct bp_block block, const double *const *x)
{
    const struct bp_layer *shape = &task->network.layers[k];
    const struct bp_layer_pass *layer = &pass->layers[k];
    const size_t at = block.row * shape->n_out;
    const bool relu_below = k > 0 && shape[-1].activation == BP_ACTIVATION_RELU;

    bp_reason_units(layer->units, layer->dl_dh + at, layer->dh_dz + at, layer->dl_dz + at,
                    direct_samples(task, k, block), block.m, shape->n_out);
    bp_reason_sources(layer->source, x,
                      relu_below ? layer[-1].dh_dz + block.row * shape->n_in : NULL, block.m,
                      shape->n_in);
    bp_reason_note(layer->why_w, layer->dw, layer->units, layer->source, x, layer->dl_dz + at,
                   shape->activation, shape->b, block.m, shape->n_in, shape->n_out);
}

void bp_block_add_gradients(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer *shape = &task->network.layers[k];
        const struct bp_layer_pass *layer = &pass->layers[k];
        const double *x[BP_BLOCK];
        source_rows(x, pass, task, k, block);
        bp_outer_add(layer->dw, layer->db, x, layer->dl_dz + block.row * shape->n_out, block.m,
                     shape->n_in, shape->n_out);
        if (layer->why_w)
            note_reasons(pass, task, k, block, x);
    }
}
