#include "backpropd/job.h"

#define AS_WIRE(name, wire) wire,
#define AS_LOSS_WIRE(name, wire, kind, c) wire,
const char *const bp_activation_names[] = {BP_ACTIVATIONS(AS_WIRE)};
const char *const bp_loss_names[] = {BP_LOSSES(AS_LOSS_WIRE)};
const char *const bp_reduction_names[] = {BP_REDUCTIONS(AS_WIRE)};
const char *const bp_reason_names[] = {BP_REASONS(AS_WIRE)};
