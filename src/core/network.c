#include "backpropd/network.h"

size_t bp_network_parameters(const struct bp_network *network)
{
    size_t total = 0;
    for (size_t k = 0; k < network->depth; k++)
        total += bp_layer_parameters(&network->layers[k]);
    return total;
}
