/* Every width of vectors gives the bits of the plain loops, whatever this machine would pick. */
#include <stdbool.h>
#include <stddef.h>

#define LANES 2
#define TARGET
#include "core/matmul_lanes.h"
#if defined(__x86_64__)
#define LANES 4
#define TARGET __attribute__((target("avx2")))
#include "core/matmul_lanes.h"
#define LANES 8
#define TARGET __attribute__((target("avx512f")))
#include "core/matmul_lanes.h"
#endif

#include "random.h"
#include "suite.h"

#define MOST 37

typedef void product(double *c, size_t c_stride, const double *const *a, const double *b,
                     size_t b_stride, size_t m, size_t n, size_t n_k);

/* The written order of summation: each element alone, up in k. */
static void plain(double *c, const double *const *a, const double *b, size_t m, size_t n,
                  size_t n_k, bool along)
{
    for (size_t r = 0; r < m; r++)
        for (size_t j = 0; j < n; j++)
            for (size_t k = 0; k < n_k; k++)
                c[r * n + j] += (along ? a[r][k] : a[k][r]) * b[k * n + j];
}

static void require_same(product *tested, bool along, uint64_t *seed, size_t m, size_t n,
                         size_t n_k)
{
    static double numbers[MOST][MOST], b[MOST * MOST], c[MOST * MOST], expected[MOST * MOST];
    const double *a[MOST];
    for (size_t i = 0; i < MOST; i++) {
        a[i] = numbers[i];
        for (size_t j = 0; j < MOST; j++) {
            numbers[i][j] = random_wide(seed);
            b[i * MOST + j] = random_wide(seed);
            c[i * MOST + j] = expected[i * MOST + j] = random_wide(seed);
        }
    }
    tested(c, n, a, b, n, m, n, n_k);
    plain(expected, a, b, m, n, n_k, along);
    REQUIRE(memcmp(c, expected, sizeof c) == 0, "%zu x %zu x %zu", m, n_k, n);
}

static void require_all_shapes(product *along, product *down)
{
    uint64_t seed = 20;
    for (size_t m = 1; m <= 9; m++)
        for (size_t n = 1; n <= MOST; n++)
            for (size_t n_k = 1; n_k <= 12; n_k += 1 + n_k / 3) {
                require_same(along, true, &seed, m, n, n_k);
                require_same(down, false, &seed, m, n, n_k);
            }
}

TEST(test_two_lanes_as_plain_loops)
{
    require_all_shapes(along_2, down_2);
}

#if defined(__x86_64__)
TEST(test_four_lanes_as_plain_loops)
{
    if (__builtin_cpu_supports("avx2"))
        require_all_shapes(along_4, down_4);
    else
        puts("SKIPPED: this processor has no AVX2");
}

TEST(test_eight_lanes_as_plain_loops)
{
    if (__builtin_cpu_supports("avx512f"))
        require_all_shapes(along_8, down_8);
    else
        puts("SKIPPED: this processor has no AVX-512");
}

SUITE("core/matmul_lanes", test_two_lanes_as_plain_loops, test_four_lanes_as_plain_loops,
      test_eight_lanes_as_plain_loops)
#else
SUITE("core/matmul_lanes", test_two_lanes_as_plain_loops)
#endif
