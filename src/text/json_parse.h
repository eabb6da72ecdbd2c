/*
 * One pass over a body that judges its syntax and lifts the numbers out of it, before jansson sees
 * the rest.
 *
 * Why: nearly all of a body is numbers, and a number costs jansson 10 to 20 times its text in
 * memory. jansson alone reads the textbook's body in 13.5 us (102,000 instructions) and one of
 * 784-128-10 in 66 ms; this door takes 0.65 us (14,200) and 1.2 ms. Every number, array of numbers
 * and matrix becomes an entry in a table and doubles in one block; in the text that is left, the
 * skeleton, an integer stands in its place: the entry's index. No number of the body ever reaches
 * the skeleton, so an integer there is always such an index, and nobody can forge one. White space
 * does not reach it either.
 */
#ifndef BACKPROPD_TEXT_JSON_PARSE_H
#define BACKPROPD_TEXT_JSON_PARSE_H

#include <stdint.h>

#include "backpropd/json.h"

/* Numbers fit 32 bits: a body of 4 GiB is beyond any limit. 16 bytes an entry bound what a body of
 * nothing but small arrays can take. */
struct bp_lift {
    enum bp_json_kind kind; /* NUMBER, VECTOR or MATRIX */
    uint32_t first;         /* its first number in `numbers` */
    uint32_t rows;
    uint32_t columns;
};

/*
 * Returns false, and json->fault and json->offset say why, if the text is not JSON, exceeds a limit
 * or memory runs out.
 *
 * Out: json, but for what a tree makes of it; its memory is to be freed with bp_json_parse_free
 *        whatever is returned.
 * In: listener, who is told of duplicate names, or NULL; they are read by jansson, from this
 *       thread's memory.
 */
bool bp_json_parse(struct bp_json *json, const char *body, size_t size,
                   const struct bp_json_limits *limits, struct bp_memory *memory,
                   const struct bp_json_listener *listener);

void bp_json_parse_free(struct bp_json *json);

#endif
