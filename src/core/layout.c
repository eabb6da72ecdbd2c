#include <stdint.h>

#include "backpropd/pass.h"

#define ALIGNMENT 64

void *bp_carve(struct bp_carver *carver, size_t count, size_t size)
{
    size_t bytes, end;
    size_t start = carver->used;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, ALIGNMENT - 1, &bytes) ||
        __builtin_add_overflow(start, bytes / ALIGNMENT * ALIGNMENT, &end)) {
        carver->used = SIZE_MAX;
        return NULL;
    }
    carver->used = end;
    return carver->base ? carver->base + start : NULL;
}

static void carve_backward(struct bp_layer_pass *layer, struct bp_carver *carver,
                           const struct bp_layer *shape, size_t rows, unsigned parts)
{
    const size_t n_in = shape->n_in, n_out = shape->n_out;
    layer->dh_dz = bp_carve(carver, rows * n_out, sizeof(double));
    layer->dl_dh = bp_carve(carver, rows * n_out, sizeof(double));
    layer->dl_dz = bp_carve(carver, rows * n_out, sizeof(double));
    layer->dw = bp_carve(carver, n_in * n_out, sizeof(double));
    layer->db = bp_carve(carver, n_out, sizeof(double));
    if (!(parts & BP_PASS_REASONS))
        return;
    layer->why_w = bp_carve(carver, n_in * n_out, sizeof(uint8_t));
    layer->why_b = bp_carve(carver, n_out, sizeof(uint8_t));
    layer->units = bp_carve(carver, n_out, sizeof(struct bp_unit_sets));
    layer->source = bp_carve(carver, n_in, sizeof(struct bp_source_sets));
}

void bp_pass_carve(struct bp_pass *pass, struct bp_carver *carver, const struct bp_task *task,
                   unsigned parts)
{
    const size_t depth = task->network.depth;
    const bool all = (parts & BP_PASS_ALL_SAMPLES) || task->n_samples < BP_BLOCK;
    *pass = (struct bp_pass){.rows = all ? task->n_samples : BP_BLOCK};
    pass->losses = bp_carve(carver, task->n_samples, sizeof(double));
    pass->layers = bp_carve(carver, depth, sizeof *pass->layers);
    for (size_t k = 0; k < depth; k++) {
        const struct bp_layer *shape = &task->network.layers[k];
        struct bp_layer_pass layer = {0};
        layer.z = bp_carve(carver, pass->rows * shape->n_out, sizeof(double));
        layer.h = bp_carve(carver, pass->rows * shape->n_out, sizeof(double));
        layer.dead = bp_carve(carver, shape->n_out, sizeof(bool));
        if (parts & BP_PASS_BACKWARD)
            carve_backward(&layer, carver, shape, pass->rows, parts);
        if (carver->base)
            pass->layers[k] = layer;
    }
}
