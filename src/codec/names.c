#include "backpropd/job.h"

#define AS_WIRE(name, wire) wire,
#define AS_LOSS_WIRE(name, wire, kind, c) wire,
const char *const bp_activation_names[] = {BP_ACTIVATIONS(AS_WIRE)};
const char *const bp_loss_names[] = {BP_LOSSES(AS_LOSS_WIRE)};

#define BINARY "y ln(y_hat) + (1 - y) ln(1 - y_hat) over the outputs"
static const char MSE[] = "the mean of (y_hat - y)^2 over the outputs";
static const char SSE[] = "the sum of (y_hat - y)^2 over the outputs";
static const char HALF_MSE[] = "half the mean of (y_hat - y)^2 over the outputs";
static const char HALF_SSE[] = "half the sum of (y_hat - y)^2 over the outputs";
static const char CROSS_ENTROPY[] = "minus the sum of y ln(y_hat) over the outputs";
static const char BINARY_CROSS_ENTROPY[] = "minus the mean of " BINARY;
static const char SUM_BINARY_CROSS_ENTROPY[] = "minus the sum of " BINARY;
#define AS_PHRASE(name, wire, kind, c) name,
const char *const bp_loss_phrases[] = {BP_LOSSES(AS_PHRASE)};

const char *const bp_reduction_names[] = {BP_REDUCTIONS(AS_WIRE)};
const char *const bp_reason_names[] = {BP_REASONS(AS_WIRE)};
