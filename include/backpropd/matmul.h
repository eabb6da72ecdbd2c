/*
 * The three products of backpropagation, for a block of samples.
 *
 * The written order of summation, which fixes every bit of every reply: a sum starts from the bias
 * (or from what the output holds already, or from 0) and goes up in the index of what is summed;
 * each product is rounded before it is added (no fused multiply-add). How the work is cut into
 * blocks or vectors never changes the order in which one element is summed, so a sample gets the
 * same bits alone and in any batch.
 *
 * Samples are reached through row pointers: x[s] is sample s's row of n_in inputs.
 */
#ifndef BACKPROPD_MATMUL_H
#define BACKPROPD_MATMUL_H

#include <stddef.h>

/*
 * z = x W + b: z[s][j] = ((b[j] + x[s][0] w[0][j]) + x[s][1] w[1][j]) + ...
 *
 * Out: z, (m, n_out).
 * In: x, m rows of (n_in);
 *     w, (n_in, n_out);
 *     b, (n_out), or NULL: sums start from 0.
 * Cannot fail.
 */
void bp_affine(double *z, const double *const *x, const double *w, const double *b, size_t m,
               size_t n_in, size_t n_out);

/*
 * dL_dh = W dL_dz: dl_dh[s][i] = ((0 + w[i][0] dl_dz[s][0]) + w[i][1] dl_dz[s][1]) + ...
 *
 * Out: dl_dh, (m, n_in).
 * In: w, (n_in, n_out);
 *     dl_dz, (m, n_out).
 * Cannot fail.
 */
void bp_affine_back(double *dl_dh, const double *w, const double *dl_dz, size_t m, size_t n_in,
                    size_t n_out);

/*
 * The outer products added up, sample after sample: dw[i][j] += x[s][i] dl_dz[s][j] for s = 0,
 * 1, ..., m - 1, and db[j] += dl_dz[s][j] likewise.
 *
 * In/out: dw, (n_in, n_out);
 *         db, (n_out), or NULL without biases.
 * In: x, m rows of (n_in);
 *     dl_dz, (m, n_out).
 * Cannot fail.
 */
void bp_outer_add(double *dw, double *db, const double *const *x, const double *dl_dz, size_t m,
                  size_t n_in, size_t n_out);

#endif
