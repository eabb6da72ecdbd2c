/* Reading a network: its layers have their room already, as many as bp_count_layers says. */
#ifndef BACKPROPD_CODEC_READ_NETWORK_H
#define BACKPROPD_CODEC_READ_NETWORK_H

#include "reader.h"

/* The layers that the network's members speak of, those beyond the limit left out; at least 1. */
size_t bp_count_layers(const struct bp_reader *reader);

/* Reads the job's network, which is there. Returns the lengths that samples should have. In: first,
 * the lengths of the first sample's x and y, 0 if unknown: the one tells a transposed W1, the other
 * the width of the last layer. */
struct bp_lengths bp_read_network(struct bp_reader *reader, struct bp_lengths first);

/* True if b of layer k is as long as the layer is wide, so that a reader of a message can look
 * there. The job's network was read. */
bool bp_is_width_of_b(const struct bp_reader *reader, size_t k);

/* Reads activations, of the job's network. In: value, or NULL; place. */
void bp_read_activations(struct bp_reader *reader, const struct bp_value *value,
                         const struct bp_place *place);

/* Puts the weights of a network that was posted out_in into the order of the core, if that is not
 * done yet. Fails (false) if there is no memory: the reader says so. */
bool bp_turn_weights(struct bp_reader *reader);

#endif
