#include <pthread.h>
#include <stdint.h>

#include "random.h"
#include "reading.h"
#include "text/json_tree.h"

static json_malloc_t take;
static json_free_t give;

static struct bp_memory start(size_t limit)
{
    struct bp_memory memory;
    budget_make(&memory, limit);
    bp_tree_prepare();
    json_get_alloc_funcs(&take, &give);
    return memory;
}

/* Blocks of all sizes: aligned, and each keeps what was written into it. */
TEST(test_blocks_do_not_overlap)
{
    enum { N = 2000 };
    struct bp_memory memory = start(BUDGET_ENOUGH);
    unsigned char *blocks[N];
    size_t sizes[N];
    uint64_t seed = 1;
    bp_tree_open(&memory);
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
    bp_tree_close();
    budget_end(&memory);
}

/* Giving back in any order, twice not at all: what is still held stays as it is. */
TEST(test_given_blocks_do_not_harm_the_others)
{
    enum { N = 64 };
    struct bp_memory memory = start(BUDGET_ENOUGH);
    unsigned char *held[N] = {NULL};
    uint64_t seed = 2;
    bp_tree_open(&memory);
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
    bp_tree_close();
    budget_end(&memory);
}

TEST(test_newest_block_is_taken_again)
{
    struct bp_memory memory = start(BUDGET_ENOUGH);
    bp_tree_open(&memory);
    take(100);
    for (int i = 0; i < 100000; i++)
        give(take(1000));
    ck_assert_uint_eq(atomic_load(&memory.used), 0); /* all of it fits into what a thread has */
    bp_tree_close();
    budget_end(&memory);
}

TEST(test_small_texts_take_nothing_of_the_budget)
{
    struct bp_memory memory = start(0);
    bp_tree_open(&memory);
    json_t *value = json_loads("{\"a\":[1,2,{\"b\":null}]}", 0, NULL);
    ck_assert_ptr_nonnull(value);
    json_decref(value);
    bp_tree_close();
    budget_end(&memory);
}

TEST(test_refusal_says_why)
{
    struct bp_memory memory = start(30000);
    bp_tree_open(&memory);
    ck_assert_int_eq(bp_tree_fault(BP_JSON_GOOD), BP_JSON_GOOD);
    ck_assert_ptr_null(take(40000));
    ck_assert_int_eq(bp_tree_fault(BP_JSON_GOOD), BP_JSON_OVER_BUDGET);
    ck_assert_ptr_nonnull(take(20)); /* what fits is still available */
    bp_tree_close();
    budget_end(&memory);
    memory.limit = SIZE_MAX / 2;
    bp_tree_open(&memory);
    ck_assert_ptr_null(take(SIZE_MAX / 8));
    ck_assert_int_eq(bp_tree_fault(BP_JSON_GOOD), BP_JSON_NO_MEMORY);
    bp_tree_close();
    budget_end(&memory);
}

TEST(test_sizes_that_wrap_around)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX - 100, SIZE_MAX / 2 + 1};
    struct bp_memory memory = start(1000);
    bp_tree_open(&memory);
    for (size_t i = 0; i < LENGTH(sizes); i++)
        ck_assert_ptr_null(take(sizes[i]));
    bp_tree_close();
    budget_end(&memory);
}

/* Where no tree is open jansson has malloc, before and after; one tree's values are not another's.
 */
TEST(test_values_outside_live_on)
{
    struct bp_memory memory = start(BUDGET_ENOUGH);
    json_t *before = json_loads("{\"before\":[true]}", 0, NULL);
    for (int i = 0; i < 3; i++) {
        bp_tree_open(&memory);
        json_t *inside = json_loads("[{\"a\":1},{\"b\":2}]", 0, NULL);
        ck_assert_uint_eq(json_array_size(inside), 2);
        json_decref(inside);
        bp_tree_close();
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
        bp_tree_open(memory);
        json_t *array = json_array();
        for (int j = 0; j < 200; j++)
            json_array_append_new(array, json_sprintf("%d-%d", i, j));
        if (strcmp(json_string_value(json_array_get(array, 7)),
                   json_string_value(json_array_get(array, 107))) == 0)
            return array;
        json_decref(array);
        bp_tree_close();
    }
    return NULL;
}

TEST(test_threads_have_a_tree_each)
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

/* --- the tree that is remembered ---------------------------------------------------------------
 */

/* How often jansson asks for memory: not at all for a skeleton that is remembered. */
static _Thread_local size_t n_taken;

static void *count_and_take(size_t size)
{
    n_taken++;
    return take(size);
}

static void count(void)
{
    bp_json_prepare();
    json_get_alloc_funcs(&take, &give);
    json_set_alloc_funcs(count_and_take, give);
    n_taken = 0;
}

static void require_number(const struct reading *reading, const char *name, double expected)
{
    const struct bp_value *value = bp_json_member(reading->json.root, name);
    REQUIRE(value, "%s has no %s", reading->body, name);
    const double got = *bp_json_numbers(&reading->json, value).at;
    REQUIRE(same_bits(got, expected), "%s of %s is %g", name, reading->body, got);
}

static void require_numbers(const char *body, double w, double x)
{
    struct reading reading;
    reading_start(&reading, body, strlen(body));
    ck_assert(reading.good && !reading.json.has_duplicates);
    require_number(&reading, "w", w);
    require_number(&reading, "x", x);
    reading_end(&reading);
}

TEST(test_a_shape_is_read_once_and_numbers_each_time)
{
    count();
    require_numbers("{\"w\":[[1]],\"x\":2}", 1, 2);
    const size_t first = n_taken;
    ck_assert_uint_gt(first, 0);
    require_numbers("{\"w\":[[3,4],[5,6]],\"x\":4.5e-7}", 3, 4.5e-7);
    require_numbers(" {\"w\" : -0.25,\n\"x\": [7]} ", -0.25, 7);
    ck_assert_uint_eq(n_taken, first);
}

TEST(test_another_shape_is_read_anew)
{
    count();
    require_numbers("{\"w\":[1],\"x\":2}", 1, 2);
    const size_t first = n_taken;
    require_numbers("{\"x\":2,\"w\":[1]}", 1, 2);
    ck_assert_uint_gt(n_taken, first);
    require_numbers("{\"w\":[5],\"x\":6}", 5, 6);
    require_numbers("{\"x\":8,\"w\":[7]}", 7, 8);
}

/* A fault is reported the second time as the first time. */
TEST(test_duplicates_are_not_forgotten)
{
    for (int i = 0; i < 3; i++) {
        struct reading reading;
        reading_start(&reading, "{\"w\":1,\"w\":2}", 13);
        ck_assert(reading.good && reading.json.has_duplicates);
        require_number(&reading, "w", 2);
        reading_end(&reading);
    }
}

/* A body that goes on after what is remembered is not that body. */
TEST(test_a_longer_body_is_not_the_remembered_one)
{
    static const char body[] = "{\"w\":1,\"x\":2}\0]";
    require_numbers(body, 1, 2);
    for (size_t more = 1; more <= 2; more++) {
        struct reading reading;
        reading_start(&reading, body, strlen(body) + more);
        ck_assert_int_eq(reading.json.fault, BP_JSON_NUL);
        reading_end(&reading);
    }
    require_numbers(body, 1, 2);
}

static void *read_often(void *argument)
{
    const double *w = argument;
    char body[200];
    if (*w > 2)
        snprintf(body, sizeof body, "{\"w\":%g,\"x\":%g}", *w, -*w);
    else
        snprintf(body, sizeof body, "{\"x\":%g,\"w\":%g}", -*w, *w);
    for (int i = 0; i < 2000; i++)
        require_numbers(body, *w, -*w);
    return NULL;
}

TEST(test_threads_remember_for_themselves)
{
    pthread_t threads[4];
    double ws[4] = {1, 2, 3, 4};
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_often, &ws[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

SUITE("text/json_tree", test_blocks_do_not_overlap, test_given_blocks_do_not_harm_the_others,
      test_newest_block_is_taken_again, test_small_texts_take_nothing_of_the_budget,
      test_refusal_says_why, test_sizes_that_wrap_around, test_values_outside_live_on,
      test_threads_have_a_tree_each, test_a_shape_is_read_once_and_numbers_each_time,
      test_another_shape_is_read_anew, test_duplicates_are_not_forgotten,
      test_a_longer_body_is_not_the_remembered_one, test_threads_remember_for_themselves)
