#include "backpropd/work.h"

#include <math.h>

#include "networks.h"

typedef double work(const struct bp_task *task);

static double descent_of_two(const struct bp_task *task)
{
    return bp_work_descent(task, 2);
}

static work *const WORKS[] = {bp_work_forward, bp_work_backward, bp_work_reasons, descent_of_two};

/* Of a network of these sizes and one activation; it has no numbers, since work needs none. */
static double work_of(work *of, const size_t *sizes, size_t depth, enum bp_activation activation,
                      size_t n_samples)
{
    struct bp_layer layers[8];
    for (size_t k = 0; k < depth; k++)
        layers[k] =
            (struct bp_layer){.n_in = sizes[k], .n_out = sizes[k + 1], .activation = activation};
    return of(&(struct bp_task){.network = {depth, layers}, .n_samples = n_samples});
}

static void random_sizes(size_t *sizes, size_t n, uint64_t *seed)
{
    for (size_t k = 0; k < n; k++)
        sizes[k] = 1 + random_below(seed, 70);
}

/* A multiply-add of a large product counts as one: forward has one for each parameter, backward
 * two more but for the first layer, which has one more. */
TEST(test_large_products_count_their_multiply_adds)
{
    static const size_t sizes[] = {4096, 4096, 4096};
    const double each = 4096.0 * 4096 * 640;
    const double forward = work_of(bp_work_forward, sizes, 2, BP_ACTIVATION_RELU, 640);
    const double backward = work_of(bp_work_backward, sizes, 2, BP_ACTIVATION_RELU, 640);
    REQUIRE(forward > 2 * each && forward < 2.1 * each, "%g of %g", forward, 2 * each);
    REQUIRE(backward > 5 * each && backward < 6 * each, "%g of %g", backward, 5 * each);
}

/* More of anything that is cut into blocks and tiles is more work, whole ones at a time. */
TEST(test_grows_with_samples_units_and_layers)
{
    uint64_t seed = 1;
    for (int i = 0; i < 300; i++) {
        size_t sizes[8], depth = 1 + random_below(&seed, 5), n = 1 + random_below(&seed, 200);
        random_sizes(sizes, LENGTH(sizes), &seed);
        sizes[depth + 1] = sizes[depth];
        for (size_t of = 0; of < LENGTH(WORKS); of++) {
            const double least = work_of(WORKS[of], sizes, depth, BP_ACTIVATION_TANH, n);
            REQUIRE(least > 0 &&
                        work_of(WORKS[of], sizes, depth, BP_ACTIVATION_TANH, n + 64) > least,
                    "samples, %zu", of);
            REQUIRE(work_of(WORKS[of], sizes, depth + 1, BP_ACTIVATION_TANH, n) > least,
                    "layers, %zu", of);
            for (size_t k = 0; k <= depth; k++) {
                sizes[k] += 64;
                REQUIRE(work_of(WORKS[of], sizes, depth, BP_ACTIVATION_TANH, n) > least,
                        "units, %zu", of);
                sizes[k] -= 64;
            }
        }
    }
}

/* Blocks of samples, and steps, cost the same each. */
TEST(test_adds_up)
{
    uint64_t seed = 2;
    for (int i = 0; i < 100; i++) {
        size_t sizes[8], depth = 1 + random_below(&seed, 7), n = random_below(&seed, 64);
        random_sizes(sizes, LENGTH(sizes), &seed);
        for (size_t of = 0; of < LENGTH(WORKS); of++) {
            const double one = work_of(WORKS[of], sizes, depth, BP_ACTIVATION_RELU, 64 + n),
                         two = work_of(WORKS[of], sizes, depth, BP_ACTIVATION_RELU, 128 + n),
                         many = work_of(WORKS[of], sizes, depth, BP_ACTIVATION_RELU, 640 + n);
            ck_assert(many - one == 9 * (two - one));
        }
        struct bp_layer layer = {.n_in = sizes[0], .n_out = sizes[1]};
        struct bp_task task = {.network = {1, &layer}, .n_samples = 1 + n};
        ck_assert(bp_work_descent(&task, 100000) - bp_work_descent(&task, 1) ==
                  99999 * bp_work_backward(&task));
    }
}

TEST(test_each_activation_has_its_cost)
{
    static const size_t sizes[] = {1, 1000};
    double forward[BP_ACTIVATION_COUNT];
    for (enum bp_activation a = 0; a < BP_ACTIVATION_COUNT; a++) {
        forward[a] = work_of(bp_work_forward, sizes, 1, a, 64);
        ck_assert(work_of(bp_work_backward, sizes, 1, a, 64) > 2 * 64 * 1000 * 20 + forward[a]);
    }
    const double units = 64 * 1000;
    ck_assert(forward[BP_ACTIVATION_TANH] - forward[BP_ACTIVATION_IDENTITY] > 150 * units);
    ck_assert(forward[BP_ACTIVATION_SIGMOID] - forward[BP_ACTIVATION_IDENTITY] > 75 * units);
    ck_assert(forward[BP_ACTIVATION_RELU] - forward[BP_ACTIVATION_IDENTITY] > 20 * units);
}

/* A layer of one unit has 5 multiply-adds a sample, and takes as long as a good hundred. */
TEST(test_overhead_counts)
{
    static const size_t sizes[] = {1, 1, 1, 1, 1, 1, 1, 1};
    ck_assert(work_of(bp_work_backward, sizes, 7, BP_ACTIVATION_IDENTITY, 64) > 7 * 64 * 150);
    ck_assert(work_of(bp_work_backward, sizes, 7, BP_ACTIVATION_IDENTITY, 1) > 7 * 500);
}

TEST(test_never_wraps_around)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX, SIZE_MAX};
    for (size_t of = 0; of < LENGTH(WORKS); of++) {
        const double most = work_of(WORKS[of], sizes, 2, BP_ACTIVATION_RELU, SIZE_MAX);
        REQUIRE(isfinite(most) && most > 0x1p100, "%zu: %g", of, most);
    }
}

SUITE("core/work", test_large_products_count_their_multiply_adds,
      test_grows_with_samples_units_and_layers, test_adds_up, test_each_activation_has_its_cost,
      test_overhead_counts, test_never_wraps_around)
