#include <math.h>
#include <stdint.h>

#include "codec/estimate.h"
#include "codec/operations/step.h"
#include "random.h"
#include "replies.h"

static struct bp_layer layers[20];
static struct bp_step_request step;
static double none;

/* A job of these sizes, with biases, but without any numbers: estimates need none. */
static struct bp_job job_of(enum operation operation, const size_t *sizes, size_t depth,
                            size_t n_samples, size_t steps)
{
    struct bp_job job = {
        .operation = bp_operations[operation], .own = &step, .n_targets = n_samples};
    step.steps = steps;
    for (size_t k = 0; k < depth; k++)
        layers[k] = (struct bp_layer){.n_in = sizes[k], .n_out = sizes[k + 1], .b = &none};
    job.task.network = (struct bp_network){depth, layers};
    job.task.n_samples = n_samples;
    return job;
}

/* What a job costs besides its calculation: numbers, entries of why_zero, names, large memory. */
TEST(test_work_of_a_reply)
{
    static const size_t sizes[] = {4, 3, 4};
    for (int endpoint = FORWARD; endpoint <= STEP; endpoint++) {
        struct bp_job job = job_of((enum operation)endpoint, sizes, 2, 5, 1);
        bp_estimate_make(&job);
        const double bare = job.estimate.work;
        ck_assert(bare > bp_work_forward(&job.task));
        job.include = BP_PART_SAMPLES;
        bp_estimate_make(&job);
        const double with_samples = job.estimate.work;
        ck_assert(with_samples > bare);
        job.include |= BP_PART_WHY_ZERO;
        bp_estimate_make(&job);
        ck_assert_int_eq(job.estimate.work > with_samples, endpoint != FORWARD);
    }
}

TEST(test_work_of_memory_fresh_from_the_system)
{
    /* the rows of all samples: a little less than 32 MiB, and a little more */
    static const size_t sizes[] = {1, 4000}, samples[] = {520, 530};
    double work[2];
    for (size_t i = 0; i < 2; i++) {
        struct bp_job job = job_of(FORWARD, sizes, 1, samples[i], 1);
        job.include = BP_PART_SAMPLES;
        bp_estimate_make(&job);
        work[i] = job.estimate.work;
    }
    ck_assert(work[1] > work[0] + 20.0 * (32 << 20));
}

TEST(test_work_never_wraps_around)
{
    static const size_t sizes[] = {1000, 1000, 1000};
    static const struct {
        enum operation endpoint;
        size_t n_samples, steps;
    } rows[] = {{FORWARD, SIZE_MAX, 1},        {FORWARD, SIZE_MAX / 1000000, 1},
                {BACKWARD, SIZE_MAX, 1},       {BACKWARD, SIZE_MAX / 4000000, 1},
                {STEP, SIZE_MAX, 1},           {STEP, 1, SIZE_MAX},
                {STEP, 1, SIZE_MAX / 4000000}, {STEP, 4096, (size_t)1 << 53}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_job job = job_of(rows[i].endpoint, sizes, 2, rows[i].n_samples, rows[i].steps);
        bp_estimate_make(&job);
        REQUIRE(job.estimate.work > 0x1p62 && isfinite(job.estimate.work), "row %zu: %g", i,
                job.estimate.work);
    }
}

TEST(test_reply_numbers_saturate)
{
    static const size_t sizes[] = {1000, 1000};
    static const struct {
        enum operation endpoint;
        size_t n_samples, steps;
    } rows[] = {{FORWARD, SIZE_MAX, 1},     {FORWARD, SIZE_MAX / 2 + 1, 1}, /* 2^63 */
                {BACKWARD, SIZE_MAX, 1},    {STEP, SIZE_MAX, 1},
                {STEP, 1, SIZE_MAX - 1000}, {STEP, 1, SIZE_MAX}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_job job = job_of(rows[i].endpoint, sizes, 1, rows[i].n_samples, rows[i].steps);
        job.include = ~0U;
        bp_estimate_make(&job);
        REQUIRE(job.estimate.reply_numbers == SIZE_MAX, "row %zu: %zu", i,
                job.estimate.reply_numbers);
    }
}

/* --- counted in real replies -------------------------------------------------------------------
 */

static size_t count_numbers(const json_t *value)
{
    size_t count = json_is_number(value);
    const char *key;
    json_t *inner;
    for (size_t i = 0; i < json_array_size(value); i++)
        count += count_numbers(json_array_get(value, i));
    json_object_foreach((json_t *)value, key, inner)
        count += count_numbers(inner);
    return count;
}

/* The tensors: gradients, network, losses and samples. */
static size_t count_in_reply(const json_t *reply)
{
    static const char *const tensors[] = {"gradients", "network", "losses", "samples"};
    size_t count = 0;
    for (size_t i = 0; i < LENGTH(tensors); i++)
        count += count_numbers(json_object_get(reply, tensors[i]));
    return count;
}

struct shape {
    size_t depth, sizes[6], n_samples;
    bool is_softmax, is_out_in;
    size_t layer_without_biases; /* from 1; 0: none */
};

static char *put_zeros(char *at, size_t n)
{
    at += sprintf(at, "[");
    for (size_t i = 0; i < n; i++)
        at += sprintf(at, i ? ",0" : "0");
    return at + sprintf(at, "]");
}

/* The first `targets` samples have y; the rest has `other`, or nothing if it is NULL. */
static void put_body(char *at, const struct shape *shape, const char *rest, size_t targets,
                     const char *other)
{
    at += sprintf(at, "{'network':{");
    for (size_t k = 1; k <= shape->depth; k++) {
        const size_t rows = shape->sizes[shape->is_out_in ? k : k - 1];
        at += sprintf(at, "%s'W%zu':[", k > 1 ? "," : "", k);
        for (size_t i = 0; i < rows; i++) {
            at += sprintf(at, i ? "," : "");
            at = put_zeros(at, shape->sizes[shape->is_out_in ? k - 1 : k]);
        }
        at += sprintf(at, "],'b%zu':", k);
        if (k == shape->layer_without_biases)
            at += sprintf(at, "null");
        else
            at = put_zeros(at, shape->sizes[k]);
    }
    at += sprintf(at, ",'activations':[");
    for (size_t k = 1; k < shape->depth; k++)
        at += sprintf(at, "'relu',");
    at += sprintf(at, "'%s']},'samples':[", shape->is_softmax ? "softmax" : "identity");
    for (size_t s = 0; s < shape->n_samples; s++) {
        at += sprintf(at, "%s{'x':", s ? "," : "");
        at = put_zeros(at, shape->sizes[0]);
        at += sprintf(at, s < targets ? ",'y':" : other ? ",'%s':" : "}", other);
        if (s < targets || other)
            at = put_zeros(at, shape->sizes[shape->depth]), *at++ = '}';
    }
    sprintf(at, "],'options':{'layout':'%s'}%s}", shape->is_out_in ? "out_in" : "in_out", rest);
}

static void require_estimate(enum operation endpoint, const struct shape *shape, const char *rest,
                             size_t targets, const char *other)
{
    static char body[65536];
    struct decoding d;
    put_body(body, shape, rest, targets, other);
    json_t *reply = reply_read(endpoint, body);
    decode_good(&d, endpoint, body);
    REQUIRE(d.job.estimate.reply_numbers == count_in_reply(reply), "%zu estimated, %zu there: %s",
            d.job.estimate.reply_numbers, count_in_reply(reply), body);
    decoding_end(&d);
    json_decref(reply);
}

static struct shape random_shape(uint64_t *seed)
{
    struct shape shape = {.depth = 1 + random_below(seed, 5),
                          .n_samples = 1 + random_below(seed, 9),
                          .is_softmax = random_below(seed, 2),
                          .is_out_in = random_below(seed, 2),
                          .layer_without_biases = random_below(seed, 4)};
    for (size_t k = 0; k <= shape.depth; k++)
        shape.sizes[k] = 1 + random_below(seed, 7);
    return shape;
}

TEST(test_reply_numbers_are_those_of_the_reply)
{
    uint64_t seed = 1;
    for (int i = 0; i < 300; i++) {
        struct shape shape = random_shape(&seed);
        require_estimate(FORWARD, &shape, "", SIZE_MAX, NULL);
        require_estimate(FORWARD, &shape, ",'include':[]", SIZE_MAX, NULL);
        require_estimate(BACKWARD, &shape, "", SIZE_MAX, NULL);
        require_estimate(BACKWARD, &shape, ",'include':['why_zero']", SIZE_MAX, NULL);
        require_estimate(STEP, &shape, ",'learning_rate':1,'steps':7", SIZE_MAX, NULL);
        require_estimate(STEP, &shape, ",'learning_rate':1,'include':['samples','why_zero']",
                         SIZE_MAX, NULL);
    }
}

TEST(test_reply_numbers_without_targets)
{
    uint64_t seed = 2;
    for (int i = 0; i < 100; i++) {
        struct shape shape = random_shape(&seed);
        require_estimate(FORWARD, &shape, "", shape.n_samples / 2, NULL);
        require_estimate(FORWARD, &shape, ",'include':[]", shape.n_samples / 2, NULL);
    }
}

TEST(test_reply_numbers_with_own_gradients)
{
    uint64_t seed = 3;
    for (int i = 0; i < 100; i++) {
        struct shape shape = random_shape(&seed);
        require_estimate(BACKWARD, &shape, "", shape.n_samples / 2, "dL_dy_hat");
    }
}

SUITE("codec/estimate", test_reply_numbers_with_own_gradients, test_work_of_a_reply,
      test_work_of_memory_fresh_from_the_system, test_work_never_wraps_around,
      test_reply_numbers_saturate, test_reply_numbers_are_those_of_the_reply,
      test_reply_numbers_without_targets)
