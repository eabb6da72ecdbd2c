#include "backpropd/memory.h"

#include <stdint.h>
#include <stdlib.h>

/* Stands before each block, so that giving back needs no more than the block. Sized to keep the
 * block aligned like malloc's. */
struct header {
    _Alignas(max_align_t) struct bp_memory *memory;
    size_t size;
};

static bool reserve(struct bp_memory *memory, size_t size)
{
    size_t used = atomic_fetch_add(&memory->used, size);
    if (used <= memory->limit && size <= memory->limit - used)
        return true;
    atomic_fetch_sub(&memory->used, size);
    return false;
}

void *bp_memory_resize(struct bp_memory *memory, void *block, size_t size, bool *over_budget)
{
    struct header *old = block ? (struct header *)block - 1 : NULL;
    size_t old_size = old ? old->size : 0;
    *over_budget =
        size > SIZE_MAX - sizeof *old || (size > old_size && !reserve(memory, size - old_size));
    if (*over_budget)
        return NULL;
    struct header *header = realloc(old, sizeof *header + size);
    if (!header) {
        if (size > old_size)
            atomic_fetch_sub(&memory->used, size - old_size);
        return NULL;
    }
    if (size < old_size)
        atomic_fetch_sub(&memory->used, old_size - size);
    header->memory = memory;
    header->size = size;
    return header + 1;
}

void *bp_memory_take(struct bp_memory *memory, size_t size, bool *over_budget)
{
    return bp_memory_resize(memory, NULL, size, over_budget);
}

void bp_memory_give(void *block)
{
    if (!block)
        return;
    struct header *header = (struct header *)block - 1;
    atomic_fetch_sub(&header->memory->used, header->size);
    free(header);
}
