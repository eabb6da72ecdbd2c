/* The results of a pass, and how their arrays are laid out in one block of memory. */
#ifndef BACKPROPD_LAYOUT_H
#define BACKPROPD_LAYOUT_H

#include "backpropd/network.h"
#include "backpropd/reason.h"

/*
 * Cuts one block of memory into arrays. With base == NULL it only counts, so the same code
 * measures and cuts. Arrays are aligned to 64 bytes from the base; `used` saturates at SIZE_MAX.
 */
struct bp_layout {
    char *base;
    size_t used;
};

/* The next array, of `count` elements of `size` bytes; NULL while the layout only counts. */
void *bp_layout_array(struct bp_layout *layout, size_t count, size_t size);

/* The results of one layer. Rows are samples: sample s is row s % rows of its pass. */
struct bp_layer_pass {
    double *z;                     /* (rows, n_out), rounded where it feeds a gate */
    double *h;                     /* (rows, n_out), of the last layer: y_hat */
    double *dh_dz;                 /* (rows, n_out), of softmax: 1 - h, see bp_derive */
    double *dl_dh;                 /* (rows, n_out), of the last layer: dL_dy_hat */
    double *dl_dz;                 /* (rows, n_out) */
    double *dw;                    /* (n_in, n_out), the mean or sum over the samples */
    double *db;                    /* (n_out), likewise, behind dw; NULL without biases */
    uint8_t *why_w;                /* (n_in, n_out) of enum bp_reason */
    uint8_t *why_b;                /* (n_out), likewise, behind why_w; NULL without biases */
    bool *dead;                    /* (n_out), of relu: dead on every sample; else all false */
    struct bp_unit_sets *units;    /* scratch, (n_out) */
    struct bp_source_sets *source; /* scratch, (n_in) */
};

struct bp_pass {
    size_t rows;    /* samples whose rows are there at once: all of them, or one block */
    double loss;    /* the mean or sum, only when every sample has a target */
    double *losses; /* (n_samples), of the samples that have a target */
    size_t counts[BP_REASON_COUNT + 1];
    double *dl_dx;                /* (rows, n_in of layer 0), NULL if it was not asked for */
    struct bp_layer_pass *layers; /* (depth) */
};

enum bp_pass_parts {
    BP_PASS_FORWARD = 0,
    BP_PASS_BACKWARD = 1,    /* gradients */
    BP_PASS_REASONS = 2,     /* why_w, why_b and counts; goes with BACKWARD */
    BP_PASS_ALL_SAMPLES = 4, /* the rows of all samples, not of a block; dl_dx if BACKWARD */
};

/* Lays out a pass's arrays. Out: pass. In: parts, a sum of bp_pass_parts. Cannot fail. */
void bp_layout_pass(struct bp_pass *pass, struct bp_layout *layout, const struct bp_task *task,
                    unsigned parts);

/* The values that feed layer k of sample s: its x, or row s of the layer below. Cannot fail. */
static inline const double *bp_pass_source(const struct bp_pass *pass, const struct bp_task *task,
                                           size_t k, size_t s)
{
    return k == 0 ? task->samples[s].x
                  : pass->layers[k - 1].h + (s % pass->rows) * task->network.layers[k].n_in;
}

#endif
