#include "backpropd/job.h"

#define AS_WIRE(name, wire) wire,
const char *const bp_activation_names[] = {BP_ACTIVATIONS(AS_WIRE)};
const char *const bp_loss_names[] = {BP_LOSSES(AS_WIRE)};
const char *const bp_loss_phrases[BP_LOSS_COUNT] = {
    [BP_LOSS_MSE] = "the mean of (y_hat - y)^2 over the outputs",
    [BP_LOSS_SSE] = "the sum of (y_hat - y)^2 over the outputs",
    [BP_LOSS_HALF_MSE] = "half the mean of (y_hat - y)^2 over the outputs",
    [BP_LOSS_HALF_SSE] = "half the sum of (y_hat - y)^2 over the outputs",
    [BP_LOSS_CROSS_ENTROPY] = "minus the sum of y ln(y_hat) over the outputs",
    [BP_LOSS_BINARY_CROSS_ENTROPY] =
        "minus the mean of y ln(y_hat) + (1 - y) ln(1 - y_hat) over the outputs",
    [BP_LOSS_SUM_BINARY_CROSS_ENTROPY] =
        "minus the sum of y ln(y_hat) + (1 - y) ln(1 - y_hat) over the outputs",
};
const char *const bp_reduction_names[] = {BP_REDUCTIONS(AS_WIRE)};
const char *const bp_reason_names[] = {BP_REASONS(AS_WIRE)};
