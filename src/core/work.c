#include "backpropd/work.h"

#include "backpropd/reason.h"

/*
 * Fitted to the times of 770 networks of random shapes, with 1 to 16 layers and 1 to 4096 units. No
 * estimate is off by a factor of 1.8 or more. `make bench ONLY=work` checks others.
 */
enum {
    /* a tile of matmul_lanes.h: for each term four rows by two vectors, one row of them, or the
     * columns beside them, one vector or one number wide */
    FULL_TILE = 64,
    ROW_TILE = 30,
    PART_TILE = 22,
    TILE = 8, /* once for each tile */
    /* the way back: a number turned, a sum written to its place, four terms of one sample */
    TURNED = 12,
    WRITTEN = 16,
    ROW_TERMS = 22,
    /* once for a pass, a layer of it, a block of samples in a layer, a sample in a layer */
    PASS = 300,
    PASS_LAYER = 300,
    BLOCK_LAYER = 150,
    SAMPLE_LAYER = 60,
    /* a value and its derivatives, of a layer whose block no level 2 cache holds */
    FAR = 70,
    SAMPLE = 120,
    PARAMETER = 33, /* its gradient cleared, checked, divided, and taken from it */
    /* reasons: once for a layer, for each parameter in a block, each bit of a set */
    REASON_LAYER = 1000,
    REASON_PARAMETER = 42,
    REASON_BIT = 17,
};

#define LANES 8 /* those of the figures above */
#define PANEL 32
#define STRIP 64
#define NEAR 65536 /* values of a layer in a block: five arrays of them */

/* A unit's value and derivative for one sample. What an activation's derivatives are a matrix of
 * costs `pair` for each entry besides. */
struct cost {
    double value, slope, pair;
};
static const struct cost RELU_COST = {66, 60, 0};
static const struct cost LEAKY_RELU_COST = {52, 42, 0};
static const struct cost SIGMOID_COST = {160, 140, 0};
static const struct cost TANH_COST = {280, 140, 0};
static const struct cost IDENTITY_COST = {13, 42, 0};
static const struct cost SOFTMAX_COST = {260, 100, 11};

#define AS_COST(name, wire) &name##_COST,
static const struct cost *const ACTIVATIONS[] = {BP_ACTIVATIONS(AS_COST)};

/* An output's share of the loss and of its derivative for one sample, and what each entry of
 * softmax's matrix costs besides. */
static const struct cost SQUARES_LOSS_COST = {15, 0, 23};
static const struct cost SOFTMAX_LOSS_COST = {200, 100, 7}; /* 14 where every target is above 0 */
static const struct cost SIGMOID_LOSS_COST = {400, 550, 0};

#define AS_LOSS_COST(name, wire, kind, c) &kind##_LOSS_COST,
static const struct cost *const LOSSES[] = {BP_LOSSES(AS_LOSS_COST)};

/* (rows, columns) sums of n terms each. */
static double product_work(size_t rows, size_t columns, size_t n)
{
    const size_t wide_tiles = columns / (2 * LANES), row_tiles_of_4 = rows / 4;
    const size_t narrow_tiles = columns % (2 * LANES) / LANES + columns % LANES;
    const double wide = (double)wide_tiles, narrow = (double)narrow_tiles;
    const double fours = (double)row_tiles_of_4, ones = (double)(rows % 4);
    const double full = fours * wide, long_rows = ones * wide, parts = (fours + ones) * narrow;
    return (double)n * (FULL_TILE * full + ROW_TILE * long_rows + PART_TILE * parts) +
           TILE * (full + long_rows + parts);
}

static double affine_back_work(size_t m, size_t n_in, size_t n_out)
{
    const double samples = (double)m, inputs = (double)n_in, outputs = (double)n_out;
    const size_t row_tiles = n_in / 4 + n_in % 4;
    if (m < 4)
        return ROW_TERMS * samples * (double)row_tiles * outputs;
    const size_t strips = n_out > PANEL ? n_in / STRIP + 1 : 1;
    const double turns = (double)strips;
    return samples * (TURNED * turns * outputs + WRITTEN * inputs) + product_work(n_in, m, n_out);
}

typedef double block_work(const struct bp_task *task, size_t m);

static double forward_block(const struct bp_task *task, size_t m)
{
    const struct bp_network *network = &task->network;
    const double samples = (double)m, outputs = (double)bp_network_last(network)->n_out;
    double work = samples * (SAMPLE + LOSSES[task->rules.loss]->value * outputs);
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        work += BLOCK_LAYER + SAMPLE_LAYER * samples;
        work += product_work(m, layer->n_out, layer->n_in);
        work += ACTIVATIONS[layer->activation]->value * samples * (double)layer->n_out;
    }
    return work;
}

static double backward_block(const struct bp_task *task, size_t m)
{
    const struct bp_network *network = &task->network;
    const struct bp_layer *last = bp_network_last(network);
    const double samples = (double)m, outputs = (double)last->n_out;
    double work = LOSSES[task->rules.loss]->slope * samples * outputs;
    if (last->activation == BP_ACTIVATION_SOFTMAX)
        work += LOSSES[task->rules.loss]->pair * samples * outputs * outputs;
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        const double n_out = (double)layer->n_out;
        work += BLOCK_LAYER + SAMPLE_LAYER * samples;
        work += product_work(layer->n_in, layer->n_out, m);
        work += k ? affine_back_work(m, layer->n_in, layer->n_out) : 0;
        work += ACTIVATIONS[layer->activation]->slope * samples * n_out;
        work += samples * n_out > NEAR ? FAR * samples * n_out : 0;
        work += ACTIVATIONS[layer->activation]->pair * samples * n_out * n_out;
    }
    return work;
}

static double reasons_block(const struct bp_task *task, size_t m)
{
    const struct bp_network *network = &task->network;
    double work = 0;
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        const double bits = (double)layer->n_in + 2 * (double)layer->n_out;
        work += REASON_PARAMETER * (double)bp_layer_parameters(layer);
        work += REASON_BIT * (double)m * bits;
    }
    return work;
}

static double all_blocks(const struct bp_task *task, block_work *of_block)
{
    const size_t whole = task->n_samples / BP_BLOCK, rest = task->n_samples % BP_BLOCK;
    return (double)whole * of_block(task, BP_BLOCK) + (rest ? of_block(task, rest) : 0);
}

double bp_work_forward(const struct bp_task *task)
{
    return PASS + PASS_LAYER * (double)task->network.depth + all_blocks(task, forward_block);
}

double bp_work_backward(const struct bp_task *task)
{
    return bp_work_forward(task) + PASS_LAYER * (double)task->network.depth +
           PARAMETER * (double)bp_network_parameters(&task->network) +
           all_blocks(task, backward_block);
}

double bp_work_reasons(const struct bp_task *task)
{
    return REASON_LAYER * (double)task->network.depth + all_blocks(task, reasons_block);
}

double bp_work_descent(const struct bp_task *task, size_t steps)
{
    return bp_work_backward(task) * (double)steps + bp_work_reasons(task) + bp_work_forward(task);
}
