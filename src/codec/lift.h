/*
 * One pass over a body that lifts the numbers out of it, before jansson sees the rest.
 *
 * Why: a number costs jansson 10 to 20 times its text in memory and a microsecond in time, and
 * nearly all of a body is numbers. Every number, array of numbers and matrix becomes an entry in
 * a table and doubles in one block; in the text that is left, the skeleton, an integer stands in
 * its place: the entry's index. No number of the body ever reaches the skeleton, so an integer
 * there is always such an index, and nobody can forge one.
 *
 * The pass judges what it must to be safe: numbers against the grammar, NUL bytes, depth, and how
 * many values go to jansson. All other judgement stays jansson's.
 */
#ifndef BACKPROPD_CODEC_LIFT_H
#define BACKPROPD_CODEC_LIFT_H

#include <stdint.h>

#include "backpropd/text.h"

enum bp_lift_kind { BP_LIFT_NUMBER, BP_LIFT_VECTOR, BP_LIFT_MATRIX };

/* Offsets fit 32 bits: a body of 4 GiB is beyond any limit. 32 bytes an entry bound what a body of
 * nothing but small arrays can take. */
struct bp_lift {
    enum bp_lift_kind kind;
    uint32_t first; /* its first number in `numbers` */
    uint32_t rows;  /* 1 but for a matrix */
    uint32_t columns;
    uint32_t source_begin, source_end;     /* where it stood in the body */
    uint32_t skeleton_begin, skeleton_end; /* where its index stands */
};

enum bp_lift_stop {
    BP_LIFT_WHOLE,     /* the body was read to its end */
    BP_LIFT_NUL,       /* a NUL byte */
    BP_LIFT_DEPTH,     /* nested deeper than BP_DEPTH_MAX */
    BP_LIFT_MALFORMED, /* a number that JSON does not know */
    BP_LIFT_TOO_MANY,  /* more values for jansson than it may get */
    BP_LIFT_NO_MEMORY,
};

struct bp_lifted {
    double *numbers;
    size_t n_numbers;
    struct bp_lift *lifts;
    size_t n_lifts;
    struct bp_text skeleton; /* up to where the pass stopped */
    enum bp_lift_stop stop;
    size_t stopped_at; /* offset in the body */
    bool over_budget;  /* why there was no memory */
};

/*
 * Out: lifted; its memory is to be freed whatever `stop` says. In: body, size < 2^32 bytes and a
 * NUL after them; containers_max, how many objects may go to jansson, and how many arrays, lifted
 * or not.
 */
void bp_lift_body(struct bp_lifted *lifted, const char *body, size_t size, size_t containers_max,
                  struct bp_memory *memory);

void bp_lifted_free(struct bp_lifted *lifted);

#endif
