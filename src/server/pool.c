#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 10

struct bp_pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bp_work *first, **end; /* the queue; end is where the next one is linked */
    size_t n_queued, queue_max;
    size_t n_running;
    bool stopping;
    size_t n_threads;
    pthread_t threads[];
};

/* The oldest piece of work, after waiting for one; NULL when the pool stops and none is left. */
static struct bp_work *next_work(struct bp_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->n_running--; /* this thread, which was about to begin or is done */
    while (!pool->first && !pool->stopping)
        pthread_cond_wait(&pool->changed, &pool->lock);
    struct bp_work *work = pool->first;
    if (work) {
        pool->first = work->next;
        if (!pool->first)
            pool->end = &pool->first;
        pool->n_queued--;
        pool->n_running++;
    }
    pthread_mutex_unlock(&pool->lock);
    return work;
}

static void *work_on(void *cls)
{
    struct bp_pool *pool = cls;
    struct bp_work *work;
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS); /* of this thread alone, on Linux */
    while ((work = next_work(pool)))
        work->run(work);
    return NULL;
}

struct bp_pool *bp_pool_start(size_t n_threads, size_t queue_max)
{
    struct bp_pool *pool = calloc(1, sizeof *pool + n_threads * sizeof *pool->threads);
    if (!pool)
        return NULL;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    pool->end = &pool->first;
    pool->queue_max = queue_max;
    pool->n_running = n_threads;
    for (; pool->n_threads < n_threads; pool->n_threads++)
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work_on, pool) != 0) {
            bp_pool_stop(pool);
            bp_pool_free(pool);
            return NULL;
        }
    return pool;
}

bool bp_pool_submit(struct bp_pool *pool, struct bp_work *work)
{
    pthread_mutex_lock(&pool->lock);
    const bool fits = !pool->stopping && pool->n_queued < pool->queue_max;
    if (fits) {
        work->next = NULL;
        *pool->end = work;
        pool->end = &work->next;
        pool->n_queued++;
        pthread_cond_signal(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

bool bp_pool_is_idle(struct bp_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    const bool idle = !pool->n_queued && !pool->n_running;
    pthread_mutex_unlock(&pool->lock);
    return idle;
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
