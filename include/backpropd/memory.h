/*
 * Memory against a budget that all requests in flight share. A share of a budget has a limit of its
 * own: a block must fit into both. Small blocks count against the total, not against the share.
 */
#ifndef BACKPROPD_MEMORY_H
#define BACKPROPD_MEMORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Blocks of up to this many bytes are kept when they are given back. Larger ones come from the
 * system each time. */
#define BP_MEMORY_KEPT (32 << 20)

struct bp_memory {
    atomic_size_t used;
    size_t limit;
    struct bp_memory *whole; /* the budget that this is a share of, or NULL */
};

/* A block of `size` bytes, not cleared. NULL if the budget or the machine has no more; *over_budget
 * is then true for the budget. Give it back with bp_memory_give. */
void *bp_memory_take(struct bp_memory *memory, size_t size, bool *over_budget);

/* Resizes a block, and may move it. NULL as above; the old block is then unchanged. block may be
 * NULL. */
void *bp_memory_resize(struct bp_memory *memory, void *block, size_t size, bool *over_budget);

/* Gives a block back; does nothing for NULL. Cannot fail. */
void bp_memory_give(void *block);

#endif
