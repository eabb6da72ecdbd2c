#include "backpropd/matmul.h"
#include "backpropd/reason.h"
#include "networks.h"

/*
 * The reasons of one layer, by the code and by the words of the contract: for one sample the first
 * that holds, over a batch the one of all terms, or mixed, cancels, underflow.
 */

enum { N_IN = 3, N_OUT = 2, BATCH = 200, N_W = N_IN * N_OUT, N = N_W + N_OUT };

/* What a layer of 2 units gets from 3 sources on each sample. */
struct scene {
    size_t n_samples;
    enum bp_activation activation;
    bool relu_below, without_biases;
    bool direct[BATCH]; /* dL_dz is what `dl_dz` says, not dL_dh times the slope */
    double x[BATCH][N_IN];
    double source_slope[BATCH][N_IN]; /* dh_dz of the sources, if they are relu units */
    double dl_dh[BATCH][N_OUT];
    double slope[BATCH][N_OUT];
    double dl_dz[BATCH][N_OUT];
};

struct answer {
    uint8_t why[N]; /* of weights, then of biases: of source i, unit j at i N_OUT + j */
    double sums[N];
    size_t counts[BP_REASON_COUNT + 1];
};

static struct scene live_scene(size_t n_samples)
{
    struct scene scene = {.n_samples = n_samples, .activation = BP_ACTIVATION_RELU};
    for (size_t s = 0; s < n_samples; s++) {
        for (size_t i = 0; i < N_IN; i++)
            scene.x[s][i] = scene.source_slope[s][i] = 1;
        for (size_t j = 0; j < N_OUT; j++)
            scene.dl_dh[s][j] = scene.slope[s][j] = scene.dl_dz[s][j] = 1;
    }
    return scene;
}

static double dl_dz_of(const struct scene *scene, size_t s, size_t j)
{
    return scene->direct[s] ? scene->dl_dz[s][j] : scene->dl_dh[s][j] * scene->slope[s][j];
}

static void add_block(struct answer *answer, const struct scene *scene, size_t first, size_t m)
{
    struct bp_unit_sets units[N_OUT];
    struct bp_source_sets sources[N_IN];
    const double *x[BP_BLOCK];
    double dl_dz[BP_BLOCK * N_OUT];
    double *db = scene->without_biases ? NULL : answer->sums + N_W;
    bp_set direct = 0;
    for (size_t s = 0; s < m; s++) {
        x[s] = scene->x[first + s];
        direct |= (bp_set)scene->direct[first + s] << s;
        for (size_t j = 0; j < N_OUT; j++)
            dl_dz[s * N_OUT + j] = dl_dz_of(scene, first + s, j);
    }
    bp_outer_add(answer->sums, db, x, dl_dz, m, N_IN, N_OUT);
    bp_reason_units(units, scene->dl_dh[first], scene->slope[first], dl_dz, direct, m, N_OUT);
    bp_reason_sources(sources, x, scene->relu_below ? scene->source_slope[first] : NULL, m, N_IN);
    bp_reason_note(answer->why, answer->sums, units, sources, x, dl_dz, scene->activation,
                   db != NULL, m, N_IN, N_OUT);
}

static struct answer reasons_of(const struct scene *scene)
{
    struct answer answer = {.why = {0}};
    for (size_t first = 0; first < scene->n_samples; first += BP_BLOCK) {
        size_t left = scene->n_samples - first;
        add_block(&answer, scene, first, left < BP_BLOCK ? left : BP_BLOCK);
    }
    bp_reason_settle(answer.why, answer.sums, answer.counts, scene->n_samples,
                     scene->without_biases ? N_W : N);
    return answer;
}

/* --- the contract's words ----------------------------------------------------------------------
 */

/* One sample's term and its reason; source N_IN is the bias, an input that is always 1. */
static int term_reason(const struct scene *scene, size_t s, size_t i, size_t j, double *term)
{
    const bool is_bias = i == N_IN;
    const double x = is_bias ? 1 : scene->x[s][i];
    *term = x * dl_dz_of(scene, s, j);
    if ((scene->direct[s] ? scene->dl_dz[s][j] : scene->dl_dh[s][j]) == 0)
        return BP_REASON_ERROR_ZERO;
    if (!scene->direct[s] && scene->slope[s][j] == 0)
        return scene->activation == BP_ACTIVATION_RELU ? BP_REASON_NEURON_DEAD
                                                       : BP_REASON_SATURATED;
    if (!is_bias && scene->relu_below && scene->source_slope[s][i] == 0)
        return BP_REASON_SOURCE_DEAD;
    if (x == 0)
        return BP_REASON_INPUT_ZERO;
    return *term == 0 ? BP_REASON_UNDERFLOW : BP_REASON_NONE;
}

static int batch_reason(const struct scene *scene, size_t i, size_t j)
{
    double sum = 0, term;
    bool seen[BP_REASON_COUNT + 1] = {false};
    int kinds = 0, last = 0;
    for (size_t s = 0; s < scene->n_samples; s++) {
        seen[term_reason(scene, s, i, j, &term)] = true;
        sum += term;
    }
    if (sum / (double)scene->n_samples != 0)
        return BP_REASON_NONE;
    if (sum != 0)
        return BP_REASON_UNDERFLOW;
    if (seen[BP_REASON_NONE])
        return BP_REASON_CANCELS;
    for (int reason = 0; reason < BP_REASON_COUNT; reason++)
        if (seen[reason])
            kinds++, last = reason;
    return kinds > 1 ? BP_REASON_MIXED : last;
}

static void require_as_in_words(const struct scene *scene, size_t met[BP_REASON_COUNT + 1])
{
    struct answer answer = reasons_of(scene);
    size_t counts[BP_REASON_COUNT + 1] = {0};
    for (size_t i = 0; i < (scene->without_biases ? N_IN : N_IN + 1); i++)
        for (size_t j = 0; j < N_OUT; j++) {
            int expected = batch_reason(scene, i, j);
            int got = answer.why[i * N_OUT + j];
            counts[expected]++;
            met[expected]++;
            REQUIRE(got == expected, "%zu samples, source %zu, unit %zu: %d, not %d",
                    scene->n_samples, i, j, got, expected);
        }
    ck_assert(memcmp(counts, answer.counts, sizeof counts) == 0);
}

/* --- by hand -----------------------------------------------------------------------------------
 */

static void require_reason(const struct scene *scene, size_t i, size_t j, int expected)
{
    struct answer answer = reasons_of(scene);
    int got = answer.why[i * N_OUT + j];
    REQUIRE(got == expected, "source %zu, unit %zu: %d, not %d", i, j, got, expected);
}

TEST(test_no_reason_where_the_gradient_is_not_zero)
{
    struct scene scene = live_scene(1);
    struct answer answer = reasons_of(&scene);
    for (size_t i = 0; i <= N_IN; i++)
        require_reason(&scene, i, 0, BP_REASON_NONE);
    ck_assert_uint_eq(answer.counts[BP_REASON_NONE], N_W + N_OUT);
}

TEST(test_one_sample_each_reason)
{
    struct scene scene = live_scene(1);
    scene.dl_dh[0][1] = 0;
    require_reason(&scene, 0, 1, BP_REASON_ERROR_ZERO);
    require_reason(&scene, N_IN, 1, BP_REASON_ERROR_ZERO);
    require_reason(&scene, 0, 0, BP_REASON_NONE);

    scene = live_scene(1);
    scene.slope[0][0] = 0;
    require_reason(&scene, 2, 0, BP_REASON_NEURON_DEAD);
    require_reason(&scene, N_IN, 0, BP_REASON_NEURON_DEAD);
    require_reason(&scene, 2, 1, BP_REASON_NONE);
    for (int activation = 0; activation < BP_ACTIVATION_COUNT; activation++) {
        scene.activation = (enum bp_activation)activation;
        if (activation == BP_ACTIVATION_SIGMOID || activation == BP_ACTIVATION_TANH)
            require_reason(&scene, 2, 0, BP_REASON_SATURATED);
    }

    scene = live_scene(1);
    scene.relu_below = true;
    scene.x[0][1] = scene.source_slope[0][1] = 0;
    require_reason(&scene, 1, 0, BP_REASON_SOURCE_DEAD);
    require_reason(&scene, 0, 0, BP_REASON_NONE);
    require_reason(&scene, N_IN, 0, BP_REASON_NONE);

    scene.source_slope[0][1] = 0.5; /* z is 0 and the derivative there is not: the unit lives */
    require_reason(&scene, 1, 0, BP_REASON_INPUT_ZERO);
    scene.relu_below = false;
    scene.source_slope[0][1] = 0; /* no relu unit: its slope says nothing */
    require_reason(&scene, 1, 0, BP_REASON_INPUT_ZERO);

    scene = live_scene(1);
    scene.x[0][2] = -0.0;
    require_reason(&scene, 2, 1, BP_REASON_INPUT_ZERO);
}

TEST(test_one_sample_underflow)
{
    struct scene scene = live_scene(1);
    scene.x[0][0] = 1e-200;
    scene.dl_dh[0][0] = -1e-200;
    require_reason(&scene, 0, 0, BP_REASON_UNDERFLOW);
    require_reason(&scene, 1, 0, BP_REASON_NONE);
    scene.slope[0][0] = 1e-200; /* dL_dz itself underflows */
    require_reason(&scene, 1, 0, BP_REASON_UNDERFLOW);
    require_reason(&scene, N_IN, 0, BP_REASON_UNDERFLOW);
}

/* All at once, and one after the other taken away: the nearest to the loss is given. */
TEST(test_precedence)
{
    struct scene scene = live_scene(1);
    scene.relu_below = true;
    scene.dl_dh[0][0] = scene.slope[0][0] = scene.source_slope[0][0] = scene.x[0][0] = 0;
    require_reason(&scene, 0, 0, BP_REASON_ERROR_ZERO);
    scene.dl_dh[0][0] = 1e-320;
    require_reason(&scene, 0, 0, BP_REASON_NEURON_DEAD);
    scene.slope[0][0] = 1;
    require_reason(&scene, 0, 0, BP_REASON_SOURCE_DEAD);
    scene.source_slope[0][0] = 1;
    require_reason(&scene, 0, 0, BP_REASON_INPUT_ZERO);
    scene.x[0][0] = 1e-10;
    require_reason(&scene, 0, 0, BP_REASON_UNDERFLOW);
    scene.x[0][0] = 1;
    require_reason(&scene, 0, 0, BP_REASON_NONE);
}

/* Softmax, or a loss calculated from z: the error is dL_dz, and a slope of 0 closes nothing. */
TEST(test_error_of_what_is_calculated_from_z)
{
    struct scene scene = live_scene(1);
    scene.activation = BP_ACTIVATION_SIGMOID;
    scene.direct[0] = true;
    scene.slope[0][0] = scene.dl_dh[0][1] = 0;
    for (size_t i = 0; i <= N_IN; i++)
        for (size_t j = 0; j < N_OUT; j++)
            require_reason(&scene, i, j, BP_REASON_NONE);
    scene.dl_dz[0][0] = -0.0;
    require_reason(&scene, 0, 0, BP_REASON_ERROR_ZERO);
    require_reason(&scene, N_IN, 0, BP_REASON_ERROR_ZERO);
    scene.dl_dz[0][1] = 1e-200;
    scene.x[0][0] = 0;
    scene.x[0][1] = 1e-200;
    require_reason(&scene, 0, 1, BP_REASON_INPUT_ZERO);
    require_reason(&scene, 1, 1, BP_REASON_UNDERFLOW);
    scene.activation = BP_ACTIVATION_SOFTMAX;
    require_reason(&scene, 2, 0, BP_REASON_ERROR_ZERO);
    require_reason(&scene, 2, 1, BP_REASON_NONE);
}

/* A sample that brings its own gradient goes by the derivative, one beside it does not: each by
 * its own rule. */
TEST(test_error_of_a_batch_of_both_kinds)
{
    for (size_t other = 0; other < BATCH; other++) {
        struct scene scene = live_scene(BATCH);
        scene.activation = BP_ACTIVATION_SIGMOID;
        for (size_t s = 0; s < BATCH; s++) {
            scene.direct[s] = s != other;
            scene.dl_dz[s][0] = 0;
        }
        scene.slope[other][0] = 0;
        require_reason(&scene, 0, 0, BP_REASON_MIXED); /* error_zero, and saturated once */
        scene.dl_dh[other][0] = 0;
        require_reason(&scene, N_IN, 0, BP_REASON_ERROR_ZERO);
        require_reason(&scene, N_IN, 1, BP_REASON_NONE);
    }
}

/* The weights' reasons are the same, and nothing is noted of biases, nor counted. */
TEST(test_without_biases)
{
    struct scene scene = live_scene(3);
    scene.without_biases = true;
    scene.x[1][0] = scene.x[2][0] = scene.slope[0][0] = 0;
    struct answer answer = reasons_of(&scene);
    require_reason(&scene, 0, 0, BP_REASON_MIXED);
    require_reason(&scene, 1, 0, BP_REASON_NONE);
    ck_assert_uint_eq(answer.counts[BP_REASON_MIXED], 1);
    ck_assert_uint_eq(answer.counts[BP_REASON_NONE], N_W - 1);
}

TEST(test_batch_of_one_reason)
{
    struct scene scene = live_scene(150);
    for (size_t s = 0; s < scene.n_samples; s++)
        scene.slope[s][0] = 0;
    require_reason(&scene, 0, 0, BP_REASON_NEURON_DEAD);
    require_reason(&scene, N_IN, 0, BP_REASON_NEURON_DEAD);
    require_reason(&scene, N_IN, 1, BP_REASON_NONE);
}

/* One sample anywhere makes the difference: at the ends of blocks too. */
TEST(test_batch_mixed_by_one_sample)
{
    for (size_t s = 0; s < BATCH; s++) {
        struct scene scene = live_scene(BATCH);
        for (size_t other = 0; other < BATCH; other++)
            scene.slope[other][0] = 0;
        scene.dl_dh[s][0] = 0;
        require_reason(&scene, 1, 0, BP_REASON_MIXED);
        scene.dl_dh[s][0] = scene.slope[s][0] = 1;
        require_reason(&scene, 1, 0, BP_REASON_NONE);
        scene.x[s][1] = 0;
        require_reason(&scene, 1, 0, BP_REASON_MIXED);
        require_reason(&scene, N_IN, 0, BP_REASON_NONE);
    }
}

TEST(test_batch_cancels)
{
    struct scene scene = live_scene(2);
    scene.x[1][0] = -1;
    require_reason(&scene, 0, 0, BP_REASON_CANCELS);
    require_reason(&scene, 1, 0, BP_REASON_NONE);
    scene.x[1][1] = 0; /* here one term is not zero */
    require_reason(&scene, 1, 0, BP_REASON_NONE);
}

/* Terms of two blocks cancel, and in the third there is nothing but zeros. */
TEST(test_batch_cancels_across_blocks)
{
    for (size_t there = 0; there < 64; there += 63) {
        struct scene scene = live_scene(BATCH);
        for (size_t s = 0; s < BATCH; s++)
            scene.dl_dh[s][0] = 0;
        scene.dl_dh[there][0] = 3;
        scene.dl_dh[64 + there][0] = -3;
        require_reason(&scene, 0, 0, BP_REASON_CANCELS);
        require_reason(&scene, N_IN, 0, BP_REASON_CANCELS);
        scene.dl_dh[64 + there][0] = -2;
        require_reason(&scene, 0, 0, BP_REASON_NONE);
    }
}

/* Terms cancel beside zeros of other reasons: cancels all the same. */
TEST(test_batch_cancels_before_mixed)
{
    struct scene scene = live_scene(4);
    scene.x[0][0] = 0;
    scene.slope[1][0] = 0;
    scene.x[3][0] = -1;
    require_reason(&scene, 0, 0, BP_REASON_CANCELS);
    require_reason(&scene, N_IN, 0, BP_REASON_NONE);
}

TEST(test_batch_underflow_of_terms)
{
    struct scene scene = live_scene(70);
    for (size_t s = 0; s < scene.n_samples; s++)
        scene.x[s][0] = scene.dl_dh[s][0] = 1e-170;
    require_reason(&scene, 0, 0, BP_REASON_UNDERFLOW);
    scene.dl_dh[69][0] = 0;
    require_reason(&scene, 0, 0, BP_REASON_MIXED);
}

/* The sum is the least double there is; a third of it is 0. */
TEST(test_batch_underflow_of_the_mean)
{
    struct scene scene = live_scene(3);
    for (size_t s = 0; s < 3; s++)
        scene.dl_dh[s][0] = 0;
    scene.dl_dh[1][0] = 5e-324;
    require_reason(&scene, 0, 0, BP_REASON_UNDERFLOW);
    require_reason(&scene, N_IN, 0, BP_REASON_UNDERFLOW);
    scene.dl_dh[2][0] = 5e-324; /* two thirds of it are rounded up */
    require_reason(&scene, 0, 0, BP_REASON_NONE);
}

TEST(test_settle_makes_the_mean)
{
    struct scene scene = live_scene(3);
    scene.x[0][0] = 5;
    struct answer answer = reasons_of(&scene);
    ck_assert_double_eq(answer.sums[0], 7.0 / 3);
    ck_assert_double_eq(answer.sums[2], 1);
    ck_assert_double_eq(answer.sums[N_W], 1);
}

/* The least double there is, which a mean of three would make 0. */
TEST(test_settle_leaves_a_sum)
{
    uint8_t seen[] = {0};
    double sum[] = {5e-324};
    size_t counts[BP_REASON_COUNT + 1] = {0};
    bp_reason_settle(seen, sum, counts, 1, 1);
    ck_assert(sum[0] == 5e-324);
    ck_assert_int_eq(seen[0], BP_REASON_NONE);
    ck_assert_uint_eq(counts[BP_REASON_NONE], 1);
}

static double pick(uint64_t *seed)
{
    static const double values[] = {0, 0, 0, -0.0, 1, -1, 2, 1e-200, -1e-200, 5e-324};
    return values[random_below(seed, LENGTH(values))];
}

static struct scene random_scene(uint64_t *seed, size_t n_samples)
{
    static const double slopes[] = {0, 0, 1, 0.5, 1e-200};
    struct scene scene = {.n_samples = n_samples};
    /* few lively rows, so that zeros, not sums, are the rule */
    const size_t liveliness = 1 + random_below(seed, 12);
    scene.activation = (enum bp_activation)random_below(seed, BP_ACTIVATION_IDENTITY);
    scene.activation =
        scene.activation == BP_ACTIVATION_LEAKY_RELU ? BP_ACTIVATION_TANH : scene.activation;
    scene.relu_below = random_below(seed, 2);
    scene.without_biases = random_below(seed, 4) == 0;
    const size_t directness = random_below(seed, 3); /* none, some or half of the samples */
    for (size_t s = 0; s < n_samples; s++) {
        const bool lively = random_below(seed, liveliness) == 0;
        for (size_t i = 0; i < N_IN; i++) {
            scene.source_slope[s][i] = lively ? (double)random_below(seed, 2) : 0;
            bool is_dead = scene.relu_below && scene.source_slope[s][i] == 0;
            scene.x[s][i] = is_dead || !lively ? 0 : pick(seed);
        }
        for (size_t j = 0; j < N_OUT; j++) {
            scene.dl_dh[s][j] = lively ? pick(seed) : 0;
            scene.slope[s][j] = slopes[random_below(seed, LENGTH(slopes))];
            scene.dl_dz[s][j] = lively ? pick(seed) : 0;
        }
        scene.direct[s] = directness && random_below(seed, 6) < 1 + directness;
    }
    return scene;
}

TEST(test_random_scenes_as_in_words)
{
    uint64_t seed = 1;
    size_t met[BP_REASON_COUNT + 1] = {0};
    for (size_t n = 1; n <= BATCH; n++)
        for (int i = 0; i < (n < 6 ? 2000 : 40); i++) {
            struct scene scene = random_scene(&seed, n);
            require_as_in_words(&scene, met);
        }
    for (int reason = 0; reason <= BP_REASON_COUNT; reason++)
        REQUIRE(met[reason] > 50, "reason %d was met %zu times only", reason, met[reason]);
}

/* --- in a whole pass ---------------------------------------------------------------------------
 */

/* One unit fed by an x of 1, whose z is the bias; y is the target, or the gradient that is given.
 */
static void require_why(enum bp_activation activation, enum bp_loss loss, double z, double y,
                        bool given, int expected)
{
    struct net net;
    struct run run;
    net_make(&net, 1, (const size_t[]){1, 1}, 1);
    net_set(net.numbers, 4, (const double[]){0, z, 1, y});
    net.layers[0].activation = activation;
    net.task.rules.loss = loss;
    if (given)
        net_give_gradient(&net, 0);
    run_backward(&run, &net.task);
    REQUIRE(run.pass.layers[0].why_w[0] == expected && run.pass.layers[0].why_b[0] == expected,
            "activation %d, loss %d, z %g, y %g: %d, not %d", (int)activation, (int)loss, z, y,
            run.pass.layers[0].why_b[0], expected);
    run_free(&run);
    net_free(&net);
}

TEST(test_pass_tells_saturated_from_right)
{
    const enum bp_activation sigmoid = BP_ACTIVATION_SIGMOID, softmax = BP_ACTIVATION_SOFTMAX;
    enum { NO = BP_REASON_NONE, RIGHT = BP_REASON_ERROR_ZERO, FLAT = BP_REASON_SATURATED };
    const enum bp_loss binary = BP_LOSS_BINARY_CROSS_ENTROPY, cross = BP_LOSS_CROSS_ENTROPY;
    require_why(sigmoid, BP_LOSS_MSE, 800, 0, false, FLAT);
    require_why(sigmoid, BP_LOSS_MSE, 800, 1, false, RIGHT);
    require_why(sigmoid, BP_LOSS_MSE, 40, 0, false, NO); /* y_hat is 1, its derivative is not 0 */
    require_why(sigmoid, binary, 800, 0, false, NO);     /* dL_dz is 1: the derivative has no say */
    require_why(sigmoid, binary, 800, 1, false, RIGHT);
    require_why(sigmoid, binary, 0, 0.5, false, RIGHT);
    require_why(sigmoid, binary, 800, 3, true, FLAT); /* its own gradient goes by the derivative */
    require_why(sigmoid, binary, 800, 0, true, RIGHT);
    require_why(softmax, cross, 0, 1, false, RIGHT); /* one unit of softmax is always 1 */
    require_why(softmax, BP_LOSS_MSE, 0, 5, false, RIGHT);
    require_why(softmax, cross, 0, 5, true, RIGHT);
}

TEST(test_pass_tells_which_source_is_dead)
{
    static const size_t sizes[] = {1, 2, 3, 1};
    struct net net;
    struct run run;
    net_make(&net, 3, sizes, 1);
    for (size_t i = 0; i < net.n_numbers; i++)
        net.numbers[i] = 1;
    net.layers[0].b[1] = -2; /* h1[1] is dead */
    net.layers[1].activation = BP_ACTIVATION_IDENTITY;
    net.layers[1].b[2] = -1; /* h2[2] is 0, and no relu unit */
    net.layers[1].w[2] = 1;
    net.layers[0].b[0] = 0;
    run_backward(&run, &net.task);
    const struct bp_layer_pass *layers = run.pass.layers;
    ck_assert_int_eq(layers[0].why_w[1], BP_REASON_NEURON_DEAD);
    ck_assert_int_eq(layers[1].why_w[3], BP_REASON_SOURCE_DEAD);
    ck_assert_int_eq(layers[1].why_w[0], BP_REASON_NONE);
    ck_assert_int_eq(layers[2].why_w[2], BP_REASON_INPUT_ZERO);
    ck_assert_int_eq(layers[2].why_w[1], BP_REASON_NONE);
    run_free(&run);
    net_free(&net);
}

/* A saturated unit below has a derivative of 0 too; only relu units are dead. */
TEST(test_pass_tells_saturated_sources_from_dead_ones)
{
    for (int below = 0; below < BP_ACTIVATION_SOFTMAX; below++) {
        const bool is_dead = below == BP_ACTIVATION_RELU, is_zero = below == BP_ACTIVATION_SIGMOID;
        struct net net;
        struct run run;
        net_make(&net, 2, (const size_t[]){1, 1, 1}, 1);
        net_set(net.numbers, 6, (const double[]){0, -800, 1, 0, 1, 1});
        net.layers[0].activation = (enum bp_activation)below;
        run_backward(&run, &net.task);
        ck_assert_int_eq(run.pass.layers[1].why_w[0], is_dead   ? BP_REASON_SOURCE_DEAD
                                                      : is_zero ? BP_REASON_INPUT_ZERO
                                                                : BP_REASON_NONE);
        run_free(&run);
        net_free(&net);
    }
}

SUITE("core/reason", test_no_reason_where_the_gradient_is_not_zero, test_one_sample_each_reason,
      test_one_sample_underflow, test_precedence, test_error_of_what_is_calculated_from_z,
      test_error_of_a_batch_of_both_kinds, test_without_biases, test_batch_of_one_reason,
      test_batch_mixed_by_one_sample, test_batch_cancels, test_batch_cancels_across_blocks,
      test_batch_cancels_before_mixed, test_batch_underflow_of_terms,
      test_batch_underflow_of_the_mean, test_settle_makes_the_mean, test_settle_leaves_a_sum,
      test_random_scenes_as_in_words, test_pass_tells_saturated_from_right,
      test_pass_tells_which_source_is_dead, test_pass_tells_saturated_sources_from_dead_ones)
