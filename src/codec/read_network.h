/* Reading a network: its layers have their room already, as many as bp_count_layers says. */
#ifndef BACKPROPD_CODEC_READ_NETWORK_H
#define BACKPROPD_CODEC_READ_NETWORK_H

#include "reader.h"

/* The layers that a network's members speak of, those beyond the limit left out; at least 1. */
size_t bp_count_layers(const struct bp_value *network, size_t limit);

/* Reads the job's network. Returns the lengths that samples should have. In: first_x, the length of
 * the first sample's x, 0 if unknown: it tells a transposed W1. */
struct bp_lengths bp_read_network(struct bp_reader *reader, const struct bp_value *network,
                                  size_t first_x);

#endif
