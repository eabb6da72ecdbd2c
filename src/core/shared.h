/*
 * The three products of matmul.h, their rows shared out to a team. Each row is summed by one thread
 * in the written order, so no bit depends on who does how much. A team may be NULL, and small
 * products are not worth the sharing.
 */
#ifndef BACKPROPD_CORE_SHARED_H
#define BACKPROPD_CORE_SHARED_H

#include "backpropd/matmul.h"
#include "backpropd/team.h"

/* Multiply-adds from which a product is shared: a tenth of a millisecond's or two. A thread that
 * has to be woken takes half of that to come. */
#define BP_SHARE_FROM 500000

void bp_shared_affine(const struct bp_team *team, double *z, const double *const *x,
                      const double *w, const double *b, size_t m, size_t n_in, size_t n_out);

void bp_shared_affine_back(const struct bp_team *team, double *dl_dh, const double *w,
                           const double *dl_dz, size_t m, size_t n_in, size_t n_out);

void bp_shared_outer_add(const struct bp_team *team, double *dw, double *db, const double *const *x,
                         const double *dl_dz, size_t m, size_t n_in, size_t n_out);

#endif
