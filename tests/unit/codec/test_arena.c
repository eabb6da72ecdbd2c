#include <jansson.h>
#include <pthread.h>
#include <stdint.h>

#include "budget.h"
#include "codec/arena.h"
#include "random.h"

static json_malloc_t take;
static json_free_t give;

static struct bp_memory start(size_t limit)
{
    struct bp_memory memory;
    budget_make(&memory, limit);
    bp_arena_prepare();
    json_get_alloc_funcs(&take, &give);
    return memory;
}

/* Blocks of all sizes: aligned, and each keeps what was written into it. */
TEST(test_blocks_do_not_overlap)
{
    enum { N = 2000 };
    struct bp_memory memory = start(BUDGET_ENOUGH);
    struct bp_arena arena;
    unsigned char *blocks[N];
    size_t sizes[N];
    uint64_t seed = 1;
    bp_arena_open(&arena, &memory);
    for (size_t i = 0; i < N; i++) {
        sizes[i] = 1 + random_below(&seed, i % 50 ? 200 : 20000);
        blocks[i] = take(sizes[i]);
        ck_assert_ptr_nonnull(blocks[i]);
        ck_assert_uint_eq((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < sizes[i]; j++)
            REQUIRE(blocks[i][j] == i % 255 + 1, "block %zu is overwritten", i);
    ck_assert_uint_gt(atomic_load(&memory.used), 0);
    bp_arena_close(&arena);
    budget_end(&memory);
}

/* Giving back in any order, twice not at all: what is still held stays as it is. */
TEST(test_given_blocks_do_not_harm_the_others)
{
    enum { N = 64 };
    struct bp_memory memory = start(BUDGET_ENOUGH);
    struct bp_arena arena;
    unsigned char *held[N] = {NULL};
    uint64_t seed = 2;
    bp_arena_open(&arena, &memory);
    for (int i = 0; i < 20000; i++) {
        size_t at = random_below(&seed, N);
        if (held[at]) {
            REQUIRE(held[at][0] == at + 1 && held[at][39] == at + 1, "block %zu is overwritten",
                    at);
            give(held[at]);
            held[at] = NULL;
        } else {
            held[at] = take(40);
            memset(held[at], (int)at + 1, 40);
        }
    }
    give(NULL);
    bp_arena_close(&arena);
    budget_end(&memory);
}

TEST(test_newest_block_is_taken_again)
{
    struct bp_memory memory = start(BUDGET_ENOUGH);
    struct bp_arena arena;
    bp_arena_open(&arena, &memory);
    take(100);
    for (int i = 0; i < 100000; i++)
        give(take(1000));
    ck_assert_uint_eq(atomic_load(&memory.used), 0); /* all of it fits into what an arena has */
    bp_arena_close(&arena);
    budget_end(&memory);
}

TEST(test_small_texts_take_nothing_of_the_budget)
{
    struct bp_memory memory = start(0);
    struct bp_arena arena;
    bp_arena_open(&arena, &memory);
    json_t *value = json_loads("{\"a\":[1,2,{\"b\":null}]}", 0, NULL);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
    bp_arena_close(&arena);
    budget_end(&memory);
}

TEST(test_refusal_says_why)
{
    struct bp_memory memory = start(30000);
    struct bp_arena arena;
    bp_arena_open(&arena, &memory);
    ck_assert(!arena.over_budget);
    ck_assert_ptr_null(take(40000));
    ck_assert(arena.over_budget);
    ck_assert_ptr_nonnull(take(20)); /* what fits is still to be had */
    bp_arena_close(&arena);
    budget_end(&memory);
    memory.limit = SIZE_MAX / 2;
    bp_arena_open(&arena, &memory);
    ck_assert_ptr_null(take(SIZE_MAX / 8));
    ck_assert(!arena.over_budget);
    bp_arena_close(&arena);
    budget_end(&memory);
}

TEST(test_sizes_that_wrap_around)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 100, SIZE_MAX / 2 + 1};
    struct bp_memory memory = start(1000);
    struct bp_arena arena;
    bp_arena_open(&arena, &memory);
    for (size_t i = 0; i < LENGTH(sizes); i++)
        ck_assert_ptr_null(take(sizes[i]));
    bp_arena_close(&arena);
    budget_end(&memory);
}

/* Without an arena jansson has malloc, before and after; one arena's values are not another's. */
TEST(test_values_outside_live_on)
{
    struct bp_memory memory = start(BUDGET_ENOUGH);
    struct bp_arena arena;
    json_t *before = json_loads("{\"before\":[true]}", 0, NULL);
    for (int i = 0; i < 3; i++) {
        bp_arena_open(&arena, &memory);
        json_t *inside = json_loads("[{\"a\":1},{\"b\":2}]", 0, NULL);
        ck_assert_uint_eq(json_array_size(inside), 2);
        json_decref(inside);
        bp_arena_close(&arena);
    }
    json_t *after = json_deep_copy(before);
    ck_assert(json_equal(before, after));
    json_decref(after);
    json_decref(before);
    budget_end(&memory);
}

static void *load_and_compare(void *argument)
{
    struct bp_memory *memory = argument;
    for (int i = 0; i < 300; i++) {
        struct bp_arena arena;
        bp_arena_open(&arena, memory);
        json_t *array = json_array();
        for (int j = 0; j < 200; j++)
            json_array_append_new(array, json_sprintf("%d-%d", i, j));
        if (strcmp(json_string_value(json_array_get(array, 7)),
                   json_string_value(json_array_get(array, 107))) == 0)
            return array;
        json_decref(array);
        bp_arena_close(&arena);
    }
    return NULL;
}

TEST(test_threads_have_an_arena_each)
{
    struct bp_memory memory = start(BUDGET_ENOUGH);
    pthread_t threads[4];
    void *wrong;
    for (size_t i = 0; i < LENGTH(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, load_and_compare, &memory), 0);
    for (size_t i = 0; i < LENGTH(threads); i++) {
        pthread_join(threads[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    budget_end(&memory);
}

SUITE("codec/arena", test_blocks_do_not_overlap, test_given_blocks_do_not_harm_the_others,
      test_newest_block_is_taken_again, test_small_texts_take_nothing_of_the_budget,
      test_refusal_says_why, test_sizes_that_wrap_around, test_values_outside_live_on,
      test_threads_have_an_arena_each)
