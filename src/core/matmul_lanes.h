/*
 * The kernels of matmul.c for vectors of LANES doubles; included once for each width, with TARGET
 * the attribute that allows it. Each element of an output is one lane or one scalar that goes up in
 * k, so all widths give the same bits.
 *
 * A tile is a few rows by a few vectors of the output, held in registers while k runs: each number
 * of `b` that is loaded serves all rows, each of `a` all vectors.
 */

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define NAME(name) PASTE(name##_, LANES)
#define INLINE TARGET static inline __attribute__((always_inline))

typedef double NAME(lanes) __attribute__((vector_size(8 * LANES), aligned(8), may_alias));

/* Where a's factor for row r and term k stands: along a row (a[r][k]), or down a column (a[k][r]).
 */
#define ALONG(a, r, k) (a)[r][k]
#define DOWN(a, r, k) (a)[k][r]

/* Unrolled whole, so that the sums live in registers. */
#define EACH(v, VECTORS) _Pragma("GCC unroll 8") for (size_t v = 0; v < (VECTORS); v++)

/* c (rows, vectors * LANES) += a (rows, n_k) b (n_k, vectors * LANES) */
#define DEFINE_TILE(tile, ROWS, VECTORS, FACTOR)                                                   \
    INLINE void NAME(tile)(double *c, size_t c_stride, const double *const *a, size_t a_first,     \
                           const double *b, size_t b_stride, size_t n_k)                           \
    {                                                                                              \
        NAME(lanes) sum[ROWS][VECTORS];                                                            \
        EACH(r, ROWS)                                                                              \
        EACH(v, VECTORS)                                                                           \
        sum[r][v] = *(const NAME(lanes) *)(c + r * c_stride + v * LANES);                          \
        for (size_t k = 0; k < n_k; k++)                                                           \
            EACH(r, ROWS)                                                                          \
        EACH(v, VECTORS)                                                                           \
        sum[r][v] +=                                                                               \
            FACTOR(a, a_first + r, k) * *(const NAME(lanes) *)(b + k * b_stride + v * LANES);      \
        EACH(r, ROWS)                                                                              \
        EACH(v, VECTORS)                                                                           \
        *(NAME(lanes) *)(c + r * c_stride + v * LANES) = sum[r][v];                                \
    }

/* The same for one column, which no vector fits. */
#define DEFINE_COLUMN(column, ROWS, FACTOR)                                                        \
    INLINE void NAME(column)(double *c, size_t c_stride, const double *const *a, size_t a_first,   \
                             const double *b, size_t b_stride, size_t n_k)                         \
    {                                                                                              \
        double sum[ROWS];                                                                          \
        EACH(r, ROWS)                                                                              \
        sum[r] = c[r * c_stride];                                                                  \
        for (size_t k = 0; k < n_k; k++)                                                           \
            EACH(r, ROWS)                                                                          \
        sum[r] += FACTOR(a, a_first + r, k) * b[k * b_stride];                                     \
        EACH(r, ROWS)                                                                              \
        c[r * c_stride] = sum[r];                                                                  \
    }

/* c (m, n) += the product, tile by tile */
#define DEFINE_PRODUCT(product, FACTOR)                                                            \
    DEFINE_TILE(product##_4x2, 4, 2, FACTOR)                                                       \
    DEFINE_TILE(product##_4x1, 4, 1, FACTOR)                                                       \
    DEFINE_TILE(product##_1x2, 1, 2, FACTOR)                                                       \
    DEFINE_TILE(product##_1x1, 1, 1, FACTOR)                                                       \
    DEFINE_COLUMN(product##_4, 4, FACTOR)                                                          \
    DEFINE_COLUMN(product##_1, 1, FACTOR)                                                          \
    TARGET static void NAME(product)(double *c, size_t c_stride, const double *const *a,           \
                                     const double *b, size_t b_stride, size_t m, size_t n,         \
                                     size_t n_k)                                                   \
    {                                                                                              \
        size_t r = 0;                                                                              \
        for (; r + 4 <= m; r += 4) {                                                               \
            double *row = c + r * c_stride;                                                        \
            size_t j = 0;                                                                          \
            for (; j + 2 * LANES <= n; j += 2 * LANES)                                             \
                NAME(product##_4x2)(row + j, c_stride, a, r, b + j, b_stride, n_k);                \
            for (; j + LANES <= n; j += LANES)                                                     \
                NAME(product##_4x1)(row + j, c_stride, a, r, b + j, b_stride, n_k);                \
            for (; j < n; j++)                                                                     \
                NAME(product##_4)(row + j, c_stride, a, r, b + j, b_stride, n_k);                  \
        }                                                                                          \
        for (; r < m; r++) {                                                                       \
            double *row = c + r * c_stride;                                                        \
            size_t j = 0;                                                                          \
            for (; j + 2 * LANES <= n; j += 2 * LANES)                                             \
                NAME(product##_1x2)(row + j, c_stride, a, r, b + j, b_stride, n_k);                \
            for (; j + LANES <= n; j += LANES)                                                     \
                NAME(product##_1x1)(row + j, c_stride, a, r, b + j, b_stride, n_k);                \
            for (; j < n; j++)                                                                     \
                NAME(product##_1)(row + j, c_stride, a, r, b + j, b_stride, n_k);                  \
        }                                                                                          \
    }

DEFINE_PRODUCT(along, ALONG)
DEFINE_PRODUCT(down, DOWN)

#undef DEFINE_PRODUCT
#undef DEFINE_COLUMN
#undef DEFINE_TILE
#undef EACH
#undef DOWN
#undef ALONG
#undef INLINE
#undef NAME
#undef PASTE
#undef PASTE_
#undef LANES
#undef TARGET
