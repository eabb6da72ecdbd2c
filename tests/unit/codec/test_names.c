#include "backpropd/job.h"
#include "suite.h"

static void require_names(const char *const *got, size_t n_got, const char *const *expected,
                          size_t n)
{
    ck_assert_uint_eq(n_got, n);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(got[i], expected[i]);
}

#define NAMES(got, ...)                                                                            \
    require_names(got, LENGTH(got), (const char *const[]){__VA_ARGS__},                            \
                  sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* The contract's words, in the order of the enums; reasons in that of `zero_because`. */
TEST(test_names_on_the_wire)
{
    NAMES(bp_activation_names, "relu", "leaky_relu", "sigmoid", "tanh", "identity", "softmax");
    NAMES(bp_loss_names, "mse", "sse", "half_mse", "half_sse", "cross_entropy",
          "binary_cross_entropy", "sum_binary_cross_entropy");
    NAMES(bp_reduction_names, "mean", "sum");
    NAMES(bp_reason_names, "error_zero", "neuron_dead", "saturated", "source_dead", "input_zero",
          "underflow", "mixed", "cancels");
}

SUITE("codec/names", test_names_on_the_wire)
