/*
 * Threads for what takes long, so that the threads that poll sockets never do: a request that
 * computes for a second must not make another wait. They run at a lower priority than the polling
 * ones, which so get a processor at once when something small arrives.
 */
#ifndef BACKPROPD_SERVER_POOL_H
#define BACKPROPD_SERVER_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* A piece of work, part of what it belongs to. */
struct bp_work {
    void (*run)(struct bp_work *work);
    struct bp_work *next; /* the pool's */
};

struct bp_pool;

/* A pool of n_threads in which at most queue_max pieces wait. NULL if there is no memory or no
 * thread. */
struct bp_pool *bp_pool_start(size_t n_threads, size_t queue_max);

/* Puts work at the end of the queue; false if the queue is full or the pool has stopped. */
bool bp_pool_submit(struct bp_pool *pool, struct bp_work *work);

/* True if nothing waits and nothing runs. */
bool bp_pool_is_idle(struct bp_pool *pool);

/* Runs what still waits and ends the threads; work that comes later is refused. NULL is nothing. */
void bp_pool_stop(struct bp_pool *pool);

/* Frees a pool that has stopped. NULL is nothing. */
void bp_pool_free(struct bp_pool *pool);

#endif
