#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

#include "budget.h"

static size_t used(struct bp_memory *memory)
{
    return atomic_load(&memory->used);
}

TEST(test_take_counts_and_give_counts_back)
{
    struct bp_memory memory;
    bool over_budget = true;
    budget_make(&memory, 100);
    void *a = bp_memory_take(&memory, 40, &over_budget);
    ck_assert(a && !over_budget);
    ck_assert_uint_eq(used(&memory), 40);
    void *b = bp_memory_take(&memory, 60, &over_budget);
    ck_assert(b && !over_budget);
    ck_assert_uint_eq(used(&memory), 100);
    memset(a, 1, 40);
    memset(b, 2, 60);
    bp_memory_give(a);
    ck_assert_uint_eq(used(&memory), 60);
    bp_memory_give(b);
    bp_memory_give(NULL);
    budget_end(&memory);
}

TEST(test_take_beyond_the_budget_is_refused)
{
    struct bp_memory memory;
    bool over_budget = false;
    budget_make(&memory, 100);
    ck_assert_ptr_null(bp_memory_take(&memory, 101, &over_budget));
    ck_assert(over_budget);
    budget_end(&memory);
    void *whole = bp_memory_take(&memory, 100, &over_budget);
    ck_assert_ptr_nonnull(whole);
    ck_assert_ptr_null(bp_memory_take(&memory, 1, &over_budget));
    ck_assert(over_budget);
    ck_assert_uint_eq(used(&memory), 100);
    bp_memory_give(whole);
    whole = bp_memory_take(&memory, 100, &over_budget); /* there is room again */
    ck_assert(whole && !over_budget);
    bp_memory_give(whole);
    budget_end(&memory);
}

TEST(test_take_sizes_that_wrap_around)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 16, SIZE_MAX - 100,
                                   SIZE_MAX / 2 + 1};
    struct bp_memory memory;
    bool over_budget;
    budget_make(&memory, 1000);
    void *some = bp_memory_take(&memory, 500, &over_budget);
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        over_budget = false;
        ck_assert_ptr_null(bp_memory_take(&memory, sizes[i], &over_budget));
        ck_assert(over_budget);
        ck_assert_ptr_null(bp_memory_resize(&memory, some, sizes[i], &over_budget));
        ck_assert_uint_eq(used(&memory), 500);
    }
    bp_memory_give(some);
    budget_end(&memory);
}

/* The budget has room, but the machine has none: the two failures differ. */
TEST(test_machine_without_memory)
{
    struct bp_memory memory;
    bool over_budget = true;
    budget_make(&memory, SIZE_MAX / 2);
    ck_assert_ptr_null(bp_memory_take(&memory, SIZE_MAX / 4, &over_budget));
    ck_assert(!over_budget);
    budget_end(&memory);
    char *some = bp_memory_take(&memory, 10, &over_budget);
    memcpy(some, "untouched", 10);
    over_budget = true;
    ck_assert_ptr_null(bp_memory_resize(&memory, some, SIZE_MAX / 4, &over_budget));
    ck_assert(!over_budget);
    ck_assert_str_eq(some, "untouched");
    ck_assert_uint_eq(used(&memory), 10);
    bp_memory_give(some);
    budget_end(&memory);
}

TEST(test_resize_keeps_what_was_there)
{
    struct bp_memory memory;
    bool over_budget;
    budget_make(&memory, 100000);
    char *block = bp_memory_resize(&memory, NULL, 6, &over_budget);
    memcpy(block, "hello", 6);
    block = bp_memory_resize(&memory, block, 50000, &over_budget);
    ck_assert_str_eq(block, "hello");
    ck_assert_uint_eq(used(&memory), 50000);
    memset(block + 6, 1, 50000 - 6);
    block = bp_memory_resize(&memory, block, 8, &over_budget);
    ck_assert_str_eq(block, "hello");
    ck_assert_uint_eq(used(&memory), 8);
    block = bp_memory_resize(&memory, block, 8, &over_budget);
    ck_assert_uint_eq(used(&memory), 8);
    bp_memory_give(block);
    budget_end(&memory);
}

TEST(test_resize_refused_leaves_the_block)
{
    struct bp_memory memory;
    bool over_budget = false;
    budget_make(&memory, 20);
    char *block = bp_memory_take(&memory, 6, &over_budget);
    memcpy(block, "hello", 6);
    ck_assert_ptr_null(bp_memory_resize(&memory, block, 21, &over_budget));
    ck_assert(over_budget);
    ck_assert_str_eq(block, "hello");
    ck_assert_uint_eq(used(&memory), 6);
    block = bp_memory_resize(&memory, block, 20, &over_budget); /* only the growth counts */
    ck_assert(block && !over_budget);
    bp_memory_give(block);
    budget_end(&memory);
}

TEST(test_blocks_are_aligned)
{
    struct bp_memory memory;
    bool over_budget;
    budget_make(&memory, 100000);
    for (size_t size = 0; size < 200; size++) {
        void *block = bp_memory_take(&memory, size, &over_budget);
        ck_assert_ptr_nonnull(block);
        ck_assert_uint_eq((uintptr_t)block % _Alignof(max_align_t), 0);
        bp_memory_give(block);
    }
    budget_end(&memory);
}

/* A share: large blocks count for it and for the whole, small ones for the whole alone. */
TEST(test_shares_of_a_budget)
{
    enum { LARGE = 40000, SMALL = 1000 };
    struct bp_memory whole, share, other;
    bool over_budget;
    budget_make(&whole, 5 * LARGE);
    budget_make(&share, 2 * LARGE);
    budget_make(&other, SIZE_MAX);
    share.whole = other.whole = &whole;
    char *one = bp_memory_take(&share, LARGE, &over_budget);
    char *two = bp_memory_take(&share, SMALL, &over_budget);
    ck_assert_uint_eq(used(&share), LARGE);
    ck_assert_uint_eq(used(&whole), LARGE + SMALL);
    two = bp_memory_resize(&share, two, LARGE, &over_budget);
    ck_assert_ptr_nonnull(two);
    ck_assert_uint_eq(used(&share), 2 * LARGE);
    ck_assert_uint_eq(used(&whole), 2 * LARGE);
    ck_assert_ptr_null(bp_memory_take(&share, LARGE, &over_budget));
    ck_assert(over_budget);
    ck_assert_uint_eq(used(&whole), 2 * LARGE);
    char *three = bp_memory_take(&other, 3 * LARGE, &over_budget);
    ck_assert_ptr_nonnull(three);
    ck_assert_ptr_null(bp_memory_take(&other, LARGE, &over_budget)); /* the whole is taken */
    ck_assert_uint_eq(used(&other), 3 * LARGE);
    two = bp_memory_resize(&share, two, SMALL, &over_budget);
    ck_assert_uint_eq(used(&share), LARGE);
    ck_assert_uint_eq(used(&whole), 4 * LARGE + SMALL);
    bp_memory_give(one);
    budget_end(&share); /* which may go: a small block does not know it */
    bp_memory_give(two);
    bp_memory_give(three);
    budget_end(&other);
    budget_end(&whole);
}

/* Many threads, one budget: it is never exceeded, and in the end nothing is left. */
enum { THREADS = 8, ROUNDS = 20000, PIECE = 10, BUDGET = 45 };

struct shared {
    struct bp_memory memory;
    atomic_size_t held, most_held, refused;
};

static void *take_and_give(void *argument)
{
    struct shared *shared = argument;
    for (int i = 0; i < ROUNDS; i++) {
        bool over_budget;
        void *block = bp_memory_take(&shared->memory, PIECE, &over_budget);
        if (!block) {
            atomic_fetch_add(&shared->refused, 1);
            continue;
        }
        size_t held = atomic_fetch_add(&shared->held, PIECE) + PIECE;
        if (held > BUDGET)
            atomic_store(&shared->most_held, held);
        atomic_fetch_sub(&shared->held, PIECE);
        bp_memory_give(block);
    }
    return NULL;
}

TEST(test_threads_share_a_budget)
{
    struct shared shared = {.held = 0};
    pthread_t threads[THREADS];
    budget_make(&shared.memory, BUDGET);
    for (size_t i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, &shared), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(atomic_load(&shared.most_held), 0);
    ck_assert_uint_lt(atomic_load(&shared.refused), THREADS * ROUNDS);
    budget_end(&shared.memory);
}

SUITE("codec/memory", test_take_counts_and_give_counts_back, test_take_beyond_the_budget_is_refused,
      test_take_sizes_that_wrap_around, test_machine_without_memory,
      test_resize_keeps_what_was_there, test_resize_refused_leaves_the_block,
      test_blocks_are_aligned, test_shares_of_a_budget, test_threads_share_a_budget)
