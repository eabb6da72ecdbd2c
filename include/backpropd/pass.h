/*
 * Forward and backward passes over a batch, in blocks of BP_BLOCK samples.
 *
 * A folder's rule: core is pure numbers. No function here or below allocates, prints, reads a
 * clock or keeps state; outputs come first, then in/out, then inputs, then sizes.
 *
 * Memory is one block that the caller allocates: bp_pass_carve says how large it must be, and
 * then cuts it.
 */
#ifndef BACKPROPD_PASS_H
#define BACKPROPD_PASS_H

#include "backpropd/network.h"
#include "backpropd/reason.h"

/*
 * Cuts one block of memory into arrays. With base == NULL it only counts, so the same code
 * measures and cuts. Arrays are aligned to 64 bytes from the base; `used` saturates at SIZE_MAX.
 */
struct bp_carver {
    char *base;
    size_t used;
};

void *bp_carve(struct bp_carver *carver, size_t count, size_t size);

/* What one layer leaves behind. Rows are samples: sample s is row s % rows of its pass. */
struct bp_layer_pass {
    double *z;                     /* (rows, n_out), rounded where it feeds a gate */
    double *h;                     /* (rows, n_out), of the last layer: y_hat */
    double *dh_dz;                 /* (rows, n_out) */
    double *dl_dh;                 /* (rows, n_out), of the last layer: dL_dy_hat */
    double *dl_dz;                 /* (rows, n_out) */
    double *dw;                    /* (n_in, n_out), the mean over the samples */
    double *db;                    /* (n_out), the mean over the samples */
    uint8_t *why_w;                /* (n_in, n_out) of enum bp_reason */
    uint8_t *why_b;                /* (n_out) of enum bp_reason */
    bool *dead;                    /* (n_out), of relu: dead on every sample; else all false */
    struct bp_unit_sets *units;    /* scratch, (n_out) */
    struct bp_source_sets *source; /* scratch, (n_in) */
};

struct bp_pass {
    size_t rows;    /* samples whose rows are there at once: all of them, or one block */
    double loss;    /* the mean, only when every sample has a target */
    double *losses; /* (n_samples), of the samples that have a target */
    size_t counts[BP_REASON_COUNT + 1];
    struct bp_layer_pass *layers; /* (depth) */
};

enum bp_pass_parts {
    BP_PASS_FORWARD = 0,
    BP_PASS_BACKWARD = 1,    /* gradients */
    BP_PASS_REASONS = 2,     /* why_w, why_b and counts; goes with BACKWARD */
    BP_PASS_ALL_SAMPLES = 4, /* the rows of all samples stay, not just a block's */
};

/* Cuts a pass's arrays out of the carver. Out: pass. In: parts, a sum of bp_pass_parts. Cannot
 * fail. */
void bp_pass_carve(struct bp_pass *pass, struct bp_carver *carver, const struct bp_task *task,
                   unsigned parts);

/* Tensors that can overflow, and how a reply calls them for layer k (from 1; the last layer's h is
 * y_hat). */
enum bp_tensor {
    BP_TENSOR_Z,
    BP_TENSOR_LOSS,
    BP_TENSOR_DL_DH,
    BP_TENSOR_DL_DW,
    BP_TENSOR_GRADIENT_W, /* the batch's sum */
    BP_TENSOR_GRADIENT_B,
    BP_TENSOR_W, /* after an update */
    BP_TENSOR_B,
};

#define BP_WHOLE_BATCH ((size_t)-1)

/* Where the first number that is not finite stands, all counted from 0. */
struct bp_overflow {
    enum bp_tensor tensor;
    size_t layer;
    size_t n_index; /* 0 for a scalar */
    size_t index[2];
    size_t sample; /* or BP_WHOLE_BATCH */
    size_t step;   /* of bp_descend, else 0 */
};

/*
 * Forward pass over the batch: z, h, dead and, where there are targets, losses and loss.
 *
 * In/out: pass, carved for this task. Out on failure: overflow, the first sample's first tensor;
 * the pass's numbers are then unspecified. Fails (false) if a result is not finite.
 */
bool bp_forward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task);

/*
 * Forward and backward pass: the above, and gradients of the mean loss (and reasons, if
 * carved for). Every sample needs its target.
 *
 * Method: reverse accumulation in the seven steps of the textbook. The rounding of a
 * pre-activation counts as the identity. In/out, Out and failure as bp_forward.
 */
bool bp_backward(struct bp_pass *pass, struct bp_overflow *overflow, const struct bp_task *task);

/* The values that feed layer k of sample s: its x, or row s of the layer below. Cannot fail. */
static inline const double *bp_pass_source(const struct bp_pass *pass, const struct bp_task *task,
                                           size_t k, size_t s)
{
    return k == 0 ? task->samples[s].x
                  : pass->layers[k - 1].h + (s % pass->rows) * task->network.layers[k].n_in;
}

/* c' of the loss for n outputs: a sample's loss is c' * sum((y_hat - y)^2). Cannot fail. */
double bp_loss_factor(enum bp_loss loss, size_t n);

#endif
