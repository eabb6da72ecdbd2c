#include "backpropd/overflow.h"

#include "block.h"

bool bp_overflow_in(struct bp_overflow *overflow, enum bp_tensor tensor, size_t layer,
                    size_t sample, const double *v, size_t n, size_t n_columns)
{
    size_t i = 0;
    while (i < n && isfinite(v[i]))
        i++;
    if (i == n)
        return false;
    *overflow = (struct bp_overflow){tensor, layer, .n_index = 1, .index = {i}, .sample = sample};
    if (n_columns) {
        overflow->n_index = 2;
        overflow->index[0] = i / n_columns;
        overflow->index[1] = i % n_columns;
    }
    return true;
}

static double largest(const double *v, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fabs(v[i]) > most ? fabs(v[i]) : most;
    return most;
}

/* In the products of dL_dW of a sample: if one is not finite, that of the largest factors is not.
 * Only then are all of them searched. */
static bool found_in_products(struct bp_overflow *overflow, const struct bp_pass *pass,
                              const struct bp_task *task, size_t sample)
{
    for (size_t k = task->network.depth; k-- > 0;) {
        const size_t n_in = task->network.layers[k].n_in, n = task->network.layers[k].n_out;
        const double *source = bp_pass_source(pass, task, k, sample);
        const double *dl_dz = pass->layers[k].dl_dz + sample % pass->rows * n;
        if (largest(source, n_in) * largest(dl_dz, n) <= DBL_MAX)
            continue;
        for (size_t i = 0; i < n_in * n; i++) {
            const double product = source[i / n] * dl_dz[i % n];
            if (bp_overflow_in(overflow, BP_TENSOR_DL_DW, k, sample, &product, 1, 1)) {
                overflow->index[0] = i / n;
                overflow->index[1] = i % n;
                return true;
            }
        }
    }
    return false;
}

/* dL_dy_hat only counts where dL_dzL was calculated from it. */
static bool found_in_errors(struct bp_overflow *overflow, const struct bp_pass *pass,
                            const struct bp_task *task, struct bp_block block)
{
    const size_t last = task->network.depth - 1, s = block.first;
    for (size_t k = last + 1; k-- > 0;) {
        const size_t n = task->network.layers[k].n_out, at = block.row * n;
        const bool is_shown_alone = k == last && bp_sample_is_from_z(task, &task->samples[s]);
        if ((!is_shown_alone &&
             bp_overflow_in(overflow, BP_TENSOR_DL_DH, k, s, pass->layers[k].dl_dh + at, n, 0)) ||
            (k == last &&
             bp_overflow_in(overflow, BP_TENSOR_DL_DZ, k, s, pass->layers[k].dl_dz + at, n, 0)))
            return true;
    }
    return false;
}

static bool found_in_sample(struct bp_overflow *overflow, struct bp_pass *pass,
                            const struct bp_task *task, struct bp_block block, bool backward)
{
    const size_t s = block.first;
    if (!bp_block_forward(pass, task, block)) {
        for (size_t k = 0; k < task->network.depth; k++) {
            const size_t n = task->network.layers[k].n_out;
            if (bp_overflow_in(overflow, BP_TENSOR_Z, k, s, pass->layers[k].z + block.row * n, n,
                               0))
                return true;
        }
        *overflow = (struct bp_overflow){.tensor = BP_TENSOR_LOSS, .sample = s};
        return true;
    }
    if (!backward)
        return false;
    bool finite = bp_block_errors(pass, task, block);
    return (!finite && found_in_errors(overflow, pass, task, block)) ||
           found_in_products(overflow, pass, task, s) ||
           (!finite && bp_overflow_in(overflow, BP_TENSOR_DL_DX, 0, s,
                                      pass->dl_dx + block.row * task->network.layers[0].n_in,
                                      task->network.layers[0].n_in, 0));
}

/* False if one of the block's samples is to blame. */
static bool is_finite(struct bp_pass *pass, const struct bp_task *task, struct bp_block block,
                      bool backward)
{
    struct bp_overflow unused;
    if (!bp_block_forward(pass, task, block) || (backward && !bp_block_errors(pass, task, block)))
        return false;
    for (size_t s = block.first; backward && s < block.first + block.m; s++)
        if (found_in_products(&unused, pass, task, s))
            return false;
    return true;
}

/* Goes sample by sample only in the first block with a fault: one sample alone takes several times
 * its share of a block. */
static bool found_in_samples(struct bp_overflow *overflow, struct bp_pass *pass,
                             const struct bp_task *task, bool backward)
{
    size_t first = 0;
    while (first < task->n_samples &&
           is_finite(pass, task, bp_block_at(pass, task, first, BP_BLOCK), backward))
        first += BP_BLOCK;
    for (size_t s = first; s < task->n_samples; s++)
        if (found_in_sample(overflow, pass, task, bp_block_at(pass, task, s, 1), backward))
            return true;
    return false;
}

void bp_overflow_find(struct bp_overflow *overflow, struct bp_pass *pass,
                      const struct bp_task *task, bool backward)
{
    if (found_in_samples(overflow, pass, task, backward))
        return;
    for (size_t k = task->network.depth; backward && isfinite(pass->loss) && k-- > 0;) {
        const struct bp_layer *shape = &task->network.layers[k];
        if (bp_overflow_in(overflow, BP_TENSOR_GRADIENT_W, k, BP_WHOLE_BATCH, pass->layers[k].dw,
                           bp_layer_weights(shape), shape->n_out) ||
            bp_overflow_in(overflow, BP_TENSOR_GRADIENT_B, k, BP_WHOLE_BATCH, pass->layers[k].db,
                           bp_layer_biases(shape), 0))
            return;
    }
    *overflow = (struct bp_overflow){.tensor = BP_TENSOR_LOSS, .sample = BP_WHOLE_BATCH};
}
