#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 10

struct bp_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    TAILQ_HEAD(lane_list, bp_lane) turns; /* the lanes in which something waits */
    size_t n_queued, queue_max;
    bool stopping;
    size_t n_threads;
    pthread_t threads[];
};

static void add(struct bp_pool *pool, struct bp_work_item *item)
{
    struct bp_lane *lane = item->lane;
    if (TAILQ_EMPTY(&lane->items))
        TAILQ_INSERT_TAIL(&pool->turns, lane, turn);
    TAILQ_INSERT_TAIL(&lane->items, item, place);
    item->is_waiting = true;
    lane->n += !item->is_short;
    pool->n_queued += !item->is_short;
}

static void take_out(struct bp_pool *pool, struct bp_work_item *item)
{
    struct bp_lane *lane = item->lane;
    TAILQ_REMOVE(&lane->items, item, place);
    if (TAILQ_EMPTY(&lane->items))
        TAILQ_REMOVE(&pool->turns, lane, turn);
    item->is_waiting = false;
    lane->n -= !item->is_short;
    pool->n_queued -= !item->is_short;
}

/* The oldest piece of the lane whose turn it is, which then goes behind the others. NULL if nothing
 * waits. */
static struct bp_work_item *take(struct bp_pool *pool)
{
    struct bp_lane *lane = TAILQ_FIRST(&pool->turns);
    if (!lane)
        return NULL;
    struct bp_work_item *item = TAILQ_FIRST(&lane->items);
    TAILQ_REMOVE(&pool->turns, lane, turn);
    TAILQ_INSERT_TAIL(&pool->turns, lane, turn);
    take_out(pool, item);
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
    TAILQ_INIT(&pool->turns);
    pool->queue_max = queue_max;
    for (; pool->n_threads < n_threads; pool->n_threads++)
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work_on, pool) != 0) {
            bp_pool_stop(pool);
            bp_pool_free(pool);
            return NULL;
        }
    return pool;
}

bool bp_pool_submit(struct bp_pool *pool, struct bp_work_item *item)
{
    pthread_mutex_lock(&pool->lock);
    const bool has_room = pool->n_queued < pool->queue_max && item->lane->n < item->lane->most;
    const bool fits = !pool->stopping && (item->is_short || has_room);
    if (fits) {
        add(pool, item);
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

bool bp_pool_withdraw(struct bp_pool *pool, struct bp_work_item *item)
{
    pthread_mutex_lock(&pool->lock);
    const bool waited = item->is_waiting;
    if (waited)
        take_out(pool, item);
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
    const struct bp_lane *lane = TAILQ_FIRST(&pool->turns);
    const struct bp_work_item *first = lane ? TAILQ_FIRST(&lane->items) : NULL;
    const bool waits = lane && (first != but || TAILQ_NEXT(first, place) || TAILQ_NEXT(lane, turn));
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
