/*
 * Memory for one reading by jansson: taken by moving a pointer, given back all at once.
 *
 * jansson asks for memory some 30 times for the smallest body; this makes reading it a third
 * faster, and counts its memory against the budget that bounds all requests.
 */
#ifndef BACKPROPD_CODEC_ARENA_H
#define BACKPROPD_CODEC_ARENA_H

#include "backpropd/memory.h"

#define BP_ARENA_FIRST 4096

struct bp_arena {
    struct bp_memory *memory;
    char *at, *end;
    char *last;        /* the newest block, which can be given back */
    char *chunks;      /* those beyond the first, newest first, linked at their start */
    size_t chunk_size; /* of the next one */
    bool failed;       /* some memory was not to be had, whatever jansson says of it */
    bool over_budget;  /* why there was no more */
    _Alignas(16) char first[BP_ARENA_FIRST];
};

/* Makes jansson take its memory from the arena that is open in its thread, or from malloc where
 * none is. To be called once, before there are threads. */
void bp_arena_prepare(void);

/* Opens an arena in this thread; there must be none open. */
void bp_arena_open(struct bp_arena *arena, struct bp_memory *memory);

/* Closes it: all that jansson took since is gone. */
void bp_arena_close(struct bp_arena *arena);

#endif
