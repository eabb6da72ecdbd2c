#include "server/pool.h"

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

SUITE("server/pool", test_work_after_the_stop_is_refused, test_all_work_is_run_once,
      test_one_thread_keeps_the_order, test_full_queue_refuses, test_idle,
      test_threads_work_at_once, test_pools_without_work)
