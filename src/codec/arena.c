#include "arena.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

/* jansson's allocators know no context, so the thread has to. */
static _Thread_local struct bp_arena *open_arena;

/* A chunk starts with the pointer to the one before, padded so that blocks stay aligned. */
#define ALIGNMENT 16

static bool add_chunk(struct bp_arena *arena, size_t size)
{
    const size_t needed = size + ALIGNMENT;
    const size_t chunk_size = needed > arena->chunk_size ? needed : arena->chunk_size;
    char *chunk = bp_memory_take(arena->memory, chunk_size, &arena->over_budget);
    if (!chunk)
        return false;
    *(char **)chunk = arena->chunks;
    arena->chunks = chunk;
    arena->at = chunk + ALIGNMENT;
    arena->end = chunk + chunk_size;
    arena->chunk_size *= 2;
    return true;
}

static void *take(size_t size)
{
    struct bp_arena *arena = open_arena;
    if (!arena)
        return malloc(size);
    const size_t most = SIZE_MAX / 4, padded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > most || ((size_t)(arena->end - arena->at) < padded && !add_chunk(arena, padded))) {
        arena->failed = true;
        return NULL;
    }
    arena->last = arena->at;
    arena->at += padded;
    return arena->last;
}

static void give(void *block)
{
    struct bp_arena *arena = open_arena;
    if (!arena)
        free(block);
    else if (block && block == arena->last)
        arena->at = arena->last;
}

void bp_arena_prepare(void)
{
    json_set_alloc_funcs(take, give);
}

void bp_arena_open(struct bp_arena *arena, struct bp_memory *memory)
{
    arena->memory = memory;
    arena->at = arena->first;
    arena->end = arena->first + sizeof arena->first;
    arena->last = arena->chunks = NULL;
    arena->chunk_size = (size_t)4 * BP_ARENA_FIRST;
    arena->failed = arena->over_budget = false;
    open_arena = arena;
}

void bp_arena_close(struct bp_arena *arena)
{
    open_arena = NULL;
    while (arena->chunks) {
        char *chunk = arena->chunks;
        arena->chunks = *(char **)chunk;
        bp_memory_give(chunk);
    }
}
