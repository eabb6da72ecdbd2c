#include "server/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"

struct piece {
    struct bp_work_item item; /* first: so that the one is found from the other */
    int number;
};

static struct bp_lane lane = {.most = 1000000, .items = TAILQ_HEAD_INITIALIZER(lane.items)};
static struct bp_lane other_lane = {.most = 2, .items = TAILQ_HEAD_INITIALIZER(other_lane.items)};
static atomic_int n_run;
static int order[2000];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void note(struct bp_work_item *item)
{
    const int place = atomic_fetch_add(&n_run, 1);
    order[place] = ((struct piece *)item)->number;
}

/* Waits until the test opens the gate, then notes. */
static void wait_and_note(struct bp_work_item *item)
{
    pthread_mutex_lock(&gate);
    pthread_mutex_unlock(&gate);
    note(item);
}

static void wait_a_moment(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void wait_until_run(int n)
{
    while (atomic_load(&n_run) < n)
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
        pieces[i] = (struct piece){.item = {.lane = &lane, .run = note}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].item));
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
        pieces[i] =
            (struct piece){.item = {.lane = &lane, .run = i ? note : wait_and_note}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].item));
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
        pieces[i] = (struct piece){.item = {.lane = &lane, .run = wait_and_note}, .number = i};
    pthread_mutex_lock(&gate);
    for (int i = 0; i <= QUEUE; i++) /* the first is taken by the thread, and waits no more */
        while (!bp_pool_submit(pool, &pieces[i].item))
            wait_a_moment();
    for (int i = 0; i < 5; i++, wait_a_moment())
        ck_assert(!bp_pool_submit(pool, &pieces[QUEUE + 1].item));
    pthread_mutex_unlock(&gate);
    wait_until_run(QUEUE + 1);
    ck_assert(bp_pool_submit(pool, &pieces[QUEUE + 1].item)); /* there is room again */
    bp_pool_stop(pool);
    bp_pool_free(pool);
    ck_assert_int_eq(atomic_load(&n_run), QUEUE + 2);
}

/* A pool of one thread that is at a piece of its own and waits for the gate, which is locked. */
static struct bp_pool *busy_pool(size_t queue_max)
{
    static struct piece busy = {.item = {.lane = &lane, .run = wait_and_note}, .number = 100};
    struct bp_pool *pool = bp_pool_start(1, queue_max);
    pthread_mutex_lock(&gate);
    ck_assert(bp_pool_submit(pool, &busy.item));
    while (bp_pool_has_waiting(pool, NULL))
        wait_a_moment();
    return pool;
}

static void finish(struct bp_pool *pool)
{
    pthread_mutex_unlock(&gate);
    bp_pool_stop(pool);
    bp_pool_free(pool);
}

static void require_order(const int *expected, size_t n)
{
    ck_assert_int_eq(atomic_load(&n_run), (int)n + 1);
    ck_assert_int_eq(order[0], 100);
    for (size_t i = 0; i < n; i++)
        REQUIRE(order[i + 1] == expected[i], "at %zu: piece %d", i, order[i + 1]);
}

static void submit_all(struct bp_pool *pool, struct piece *pieces, int n)
{
    for (int i = 0; i < n; i++) {
        pieces[i].item.run = note;
        pieces[i].number = i;
        ck_assert(bp_pool_submit(pool, &pieces[i].item));
    }
}

/* One client's work waits for one piece of another's, however much that has. */
TEST(test_lanes_take_turns)
{
    struct piece all[6];
    for (int i = 0; i < 6; i++)
        all[i].item = (struct bp_work_item){.lane = i < 4 ? &lane : &other_lane};
    struct bp_pool *pool = busy_pool(10);
    submit_all(pool, all, 6);
    finish(pool);
    require_order((const int[]){0, 4, 1, 5, 2, 3}, 6);
}

/* A lane that is full refuses where the queue has room; short work fits, and takes no place. */
TEST(test_full_lane_refuses)
{
    struct piece all[4];
    struct piece one_more = {.item = {.lane = &other_lane, .run = note}, .number = 9};
    struct piece too_many = {.item = {.lane = &lane, .run = note}};
    struct piece short_ones[2];
    struct bp_pool *pool = busy_pool(5);
    for (int i = 0; i < 2; i++) {
        short_ones[i] = (struct piece){.item = {.lane = &other_lane, .run = note, .is_short = true},
                                       .number = 7 + i};
        for (int k = 0; k < 2; k++)
            all[2 * i + k].item = (struct bp_work_item){.lane = i ? &lane : &other_lane};
    }
    ck_assert(bp_pool_submit(pool, &short_ones[0].item));
    submit_all(pool, all, 4);
    ck_assert_uint_eq(other_lane.n, 2);
    ck_assert(!bp_pool_submit(pool, &one_more.item));
    ck_assert(bp_pool_submit(pool, &short_ones[1].item));
    one_more.item.lane = &lane;
    ck_assert(bp_pool_submit(pool, &one_more.item));
    ck_assert(!bp_pool_submit(pool, &too_many.item)); /* the queue is full, too */
    finish(pool);
    require_order((const int[]){7, 2, 0, 3, 1, 9, 8}, 7);
}

/* What waits can be taken back, from any place, once. */
TEST(test_withdraw)
{
    static const int kept[][2] = {{1, 2}, {0, 2}, {0, 1}};
    for (int gone = 0; gone < 3; gone++) {
        struct piece all[3];
        for (int i = 0; i < 3; i++)
            all[i].item = (struct bp_work_item){.lane = &lane};
        atomic_store(&n_run, 0);
        struct bp_pool *pool = busy_pool(3);
        submit_all(pool, all, 3);
        ck_assert(bp_pool_withdraw(pool, &all[gone].item));
        ck_assert(!bp_pool_withdraw(pool, &all[gone].item));
        struct piece last = {.item = {.lane = &lane, .run = note}, .number = 9};
        ck_assert(bp_pool_submit(pool, &last.item)); /* its place is free */
        ck_assert(bp_pool_withdraw(pool, &last.item));
        finish(pool);
        require_order(kept[gone], 2);
        ck_assert_uint_eq(lane.n, 0);
    }
}

TEST(test_withdraw_the_only_one)
{
    struct piece all[2] = {{.item = {.lane = &other_lane}}, {.item = {.lane = &lane}}};
    struct bp_pool *pool = busy_pool(3);
    submit_all(pool, all, 2);
    ck_assert(bp_pool_withdraw(pool, &all[0].item)); /* its lane has no turn any more */
    ck_assert(bp_pool_withdraw(pool, &all[1].item));
    ck_assert(!bp_pool_has_waiting(pool, NULL));
    submit_all(pool, all, 2);
    finish(pool);
    require_order((const int[]){0, 1}, 2);
}

/* Whether others wait: in the same lane, before it or behind it, or in another. */
TEST(test_others_that_wait)
{
    static const struct {
        struct bp_lane *lanes[2];
        int n, which;
        bool waits;
    } rows[] = {{{&lane}, 1, 0, false},
                {{&lane, &lane}, 2, 0, true},
                {{&lane, &lane}, 2, 1, true},
                {{&lane, &other_lane}, 2, 0, true},
                {{&lane, &other_lane}, 2, 1, true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct piece all[2] = {{.item = {.lane = rows[i].lanes[0]}},
                               {.item = {.lane = rows[i].lanes[1]}}};
        struct bp_pool *pool = busy_pool(3);
        ck_assert(!bp_pool_has_waiting(pool, &all[0].item));
        submit_all(pool, all, rows[i].n);
        ck_assert(bp_pool_has_waiting(pool, NULL));
        const bool waits = bp_pool_has_waiting(pool, &all[rows[i].which].item);
        REQUIRE(waits == rows[i].waits, "row %zu", i);
        finish(pool);
    }
}

/* All that waits is taken back, short work aside; more may come. */
TEST(test_withdraw_all)
{
    struct piece all[4];
    for (int i = 0; i < 4; i++)
        all[i].item = (struct bp_work_item){.lane = &lane, .is_short = i % 2};
    struct bp_pool *pool = busy_pool(10);
    submit_all(pool, all, 4);
    unsigned given = 0;
    for (struct bp_work_item *item = bp_pool_withdraw_all(pool); item; item = item->next)
        given |= 1U << ((struct piece *)item)->number;
    ck_assert_uint_eq(given, 1 << 0 | 1 << 2);
    ck_assert(bp_pool_submit(pool, &all[0].item));
    finish(pool);
    require_order((const int[]){3, 1, 0}, 3);
}

static pthread_barrier_t barrier;

static void meet(struct bp_work_item *item)
{
    pthread_barrier_wait(&barrier); /* nobody comes here alone */
    note(item);
}

TEST(test_threads_work_at_once)
{
    static struct piece pieces[4];
    struct bp_pool *pool = bp_pool_start(4, 10);
    pthread_barrier_init(&barrier, NULL, 4);
    for (int i = 0; i < 4; i++) {
        pieces[i] = (struct piece){.item = {.lane = &lane, .run = meet}, .number = i};
        ck_assert(bp_pool_submit(pool, &pieces[i].item));
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

/* Connections may still submit work while the daemon stops, and nothing would run it. */
TEST(test_work_after_the_stop_is_refused)
{
    struct piece piece = {.item = {.lane = &lane}, .number = 0};
    struct bp_pool *pool = bp_pool_start(2, 8);
    bp_pool_stop(pool);
    ck_assert(!bp_pool_submit(pool, &piece.item));
    piece.item.is_short = true;
    ck_assert(!bp_pool_submit(pool, &piece.item));
    bp_pool_free(pool);
}

SUITE("server/pool", test_work_after_the_stop_is_refused, test_all_work_is_run_once,
      test_one_thread_keeps_the_order, test_full_queue_refuses, test_lanes_take_turns,
      test_full_lane_refuses, test_withdraw, test_withdraw_the_only_one, test_others_that_wait,
      test_withdraw_all, test_threads_work_at_once, test_pools_without_work)
