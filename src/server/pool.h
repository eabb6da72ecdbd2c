/*
 * Threads for long calculations, so that the threads that poll sockets are never busy for long: a
 * request that takes a second must not make another one wait. The pool runs at a lower priority, so
 * that a polling thread gets a processor at once when a small request arrives.
 *
 * Work waits in lanes, one for each client. The pool takes from the lanes in turn, so that a client
 * with one piece of work waits for one piece of each other client, not for all of them.
 */
#ifndef BACKPROPD_SERVER_POOL_H
#define BACKPROPD_SERVER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

/* A piece of work, part of what it belongs to. */
struct bp_work_item {
    void (*run)(struct bp_work_item *item);
    struct bp_lane *lane;      /* where it waits */
    bool is_short;             /* not counted in queue_max, nor in its lane's `most` */
    struct bp_work_item *next; /* of those that have been withdrawn */
    bool is_waiting;           /* the pool's, as is `place`; false at the start */
    TAILQ_ENTRY(bp_work_item) place;
};

/* The waiting work of one client. Its list is started by TAILQ_INIT, `n` by 0. It must not move. */
struct bp_lane {
    size_t most; /* pieces that may wait here, short ones not counted */
    size_t n;
    TAILQ_HEAD(bp_item_list, bp_work_item) items;
    TAILQ_ENTRY(bp_lane) turn; /* the pool's */
};

struct bp_pool;

/* A pool of n_threads in which at most queue_max pieces wait. NULL if memory runs out or no thread
 * can be started. */
struct bp_pool *bp_pool_start(size_t n_threads, size_t queue_max);

/* Puts work at the end of its lane; false if the lane or the queue is full, or the pool has
 * stopped. */
bool bp_pool_submit(struct bp_pool *pool, struct bp_work_item *item);

/* Takes work back that still waits; false if it does not, it runs or has run. */
bool bp_pool_withdraw(struct bp_pool *pool, struct bp_work_item *item);

/* Takes back all that waits, short work aside. Returns it linked by `next`, NULL at the end. */
struct bp_work_item *bp_pool_withdraw_all(struct bp_pool *pool);

/* True if something other than `but` waits for a thread. In: but, or NULL. */
bool bp_pool_has_waiting(struct bp_pool *pool, const struct bp_work_item *but);

/* Runs the work that still waits, then ends the threads; later work is refused. Does nothing for
 * NULL. */
void bp_pool_stop(struct bp_pool *pool);

/* Frees a pool that has stopped. Does nothing for NULL. */
void bp_pool_free(struct bp_pool *pool);

#endif
