/* The limits of a request. One list makes the struct, the flags, the variables, the defaults and
 * the `limits` of GET /. */
#ifndef BACKPROPD_LIMITS_H
#define BACKPROPD_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

/* member and wire name, default, largest value, text for --help. 2^53 is the largest integer that
 * all JSON readers keep exactly. */
#define BP_LIMITS(X)                                                                               \
    X(body_bytes, 8388608, 4294967294, "bytes in a request's body")                                \
    X(header_bytes, 16384, 16777216, "bytes in a request's first line and headers")                \
    X(connections, 1024, 1000000, "connections open at once")                                      \
    X(client_connections, 512, 1000000,                                                            \
      "connections from one address (IPv6: /64), which also limits its share of queue and memory") \
    X(queue, 64, 1000000, "large requests waiting for a worker thread")                            \
    X(memory_bytes, 1073741824, 9007199254740992, "bytes of memory for all requests in flight")    \
    X(layers, 16, 100000, "layers in a network")                                                   \
    X(units, 4096, 9007199254740992, "units in a layer, inputs in a sample")                       \
    X(parameters, 1000000, 9007199254740992, "parameters in a network")                            \
    X(samples, 4096, 9007199254740992, "samples in a request")                                     \
    X(steps, 100000, 9007199254740992, "steps of gradient descent")                                \
    X(work, 20000000000, 9007199254740992,                                                         \
      "work of a request, in multiply-adds, estimated before it starts")                           \
    X(reply_numbers, 1000000, 9007199254740992, "numbers in a reply, counted before work starts")  \
    X(explained_terms, 20000, 9007199254740992,                                                    \
      "products and values that /explain writes out, counted before work starts")                  \
    X(graded_cells, 100000, 9007199254740992, "cells that a request may have graded")

struct bp_limits {
#define BP_AS_MEMBER(name, standard, most, text) size_t name;
    BP_LIMITS(BP_AS_MEMBER)
#undef BP_AS_MEMBER
    bool keeps_answers; /* right answers must not be revealed, because no other path reveals them */
};

/* Nesting of a body; fixed, since nothing valid goes deeper. */
#define BP_DEPTH_MAX 8

/* Values of a body outside numeric arrays; fixed, it bounds the memory of a hostile body. */
#define BP_VALUES_MAX 250000

#endif
