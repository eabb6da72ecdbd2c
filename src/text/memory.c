#include "backpropd/memory.h"

#include <stdint.h>
#include <stdlib.h>

/* Stands before each block, so that giving back needs only the block. Sized to keep the block
 * aligned like malloc's. */
struct header {
    _Alignas(max_align_t) struct bp_memory *memory;
    size_t size;
};

/* Smaller blocks count only against the whole budget, so that small requests need no second
 * counter. */
#define SHARED_FROM 32768

static size_t counted_in_share(size_t size)
{
    return size < SHARED_FROM ? 0 : size;
}

/* Counts a block's change of size; 0 means no block. */
static bool move(struct bp_memory *memory, size_t from, size_t to)
{
    if (to <= from) {
        atomic_fetch_sub(&memory->used, from - to);
        return true;
    }
    const size_t more = to - from, used = atomic_fetch_add(&memory->used, more);
    if (used <= memory->limit && more <= memory->limit - used)
        return true;
    atomic_fetch_sub(&memory->used, more);
    return false;
}

static bool account(struct bp_memory *memory, size_t from, size_t to)
{
    struct bp_memory *whole = memory->whole;
    if (!whole)
        return move(memory, from, to);
    if (!move(whole, from, to))
        return false;
    if (move(memory, counted_in_share(from), counted_in_share(to)))
        return true;
    (void)move(whole, to, from);
    return false;
}

void *bp_memory_resize(struct bp_memory *memory, void *block, size_t size, bool *over_budget)
{
    struct header *old = block ? (struct header *)block - 1 : NULL;
    size_t old_size = old ? old->size : 0;
    *over_budget =
        size > SIZE_MAX - sizeof *old || (size > old_size && !account(memory, old_size, size));
    if (*over_budget)
        return NULL;
    struct header *header = realloc(old, sizeof *header + size);
    if (!header) {
        if (size > old_size)
            (void)account(memory, size, old_size);
        return NULL;
    }
    if (size < old_size)
        (void)account(memory, old_size, size);
    /* a block that the share does not count may outlive the share */
    header->memory = memory->whole && !counted_in_share(size) ? memory->whole : memory;
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
    (void)account(header->memory, header->size, 0);
    free(header);
}
