/* The names of members, wherever they stand. */
#ifndef BACKPROPD_CODEC_MEMBER_NAMES_H
#define BACKPROPD_CODEC_MEMBER_NAMES_H

#include "backpropd/operation.h"

/* The members of options: name in C, name on the wire, what reads it (in read_options.c). */
#define BP_OPTIONS_READ(X)                                                                         \
    X(ROUND_DECIMALS, "round_decimals", read_rounding)                                             \
    X(RELU_AT_ZERO, "relu_at_zero", read_relu_at_zero)                                             \
    X(LOSS, "loss", read_loss)                                                                     \
    X(REDUCTION, "reduction", read_reduction)                                                      \
    X(LAYOUT, "layout", read_layout)

extern const struct bp_names bp_option_names;

/* The members of a sample. Cannot fail. */
struct bp_names bp_sample_names(const struct bp_operation *operation);

/* The members of a network of this depth, at most of 16 layers. Cannot fail. */
struct bp_names bp_network_names(size_t depth);

/* W1, b1, W2, ...: those of its tensors. */
struct bp_names bp_tensor_names(size_t depth);

/* True if a member may have this name. Cannot fail. */
bool bp_is_known(const char *key, struct bp_names known);

/* The layer of "W12" or "b12", from 1; 0 if the key is no such name. Cannot fail. */
size_t bp_layer_number(const char *key);

/* Reads a name such as W12. Out: layer, from 0; is_bias. False if it names no tensor of a network
 * of this depth. */
bool bp_read_tensor_name(const char *name, size_t depth, size_t *layer, bool *is_bias);

/* True if a name is that of a layer 0, such as W0. Out: letter, W or b. */
bool bp_is_layer_zero(const char *key, char *letter);

/* The tensor among the names known that weights_1, bias1 or dL_dW1 means, NULL if it means none. */
const char *bp_tensor_meant(const char *key, struct bp_names known);

#endif
