#include <jansson.h>
#include <pthread.h>

#include "bodies.h"
#include "random.h"

#define BODY(w, x) "{'network':{'W1':[[" w "]],'b1':[0]},'samples':[{'x':[" x "],'y':[0]}]}"

/* How often jansson asks for memory: not at all for a shape that is remembered. */
static _Thread_local size_t n_taken;
static json_malloc_t take;

static void *count_and_take(size_t size)
{
    n_taken++;
    return take(size);
}

static void count(void)
{
    json_free_t give;
    bp_decode_prepare();
    json_get_alloc_funcs(&take, &give);
    json_set_alloc_funcs(count_and_take, give);
    n_taken = 0;
}

static void require_job(const char *body, double w, double x)
{
    struct decoding d;
    decode_good(&d, FORWARD, body);
    REQUIRE(same_bits(d.job.task.network.layers[0].w[0], w), "W1 of %s", body);
    REQUIRE(same_bits(d.job.task.samples[0].x[0], x), "x of %s", body);
    decoding_end(&d);
}

TEST(test_a_shape_is_read_once_and_numbers_each_time)
{
    count();
    require_job(BODY("1", "2"), 1, 2);
    const size_t first = n_taken;
    ck_assert_uint_gt(first, 0);
    require_job(BODY("3", "4.5e-7"), 3, 4.5e-7);
    require_job(BODY("-0.25", "7"), -0.25, 7);
    ck_assert_uint_eq(n_taken, first);
}

TEST(test_another_shape_is_read_anew)
{
    count();
    require_job(BODY("1", "2"), 1, 2);
    const size_t first = n_taken;
    require_job("{'samples':[{'x':[2],'y':[0]}],'network':{'b1':[0],'W1':[[1]]}}", 1, 2);
    ck_assert_uint_gt(n_taken, first);
    require_job(BODY("5", "6"), 5, 6);
    require_job("{'samples':[{'x':[8],'y':[0]}],'network':{'b1':[0],'W1':[[7]]}}", 7, 8);
}

static void require_fault(const char *expected, const char *body)
{
    struct decoding d;
    char line[200];
    decode(&d, FORWARD, body);
    REQUIRE(!d.good, "%s is refused", body);
    json_t *document = document_of(&d.problem);
    fault_line(line, sizeof line, document, 0);
    REQUIRE(strncmp(line, expected, strlen(expected)) == 0, "%s: %s", body, line);
    json_decref(document);
    decoding_end(&d);
}

/* What is wrong is told the second time as the first. */
TEST(test_faults_are_not_forgotten)
{
    for (int i = 0; i < 3; i++)
        require_fault("duplicate_member #/network/W1",
                      "{'network':{'W1':[[1]],'W1':[[1]],'b1':[0]},'samples':[{'x':[1],'y':[0]}]}");
    for (int i = 0; i < 3; i++)
        require_fault("unknown_member #/extra",
                      "{'network':{'W1':[[1]],'b1':[0]},'samples':[{'x':[1],'y':[0]}],'extra':1}");
    for (int i = 0; i < 3; i++) {
        require_fault("shape_mismatch #/samples/0/x", BODY("1", "1,2"));
        require_job(BODY("1", "2"), 1, 2);
    }
}

/* A NUL after the body stops the pass over it with the same skeleton. */
TEST(test_a_stopped_body_is_not_the_remembered_one)
{
    char *body = quoted(BODY("1", "2"));
    const size_t size = strlen(body);
    struct bp_memory memory;
    struct bp_problem problem = {.n_faults = 0};
    struct bp_job job;
    budget_make(&memory, BUDGET_ENOUGH);
    ck_assert(bp_decode(&job, &problem, bp_operations[FORWARD], body, size, &STANDARD, &memory));
    bp_job_free(&job);
    ck_assert(
        !bp_decode(&job, &problem, bp_operations[FORWARD], body, size + 1, &STANDARD, &memory));
    ck_assert_int_eq(problem.code, BP_PROBLEM_INVALID_JSON);
    budget_end(&memory);
    free(body);
}

static void *decode_many(void *cls)
{
    const double *w = cls;
    char body[200];
    snprintf(body, sizeof body, BODY("%g", "%g"), *w, -*w);
    for (int i = 0; i < 2000; i++)
        require_job(body, *w, -*w);
    return NULL;
}

TEST(test_threads_remember_for_themselves)
{
    pthread_t threads[4];
    double ws[4] = {1, 2, 3, 4};
    bp_decode_prepare();
    for (size_t i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, decode_many, &ws[i]), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

SUITE("codec/shape", test_a_shape_is_read_once_and_numbers_each_time,
      test_another_shape_is_read_anew, test_faults_are_not_forgotten,
      test_a_stopped_body_is_not_the_remembered_one, test_threads_remember_for_themselves)
