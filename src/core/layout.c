#include "backpropd/layout.h"

#include <stdint.h>

#define ALIGNMENT 64

void *bp_layout_array(struct bp_layout *layout, size_t count, size_t size)
{
    size_t bytes, end;
    size_t start = layout->used;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, ALIGNMENT - 1, &bytes) ||
        __builtin_add_overflow(start, bytes / ALIGNMENT * ALIGNMENT, &end)) {
        layout->used = SIZE_MAX;
        return NULL;
    }
    layout->used = end;
    return layout->base ? layout->base + start : NULL;
}

static void layout_backward(struct bp_layer_pass *layer, struct bp_layout *layout,
                            const struct bp_layer *shape, size_t rows, unsigned parts)
{
    const size_t n_out = shape->n_out, n_w = bp_layer_weights(shape);
    const size_t n = bp_layer_parameters(shape);
    const bool has_db = shape->b && layout->base;
    layer->dh_dz = bp_layout_array(layout, rows * n_out, sizeof(double));
    layer->dl_dh = bp_layout_array(layout, rows * n_out, sizeof(double));
    layer->dl_dz = bp_layout_array(layout, rows * n_out, sizeof(double));
    layer->dw = bp_layout_array(layout, n, sizeof(double));
    layer->db = has_db ? layer->dw + n_w : NULL;
    if (!(parts & BP_PASS_REASONS))
        return;
    layer->why_w = bp_layout_array(layout, n, sizeof(uint8_t));
    layer->why_b = has_db ? layer->why_w + n_w : NULL;
    layer->units = bp_layout_array(layout, n_out, sizeof(struct bp_unit_sets));
    layer->source = bp_layout_array(layout, shape->n_in, sizeof(struct bp_source_sets));
}

void bp_layout_pass(struct bp_pass *pass, struct bp_layout *layout, const struct bp_task *task,
                    unsigned parts)
{
    const size_t depth = task->network.depth;
    const bool all = (parts & BP_PASS_ALL_SAMPLES) || task->n_samples < BP_BLOCK;
    *pass = (struct bp_pass){.rows = all ? task->n_samples : BP_BLOCK};
    pass->losses = bp_layout_array(layout, task->n_samples, sizeof(double));
    if ((parts & BP_PASS_BACKWARD) && (parts & BP_PASS_ALL_SAMPLES))
        pass->dl_dx =
            bp_layout_array(layout, pass->rows * task->network.layers[0].n_in, sizeof(double));
    pass->layers = bp_layout_array(layout, depth, sizeof *pass->layers);
    for (size_t k = 0; k < depth; k++) {
        const struct bp_layer *shape = &task->network.layers[k];
        struct bp_layer_pass layer = {0};
        layer.z = bp_layout_array(layout, pass->rows * shape->n_out, sizeof(double));
        layer.h = bp_layout_array(layout, pass->rows * shape->n_out, sizeof(double));
        layer.dead = bp_layout_array(layout, shape->n_out, sizeof(bool));
        if (parts & BP_PASS_BACKWARD)
            layout_backward(&layer, layout, shape, pass->rows, parts);
        if (layout->base)
            pass->layers[k] = layer;
    }
}
