#include "http/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

struct piece {
    struct bp_work work; /* first: so that the one is found from the other */
    int number;
};

static atomic_int n_run;
static int order[2000];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void note(struct bp_work *work)
{
    const int place = atomic_fetch_add(&n_run, 1);
    order[place] = ((struct piece *)work)->number;
}

/* Waits until the test opens the gate, then notes. */
static void wait_and_note(struct bp_work *work)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    note(work);
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void wait_until_idle(struct bp_pool *pool)
{
    while (!bp_pool_is_idle(pool))
        wait_a_moment();
}

TEST(test_all_work_is_run_once)
{
    enum { N = 2000 };
    static struct piece pieces[N];
    bool seen[N] = {false};
    struct bp_pool *pool = bp_pool_start(4, N);
    ck_assert_ptr_nonnull(pool);
    for (int i = 0; i < N; i++) {
        pieces[i] = (struct piece){.work = {.run = note}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].work));
    }
    bp_pool_stop(pool); /* runs what still waits */
    bp_pool_free(pool);
    ck_assert_int_eq(atomic_load(&n_run), N);
    for (int i = 0; i < N; i++) {
        REQUIRE(!seen[order[i]], "piece %d was run twice", order[i]);
        seen[order[i]] = true;
    }
}

TEST(test_one_thread_keeps_the_order)
{
    enum { N = 100 };
    static struct piece pieces[N];
    struct bp_pool *pool = bp_pool_start(1, N);
    pthread_mutex_lock(&gate);
    for (int i = 0; i < N; i++) {
        pieces[i] = (struct piece){.work = {.run = i ? note : wait_and_note}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].work));
    }
    pthread_mutex_unlock(&gate);
    bp_pool_stop(pool);
    bp_pool_free(pool);
    for (int i = 0; i < N; i++)
        ck_assert_int_eq(order[i], i);
}

TEST(test_full_queue_refuses)
{
    enum { QUEUE = 3 };
    static struct piece pieces[QUEUE + 2];
    struct bp_pool *pool = bp_pool_start(1, QUEUE);
    for (int i = 0; i < QUEUE + 2; i++)
        pieces[i] = (struct piece){.work = {.run = wait_and_note}, .number = i};
    pthread_mutex_lock(&gate);
    for (int i = 0; i <= QUEUE; i++) /* the first is taken by the thread, and waits no more */
        while (!bp_pool_submit(pool, &pieces[i].work))
            wait_a_moment();
    for (int i = 0; i < 5; i++, wait_a_moment())
        ck_assert(!bp_pool_submit(pool, &pieces[QUEUE + 1].work));
    ck_assert(!bp_pool_is_idle(pool));
    pthread_mutex_unlock(&gate);
    wait_until_idle(pool);
    ck_assert(bp_pool_submit(pool, &pieces[QUEUE + 1].work)); /* there is room again */
    bp_pool_stop(pool);
    bp_pool_free(pool);
    ck_assert_int_eq(atomic_load(&n_run), QUEUE + 2);
}

/* Idle means that nothing waits, and nothing runs either. */
TEST(test_idle)
{
    static struct piece piece = {.work = {.run = wait_and_note}};
    struct bp_pool *pool = bp_pool_start(2, 10);
    wait_until_idle(pool);
    pthread_mutex_lock(&gate);
    ck_assert(bp_pool_submit(pool, &piece.work));
    for (int i = 0; i < 20; i++, wait_a_moment())
        ck_assert(!bp_pool_is_idle(pool));
    pthread_mutex_unlock(&gate);
    wait_until_idle(pool);
    ck_assert_int_eq(atomic_load(&n_run), 1);
    bp_pool_stop(pool);
    bp_pool_free(pool);
}

static pthread_barrier_t barrier;

static void meet(struct bp_work *work)
{
    pthread_barrier_wait(&barrier); /* nobody comes here alone */
    note(work);
}

TEST(test_threads_work_at_once)
{
    static struct piece pieces[4];
    struct bp_pool *pool = bp_pool_start(4, 10);
    pthread_barrier_init(&barrier, NULL, 4);
    for (int i = 0; i < 4; i++) {
        pieces[i] = (struct piece){.work = {.run = meet}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].work));
    }
    bp_pool_stop(pool);
    bp_pool_free(pool);
    ck_assert_int_eq(atomic_load(&n_run), 4);
}

TEST(test_pools_without_work)
{
    bp_pool_stop(NULL);
    bp_pool_free(NULL);
    for (size_t n = 1; n < 8; n++) {
        struct bp_pool *idle = bp_pool_start(n, 1);
        bp_pool_stop(idle);
        bp_pool_free(idle);
    }
}

/* Connections may still bring work while the daemon stops: nobody would run it. */
TEST(test_work_after_the_stop_is_refused)
{
    struct piece piece = {.number = 0};
    struct bp_pool *pool = bp_pool_start(2, 8);
    bp_pool_stop(pool);
    ck_assert(!bp_pool_submit(pool, &piece.work));
    bp_pool_free(pool);
}

/* --- sharing ---------------------------------------------------------------------------------- */

enum { ROWS = 1000 };

struct sharer {
    struct bp_work work; /* first */
    struct bp_pool *pool;
    atomic_int seen[ROWS];
    atomic_int n_here, most_here;
    pthread_t owner;
    int n_meet;         /* so many threads are at it at once: each waits for the others */
    atomic_int n_taken; /* rows */
};

/* A helper is late: it ends its part when the owner has found nothing more to do. */
static void be_late(struct sharer *sharer)
{
    while (atomic_load(&sharer->n_taken) < ROWS)
        wait_a_moment();
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

static void see_rows(void *cls, size_t begin, size_t end)
{
    struct sharer *sharer = cls;
    const int here = atomic_fetch_add(&sharer->n_here, 1) + 1;
    int most = atomic_load(&sharer->most_here);
    while (here > most && !atomic_compare_exchange_weak(&sharer->most_here, &most, here))
        continue;
    for (size_t i = begin; i < end; i++)
        atomic_fetch_add(&sharer->seen[i], 1);
    atomic_fetch_add(&sharer->n_taken, (int)(end - begin));
    while (atomic_load(&sharer->most_here) < sharer->n_meet)
        wait_a_moment();
    if (sharer->n_meet > 0 && !pthread_equal(pthread_self(), sharer->owner))
        be_late(sharer);
    atomic_fetch_sub(&sharer->n_here, 1);
}

static void share(struct bp_work *work)
{
    struct sharer *sharer = (struct sharer *)work;
    const struct bp_team *team = bp_pool_team(sharer->pool);
    sharer->owner = pthread_self();
    team->share(team, see_rows, sharer, ROWS);
    ck_assert_int_eq(atomic_load(&sharer->n_here), 0); /* nobody is at it any more */
    note(&(struct piece){.number = 0}.work);
}

static void require_each_row_once(struct sharer *sharer)
{
    for (int i = 0; i < ROWS; i++)
        REQUIRE(atomic_load(&sharer->seen[i]) == 1, "row %d was done %d times", i,
                atomic_load(&sharer->seen[i]));
}

TEST(test_idle_threads_help)
{
    static struct sharer sharer = {.work = {.run = share}, .n_meet = 3};
    sharer.pool = bp_pool_start(3, 10);
    wait_until_idle(sharer.pool);
    ck_assert(bp_pool_submit(sharer.pool, &sharer.work));
    while (atomic_load(&n_run) == 0)
        wait_a_moment();
    require_each_row_once(&sharer);
    ck_assert_int_eq(atomic_load(&sharer.most_here), 3);
    bp_pool_stop(sharer.pool);
    bp_pool_free(sharer.pool);
}

TEST(test_one_thread_shares_with_itself)
{
    static struct sharer sharer = {.work = {.run = share}};
    sharer.pool = bp_pool_start(1, 10);
    ck_assert(bp_pool_submit(sharer.pool, &sharer.work));
    bp_pool_stop(sharer.pool);
    require_each_row_once(&sharer);
    bp_pool_free(sharer.pool);
}

/* Many at once, some with nobody to help them. */
TEST(test_many_share)
{
    enum { N = 60 };
    static struct sharer sharers[N];
    struct bp_pool *pool = bp_pool_start(4, N);
    for (int i = 0; i < N; i++) {
        sharers[i].work.run = share;
        sharers[i].pool = pool;
        ck_assert(bp_pool_submit(pool, &sharers[i].work));
    }
    bp_pool_stop(pool);
    for (int i = 0; i < N; i++)
        require_each_row_once(&sharers[i]);
    bp_pool_free(pool);
}

SUITE("http/pool", test_work_after_the_stop_is_refused, test_all_work_is_run_once,
      test_one_thread_keeps_the_order, test_full_queue_refuses, test_idle,
      test_threads_work_at_once, test_pools_without_work, test_idle_threads_help,
      test_one_thread_shares_with_itself, test_many_share)
