#include "backpropd/matmul.h"

#include <string.h>

void bp_affine(double *z, const double *const *x, const double *w, const double *b, size_t m,
               size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < m; s++) {
        double *row = z + s * n_out;
        memcpy(row, b, n_out * sizeof *row);
        for (size_t i = 0; i < n_in; i++)
            for (size_t j = 0; j < n_out; j++)
                row[j] += x[s][i] * w[i * n_out + j];
    }
}

void bp_affine_back(double *dl_dh, const double *w, const double *dl_dz, size_t m, size_t n_in,
                    size_t n_out)
{
    for (size_t s = 0; s < m; s++)
        for (size_t i = 0; i < n_in; i++) {
            double sum = 0;
            for (size_t j = 0; j < n_out; j++)
                sum += w[i * n_out + j] * dl_dz[s * n_out + j];
            dl_dh[s * n_in + i] = sum;
        }
}

void bp_outer_add(double *dw, double *db, const double *const *x, const double *dl_dz, size_t m,
                  size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < m; s++) {
        const double *dz = dl_dz + s * n_out;
        for (size_t i = 0; i < n_in; i++)
            for (size_t j = 0; j < n_out; j++)
                dw[i * n_out + j] += x[s][i] * dz[j];
        for (size_t j = 0; j < n_out; j++)
            db[j] += dz[j];
    }
}
