#include "core/shared.h"

#include "random.h"
#include "suite.h"

enum { M = 64, N_IN = 120, N_OUT = 100 }; /* 768,000 multiply-adds: enough to be shared */

static double w[N_IN * N_OUT], b[N_OUT], input[M * N_IN], dl_dz[M * N_OUT];
static const double *x[M];
static size_t n_calls;

static void fill(double *values, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        values[i] = random_wide(seed);
}

static void make(void)
{
    uint64_t seed = 1;
    fill(w, N_IN * N_OUT, &seed);
    fill(b, N_OUT, &seed);
    fill(input, M * N_IN, &seed);
    fill(dl_dz, M * N_OUT, &seed);
    for (size_t s = 0; s < M; s++)
        x[s] = input + s * N_IN;
    n_calls = 0;
}

/* A team of one, which takes the rows in an order of its own: pieces of 1, 2, 3, ..., from the end.
 */
static void share_from_the_end(const struct bp_team *team, bp_part *part, void *cls, size_t n)
{
    (void)team;
    n_calls++;
    for (size_t size = 1, end = n; end > 0; size++) {
        const size_t begin = end > size ? end - size : 0;
        part(cls, begin, end);
        end = begin;
    }
}

static const struct bp_team backwards = {share_from_the_end};

static void require_same(const double *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(same_bits(got[i], expected[i]), "number %zu is %a, not %a", i, got[i], expected[i]);
}

TEST(test_affine)
{
    static double got[M * N_OUT], expected[M * N_OUT];
    make();
    bp_affine(expected, x, w, b, M, N_IN, N_OUT);
    bp_shared_affine(&backwards, got, x, w, b, M, N_IN, N_OUT);
    require_same(got, expected, M * N_OUT);
    ck_assert_uint_eq(n_calls, 1);
    memset(got, 0, sizeof got);
    bp_shared_affine(NULL, got, x, w, b, M, N_IN, N_OUT);
    require_same(got, expected, M * N_OUT);
}

TEST(test_affine_back)
{
    static double got[M * N_IN], expected[M * N_IN];
    make();
    bp_affine_back(expected, w, dl_dz, M, N_IN, N_OUT);
    bp_shared_affine_back(&backwards, got, w, dl_dz, M, N_IN, N_OUT);
    require_same(got, expected, M * N_IN);
    ck_assert_uint_eq(n_calls, 1);
}

TEST(test_outer_add)
{
    static double got[N_IN * N_OUT], expected[N_IN * N_OUT], got_b[N_OUT], expected_b[N_OUT];
    uint64_t seed = 2;
    make();
    fill(expected, N_IN * N_OUT, &seed); /* it is added to what is there */
    fill(expected_b, N_OUT, &seed);
    memcpy(got, expected, sizeof got);
    memcpy(got_b, expected_b, sizeof got_b);
    bp_outer_add(expected, expected_b, x, dl_dz, M, N_IN, N_OUT);
    bp_shared_outer_add(&backwards, got, got_b, x, dl_dz, M, N_IN, N_OUT);
    require_same(got, expected, N_IN * N_OUT);
    require_same(got_b, expected_b, N_OUT);
    ck_assert_uint_eq(n_calls, 1);
}

TEST(test_small_products_are_not_shared)
{
    static double z[M * N_OUT];
    make();
    bp_shared_affine(&backwards, z, x, w, b, 1, N_IN, N_OUT);
    ck_assert_uint_eq(n_calls, 0);
}

SUITE("core/shared", test_affine, test_affine_back, test_outer_add,
      test_small_products_are_not_shared)
