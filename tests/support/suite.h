/* A test program in two words: TEST(test_what_condition) { ... } and, at its end,
 * SUITE("room/file", test_..., ...). A test that is not listed there does not compile. */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* Check's END_TEST is empty: a test ends where its brace does. */
#define TEST(name) START_TEST(name)

/* Fails with a printf format unless the condition holds. Unlike ck_assert it costs nothing where it
 * holds, so it may stand in loops of millions. */
#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg(__VA_ARGS__);                                                             \
    } while (0)

/* Sanitizers make everything slower; a test that hangs still ends. */
#define SECONDS_MAX 240

static inline int suite_run(const char *name, const TTest *const *tests, size_t n)
{
    Suite *suite = suite_create(name);
    TCase *all = tcase_create(name);
    SRunner *runner = srunner_create(suite);
    tcase_set_timeout(all, SECONDS_MAX);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(all, tests[i]);
    suite_add_tcase(suite, all);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}

#define SUITE(name, ...)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = {__VA_ARGS__};                                                \
        return suite_run(name, tests, LENGTH(tests));                                              \
    }

#endif
