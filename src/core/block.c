#include "block.h"

#include "backpropd/activation.h"
#include "backpropd/loss.h"
#include "backpropd/matmul.h"
#include "finite.h"

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
        return false; /* before the gate, which would turn a NaN into 0 */
    bp_activate(layer->h + at, layer->z + at, shape->activation, n);
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
        double loss = bp_loss(pass->layers[last].h + (block.row + s) * n, y, task->rules.loss, n);
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

static void backward_from_loss(double *dl_dy_hat, const double *y_hat, const struct bp_task *task,
                               struct bp_block block, size_t n)
{
    for (size_t s = 0; s < block.m; s++)
        bp_loss_derive(dl_dy_hat + s * n, y_hat + s * n, task->samples[block.first + s].y,
                       task->rules.loss, n);
}

bool bp_block_errors(struct bp_pass *pass, const struct bp_task *task, struct bp_block block)
{
    for (size_t k = task->network.depth; k-- > 0;) {
        const struct bp_layer *shape = &task->network.layers[k];
        const struct bp_layer_pass *layer = &pass->layers[k];
        const size_t at = block.row * shape->n_out, n = block.m * shape->n_out;

        if (k + 1 == task->network.depth)
            backward_from_loss(layer->dl_dh + at, layer->h + at, task, block, shape->n_out);
        else
            bp_affine_back(layer->dl_dh + at, shape[1].w,
                           layer[1].dl_dz + block.row * shape[1].n_out, block.m, shape[1].n_in,
                           shape[1].n_out);
        if (!bp_all_finite(layer->dl_dh + at, n))
            return false;
        bp_derive(layer->dh_dz + at, layer->z + at, layer->h + at, shape->activation,
                  task->rules.relu_at_zero, n);
        for (size_t i = at; i < at + n; i++)
            layer->dl_dz[i] = layer->dl_dh[i] * layer->dh_dz[i];
    }
    return true;
}

static void note_reasons(struct bp_pass *pass, const struct bp_task *task, size_t k,
                         struct bp_block block, const double *const *x)
{
    const struct bp_layer *shape = &task->network.layers[k];
    const struct bp_layer_pass *layer = &pass->layers[k];
    const size_t at = block.row * shape->n_out;
    const bool relu_below = k > 0 && shape[-1].activation == BP_ACTIVATION_RELU;

    bp_reason_units(layer->units, layer->dl_dh + at, layer->dh_dz + at, shape->activation, block.m,
                    shape->n_out);
    bp_reason_sources(layer->source, x,
                      relu_below ? layer[-1].dh_dz + block.row * shape->n_in : NULL, block.m,
                      shape->n_in);
    bp_reason_note(layer->why_w, layer->why_b, layer->dw, layer->db, layer->units, layer->source, x,
                   layer->dl_dz + at, block.m, shape->n_in, shape->n_out);
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
