#include "backpropd/matmul.h"

#include "random.h"
#include "suite.h"

/*
 * Each product against a plain triple loop in the written order of summation, bit for bit. Rows of
 * x lie apart and out of order, so that only the row pointers lead to them. Every output has
 * a mark behind its end.
 *
 * The source is included besides, so that each width of vectors in it is tested on a machine whose
 * processor would choose the widest.
 */

static const char *allowed = "";

/* What the processor has, no wider than is allowed. */
static bool is_allowed(const char *feature)
{
    return strcmp(allowed, "avx512f") == 0 || strcmp(allowed, feature) == 0;
}

typedef void affine_product(double *z, const double *const *x, const double *w, const double *b,
                            size_t m, size_t n_in, size_t n_out);
typedef void affine_back_product(double *dl_dh, const double *w, const double *dl_dz, size_t m,
                                 size_t n_in, size_t n_out);
typedef void outer_add_product(double *dw, double *db, const double *const *x, const double *dl_dz,
                               size_t m, size_t n_in, size_t n_out);
static affine_product affine;
static affine_back_product affine_back;
static outer_add_product outer_add;

#define bp_affine affine
#define bp_affine_back affine_back
#define bp_outer_add outer_add
#define __builtin_cpu_supports(feature) (is_allowed(feature) && __builtin_cpu_supports(feature))
#include "core/matmul.c"
#undef bp_affine
#undef bp_affine_back
#undef bp_outer_add

static const struct {
    const char *name, *allowed;
    affine_product *affine;
    affine_back_product *affine_back;
    outer_add_product *outer_add;
} KINDS[] = {
    {"as built", "", bp_affine, bp_affine_back, bp_outer_add},
    {"2 lanes", "", affine, affine_back, outer_add},
    {"4 lanes", "avx2", affine, affine_back, outer_add},
    {"8 lanes", "avx512f", affine, affine_back, outer_add},
};

#define SIZE_MAX_HERE 70
#define BATCH_MAX 70 /* more than a block, for who cuts it up */
#define MARK 12345.678

enum { MATRIX = SIZE_MAX_HERE * SIZE_MAX_HERE, ROWS = BATCH_MAX * SIZE_MAX_HERE };

/* One case: operands, and outputs with room for the mark. */
static double x_numbers[ROWS], w[MATRIX], b[SIZE_MAX_HERE], dl_dz[ROWS];
static const double *x[BATCH_MAX];
static double got[MATRIX + ROWS + 1], expected[MATRIX + ROWS + 1];
static double got_b[SIZE_MAX_HERE + 1], expected_b[SIZE_MAX_HERE + 1];
static double before[MATRIX], before_b[SIZE_MAX_HERE];

static void fill(double *numbers, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        numbers[i] = random_below(seed, 16) ? random_wide(seed) : 0;
}

static void make_case(uint64_t *seed, size_t m, size_t n_in, size_t n_out)
{
    fill(x_numbers, m * n_in, seed);
    fill(w, n_in * n_out, seed);
    fill(b, n_out, seed);
    fill(dl_dz, m * n_out, seed);
    for (size_t s = 0; s < m; s++)
        x[s] = x_numbers + (m - 1 - s) * n_in;
}

static void require_same(size_t kind, const char *what, const double *a, const double *e, size_t n,
                         size_t m, size_t n_in, size_t n_out)
{
    if (memcmp(a, e, n * sizeof *a) == 0 && a[n] == MARK)
        return;
    size_t i = 0;
    while (i < n && same_bits(a[i], e[i]))
        i++;
    ck_abort_msg("%s %s of %zu samples, %zu x %zu: %s %zu differs: %a, not %a", what,
                 KINDS[kind].name, m, n_in, n_out, i < n ? "number" : "the mark behind", i, a[i],
                 i < n ? e[i] : MARK);
}

static void plain_affine(double *z, const double *bias, size_t m, size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < m; s++)
        for (size_t j = 0; j < n_out; j++) {
            double sum = bias ? bias[j] : 0;
            for (size_t i = 0; i < n_in; i++)
                sum = sum + x[s][i] * w[i * n_out + j];
            z[s * n_out + j] = sum;
        }
}

static void plain_affine_back(double *dl_dh, size_t m, size_t n_in, size_t n_out)
{
    for (size_t s = 0; s < m; s++)
        for (size_t i = 0; i < n_in; i++) {
            double sum = 0;
            for (size_t j = 0; j < n_out; j++)
                sum = sum + w[i * n_out + j] * dl_dz[s * n_out + j];
            dl_dh[s * n_in + i] = sum;
        }
}

static void plain_outer_add(double *dw, double *db, size_t m, size_t n_in, size_t n_out)
{
    for (size_t j = 0; j < n_out; j++)
        for (size_t s = 0; s < m; s++) {
            for (size_t i = 0; i < n_in; i++)
                dw[i * n_out + j] = dw[i * n_out + j] + x[s][i] * dl_dz[s * n_out + j];
            db[j] = db[j] + dl_dz[s * n_out + j];
        }
}

static void check_affine(const double *bias, size_t m, size_t n_in, size_t n_out)
{
    plain_affine(expected, bias, m, n_in, n_out);
    for (size_t kind = 0; kind < LENGTH(KINDS); kind++) {
        allowed = KINDS[kind].allowed;
        got[m * n_out] = MARK;
        KINDS[kind].affine(got, x, w, bias, m, n_in, n_out);
        require_same(kind, "z", got, expected, m * n_out, m, n_in, n_out);
    }
}

static void check_affine_back(size_t m, size_t n_in, size_t n_out)
{
    plain_affine_back(expected, m, n_in, n_out);
    for (size_t kind = 0; kind < LENGTH(KINDS); kind++) {
        allowed = KINDS[kind].allowed;
        got[m * n_in] = MARK;
        KINDS[kind].affine_back(got, w, dl_dz, m, n_in, n_out);
        require_same(kind, "dL_dh", got, expected, m * n_in, m, n_in, n_out);
    }
}

static void check_outer_add(uint64_t *seed, size_t m, size_t n_in, size_t n_out)
{
    fill(before, n_in * n_out, seed); /* sums go on from what is there */
    fill(before_b, n_out, seed);
    memcpy(expected, before, n_in * n_out * sizeof *got);
    memcpy(expected_b, before_b, n_out * sizeof *got_b);
    plain_outer_add(expected, expected_b, m, n_in, n_out);
    for (size_t kind = 0; kind < LENGTH(KINDS); kind++) {
        allowed = KINDS[kind].allowed;
        memcpy(got, before, n_in * n_out * sizeof *got);
        memcpy(got_b, before_b, n_out * sizeof *got_b);
        got[n_in * n_out] = got_b[n_out] = MARK;
        KINDS[kind].outer_add(got, got_b, x, dl_dz, m, n_in, n_out);
        require_same(kind, "dw", got, expected, n_in * n_out, m, n_in, n_out);
        require_same(kind, "db", got_b, expected_b, n_out, m, n_in, n_out);
        memcpy(got, before, n_in * n_out * sizeof *got);
        KINDS[kind].outer_add(got, NULL, x, dl_dz, m, n_in, n_out);
        require_same(kind, "dw alone", got, expected, n_in * n_out, m, n_in, n_out);
    }
}

static void check_shape(uint64_t *seed, size_t m, size_t n_in, size_t n_out)
{
    make_case(seed, m, n_in, n_out);
    check_affine(b, m, n_in, n_out);
    check_affine(NULL, m, n_in, n_out);
    check_affine_back(m, n_in, n_out);
    check_outer_add(seed, m, n_in, n_out);
}

/* Every pair of sizes, each with one batch size or another. */
TEST(test_products_in_every_shape)
{
    uint64_t seed = 1;
    for (size_t n_in = 1; n_in <= SIZE_MAX_HERE; n_in++)
        for (size_t n_out = 1; n_out <= SIZE_MAX_HERE; n_out++) {
            size_t m = 1 + random_below(&seed, n_in * n_out > 900 ? 12 : BATCH_MAX);
            if (n_in != n_out && m != n_in && m != n_out)
                check_shape(&seed, m, n_in, n_out);
        }
}

TEST(test_products_in_every_batch)
{
    static const size_t sizes[] = {1, 2, 3, 4, 7, 8, 9, 16, 17, 33};
    uint64_t seed = 2;
    for (size_t m = 1; m <= BATCH_MAX; m += m < 36 || m > 60 ? 1 : 5)
        for (size_t i = 0; i < LENGTH(sizes); i++)
            for (size_t j = 0; j < LENGTH(sizes); j++)
                check_shape(&seed, m, sizes[i], sizes[j]);
}

TEST(test_products_at_their_largest)
{
    uint64_t seed = 3;
    check_shape(&seed, BATCH_MAX, SIZE_MAX_HERE, SIZE_MAX_HERE - 1);
    check_shape(&seed, BATCH_MAX - 1, SIZE_MAX_HERE - 1, SIZE_MAX_HERE);
}

/* A sample's z and dL_dh do not depend on the samples beside it. */
TEST(test_products_alone_as_in_a_batch)
{
    enum { N_IN = 23, N_OUT = 19 };
    uint64_t seed = 4;
    double alone[N_IN + N_OUT];
    make_case(&seed, BATCH_MAX, N_IN, N_OUT);
    bp_affine(got, x, w, b, BATCH_MAX, N_IN, N_OUT);
    bp_affine_back(expected, w, dl_dz, BATCH_MAX, N_IN, N_OUT);
    for (size_t s = 0; s < BATCH_MAX; s++) {
        bp_affine(alone, x + s, w, b, 1, N_IN, N_OUT);
        ck_assert(memcmp(alone, got + s * N_OUT, N_OUT * sizeof *got) == 0);
        bp_affine_back(alone, w, dl_dz + s * N_OUT, 1, N_IN, N_OUT);
        ck_assert(memcmp(alone, expected + s * N_IN, N_IN * sizeof *got) == 0);
    }
}

/* If the numbers summed alike in every order, the tests above would show nothing. */
TEST(test_numbers_tell_orders_apart)
{
    enum { N_IN = 20, N_OUT = 30 };
    uint64_t seed = 5;
    size_t differ = 0;
    make_case(&seed, BATCH_MAX, N_IN, N_OUT);
    plain_affine(expected, b, BATCH_MAX, N_IN, N_OUT);
    for (size_t s = 0; s < BATCH_MAX; s++)
        for (size_t j = 0; j < N_OUT; j++) {
            double sum = b[j];
            for (size_t i = N_IN; i-- > 0;)
                sum = sum + x[s][i] * w[i * N_OUT + j];
            differ += sum != expected[s * N_OUT + j];
        }
    ck_assert_uint_gt(differ, BATCH_MAX * N_OUT / 2);
}

static const double hand_w[] = {1, 2, 3, 4, 5, 6}; /* (2, 3) */

TEST(test_affine_by_hand)
{
    const double first[] = {10, 20}, second[] = {-1, 0.5}, bias[] = {0.5, -0.5, 1};
    const double *const rows[] = {first, second};
    const double answer[] = {90.5, 119.5, 151, 1.5, 0, 1};
    double z[6];
    bp_affine(z, rows, hand_w, bias, 2, 2, 3);
    for (size_t i = 0; i < LENGTH(z); i++)
        ck_assert_double_eq(z[i], answer[i]);
}

TEST(test_affine_back_by_hand)
{
    const double dz[] = {1, 10, 100, -1, 0, 2};
    const double answer[] = {321, 654, 5, 8};
    double dl_dh[4];
    bp_affine_back(dl_dh, hand_w, dz, 2, 2, 3);
    for (size_t i = 0; i < LENGTH(dl_dh); i++)
        ck_assert_double_eq(dl_dh[i], answer[i]);
}

TEST(test_outer_add_by_hand)
{
    const double first[] = {10, 20}, second[] = {-1, 0.5}, dz[] = {1, 2, 3, 4, 0, -2};
    const double *const rows[] = {first, second};
    const double answer[] = {1006, 1020, 1032, 1022, 1040, 1059}, answer_b[] = {6, 4, 4};
    double dw[] = {1000, 1000, 1000, 1000, 1000, 1000}, db[] = {1, 2, 3};
    bp_outer_add(dw, db, rows, dz, 2, 2, 3);
    for (size_t i = 0; i < LENGTH(dw); i++)
        ck_assert_double_eq(dw[i], answer[i]);
    for (size_t j = 0; j < LENGTH(db); j++)
        ck_assert_double_eq(db[j], answer_b[j]);
}

/* (1 + 2^-27)^2 has more digits than a double; a fused multiply-add would keep them. */
TEST(test_products_are_rounded_before_they_are_added)
{
    const double factor = 1 + 0x1p-27, square = 1 + 0x1p-26;
    const double minus = -square;
    const double *const rows[] = {&factor};
    double z, dw = minus, db = 0;
    bp_affine(&z, rows, &factor, &minus, 1, 1, 1);
    ck_assert_double_eq(z, 0);
    bp_outer_add(&dw, &db, rows, &factor, 1, 1, 1);
    ck_assert_double_eq(dw, 0);
    const double ws[] = {square, factor}, dz[] = {-1, factor};
    double dl_dh;
    bp_affine_back(&dl_dh, ws, dz, 1, 1, 2);
    ck_assert_double_eq(dl_dh, 0);
}

/* The bias is the first term, not the last: 2^53 + 1 + 1 is 2^53 in one order and not in the other.
 */
TEST(test_affine_starts_from_the_bias)
{
    const double ones[] = {1, 1}, bias = 0x1p53;
    const double *const rows[] = {ones};
    double z;
    bp_affine(&z, rows, ones, &bias, 1, 2, 1);
    ck_assert_double_eq(z, 0x1p53);
}

SUITE("core/matmul", test_products_in_every_shape, test_products_in_every_batch,
      test_products_at_their_largest, test_products_alone_as_in_a_batch,
      test_numbers_tell_orders_apart, test_affine_by_hand, test_affine_back_by_hand,
      test_outer_add_by_hand, test_products_are_rounded_before_they_are_added,
      test_affine_starts_from_the_bias)
