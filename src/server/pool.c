#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 10

struct bp_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bp_lane *turn, *last_turn; /* lanes in which something waits; `turn` is next */
    size_t n_queued, queue_max;
    bool stopping;
    size_t n_threads;
    pthread_t threads[];
};

static void add_turn(struct bp_pool *pool, struct bp_lane *lane)
{
    lane->next = NULL;
    if (pool->last_turn)
        pool->last_turn->next = lane;
    else
        pool->turn = lane;
    pool->last_turn = lane;
}

static void remove_turn(struct bp_pool *pool, const struct bp_lane *lane)
{
    struct bp_lane *before = NULL, **link = &pool->turn;
    for (; *link != lane; link = &before->next)
        before = *link;
    *link = lane->next;
    if (pool->last_turn == lane)
        pool->last_turn = before;
}

static void add_to_lane(struct bp_lane *lane, struct bp_work_item *item)
{
    item->next = NULL;
    if (lane->first)
        lane->last->next = item;
    else
        lane->first = item;
    lane->last = item;
    lane->n += !item->is_short;
}

/* False if the work is not there. */
static bool remove_from_lane(struct bp_lane *lane, const struct bp_work_item *item)
{
    struct bp_work_item *before = NULL, *at = lane->first;
    for (; at && at != item; at = at->next)
        before = at;
    if (!at)
        return false;
    *(before ? &before->next : &lane->first) = item->next;
    if (lane->last == item)
        lane->last = before;
    lane->n -= !item->is_short;
    return true;
}

/* The oldest piece of the lane whose turn it is, which then goes behind the others. NULL if nothing
 * waits. */
static struct bp_work_item *take(struct bp_pool *pool)
{
    struct bp_lane *lane = pool->turn;
    if (!lane)
        return NULL;
    struct bp_work_item *item = lane->first;
    (void)remove_from_lane(lane, item);
    remove_turn(pool, lane);
    if (lane->first)
        add_turn(pool, lane);
    pool->n_queued -= !item->is_short;
    return item;
}

/* The next piece of work, after waiting for one; NULL when the pool stops and none is left. */
static struct bp_work_item *next_item(struct bp_pool *pool)
{
    struct bp_work_item *item;
    pthread_mutex_lock(&pool->lock);
    while (!(item = take(pool)) && !pool->stopping)
        pthread_cond_wait(&pool->changed, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return item;
}

static void *work_on(void *cls)
{
    struct bp_pool *pool = cls;
    struct bp_work_item *item;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread alone, on Linux */
    while ((item = next_item(pool)))
        item->run(item);
    return NULL;
}

struct bp_pool *bp_pool_start(size_t n_threads, size_t queue_max)
{
    struct bp_pool *pool = calloc(1, sizeof *pool + n_threads * sizeof *pool->threads);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->queue_max = queue_max;
    for (; pool->n_threads < n_threads; pool->n_threads++)
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work_on, pool) != 0) {
            bp_pool_stop(pool);
            bp_pool_free(pool);
            return NULL;
        }
    return pool;
}

static bool has_room(const struct bp_pool *pool, const struct bp_lane *lane)
{
    return pool->n_queued < pool->queue_max && lane->n < lane->most;
}

static void add(struct bp_pool *pool, struct bp_work_item *item)
{
    if (!item->lane->first)
        add_turn(pool, item->lane);
    add_to_lane(item->lane, item);
    pool->n_queued += !item->is_short;
}

bool bp_pool_submit(struct bp_pool *pool, struct bp_work_item *item)
{
    pthread_mutex_lock(&pool->lock);
    const bool fits = !pool->stopping && (item->is_short || has_room(pool, item->lane));
    if (fits) {
        add(pool, item);
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

bool bp_pool_withdraw(struct bp_pool *pool, struct bp_work_item *item)
{
    struct bp_lane *lane = item->lane;
    pthread_mutex_lock(&pool->lock);
    const bool waited = remove_from_lane(lane, item);
    if (waited) {
        pool->n_queued -= !item->is_short;
        if (!lane->first)
            remove_turn(pool, lane);
    }
    pthread_mutex_unlock(&pool->lock);
    return waited;
}

struct bp_work_item *bp_pool_withdraw_all(struct bp_pool *pool)
{
    struct bp_work_item *short_ones = NULL, *others = NULL, *item;
    pthread_mutex_lock(&pool->lock);
    while ((item = take(pool))) {
        struct bp_work_item **list = item->is_short ? &short_ones : &others;
        item->next = *list;
        *list = item;
    }
    while ((item = short_ones)) {
        short_ones = item->next;
        add(pool, item);
    }
    pthread_mutex_unlock(&pool->lock);
    return others;
}

bool bp_pool_has_waiting(struct bp_pool *pool, const struct bp_work_item *but)
{
    pthread_mutex_lock(&pool->lock);
    const struct bp_lane *lane = pool->turn;
    const bool waits = lane && (lane->first != but || lane->first != lane->last || lane->next);
    pthread_mutex_unlock(&pool->lock);
    return waits;
}

void bp_pool_stop(struct bp_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    while (pool->n_threads > 0)
        pthread_join(pool->threads[--pool->n_threads], NULL);
}

void bp_pool_free(struct bp_pool *pool)
{
    if (!pool)
        return;
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}
