#include <math.h>

#include "backpropd/loss.h"
#include "networks.h"

#define TOLERANCE 1e-12

static void require_near(const char *what, const double *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(fabs(got[i] - expected[i]) <= TOLERANCE, "%s[%zu] is %.17g, not %.17g", what, i,
                got[i], expected[i]);
}

#define NEAR(got, ...)                                                                             \
    require_near(#got, got, (const double[]){__VA_ARGS__},                                         \
                 sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

/* --- the textbook's example --------------------------------------------------------------------
 */

TEST(test_textbook_forward)
{
    struct net net;
    struct run run;
    net_textbook(&net);
    run_make(&run, &net.task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
    ck_assert(bp_forward(&run.pass, &run.overflow, &net.task));
    const struct bp_layer_pass *first = &run.pass.layers[0], *last = &run.pass.layers[1];
    NEAR(first->z, 0, -0.1, 0.5);
    ck_assert(first->z[0] == 0); /* on the gate's edge, and not a bit beside it */
    NEAR(first->h, 0, 0, 0.5);
    NEAR(last->z, 0.1, -0.1, -0.05, -0.25);
    NEAR(last->h, 0.1, -0.1, -0.05, -0.25);
    NEAR(run.pass.losses, 0.89625);
    NEAR(&run.pass.loss, 0.89625);
    ck_assert(first->dead[0] && first->dead[1] && !first->dead[2]);
    for (size_t j = 0; j < 4; j++)
        ck_assert(!last->dead[j]);
    run_free(&run);
    net_free(&net);
}

TEST(test_textbook_backward)
{
    struct net net;
    struct run run;
    net_textbook(&net);
    run_backward(&run, &net.task);
    const struct bp_layer_pass *first = &run.pass.layers[0], *last = &run.pass.layers[1];
    NEAR(last->dl_dh, -0.45, -0.55, -0.025, -0.625);
    NEAR(last->dh_dz, 1, 1, 1, 1);
    NEAR(last->dl_dz, -0.45, -0.55, -0.025, -0.625);
    NEAR(last->dw, 0, 0, 0, 0, 0, 0, 0, 0, -0.225, -0.275, -0.0125, -0.3125);
    NEAR(last->db, -0.45, -0.55, -0.025, -0.625);
    NEAR(first->dl_dh, -0.0975, -0.3475, 0.44);
    NEAR(first->dh_dz, 0, 0, 1);
    NEAR(first->dl_dz, 0, 0, 0.44);
    NEAR(first->dw, 0, 0, 0.44, 0, 0, 0, 0, 0, 0.44, 0, 0, 0.44);
    NEAR(first->db, 0, 0, 0.44);
    run_free(&run);
    net_free(&net);
}

/* The bits that the written order of summation makes. */
TEST(test_textbook_bits)
{
    struct net net;
    struct run run;
    net_textbook(&net);
    run_backward(&run, &net.task);
    ck_assert(run.pass.loss == 0.8962500000000001);
    ck_assert(run.pass.layers[0].dl_dh[1] == -0.34750000000000003);
    run_free(&run);
    net_free(&net);
}

TEST(test_textbook_reasons)
{
    enum { DEAD = BP_REASON_NEURON_DEAD, FED = BP_REASON_SOURCE_DEAD, NO = BP_REASON_NONE };
    static const uint8_t w1[] = {DEAD, DEAD, NO, DEAD, DEAD, BP_REASON_INPUT_ZERO,
                                 DEAD, DEAD, NO, DEAD, DEAD, NO};
    static const uint8_t b1[] = {DEAD, DEAD, NO}, b2[] = {NO, NO, NO, NO};
    static const uint8_t w2[] = {FED, FED, FED, FED, FED, FED, FED, FED, NO, NO, NO, NO};
    static const size_t counts[BP_REASON_COUNT + 1] = {
        [DEAD] = 10, [FED] = 8, [BP_REASON_INPUT_ZERO] = 1, [NO] = 12};
    struct net net;
    struct run run;
    net_textbook(&net);
    run_backward(&run, &net.task);
    ck_assert(memcmp(run.pass.layers[0].why_w, w1, sizeof w1) == 0);
    ck_assert(memcmp(run.pass.layers[0].why_b, b1, sizeof b1) == 0);
    ck_assert(memcmp(run.pass.layers[1].why_w, w2, sizeof w2) == 0);
    ck_assert(memcmp(run.pass.layers[1].why_b, b2, sizeof b2) == 0);
    ck_assert(memcmp(run.pass.counts, counts, sizeof counts) == 0);
    run_free(&run);
    net_free(&net);
}

/* Unrounded, z1[0] misses 0 by a bit or two, or it is exactly 0: by the bias's place in the sum. */
TEST(test_textbook_sums_start_from_the_bias)
{
    struct net net;
    struct run run;
    net_textbook(&net);
    net.task.rules.round_decimals = BP_NO_ROUNDING;
    run_make(&run, &net.task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
    ck_assert(bp_forward(&run.pass, &run.overflow, &net.task));
    ck_assert(run.pass.layers[0].z[0] == ((0.1 + 1 * 0.2) + 1 * 0.1) + 1 * -0.4);
    run_free(&run);
    net_free(&net);
}

/* --- rules -------------------------------------------------------------------------------------
 */

TEST(test_rounding_before_gates_alone)
{
    static const size_t sizes[] = {1, 1, 1};
    for (int activation = 0; activation < BP_ACTIVATION_COUNT; activation++) {
        const bool is_gated =
            activation == BP_ACTIVATION_RELU || activation == BP_ACTIVATION_LEAKY_RELU;
        struct net net;
        struct run run;
        net_make(&net, 2, sizes, 1);
        net.layers[1].activation = (enum bp_activation)activation;
        if (activation != BP_ACTIVATION_SOFTMAX)
            net.layers[0].activation = net.layers[1].activation;
        net.layers[0].b[0] = net.layers[1].b[0] = 0.123456;
        net.task.rules.round_decimals = 2;
        run_make(&run, &net.task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
        ck_assert(bp_forward(&run.pass, &run.overflow, &net.task));
        for (size_t k = activation == BP_ACTIVATION_SOFTMAX; k < 2; k++)
            ck_assert_double_eq(run.pass.layers[k].z[0], is_gated ? 0.12 : 0.123456);
        run_free(&run);
        net_free(&net);
    }
}

/* z is exactly 0 on the way to relu. */
TEST(test_relu_at_zero_opens_the_gate)
{
    static const double at_zeros[] = {0, 0.25, 1};
    for (size_t i = 0; i < LENGTH(at_zeros); i++) {
        struct net net;
        struct run run;
        net_make(&net, 2, (const size_t[]){1, 1, 1}, 1);
        net_set(net.numbers, 6, (const double[]){0, 0, 3, 0, 1, 1}); /* y_hat = 3 relu(0 x) */
        net.task.rules.relu_at_zero = at_zeros[i];
        run_backward(&run, &net.task);
        ck_assert(run.pass.layers[0].dead[0] == (at_zeros[i] == 0));
        ck_assert_double_eq(run.pass.layers[0].dh_dz[0], at_zeros[i]);
        ck_assert_double_eq(run.pass.layers[0].dw[0], -2 * 3 * at_zeros[i]);
        run_free(&run);
        net_free(&net);
    }
}

/* y_hat - y is 1, 2, 3: the squares sum to 14. */
TEST(test_each_loss_by_hand)
{
    static const struct {
        enum bp_loss loss;
        double value, slope;
    } rows[] = {
        {BP_LOSS_MSE, 14.0 / 3, 2.0 / 3},
        {BP_LOSS_SSE, 14, 2},
        {BP_LOSS_HALF_MSE, 14.0 / 6, 1.0 / 3},
        {BP_LOSS_HALF_SSE, 7, 1},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const double c = rows[i].slope;
        struct net net;
        struct run run;
        net_make(&net, 1, (const size_t[]){1, 3}, 1);
        net_set(net.layers[0].b, 3, (const double[]){5, 6, 7});
        net_set(net_sample(&net, 0), 4, (const double[]){0, 4, 4, 4});
        net.task.rules.loss = rows[i].loss;
        run_backward(&run, &net.task);
        NEAR(&run.pass.loss, rows[i].value);
        NEAR(run.pass.losses, rows[i].value);
        NEAR(run.pass.layers[0].dl_dh, c, 2 * c, 3 * c);
        NEAR(&(double){2 * bp_loss_factor(rows[i].loss, 3)}, c);
        run_free(&run);
        net_free(&net);
    }
}

/* z is 0, ln 2 and ln 4: softmax gives 1/7, 2/7, 4/7, sigmoid 1/2, 2/3, 4/5. */
TEST(test_each_loss_from_z_by_hand)
{
    static const struct {
        enum bp_loss loss;
        enum bp_activation last;
        double y[3], value, dl_dy_hat[3], dl_dz[3];
    } rows[] = {
        {BP_LOSS_CROSS_ENTROPY,
         BP_ACTIVATION_SOFTMAX,
         {0, 1, 0},
         1.252762968495368,
         {0, -3.5, 0},
         {1.0 / 7, -5.0 / 7, 4.0 / 7}}, /* ln 3.5 */
        {BP_LOSS_CROSS_ENTROPY,
         BP_ACTIVATION_SOFTMAX,
         {2, 0, 0.5}, /* need not sum to 1 */
         4.171628192078338,
         {-14, 0, -0.875},
         {-11.5 / 7, 5.0 / 7, 6.5 / 7}},
        {BP_LOSS_CROSS_ENTROPY, BP_ACTIVATION_SOFTMAX, {0}, 0, {0}, {0}},
        {BP_LOSS_SUM_BINARY_CROSS_ENTROPY,
         BP_ACTIVATION_SIGMOID,
         {1, 0, 0.5}, /* ln 15 */
         2.70805020110221,
         {-2, 3, 1.875},
         {-1.0 / 2, 2.0 / 3, 0.3}},
        {BP_LOSS_BINARY_CROSS_ENTROPY,
         BP_ACTIVATION_SIGMOID,
         {1, 0, 0.5},
         2.70805020110221 / 3,
         {-2.0 / 3, 1, 0.625},
         {-1.0 / 6, 2.0 / 9, 0.1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct net net;
        struct run run;
        net_make(&net, 1, (const size_t[]){1, 3}, 1);
        net_set(net.layers[0].b, 3, (const double[]){0, log(2), log(4)});
        net_set(net_sample(&net, 0) + 1, 3, rows[i].y);
        net.layers[0].activation = rows[i].last;
        net.task.rules.loss = rows[i].loss;
        run_backward(&run, &net.task);
        NEAR(&run.pass.loss, rows[i].value);
        NEAR(run.pass.losses, rows[i].value);
        require_near("dL_dy_hat", run.pass.layers[0].dl_dh, rows[i].dl_dy_hat, 3);
        require_near("dL_dz", run.pass.layers[0].dl_dz, rows[i].dl_dz, 3);
        run_free(&run);
        net_free(&net);
    }
}

TEST(test_each_loss_needs_its_last_layer)
{
    static const enum bp_activation needed[BP_LOSS_COUNT] = {
        [BP_LOSS_MSE] = BP_ACTIVATION_ANY,
        [BP_LOSS_SSE] = BP_ACTIVATION_ANY,
        [BP_LOSS_HALF_MSE] = BP_ACTIVATION_ANY,
        [BP_LOSS_HALF_SSE] = BP_ACTIVATION_ANY,
        [BP_LOSS_CROSS_ENTROPY] = BP_ACTIVATION_SOFTMAX,
        [BP_LOSS_BINARY_CROSS_ENTROPY] = BP_ACTIVATION_SIGMOID,
        [BP_LOSS_SUM_BINARY_CROSS_ENTROPY] = BP_ACTIVATION_SIGMOID,
    };
    for (int loss = 0; loss < BP_LOSS_COUNT; loss++)
        ck_assert_int_eq(bp_loss_needs((enum bp_loss)loss), needed[loss]);
}

/* The z lie further apart than the largest double: a target of 0 makes no term of it. */
TEST(test_cross_entropy_of_an_infinite_difference)
{
    static const double z[] = {1e308, -1e308, 1e308}, y[] = {0.5, 0, 0.25};
    const double loss = bp_loss(z, NULL, y, BP_LOSS_CROSS_ENTROPY, 3);
    ck_assert_double_eq_tol(loss, 0.75 * log(2), 1e-15);
}

/* Softmax with a loss of squares goes through the matrix: y_hat is 1/7, 2/7, 4/7, y 1/7, 1, 0. */
TEST(test_softmax_with_squares_by_hand)
{
    struct net net;
    struct run run;
    net_make(&net, 1, (const size_t[]){1, 3}, 1);
    net_set(net.layers[0].b, 3, (const double[]){0, log(2), log(4)});
    net_set(net_sample(&net, 0), 4, (const double[]){3, 1.0 / 7, 1, 0});
    net.layers[0].activation = BP_ACTIVATION_SOFTMAX;
    net.task.rules.loss = BP_LOSS_HALF_SSE;
    run_backward(&run, &net.task);
    NEAR(&run.pass.loss, 41.0 / 98);
    NEAR(run.pass.layers[0].dl_dh, 0, -5.0 / 7, 4.0 / 7);
    NEAR(run.pass.layers[0].dh_dz, 6.0 / 7, 5.0 / 7, 3.0 / 7); /* 1 - y_hat */
    NEAR(run.pass.layers[0].dl_dz, -6.0 / 343, -82.0 / 343, 88.0 / 343);
    NEAR(run.pass.layers[0].dw, -18.0 / 343, -246.0 / 343, 264.0 / 343);
    run_free(&run);
    net_free(&net);
}

/* In place of a target: no loss of that sample, and its gradient through the last layer. */
TEST(test_own_gradient_beside_a_target)
{
    struct net net;
    struct run run;
    net_make(&net, 1, (const size_t[]){1, 2}, 2);
    net.layers[0].activation = BP_ACTIVATION_SIGMOID;
    net.task.rules.loss = BP_LOSS_SUM_BINARY_CROSS_ENTROPY;
    net_set(net_sample(&net, 0), 3, (const double[]){4, 1, 0});
    net_set(net_sample(&net, 1), 3, (const double[]){8, 5, -3});
    net_give_gradient(&net, 1);
    run_backward(&run, &net.task);
    const struct bp_layer_pass *layer = &run.pass.layers[0];
    NEAR(run.pass.losses, 2 * log(2));
    NEAR(layer->dl_dh, -2, 2, 5, -3);
    NEAR(layer->dl_dz, -0.5, 0.5, 1.25, -0.75);
    NEAR(layer->dw, (4 * -0.5 + 8 * 1.25) / 2, (4 * 0.5 - 8 * 0.75) / 2); /* by both samples */
    NEAR(layer->db, 0.375, -0.125);
    run_free(&run);
    net_free(&net);
}

/* A y_hat that fades to 0 where y is 1 makes a dL_dy_hat that is infinite, and no fault: dL_dz does
 * not come from it. */
TEST(test_infinite_error_is_only_shown)
{
    static const struct {
        enum bp_loss loss;
        enum bp_activation last;
        double dl_dy_hat[2], dl_dz[2];
    } rows[] = {
        {BP_LOSS_CROSS_ENTROPY, BP_ACTIVATION_SOFTMAX, {-INFINITY, 0}, {-1, 1}},
        {BP_LOSS_SUM_BINARY_CROSS_ENTROPY, BP_ACTIVATION_SIGMOID, {-INFINITY, INFINITY}, {-1, 1}},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct net net;
        struct run run;
        net_make(&net, 1, (const size_t[]){1, 2}, 3);
        net_set(net.layers[0].b, 2, (const double[]){-800, 800});
        net.layers[0].activation = rows[i].last;
        net.task.rules.loss = rows[i].loss;
        for (size_t s = 0; s < 3; s++)
            net_set(net_sample(&net, s), 2, (const double[]){1, 1});
        run_backward(&run, &net.task);
        for (size_t s = 0; s < 3; s++) {
            ck_assert(memcmp(run.pass.layers[0].dl_dh + 2 * s, rows[i].dl_dy_hat, 16) == 0);
            ck_assert(memcmp(run.pass.layers[0].dl_dz + 2 * s, rows[i].dl_dz, 16) == 0);
        }
        NEAR(run.pass.layers[0].dw, -1, 1);
        run_free(&run);
        net_free(&net);
    }
}

/* z starts from 0, and no array of biases is there. */
TEST(test_layer_without_biases)
{
    struct net net;
    struct run run;
    net_make(&net, 2, (const size_t[]){2, 1, 1}, 1);
    net_set(net.layers[0].w, 3, (const double[]){2, 3, 77});
    net.layers[1].w[0] = 5;
    net_set(net_sample(&net, 0), 3, (const double[]){1, 10, 150});
    net_drop_biases(&net, 0);
    ck_assert_uint_eq(bp_network_parameters(&net.task.network), 4);
    run_backward(&run, &net.task);
    NEAR(run.pass.layers[0].z, 32);
    NEAR(run.pass.layers[1].h, 160);
    NEAR(run.pass.layers[0].dw, 100, 1000); /* dL_dy_hat is 20 */
    ck_assert_ptr_null(run.pass.layers[0].db);
    ck_assert_ptr_null(run.pass.layers[0].why_b);
    NEAR(run.pass.layers[1].db, 20);
    ck_assert_uint_eq(run.pass.counts[BP_REASON_NONE], 4);
    run_free(&run);
    net_free(&net);
}

/* W1 dL_dz1 of each sample, only where the rows of all are kept and gradients are asked for. */
TEST(test_gradient_of_the_input)
{
    struct net net;
    struct run run;
    net_make(&net, 1, (const size_t[]){3, 2}, 2);
    net_set(net.layers[0].w, 6, (const double[]){1, 2, 3, 4, 5, 6});
    net.task.rules.loss = BP_LOSS_HALF_SSE;
    net_set(net_sample(&net, 0) + 3, 2, (const double[]){-1, -10});
    net_set(net_sample(&net, 1) + 3, 2, (const double[]){2, 0});
    run_backward(&run, &net.task);
    NEAR(run.pass.dl_dx, 21, 43, 65, -2, -6, -10);
    run_free(&run);
    for (unsigned parts = 0; parts < EVERYTHING; parts++) {
        const bool both = (parts & BP_PASS_BACKWARD) && (parts & BP_PASS_ALL_SAMPLES);
        run_make(&run, &net.task, parts);
        ck_assert((run.pass.dl_dx != NULL) == both);
        run_free(&run);
    }
    net_free(&net);
}

/* Two samples of one identity unit, y_hat = x: errors 2 and -6, losses 4 and 36. */
static void make_two(struct net *net)
{
    net_make(net, 1, (const size_t[]){1, 1}, 2);
    net_set(net->numbers, 6, (const double[]){1, 0, 3, 1, 5, 11});
}

TEST(test_batch_is_the_mean_of_its_samples)
{
    struct net net;
    struct run run;
    make_two(&net);
    run_backward(&run, &net.task);
    NEAR(run.pass.losses, 4, 36);
    NEAR(&run.pass.loss, 20);
    NEAR(run.pass.layers[0].dl_dh, 4, -12); /* a sample's own: not divided by the batch size */
    NEAR(run.pass.dl_dx, 4, -12);
    NEAR(run.pass.layers[0].dw, (4.0 * 3 - 12 * 5) / 2);
    NEAR(run.pass.layers[0].db, -4);
    run_free(&run);
    net_free(&net);
}

TEST(test_batch_is_the_sum_of_its_samples)
{
    static const unsigned parts[] = {EVERYTHING, BP_PASS_BACKWARD};
    for (size_t i = 0; i < LENGTH(parts); i++) {
        struct net net;
        struct run run;
        make_two(&net);
        net.task.rules.reduction = BP_REDUCTION_SUM;
        run_make(&run, &net.task, parts[i]);
        ck_assert(bp_backward(&run.pass, &run.overflow, &net.task));
        NEAR(run.pass.losses, 4, 36);
        NEAR(&run.pass.loss, 40);
        NEAR(run.pass.layers[0].dl_dh, 4, -12); /* a sample's own: as it is under the mean */
        NEAR(run.pass.layers[0].dw, 4.0 * 3 - 12 * 5);
        NEAR(run.pass.layers[0].db, -8);
        run_free(&run);
        net_free(&net);
    }
}

TEST(test_dead_means_on_every_sample)
{
    struct net net;
    struct run run;
    net_make(&net, 2, (const size_t[]){1, 3, 1}, 130);
    net_set(net.layers[0].w, 3, (const double[]){1, -1, 0});
    net_set(net.layers[0].b, 3, (const double[]){0, 0, -1});
    for (size_t s = 0; s < 130; s++)
        net_sample(&net, s)[0] = -1;
    net_sample(&net, 129)[0] = 1; /* the one sample on which unit 0 lives */
    run_backward(&run, &net.task);
    ck_assert(!run.pass.layers[0].dead[0]);
    ck_assert(!run.pass.layers[0].dead[1]);
    ck_assert(run.pass.layers[0].dead[2]);
    run_free(&run);
    net_free(&net);
}

TEST(test_dead_is_for_relu_alone)
{
    for (int activation = 0; activation < BP_ACTIVATION_COUNT; activation++) {
        struct net net;
        struct run run;
        net_make(&net, 1, (const size_t[]){1, 1}, 1);
        net.layers[0].activation = (enum bp_activation)activation;
        net.layers[0].b[0] = -800; /* sigmoid and tanh are saturated here */
        run_backward(&run, &net.task);
        ck_assert(run.pass.layers[0].dead[0] == (activation == BP_ACTIVATION_RELU));
        run_free(&run);
        net_free(&net);
    }
}

/* Losses of the samples that have a target; no loss of the batch is asked for. */
TEST(test_forward_without_a_target)
{
    static const double losses[] = {4, 4, 25};
    for (size_t missing = 0; missing < 3; missing++) {
        struct net net;
        struct run run;
        net_make(&net, 1, (const size_t[]){1, 1}, 3);
        net_set(net.numbers, 8, (const double[]){1, 0, 1, 3, 2, 0, 3, 8});
        net.samples[missing].y = NULL;
        run_make(&run, &net.task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
        ck_assert(bp_forward(&run.pass, &run.overflow, &net.task));
        NEAR(run.pass.layers[0].h, 1, 2, 3);
        for (size_t s = 0; s < 3; s++)
            ck_assert(s == missing || run.pass.losses[s] == losses[s]);
        run_free(&run);
        net_free(&net);
    }
}

/* --- gradients against differences of the loss -------------------------------------------------
 */

static double loss_of(struct run *run, const struct bp_task *task)
{
    REQUIRE(bp_forward(&run->pass, &run->overflow, task), "the pass overflowed");
    return run->pass.loss;
}

/* How near a pre-activation is to the kink of its gate. */
static double nearest_kink(const struct run *run, const struct bp_task *task)
{
    double nearest = INFINITY;
    for (size_t k = 0; k < task->network.depth; k++)
        for (size_t i = 0; i < task->n_samples * task->network.layers[k].n_out; i++)
            if (bp_layer_is_gated(&task->network.layers[k]))
                nearest = fmin(nearest, fabs(run->pass.layers[k].z[i]));
    return nearest;
}

/* Targets that every loss allows. */
static void make_targets_positive(struct net *net)
{
    const size_t n_x = net->layers[0].n_in;
    for (size_t s = 0; s < net->task.n_samples; s++)
        for (size_t j = 0; j < bp_network_last(&net->task.network)->n_out; j++)
            net_sample(net, s)[n_x + j] = fabs(net_sample(net, s)[n_x + j]);
}

/* Fills the network so that no z of a gate is near its kink. Returns false if this seed will not
 * do. */
static bool fill_away_from_kinks(struct net *net, uint64_t seed)
{
    struct run run;
    net_fill(net, seed);
    make_targets_positive(net);
    run_make(&run, &net->task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
    loss_of(&run, &net->task);
    bool good = nearest_kink(&run, &net->task) > 1e-3;
    run_free(&run);
    return good;
}

/* Compares one partial derivative, sign and all. Returns whether it is not zero. */
static bool check_gradient(struct run *probe, const struct bp_task *task, double *number,
                           double gradient)
{
    const double step = 1e-5, here = *number;
    *number = here + step;
    double above = loss_of(probe, task);
    *number = here - step;
    double below = loss_of(probe, task);
    *number = here;
    double slope = (above - below) / (2 * step);
    REQUIRE(fabs(slope - gradient) < 1e-8 + 1e-7 * fabs(slope),
            "%.12g, but the loss rises by %.12g", gradient, slope);
    return fabs(gradient) > 1e-6;
}

/* Those of all parameters and inputs. Returns how many parameters' are not zero. */
static size_t check_gradients(struct net *net)
{
    const double share =
        net->task.rules.reduction == BP_REDUCTION_MEAN ? 1.0 / (double)net->task.n_samples : 1;
    const size_t n_x = net->layers[0].n_in;
    struct run run, probe;
    double gradients[200];
    size_t alive = 0;
    run_backward(&run, &net->task);
    run_make(&probe, &net->task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
    run_gradients(gradients, &run, &net->task);
    for (size_t i = 0; i < net->n_parameters; i++)
        alive += check_gradient(&probe, &net->task, &net->numbers[i], gradients[i]);
    for (size_t i = 0; i < net->task.n_samples * n_x; i++)
        check_gradient(&probe, &net->task, &net_sample(net, i / n_x)[i % n_x],
                       share * run.pass.dl_dx[i]);
    run_free(&probe);
    run_free(&run);
    return alive;
}

static size_t check_gradients_of(enum bp_activation hidden, enum bp_activation last,
                                 enum bp_loss loss)
{
    static const size_t sizes[] = {3, 7, 5, 4, 2}; /* no two alike: a transposition shows */
    struct net net;
    uint64_t seed = 1;
    net_make(&net, 4, sizes, 6);
    for (size_t k = 0; k < 4; k++)
        net.layers[k].activation = k < 3 ? hidden : last;
    net.task.rules.loss = loss;
    net.task.rules.reduction = (enum bp_reduction)(loss % BP_REDUCTION_COUNT);
    if (last % 2)
        net_drop_biases(&net, 1);
    while (!fill_away_from_kinks(&net, seed))
        seed++;
    size_t alive = check_gradients(&net);
    REQUIRE(2 * alive > net.n_parameters, "only %zu of %zu gradients are not zero", alive,
            net.n_parameters);
    net_free(&net);
    return alive;
}

TEST(test_gradients_are_the_slopes_of_the_loss)
{
    for (int hidden = 0; hidden < BP_ACTIVATION_SOFTMAX; hidden++)
        for (int last = 0; last < BP_ACTIVATION_COUNT; last++)
            for (int loss = 0; loss < BP_LOSS_COUNT; loss++)
                if (net_can_pair((enum bp_activation)last, (enum bp_loss)loss))
                    check_gradients_of((enum bp_activation)hidden, (enum bp_activation)last,
                                       (enum bp_loss)loss);
}

/* Every layer another activation, none the same below and above. */
TEST(test_gradients_of_mixed_layers)
{
    static const size_t sizes[] = {2, 5, 3, 6, 4, 7};
    struct net net;
    uint64_t seed = 1;
    net_make(&net, 5, sizes, 3);
    for (size_t k = 0; k < 5; k++)
        net.layers[k].activation = (enum bp_activation)(k + 1);
    while (!fill_away_from_kinks(&net, seed))
        seed++;
    ck_assert_uint_gt(2 * check_gradients(&net), net.n_parameters);
    net_free(&net);
}

/* --- batches -----------------------------------------------------------------------------------
 */

static const size_t BATCH_SIZES[] = {13, 9, 17, 5};

static void make_batch(struct net *net, size_t n_samples)
{
    net_make(net, 3, BATCH_SIZES, n_samples);
    net->layers[1].activation = BP_ACTIVATION_TANH;
    net->task.rules.round_decimals = 10;
    net_fill(net, 7);
}

/* The same with all that a batch can hold: softmax, targets of cross-entropy beside gradients that
 * samples bring, layers without biases. */
static void make_mixed_batch(struct net *net, size_t n_samples)
{
    make_batch(net, n_samples);
    make_targets_positive(net);
    net->layers[2].activation = BP_ACTIVATION_SOFTMAX;
    net->task.rules.loss = BP_LOSS_CROSS_ENTROPY;
    net_drop_biases(net, 0);
    net_drop_biases(net, 2);
    for (size_t s = 1; s < n_samples; s += 3)
        net_give_gradient(net, s);
}

typedef void batch_maker(struct net *net, size_t n_samples);
static batch_maker *const BATCHES[] = {make_batch, make_mixed_batch};

static void require_same_row(const char *what, const double *alone, const double *batch, size_t s,
                             size_t n)
{
    REQUIRE(memcmp(alone, batch + s * n, n * sizeof *alone) == 0, "%s of sample %zu differs", what,
            s);
}

static void check_alone(const struct net *net, const struct run *batch, size_t s)
{
    struct bp_task one = net->task;
    struct run alone;
    one.samples = net->task.samples + s;
    one.n_samples = 1;
    run_backward(&alone, &one);
    for (size_t k = 0; k < one.network.depth; k++) {
        const struct bp_layer_pass *a = &alone.pass.layers[k], *b = &batch->pass.layers[k];
        const size_t n = one.network.layers[k].n_out;
        require_same_row("z", a->z, b->z, s, n);
        require_same_row("h", a->h, b->h, s, n);
        require_same_row("dL_dh", a->dl_dh, b->dl_dh, s, n);
        require_same_row("dh_dz", a->dh_dz, b->dh_dz, s, n);
        require_same_row("dL_dz", a->dl_dz, b->dl_dz, s, n);
    }
    require_same_row("dL_dx", alone.pass.dl_dx, batch->pass.dl_dx, s, BATCH_SIZES[0]);
    if (one.samples->y)
        require_same_row("loss", alone.pass.losses, batch->pass.losses, s, 1);
    run_free(&alone);
}

TEST(test_sample_alone_as_in_a_batch)
{
    for (size_t i = 0; i < LENGTH(BATCHES); i++) {
        struct net net;
        struct run batch;
        BATCHES[i](&net, 200);
        for (size_t n = 1; n <= 200; n += n < 66 || (n >= 126 && n < 130) ? 1 : 5) {
            net.task.n_samples = n;
            run_backward(&batch, &net.task);
            for (size_t s = 0; s < n; s += n <= 66 || n == 129 || n == 200 ? 1 : 31)
                check_alone(&net, &batch, s);
            check_alone(&net, &batch, n - 1);
            run_free(&batch);
        }
        net_free(&net);
    }
}

/* gradients = (sample 0's + sample 1's + ...) / n, or undivided, bit for bit. */
static void check_sums(const struct net *net, enum bp_reduction reduction, size_t n)
{
    struct bp_task task = net->task;
    struct run batch, alone;
    double *sum = calloc(3, net->n_parameters * sizeof *sum);
    double *own = sum + net->n_parameters, *got = own + net->n_parameters;
    const double divisor = reduction == BP_REDUCTION_MEAN ? (double)n : 1;
    task.n_samples = n;
    task.rules.reduction = reduction;
    run_backward(&batch, &task);
    run_gradients(got, &batch, &task);
    for (size_t s = 0; s < n; s++) {
        task.samples = net->task.samples + s;
        task.n_samples = 1;
        run_backward(&alone, &task);
        run_gradients(own, &alone, &task);
        for (size_t j = 0; j < net->n_parameters; j++)
            sum[j] += own[j];
        run_free(&alone);
    }
    for (size_t j = 0; j < net->n_parameters; j++)
        REQUIRE(got[j] == sum[j] / divisor, "%zu samples, parameter %zu", n, j);
    run_free(&batch);
    free(sum);
}

TEST(test_gradients_are_summed_sample_by_sample)
{
    static const size_t batches[] = {1, 2, 3, 63, 64, 65, 127, 128, 129, 200};
    for (size_t i = 0; i < LENGTH(BATCHES); i++) {
        struct net net;
        BATCHES[i](&net, 200);
        for (size_t j = 0; j < LENGTH(batches); j++)
            for (int reduction = 0; reduction < BP_REDUCTION_COUNT; reduction++)
                check_sums(&net, (enum bp_reduction)reduction, batches[j]);
        net_free(&net);
    }
}

TEST(test_loss_is_summed_sample_by_sample)
{
    /* any one batch might hide another order by luck; all of these do not */
    for (size_t n = 65; n <= NET_SAMPLES_MAX; n += 9) {
        struct net net;
        struct run run;
        make_batch(&net, n);
        run_backward(&run, &net.task);
        double sum = 0;
        for (size_t s = 0; s < n; s++)
            sum += run.pass.losses[s];
        ck_assert(run.pass.loss == sum / (double)n);
        net.task.rules.reduction = BP_REDUCTION_SUM;
        ck_assert(bp_backward(&run.pass, &run.overflow, &net.task));
        ck_assert(run.pass.loss == sum);
        run_free(&run);
        net_free(&net);
    }
}

/* What comes back does not depend on which parts are kept, nor forward on backward. */
TEST(test_parts_do_not_change_numbers)
{
    static const unsigned parts[] = {BP_PASS_BACKWARD, BP_PASS_BACKWARD | BP_PASS_REASONS,
                                     BP_PASS_BACKWARD | BP_PASS_ALL_SAMPLES};
    struct net net;
    struct run all, some;
    double expected[600], got[600];
    make_mixed_batch(&net, 200);
    run_backward(&all, &net.task);
    run_gradients(expected, &all, &net.task);
    for (size_t i = 0; i < LENGTH(parts); i++) {
        run_make(&some, &net.task, parts[i]);
        ck_assert(bp_backward(&some.pass, &some.overflow, &net.task));
        run_gradients(got, &some, &net.task);
        ck_assert(memcmp(got, expected, net.n_parameters * sizeof *got) == 0);
        ck_assert(some.pass.loss == all.pass.loss);
        for (size_t s = 0; s < 200; s++)
            ck_assert(!net.samples[s].y || some.pass.losses[s] == all.pass.losses[s]);
        run_free(&some);
    }
    run_make(&some, &net.task, BP_PASS_FORWARD);
    ck_assert(bp_forward(&some.pass, &some.overflow, &net.task));
    ck_assert(some.pass.loss == all.pass.loss);
    for (size_t k = 0; k < 3; k++)
        ck_assert(memcmp(some.pass.layers[k].dead, all.pass.layers[k].dead, BATCH_SIZES[k + 1]) ==
                  0);
    run_free(&some);
    run_free(&all);
    net_free(&net);
}

/* Many zeros of many reasons: whole numbers, sparse inputs, and but for every n-th sample the
 * target is what comes out. */
static void make_sparse(struct net *net, size_t every)
{
    struct run run;
    uint64_t seed = 5;
    net_make(net, 3, (const size_t[]){4, 5, 3, 2}, 200);
    net->layers[1].activation = BP_ACTIVATION_IDENTITY;
    for (size_t i = 0; i < net->n_numbers; i++)
        net->numbers[i] = (double)random_below(&seed, 3) - 1;
    net->layers[0].b[1] = net->layers[0].b[2] = -9;
    run_make(&run, &net->task, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES);
    ck_assert(bp_forward(&run.pass, &run.overflow, &net->task));
    for (size_t s = 0; s < 200; s++) {
        const double *y_hat = run.pass.layers[2].h + 2 * s;
        net_set(net_sample(net, s) + 4, 2, (const double[]){y_hat[0], y_hat[1] + (s % every == 0)});
    }
    run_free(&run);
}

/* A batch's reason, told from those of its samples alone: all alike, mixed, or terms that cancel.
 */
static int reason_of_batch(uint8_t (*alone)[64], size_t n_samples, size_t i, double gradient)
{
    bool mixed = false, alive = false;
    for (size_t s = 0; s < n_samples; s++) {
        mixed = mixed || alone[s][i] != alone[0][i];
        alive = alive || alone[s][i] == BP_REASON_NONE;
    }
    if (gradient != 0)
        return BP_REASON_NONE;
    return alive ? BP_REASON_CANCELS : mixed ? BP_REASON_MIXED : alone[0][i];
}

/* The reasons of all parameters, in the order of net.numbers. */
static void run_reasons(uint8_t *reasons, const struct run *run, const struct bp_task *task)
{
    for (size_t k = 0; k < task->network.depth; k++) {
        const size_t n_out = task->network.layers[k].n_out;
        const size_t n_w = task->network.layers[k].n_in * n_out;
        memcpy(reasons, run->pass.layers[k].why_w, n_w);
        memcpy(reasons + n_w, run->pass.layers[k].why_b, n_out);
        reasons += n_w + n_out;
    }
}

static void check_reasons_of_batches(size_t every, size_t met[BP_REASON_COUNT + 1])
{
    static const size_t batches[] = {1, 63, 64, 65, 130, 200};
    static uint8_t alone[200][64];
    struct net net;
    struct run run;
    make_sparse(&net, every);
    ck_assert_uint_le(net.n_parameters, 64);
    for (size_t s = 0; s < 200; s++) {
        struct bp_task one = net.task;
        one.samples += s;
        one.n_samples = 1;
        run_backward(&run, &one);
        run_reasons(alone[s], &run, &one);
        run_free(&run);
    }
    for (size_t i = 0; i < 2 * LENGTH(batches); i++) {
        uint8_t reasons[64];
        double gradients[64];
        struct bp_task task = net.task;
        task.n_samples = batches[i / 2];
        run_make(&run, &task, i % 2 ? EVERYTHING : BP_PASS_BACKWARD | BP_PASS_REASONS);
        ck_assert(bp_backward(&run.pass, &run.overflow, &task));
        run_reasons(reasons, &run, &task);
        run_gradients(gradients, &run, &task);
        for (size_t j = 0; j < net.n_parameters; j++) {
            int expected = reason_of_batch(alone, task.n_samples, j, gradients[j]);
            REQUIRE(reasons[j] == expected, "%zu samples, parameter %zu: %d, not %d",
                    task.n_samples, j, reasons[j], expected);
            met[expected]++;
        }
        run_free(&run);
    }
    net_free(&net);
}

TEST(test_reasons_of_a_batch_from_those_of_its_samples)
{
    size_t met[BP_REASON_COUNT + 1] = {0};
    for (size_t every = 1; every <= 7; every += 2)
        check_reasons_of_batches(every, met);
    ck_assert(met[BP_REASON_NEURON_DEAD] && met[BP_REASON_ERROR_ZERO] && met[BP_REASON_MIXED] &&
              met[BP_REASON_NONE] && met[BP_REASON_SOURCE_DEAD]);
}

/* Two errors that cancel, both in the second block; all else is as it should be. */
TEST(test_terms_cancel_in_a_later_block)
{
    struct net net;
    struct run run;
    net_make(&net, 1, (const size_t[]){1, 1}, 72);
    for (size_t s = 0; s < 72; s++)
        net_sample(&net, s)[0] = 1;
    net_sample(&net, 70)[1] = 1;
    net_sample(&net, 71)[1] = -1;
    run_backward(&run, &net.task);
    ck_assert_int_eq(run.pass.layers[0].why_w[0], BP_REASON_CANCELS);
    ck_assert_int_eq(run.pass.layers[0].why_b[0], BP_REASON_CANCELS);
    run_free(&run);
    net_free(&net);
}

/* A pass starts afresh: the second run over the same block gives the same. */
/* A cancelled task is not calculated, and that is not an overflow. */
TEST(test_cancelled_pass_ends)
{
    static const atomic_bool cancelled = true;
    for (int backward = 0; backward < 2; backward++) {
        struct net net;
        struct run run;
        net_textbook(&net);
        net.task.cancelled = &cancelled;
        run_make(&run, &net.task, BP_PASS_BACKWARD | BP_PASS_ALL_SAMPLES);
        run.overflow.step = 12345;
        ck_assert(!(backward ? bp_backward : bp_forward)(&run.pass, &run.overflow, &net.task));
        ck_assert(isnan(run.pass.losses[0]) && isnan(run.pass.layers[0].z[0]));
        ck_assert_uint_eq(run.overflow.step, 12345);
        run_free(&run);
        net_free(&net);
    }
}

TEST(test_pass_can_be_used_again)
{
    struct net net;
    struct run run;
    double first[600], second[600];
    size_t counts[BP_REASON_COUNT + 1];
    make_mixed_batch(&net, 70);
    run_backward(&run, &net.task);
    run_gradients(first, &run, &net.task);
    memcpy(counts, run.pass.counts, sizeof counts);
    ck_assert(bp_backward(&run.pass, &run.overflow, &net.task));
    run_gradients(second, &run, &net.task);
    ck_assert(memcmp(first, second, net.n_parameters * sizeof *first) == 0);
    ck_assert(memcmp(counts, run.pass.counts, sizeof counts) == 0);
    run_free(&run);
    net_free(&net);
}

/* --- carving -----------------------------------------------------------------------------------
 */

struct piece {
    void *at;
    size_t size;
};

/* The arrays of a pass, as its header describes them. Returns how many. */
static size_t pieces_of(struct piece *pieces, const struct bp_pass *pass,
                        const struct bp_task *task, unsigned parts)
{
    size_t n = 0;
    pieces[n++] = (struct piece){pass->losses, task->n_samples * sizeof(double)};
    pieces[n++] = (struct piece){pass->layers, task->network.depth * sizeof *pass->layers};
    if ((parts & BP_PASS_BACKWARD) && (parts & BP_PASS_ALL_SAMPLES))
        pieces[n++] = (struct piece){pass->dl_dx, task->n_samples * task->network.layers[0].n_in *
                                                      sizeof(double)};
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer_pass *layer = &pass->layers[k];
        const size_t n_in = task->network.layers[k].n_in, n_out = task->network.layers[k].n_out;
        const size_t rows = pass->rows * n_out * sizeof(double);
        const size_t n_b = task->network.layers[k].b ? n_out : 0;
        pieces[n++] = (struct piece){layer->z, rows};
        pieces[n++] = (struct piece){layer->h, rows};
        pieces[n++] = (struct piece){layer->dead, n_out * sizeof(bool)};
        if (!(parts & BP_PASS_BACKWARD))
            continue;
        pieces[n++] = (struct piece){layer->dh_dz, rows};
        pieces[n++] = (struct piece){layer->dl_dh, rows};
        pieces[n++] = (struct piece){layer->dl_dz, rows};
        pieces[n++] = (struct piece){layer->dw, (n_in * n_out + n_b) * sizeof(double)};
        ck_assert_ptr_eq(layer->db, n_b ? layer->dw + n_in * n_out : NULL);
        if (!(parts & BP_PASS_REASONS))
            continue;
        pieces[n++] = (struct piece){layer->why_w, n_in * n_out + n_b};
        ck_assert_ptr_eq(layer->why_b, n_b ? layer->why_w + n_in * n_out : NULL);
        pieces[n++] = (struct piece){layer->units, n_out * sizeof(struct bp_unit_sets)};
        pieces[n++] = (struct piece){layer->source, n_in * sizeof(struct bp_source_sets)};
    }
    return n;
}

/* Fills each array with a pattern of its own: one that overlaps, or reaches out of the block, is
 * found. */
static void check_pieces(const struct piece *pieces, size_t n, const char *block, size_t size)
{
    for (size_t i = 0; i < n; i++) {
        const char *at = pieces[i].at;
        REQUIRE(at >= block && at + pieces[i].size <= block + size, "array %zu is outside", i);
        REQUIRE((uintptr_t)at % 64 == 0, "array %zu is not aligned to 64 bytes", i);
    }
    for (size_t i = 0; i < n; i++)
        memset(pieces[i].at, (int)i + 1, pieces[i].size);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < pieces[i].size; j++)
            REQUIRE(((const unsigned char *)pieces[i].at)[j] == i + 1, "array %zu is overlapped",
                    i);
}

TEST(test_carve_arrays_do_not_overlap)
{
    static const unsigned all_parts[] = {BP_PASS_FORWARD, BP_PASS_FORWARD | BP_PASS_ALL_SAMPLES,
                                         BP_PASS_BACKWARD, BP_PASS_BACKWARD | BP_PASS_REASONS,
                                         EVERYTHING};
    static const size_t batches[] = {1, 2, 63, 64, 65, 200};
    for (size_t i = 0; i < LENGTH(all_parts) * LENGTH(batches); i++) {
        const unsigned parts = all_parts[i % LENGTH(all_parts)];
        struct piece pieces[64];
        struct bp_layout count = {NULL, 0};
        struct bp_pass pass;
        struct net net;
        BATCHES[i % LENGTH(BATCHES)](&net, batches[i / LENGTH(all_parts)]);
        bp_layout_pass(&pass, &count, &net.task, parts);
        struct bp_layout cut = {block_of(count.used), 0};
        bp_layout_pass(&pass, &cut, &net.task, parts);
        ck_assert_uint_eq(cut.used, count.used);
        size_t n = pieces_of(pieces, &pass, &net.task, parts);
        check_pieces(pieces, n, cut.base, cut.used);
        free(cut.base);
        net_free(&net);
    }
}

/* What was not asked for is not there, and not paid for. */
TEST(test_carve_only_what_is_asked_for)
{
    static const unsigned parts[] = {BP_PASS_FORWARD, BP_PASS_BACKWARD,
                                     BP_PASS_BACKWARD | BP_PASS_REASONS, EVERYTHING};
    struct net net;
    size_t less = 0;
    make_batch(&net, 200);
    for (size_t i = 0; i < LENGTH(parts); i++) {
        struct bp_layout layout = {NULL, 0};
        struct run run;
        bp_layout_pass(&run.pass, &layout, &net.task, parts[i]);
        ck_assert_uint_gt(layout.used, less);
        less = layout.used;
        run_make(&run, &net.task, parts[i]);
        ck_assert((run.pass.layers[0].dw != NULL) == (parts[i] != BP_PASS_FORWARD));
        ck_assert((run.pass.layers[0].why_w != NULL) == ((parts[i] & BP_PASS_REASONS) != 0));
        run_free(&run);
    }
    net_free(&net);
}

TEST(test_carve_counts_without_memory)
{
    struct bp_layout layout = {NULL, 0};
    ck_assert_ptr_null(bp_layout_array(&layout, 3, 8));
    ck_assert_uint_ge(layout.used, 24);
    size_t used = layout.used;
    ck_assert_ptr_null(bp_layout_array(&layout, 1, 1));
    ck_assert_uint_gt(layout.used, used);
}

TEST(test_carve_rows_as_asked)
{
    static const struct {
        size_t n_samples;
        unsigned parts;
        size_t rows;
    } rows[] = {{1, 0, 1},    {64, 0, 64},
                {65, 0, 64},  {65, BP_PASS_ALL_SAMPLES, 65},
                {200, 0, 64}, {200, BP_PASS_ALL_SAMPLES, 200}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct net net;
        struct run run;
        make_batch(&net, rows[i].n_samples);
        run_make(&run, &net.task, rows[i].parts);
        ck_assert_uint_eq(run.pass.rows, rows[i].rows);
        run_free(&run);
        net_free(&net);
    }
}

TEST(test_carve_saturates)
{
    static const struct {
        size_t used, count, size;
    } rows[] = {{0, SIZE_MAX, 8},      {0, SIZE_MAX / 2, 3},     {0, SIZE_MAX, 1},
                {SIZE_MAX - 8, 1, 16}, {SIZE_MAX - 200, 1, 200}, {SIZE_MAX, 1, 1}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_layout layout = {NULL, rows[i].used};
        ck_assert_ptr_null(bp_layout_array(&layout, rows[i].count, rows[i].size));
        REQUIRE(layout.used == SIZE_MAX, "row %zu: %zu", i, layout.used);
        bp_layout_array(&layout, 100, 100);
        ck_assert_uint_eq(layout.used, SIZE_MAX);
    }
}

TEST(test_parameters_are_counted)
{
    struct net net;
    net_textbook(&net);
    ck_assert_uint_eq(bp_network_parameters(&net.task.network), 31);
    ck_assert_uint_eq(bp_layer_parameters(&net.layers[0]), 15);
    ck_assert_uint_eq(bp_layer_parameters(&net.layers[1]), 16);
    net_drop_biases(&net, 0);
    ck_assert_uint_eq(bp_layer_parameters(&net.layers[0]), 12);
    ck_assert_uint_eq(bp_layer_weights(&net.layers[0]), 12);
    ck_assert_uint_eq(bp_layer_biases(&net.layers[0]), 0);
    ck_assert_uint_eq(bp_layer_biases(&net.layers[1]), 4);
    ck_assert_uint_eq(bp_network_parameters(&net.task.network), 28);
    net_free(&net);
}

SUITE("core/pass", test_textbook_forward, test_textbook_backward, test_textbook_bits,
      test_textbook_reasons, test_textbook_sums_start_from_the_bias,
      test_rounding_before_gates_alone, test_relu_at_zero_opens_the_gate, test_each_loss_by_hand,
      test_each_loss_from_z_by_hand, test_each_loss_needs_its_last_layer,
      test_cross_entropy_of_an_infinite_difference, test_softmax_with_squares_by_hand,
      test_own_gradient_beside_a_target, test_infinite_error_is_only_shown,
      test_layer_without_biases, test_gradient_of_the_input, test_batch_is_the_mean_of_its_samples,
      test_batch_is_the_sum_of_its_samples, test_dead_means_on_every_sample,
      test_dead_is_for_relu_alone, test_forward_without_a_target,
      test_gradients_are_the_slopes_of_the_loss, test_gradients_of_mixed_layers,
      test_sample_alone_as_in_a_batch, test_gradients_are_summed_sample_by_sample,
      test_loss_is_summed_sample_by_sample, test_parts_do_not_change_numbers,
      test_reasons_of_a_batch_from_those_of_its_samples, test_terms_cancel_in_a_later_block,
      test_cancelled_pass_ends, test_pass_can_be_used_again, test_carve_arrays_do_not_overlap,
      test_carve_only_what_is_asked_for, test_carve_counts_without_memory, test_carve_rows_as_asked,
      test_carve_saturates, test_parameters_are_counted)
