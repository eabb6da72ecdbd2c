/*
 * The kernels of matmul.c for vectors of LANES doubles; included once for each width, with TARGET
 * the attribute that allows it. Each element of an output is one lane or one scalar that goes up in
 * k, so all widths give the same bits.
 *
 * A tile is a few rows by a few vectors of the output, held in registers while k runs: each number
 * of `b` that is loaded serves all rows, each of `a` all vectors. The numbers of rows and vectors
 * and the way along a are constants wherever a tile is called, so each call becomes code of its
 * own, without a loop or a branch around its sums.
 */

#define NAME_(name, lanes) name##_##lanes
#define NAME_OF(name, lanes) NAME_(name, lanes)
#define NAME(name) NAME_OF(name, LANES)
#define INLINE TARGET static inline __attribute__((always_inline))

/* Vectors of a tile of one row: as many sums as a tile of four rows has, and b in longer runs. */
#define WIDE 8

/* Unrolled whole, so that the sums live in registers. */
#define EACH(v, n) _Pragma("GCC unroll 8") for (size_t v = 0; v < (n); v++)

typedef double NAME(vector) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

/* a's factor for row r and term k: along a row of a (a[r][k]), or down a column (a[k][r]). */
INLINE double NAME(factor)(const double *const *a, bool along, size_t r, size_t k)
{
    return along ? a[r][k] : a[k][r];
}

/* c (rows, vectors * LANES) += a (rows, n_k) b (n_k, vectors * LANES); rows from a's row `first` */
INLINE void NAME(tile)(double *c, size_t c_stride, const double *const *a, bool along, size_t first,
                       const double *b, size_t b_stride, size_t n_k, size_t rows, size_t vectors)
{
    NAME(vector) sum[4][WIDE];
    EACH(r, rows)
        EACH(v, vectors)
            sum[r][v] = *(const NAME(vector) *)(c + r * c_stride + v * LANES);
    for (size_t k = 0; k < n_k; k++)
        EACH(r, rows)
            EACH(v, vectors)
                sum[r][v] += NAME(factor)(a, along, first + r, k) *
                             *(const NAME(vector) *)(b + k * b_stride + v * LANES);
    EACH(r, rows)
        EACH(v, vectors)
            *(NAME(vector) *)(c + r * c_stride + v * LANES) = sum[r][v];
}

/* The same for one column, which no vector fits. */
INLINE void NAME(column)(double *c, size_t c_stride, const double *const *a, bool along,
                         size_t first, const double *b, size_t b_stride, size_t n_k, size_t rows)
{
    double sum[4];
    EACH(r, rows)
        sum[r] = c[r * c_stride];
    for (size_t k = 0; k < n_k; k++)
        EACH(r, rows)
            sum[r] += NAME(factor)(a, along, first + r, k) * b[k * b_stride];
    EACH(r, rows)
        c[r * c_stride] = sum[r];
}

/* A few rows of c, from row `first`, tile by tile. */
INLINE void NAME(strip)(double *c, size_t c_stride, const double *const *a, bool along,
                        size_t first, const double *b, size_t b_stride, size_t n, size_t n_k,
                        size_t rows)
{
    double *row = c + first * c_stride;
    size_t j = 0;
    for (; rows == 1 && j + WIDE * LANES <= n; j += WIDE * LANES)
        NAME(tile)(row + j, c_stride, a, along, first, b + j, b_stride, n_k, rows, WIDE);
    for (; j + 2 * LANES <= n; j += 2 * LANES)
        NAME(tile)(row + j, c_stride, a, along, first, b + j, b_stride, n_k, rows, 2);
    for (; j + LANES <= n; j += LANES)
        NAME(tile)(row + j, c_stride, a, along, first, b + j, b_stride, n_k, rows, 1);
    for (; j < n; j++)
        NAME(column)(row + j, c_stride, a, along, first, b + j, b_stride, n_k, rows);
}

INLINE void NAME(product)(double *c, size_t c_stride, const double *const *a, bool along,
                          const double *b, size_t b_stride, size_t m, size_t n, size_t n_k)
{
    size_t r = 0;
    for (; r + 4 <= m; r += 4)
        NAME(strip)(c, c_stride, a, along, r, b, b_stride, n, n_k, 4);
    for (; r < m; r++)
        NAME(strip)(c, c_stride, a, along, r, b, b_stride, n, n_k, 1);
}

/* c (m, n) += a b, with a (m, n_k) by rows */
TARGET static void NAME(along)(double *c, size_t c_stride, const double *const *a, const double *b,
                               size_t b_stride, size_t m, size_t n, size_t n_k)
{
    NAME(product)(c, c_stride, a, true, b, b_stride, m, n, n_k);
}

/* c (m, n) += aT b, with a (n_k, m) by rows */
TARGET static void NAME(down)(double *c, size_t c_stride, const double *const *a, const double *b,
                              size_t b_stride, size_t m, size_t n, size_t n_k)
{
    NAME(product)(c, c_stride, a, false, b, b_stride, m, n, n_k);
}

#undef EACH
#undef WIDE
#undef INLINE
#undef NAME
#undef NAME_OF
#undef NAME_
#undef LANES
#undef TARGET
