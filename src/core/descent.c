#include "backpropd/descent.h"

#include <string.h>

/* `after` starts as a copy of the posted network, and is what the steps change. */
static void layout_network(struct bp_network *copy, struct bp_layout *layout,
                           const struct bp_network *network)
{
    copy->depth = network->depth;
    copy->layers = bp_layout_array(layout, network->depth, sizeof *copy->layers);
    for (size_t k = 0; k < network->depth; k++) {
        struct bp_layer layer = network->layers[k];
        layer.w = bp_layout_array(layout, bp_layer_weights(&layer), sizeof(double));
        if (layer.b)
            layer.b = bp_layout_array(layout, layer.n_out, sizeof(double));
        if (layout->base)
            copy->layers[k] = layer;
    }
}

void bp_descent_layout(struct bp_descent *descent, struct bp_layout *layout,
                       const struct bp_task *task, unsigned parts)
{
    descent->losses = bp_layout_array(layout, descent->steps + 1, sizeof(double));
    layout_network(&descent->after, layout, &task->network);
    bp_layout_pass(&descent->first, layout, task, BP_PASS_BACKWARD | BP_PASS_REASONS | parts);
    bp_layout_pass(&descent->last, layout, task, BP_PASS_BACKWARD);
}

static void copy_parameters(struct bp_network *to, const struct bp_network *from)
{
    for (size_t k = 0; k < from->depth; k++) {
        const struct bp_layer *source = &from->layers[k];
        memcpy(to->layers[k].w, source->w, bp_layer_weights(source) * sizeof(double));
        if (source->b)
            memcpy(to->layers[k].b, source->b, source->n_out * sizeof(double));
    }
}

static void update(double *w, const double *dw, double learning_rate, size_t n)
{
    for (size_t i = 0; i < n; i++)
        w[i] -= learning_rate * dw[i];
}

static void update_network(struct bp_descent *descent, const struct bp_pass *pass)
{
    for (size_t k = 0; k < descent->after.depth; k++) {
        const struct bp_layer *layer = &descent->after.layers[k];
        const struct bp_frozen frozen =
            descent->frozen ? descent->frozen[k] : (struct bp_frozen){0};
        if (!frozen.w)
            update(layer->w, pass->layers[k].dw, descent->learning_rate, bp_layer_weights(layer));
        if (!frozen.b)
            update(layer->b, pass->layers[k].db, descent->learning_rate, bp_layer_biases(layer));
    }
}

/* A weight that is not finite is noticed by the pass after the update, whose pre-activations cannot
 * be finite then; so this check runs only after something has failed. */
static bool found_in_parameters(struct bp_overflow *overflow, const struct bp_network *network)
{
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        if (bp_overflow_in(overflow, BP_TENSOR_W, k, BP_WHOLE_BATCH, layer->w,
                           bp_layer_weights(layer), layer->n_out) ||
            bp_overflow_in(overflow, BP_TENSOR_B, k, BP_WHOLE_BATCH, layer->b,
                           bp_layer_biases(layer), 0))
            return true;
    }
    return false;
}

static size_t differences(const double *a, const double *b, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += a[i] != b[i];
    return count;
}

static size_t count_changed(const struct bp_network *after, const struct bp_network *before)
{
    size_t changed = 0;
    for (size_t k = 0; k < before->depth; k++) {
        const struct bp_layer *a = &after->layers[k], *b = &before->layers[k];
        changed += differences(a->w, b->w, bp_layer_weights(a));
        changed += differences(a->b, b->b, bp_layer_biases(a));
    }
    return changed;
}

bool bp_descend(struct bp_descent *descent, struct bp_overflow *overflow,
                const struct bp_task *task)
{
    struct bp_task moved = *task;
    moved.network = descent->after;
    copy_parameters(&descent->after, &task->network);

    if (!bp_backward(&descent->first, overflow, task))
        return false;
    descent->losses[0] = descent->first.loss;
    for (size_t step = 0; step < descent->steps; step++) {
        const bool is_last = step + 1 == descent->steps;
        update_network(descent, step == 0 ? &descent->first : &descent->last);
        if (!(is_last ? bp_forward : bp_backward)(&descent->last, overflow, &moved)) {
            if (bp_is_cancelled(task))
                return false;
            bool in_update = found_in_parameters(overflow, &descent->after);
            overflow->step = in_update ? step : step + 1;
            return false;
        }
        descent->losses[step + 1] = descent->last.loss;
    }
    descent->changed = count_changed(&descent->after, &task->network);
    return true;
}
