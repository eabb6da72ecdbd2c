#include <float.h>

#include "networks.h"

#define BIG 1e200 /* its square is beyond the largest double, itself far from it */

static void require_at(const struct bp_overflow *got, const struct bp_overflow *expected)
{
    REQUIRE(got->tensor == expected->tensor, "tensor %d, not %d", (int)got->tensor,
            (int)expected->tensor);
    REQUIRE(got->layer == expected->layer, "layer %zu, not %zu", got->layer, expected->layer);
    REQUIRE(got->sample == expected->sample, "sample %zu, not %zu", got->sample, expected->sample);
    REQUIRE(got->n_index == expected->n_index, "%zu indices", got->n_index);
    for (size_t i = 0; i < expected->n_index; i++)
        REQUIRE(got->index[i] == expected->index[i], "index %zu is %zu, not %zu", i, got->index[i],
                expected->index[i]);
    REQUIRE(got->step == expected->step, "step %zu, not %zu", got->step, expected->step);
}

static void require_overflow_of(const struct net *net, unsigned parts, struct bp_overflow expected)
{
    const bool backward = parts & BP_PASS_BACKWARD;
    struct run run;
    run_make(&run, &net->task, parts);
    memset(&run.overflow, 0xA5, sizeof run.overflow);
    ck_assert(!(backward ? bp_backward : bp_forward)(&run.pass, &run.overflow, &net->task));
    require_at(&run.overflow, &expected);
    run_free(&run);
}

/* With the rows of all samples, and with a block's. */
static void require_overflow(const struct net *net, bool backward, struct bp_overflow expected)
{
    const unsigned parts = backward ? BP_PASS_BACKWARD | BP_PASS_REASONS : 0;
    require_overflow_of(net, parts, expected);
    require_overflow_of(net, parts | BP_PASS_ALL_SAMPLES, expected);
}

static void require_both(const struct net *net, struct bp_overflow expected)
{
    require_overflow(net, false, expected);
    require_overflow(net, true, expected);
}

static void require_descent(const struct net *net, double learning_rate, size_t steps,
                            struct bp_overflow expected)
{
    struct bp_descent descent = {.learning_rate = learning_rate, .steps = steps};
    struct bp_overflow overflow;
    struct bp_layout layout = {NULL, 0};
    memset(&overflow, 0xA5, sizeof overflow);
    bp_descent_layout(&descent, &layout, &net->task, 0);
    layout = (struct bp_layout){block_of(layout.used), 0};
    bp_descent_layout(&descent, &layout, &net->task, 0);
    ck_assert(!bp_descend(&descent, &overflow, &net->task));
    require_at(&overflow, &expected);
    free(layout.base);
}

/* 2 inputs, 3 units, 4 outputs, `n` samples, all zero. */
static void make(struct net *net, size_t n)
{
    net_make(net, 2, (const size_t[]){2, 3, 4}, n);
}

TEST(test_z_of_the_first_layer)
{
    struct net net;
    make(&net, 3);
    net.layers[0].w[1 * 3 + 2] = BIG;
    net_sample(&net, 1)[1] = BIG;
    require_both(&net,
                 (struct bp_overflow){
                     .tensor = BP_TENSOR_Z, .layer = 0, .n_index = 1, .index = {2}, .sample = 1});
    net_free(&net);
}

/* Samples in order, not layers: the first sample's second layer comes before the second's first. */
TEST(test_z_of_the_first_sample_that_overflows)
{
    struct net net;
    make(&net, 2);
    net.layers[0].b[0] = BIG;
    net.layers[0].w[0] = BIG;
    net.layers[1].w[1] = BIG;
    net_sample(&net, 1)[0] = BIG;
    require_both(&net,
                 (struct bp_overflow){
                     .tensor = BP_TENSOR_Z, .layer = 1, .n_index = 1, .index = {1}, .sample = 0});
    net_free(&net);
}

/* inf - inf is NaN, and `z > 0 ? z : 0` would hide it, rounding or not. */
TEST(test_z_not_a_number_before_a_gate)
{
    for (int decimals = BP_NO_ROUNDING; decimals <= 10; decimals += 11) {
        struct net net;
        make(&net, 1);
        net.task.rules.round_decimals = decimals;
        net.layers[0].w[1] = BIG;
        net.layers[0].w[3 + 1] = -BIG;
        net_sample(&net, 0)[0] = net_sample(&net, 0)[1] = BIG;
        require_both(
            &net, (struct bp_overflow){
                      .tensor = BP_TENSOR_Z, .layer = 0, .n_index = 1, .index = {1}, .sample = 0});
        net_free(&net);
    }
}

/* A huge negative z is closed by relu: finite after it, and overflown before it. */
TEST(test_z_minus_infinity_before_a_gate)
{
    struct net net;
    make(&net, 1);
    net.layers[0].w[0] = -BIG;
    net_sample(&net, 0)[0] = BIG;
    require_both(&net, (struct bp_overflow){.tensor = BP_TENSOR_Z, .n_index = 1});
    net_free(&net);
}

/* In a batch of several blocks, in each place. */
TEST(test_z_in_every_block)
{
    static const size_t samples[] = {0, 1, 62, 63, 64, 65, 127, 128, 199};
    for (size_t i = 0; i < LENGTH(samples); i++) {
        struct net net;
        make(&net, 200);
        net.layers[0].w[4] = BIG;
        for (size_t s = samples[i]; s < 200; s += 9)
            net_sample(&net, s)[1] = BIG;
        require_both(&net,
                     (struct bp_overflow){
                         .tensor = BP_TENSOR_Z, .n_index = 1, .index = {1}, .sample = samples[i]});
        net_free(&net);
    }
}

TEST(test_loss_of_a_sample)
{
    struct net net;
    make(&net, 3);
    net_sample(&net, 2)[2 + 1] = BIG; /* y */
    require_both(&net, (struct bp_overflow){.tensor = BP_TENSOR_LOSS, .sample = 2});
    net_free(&net);
}

/* Every loss is finite, their sum is not. */
TEST(test_loss_of_the_batch)
{
    struct net net;
    make(&net, 3);
    net.task.rules.loss = BP_LOSS_SSE;
    for (size_t s = 0; s < 3; s++)
        net_sample(&net, s)[2] = 1.2e154;
    require_both(&net, (struct bp_overflow){.tensor = BP_TENSOR_LOSS, .sample = BP_WHOLE_BATCH});
    net_free(&net);
}

/* dL_dy_hat is 2e100; the weight that was multiplied with 0 on the way up makes it overflow on the
 * way down. */
TEST(test_error_of_a_hidden_layer)
{
    struct net net;
    make(&net, 3);
    net_sample(&net, 1)[2 + 3] = -1e100;
    net.layers[1].w[2 * 4 + 3] = 1e250;
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DH, .layer = 0, .n_index = 1, .index = {2}, .sample = 1});
    struct run run;
    run_make(&run, &net.task, 0);
    ck_assert(bp_forward(&run.pass, &run.overflow, &net.task));
    run_free(&run);
    net_free(&net);
}

/* From the loss down: the second hidden layer's error overflows before the first's is taken. */
TEST(test_error_of_the_layer_nearest_to_the_loss)
{
    struct net net;
    net_make(&net, 3, (const size_t[]){1, 2, 3, 1}, 1);
    net.layers[1].activation = net.layers[0].activation = BP_ACTIVATION_IDENTITY;
    net_sample(&net, 0)[1] = 1e100;
    net.layers[2].w[1] = 1e250;
    net.layers[1].w[1] = 1;
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DH, .layer = 1, .n_index = 1, .index = {1}, .sample = 0});
    net_free(&net);
}

/* The outer product of one sample: x is 1e250, dL_dz1 is 2e100. */
TEST(test_gradient_of_a_sample)
{
    struct net net;
    make(&net, 70);
    net.layers[0].activation = BP_ACTIVATION_IDENTITY;
    net_sample(&net, 66)[1] = 1e250;
    net_sample(&net, 66)[2 + 1] = 1e100;
    net.layers[1].w[2 * 4 + 1] = 1;
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DW, .layer = 0, .n_index = 2, .index = {1, 2}, .sample = 66});
    net_free(&net);
}

TEST(test_gradient_of_a_sample_in_the_last_layer)
{
    struct net net;
    make(&net, 1);
    net.layers[0].b[1] = 1e250;
    net_sample(&net, 0)[2 + 3] = 1e100;
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DW, .layer = 1, .n_index = 2, .index = {1, 3}, .sample = 0});
    net_free(&net);
}

/* Each sample's outer product is finite, their sum is not. */
TEST(test_gradient_of_the_batch)
{
    struct net net;
    make(&net, 3);
    net.task.rules.loss = BP_LOSS_HALF_SSE;
    net.layers[0].b[2] = 1e300;
    for (size_t s = 0; s < 3; s++)
        net_sample(&net, s)[2 + 1] = 1e8;
    require_overflow(&net, true,
                     (struct bp_overflow){.tensor = BP_TENSOR_GRADIENT_W,
                                          .layer = 1,
                                          .n_index = 2,
                                          .index = {2, 1},
                                          .sample = BP_WHOLE_BATCH});
    net_free(&net);
}

/* dL_db1 is 1e154 * 1e154 on each of two samples; x is 0, so no weight is to blame. */
TEST(test_bias_gradient_of_the_batch)
{
    struct net net;
    net_make(&net, 2, (const size_t[]){2, 3, 1}, 2);
    net.task.rules.loss = BP_LOSS_HALF_SSE;
    net.layers[0].activation = BP_ACTIVATION_IDENTITY;
    net.layers[1].w[1] = 1e155;
    for (size_t s = 0; s < 2; s++)
        net_sample(&net, s)[2] = 1e153;
    net_drop_biases(&net, 1); /* the search goes past them */
    require_overflow(&net, true,
                     (struct bp_overflow){.tensor = BP_TENSOR_GRADIENT_B,
                                          .layer = 0,
                                          .n_index = 1,
                                          .index = {1},
                                          .sample = BP_WHOLE_BATCH});
    net_free(&net);
}

/* What a sample brings is finite, and too much for the layer below. */
TEST(test_error_from_an_own_gradient)
{
    struct net net;
    make(&net, 3);
    net.layers[1].w[2 * 4 + 3] = 1e10;
    net_sample(&net, 1)[2 + 3] = 1e300;
    net_give_gradient(&net, 1);
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DH, .layer = 0, .n_index = 1, .index = {2}, .sample = 1});
    net_free(&net);
}

/* The sum of the other targets is beyond the largest double; the loss, which has their logarithms
 * as factors, is not. */
TEST(test_error_of_the_last_layer_from_z)
{
    struct net net;
    net_make(&net, 1, (const size_t[]){1, 3}, 2);
    net.layers[0].activation = BP_ACTIVATION_SOFTMAX;
    net.task.rules.loss = BP_LOSS_CROSS_ENTROPY;
    net_set(net.layers[0].b, 3, (const double[]){0, -2.2, -7});
    net_set(net_sample(&net, 1) + 1, 3, (const double[]){1.79e308, 1e307, 0});
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DZ, .layer = 0, .n_index = 1, .index = {2}, .sample = 1});
    net_free(&net);
}

/* Each sample's dL_dy_hat is infinite, which is no fault: the fault is sample 1's gradient. */
TEST(test_infinite_error_is_not_named)
{
    struct net net;
    net_make(&net, 1, (const size_t[]){1, 2}, 2);
    net.layers[0].activation = BP_ACTIVATION_SOFTMAX;
    net.task.rules.loss = BP_LOSS_CROSS_ENTROPY;
    net_set(net.layers[0].b, 2, (const double[]){-800, 0});
    net_set(net_sample(&net, 0), 3, (const double[]){1, 1, 0});
    net_set(net_sample(&net, 1), 3, (const double[]){1e300, 1e10, 0});
    require_overflow(
        &net, true,
        (struct bp_overflow){
            .tensor = BP_TENSOR_DL_DW, .layer = 0, .n_index = 2, .index = {0, 0}, .sample = 1});
    net_free(&net);
}

/* dL_dz1 is 2e100 and the input's weight 1e250; it is 0 itself. Only where it is asked for. */
TEST(test_gradient_of_the_input)
{
    for (size_t depth = 1; depth <= 2; depth++) {
        struct net net;
        struct run run;
        net_make(&net, depth, (const size_t[]){2, 2, 2}, 70);
        net.layers[0].activation = BP_ACTIVATION_IDENTITY;
        net.layers[0].w[1 * 2 + 0] = 1e250;
        net.layers[depth - 1].w[0] = 1; /* of the second layer: the way down */
        net_sample(&net, 66)[2] = 1e100;
        require_overflow_of(
            &net, EVERYTHING,
            (struct bp_overflow){
                .tensor = BP_TENSOR_DL_DX, .n_index = 1, .index = {1}, .sample = 66});
        run_make(&run, &net.task, BP_PASS_BACKWARD | BP_PASS_REASONS);
        ck_assert(bp_backward(&run.pass, &run.overflow, &net.task));
        run_free(&run);
        net_free(&net);
    }
}

/* With samples or without, the same gradient of a sample is named first. */
TEST(test_gradient_of_a_sample_before_that_of_the_input)
{
    struct net net;
    net_make(&net, 1, (const size_t[]){2, 2}, 1);
    net.layers[0].w[1 * 2 + 0] = 1e250;
    net_set(net_sample(&net, 0), 3, (const double[]){1e250, 0, 1e100});
    require_overflow(
        &net, true, (struct bp_overflow){.tensor = BP_TENSOR_DL_DW, .n_index = 2, .index = {0, 0}});
    net_free(&net);
}

/* y_hat = b + w x, 2 inputs and 3 outputs; only W[1][2] and b[2] have gradients. */
static void make_single(struct net *net, double x)
{
    net_make(net, 1, (const size_t[]){2, 3}, 1);
    net_sample(net, 0)[1] = x;
    net_sample(net, 0)[2 + 2] = 3;
}

TEST(test_weight_after_an_update)
{
    struct net net;
    make_single(&net, 10);
    require_descent(&net, 1e308, 3,
                    (struct bp_overflow){.tensor = BP_TENSOR_W,
                                         .n_index = 2,
                                         .index = {1, 2},
                                         .sample = BP_WHOLE_BATCH,
                                         .step = 0});
    net_free(&net);
}

TEST(test_bias_after_an_update)
{
    struct net net;
    make_single(&net, 1e-20); /* too small for the weight to overflow */
    require_descent(&net, DBL_MAX, 1,
                    (struct bp_overflow){.tensor = BP_TENSOR_B,
                                         .n_index = 1,
                                         .index = {2},
                                         .sample = BP_WHOLE_BATCH,
                                         .step = 0});
    net_free(&net);
}

/* h1 is 10, and no error comes down through a W2 of zeros: the first layer stays as it is. */
TEST(test_second_layer_after_an_update)
{
    static const double biases[] = {10, 0};
    static const enum bp_tensor tensors[] = {BP_TENSOR_W, BP_TENSOR_B};
    for (size_t i = 0; i < 2; i++) {
        struct net net;
        net_make(&net, 2, (const size_t[]){2, 3, 2}, 1);
        net.layers[0].b[2] = biases[i];
        net_sample(&net, 0)[2 + 1] = i ? 1e10 : 1;
        require_descent(&net, 1e308, 2,
                        (struct bp_overflow){.tensor = tensors[i],
                                             .layer = 1,
                                             .n_index = i ? 1 : 2,
                                             .index = {i ? 1 : 2, 1},
                                             .sample = BP_WHOLE_BATCH,
                                             .step = 0});
        net_free(&net);
    }
}

/* The weight falls to minus infinity, and so does z: relu would make a finite 0 of it. */
TEST(test_weight_before_a_gate_that_closes)
{
    struct net net;
    make_single(&net, 10);
    net.layers[0].activation = BP_ACTIVATION_RELU;
    net.layers[0].b[2] = 4;
    require_descent(&net, DBL_MAX, 1,
                    (struct bp_overflow){.tensor = BP_TENSOR_W,
                                         .n_index = 2,
                                         .index = {1, 2},
                                         .sample = BP_WHOLE_BATCH,
                                         .step = 0});
    net_free(&net);
}

/* Step 0 is the network as posted. */
TEST(test_z_as_posted_is_step_zero)
{
    struct net net;
    make_single(&net, BIG);
    net.layers[0].w[5] = BIG;
    require_descent(
        &net, 1, 2,
        (struct bp_overflow){.tensor = BP_TENSOR_Z, .n_index = 1, .index = {2}, .sample = 0});
    net_free(&net);
}

/* The first update makes a weight of 6e200: the pass after it, step 1, overflows. */
TEST(test_z_after_an_update_is_the_next_step)
{
    for (size_t steps = 1; steps <= 3; steps++) {
        struct net net;
        make_single(&net, 1e150);
        require_descent(
            &net, 1e50, steps,
            (struct bp_overflow){
                .tensor = BP_TENSOR_Z, .n_index = 1, .index = {2}, .sample = 0, .step = 1});
        net_free(&net);
    }
}

/* b -> b - rate * 2/3 (b - 3): the error grows by 1e100 a step, its square overflows at the second.
 */
TEST(test_loss_after_two_updates)
{
    struct net net;
    make_single(&net, 0);
    require_descent(&net, 1e100, 5, (struct bp_overflow){.tensor = BP_TENSOR_LOSS, .step = 2});
    net_free(&net);
}

/* An error of 1e-10 makes a weight of 2e153 and a loss that is just finite; the next update is too
 * much. */
TEST(test_weight_after_a_later_update)
{
    struct net net;
    net_make(&net, 1, (const size_t[]){1, 1}, 1);
    net_set(net_sample(&net, 0), 2, (const double[]){1, 1e-10});
    require_descent(&net, 1e163, 5,
                    (struct bp_overflow){
                        .tensor = BP_TENSOR_W, .n_index = 2, .sample = BP_WHOLE_BATCH, .step = 1});
    net_free(&net);
}

SUITE("core/overflow", test_z_of_the_first_layer, test_z_of_the_first_sample_that_overflows,
      test_z_not_a_number_before_a_gate, test_z_minus_infinity_before_a_gate, test_z_in_every_block,
      test_loss_of_a_sample, test_loss_of_the_batch, test_error_of_a_hidden_layer,
      test_error_of_the_layer_nearest_to_the_loss, test_gradient_of_a_sample,
      test_gradient_of_a_sample_in_the_last_layer, test_gradient_of_the_batch,
      test_bias_gradient_of_the_batch, test_error_from_an_own_gradient,
      test_error_of_the_last_layer_from_z, test_infinite_error_is_not_named,
      test_gradient_of_the_input, test_gradient_of_a_sample_before_that_of_the_input,
      test_weight_after_an_update, test_bias_after_an_update, test_second_layer_after_an_update,
      test_weight_before_a_gate_that_closes, test_z_as_posted_is_step_zero,
      test_z_after_an_update_is_the_next_step, test_loss_after_two_updates,
      test_weight_after_a_later_update)
