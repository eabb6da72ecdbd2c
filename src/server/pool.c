#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define NICENESS 10

/* Rows that are shared out, on the stack of the thread that does so. */
struct share {
    struct share *next;
    bp_part *part;
    void *cls;
    size_t n, step; /* of rows, and of those that one thread takes at a time */
    size_t taken;
    size_t n_helping;
    pthread_cond_t helped;
};

struct bp_pool {
    struct bp_team team; /* first: the pool is found from it */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct share *shares;         /* of which rows are left, or were a moment ago */
    struct bp_work *first, **end; /* the queue; end is where the next one is linked */
    size_t n_queued, queue_max;
    size_t n_running;
    size_t n_idle;
    bool stopping;
    size_t parts; /* into which rows are shared: two a thread, so that a late one finds some */
    size_t n_threads;
    pthread_t threads[];
};

/* Does the next rows of a share; false if none are left. The lock is held, but not meanwhile. */
static bool do_part(struct bp_pool *pool, struct share *share)
{
    const size_t begin = share->taken;
    const size_t end = share->n - begin < share->step ? share->n : begin + share->step;
    if (begin == share->n)
        return false;
    share->taken = end;
    pthread_mutex_unlock(&pool->lock);
    share->part(share->cls, begin, end);
    pthread_mutex_lock(&pool->lock);
    return true;
}

static struct share *find_share(const struct bp_pool *pool)
{
    struct share *share = pool->shares;
    while (share && share->taken == share->n)
        share = share->next;
    return share;
}

/* Helps with one share, but not while work of its own waits. */
static void help(struct bp_pool *pool, struct share *share)
{
    share->n_helping++;
    while (!pool->first && do_part(pool, share))
        continue;
    if (--share->n_helping == 0)
        pthread_cond_signal(&share->helped);
}

/* Waits until there is something to do in the pool, and helps others with theirs meanwhile. */
static void wait_for_work(struct bp_pool *pool)
{
    while (!pool->first && !pool->stopping) {
        struct share *share = find_share(pool);
        if (share) {
            help(pool, share);
            continue;
        }
        pool->n_idle++;
        pthread_cond_wait(&pool->changed, &pool->lock);
        pool->n_idle--;
    }
}

#define ROWS_AT_LEAST 8 /* tiles of the products have 4 */

static void share_out(const struct bp_team *team, bp_part *part, void *cls, size_t n)
{
    struct bp_pool *pool = (struct bp_pool *)team;
    struct share share = {.part = part, .cls = cls, .n = n, .step = ROWS_AT_LEAST};
    while (share.step * pool->parts < n)
        share.step += ROWS_AT_LEAST;
    pthread_cond_init(&share.helped, NULL);
    pthread_mutex_lock(&pool->lock);
    share.next = pool->shares;
    pool->shares = &share;
    if (pool->n_idle)
        pthread_cond_broadcast(&pool->changed);
    while (do_part(pool, &share))
        continue;
    struct share **link = &pool->shares;
    while (*link != &share)
        link = &(*link)->next;
    *link = share.next;
    while (share.n_helping)
        pthread_cond_wait(&share.helped, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    pthread_cond_destroy(&share.helped);
}

/* The oldest piece of work, after waiting for one; NULL when the pool stops and none is left. */
static struct bp_work *next_work(struct bp_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->n_running--; /* this thread, which was about to begin or is done */
    wait_for_work(pool);
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
    pool->team.share = share_out;
    pool->end = &pool->first;
    pool->queue_max = queue_max;
    pool->n_running = n_threads;
    pool->parts = 2 * n_threads;
    for (; pool->n_threads < n_threads; pool->n_threads++)
        if (pthread_create(&pool->threads[pool->n_threads], NULL, work_on, pool) != 0) {
            bp_pool_stop(pool);
            bp_pool_free(pool);
            return NULL;
        }
    return pool;
}

const struct bp_team *bp_pool_team(struct bp_pool *pool)
{
    return &pool->team;
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
