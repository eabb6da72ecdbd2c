/* The three endpoints that calculate, as one plain function and in its two halves. */
#include "replies.h"
#include "requests.h"

#define STEP_BODY "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.1,'steps':3}"
#define OVERFLOWING                                                                                \
    "{'network':{'W1':[[1e200],[0]],'b1':[0]},'samples':[{'x':[0,0],'y':[0]},{'x':[1e200,0],'y':[" \
    "0]}]"

static const struct {
    const char *path;
    enum operation operation;
    const char *body;
} ENDPOINTS[] = {
    {"/forward", FORWARD, TEXTBOOK}, {"/backward", BACKWARD, TEXTBOOK}, {"/step", STEP, STEP_BODY}};

static struct bp_service service;
static struct bp_reply reply;

static void post(const char *path, const char *body)
{
    service_make(&service, &STANDARD);
    ask(&reply, &service, BP_METHOD_POST, path, body);
}

static void end(void)
{
    bp_reply_free(&reply);
    service_end(&service);
}

/* What is written is what decoding, calculating and encoding give without the service. */
TEST(test_replies_of_the_endpoints)
{
    for (size_t i = 0; i < LENGTH(ENDPOINTS); i++) {
        post(ENDPOINTS[i].path, ENDPOINTS[i].body);
        ck_assert(reply.status == 200 && reply.problem == -1);
        ck_assert_str_eq(reply.media_type, BP_MEDIA_JSON);
        char *got = line_of(&reply),
             *expected = reply_to(ENDPOINTS[i].operation, ENDPOINTS[i].body);
        ck_assert_str_eq(got, expected);
        free(expected);
        free(got);
        end();
    }
}

TEST(test_bad_bodies)
{
    for (size_t i = 0; i < LENGTH(ENDPOINTS); i++) {
        post(ENDPOINTS[i].path, "{");
        require_problem(&reply, BP_PROBLEM_INVALID_JSON);
        end();
        post(ENDPOINTS[i].path, "");
        require_problem(&reply, BP_PROBLEM_INVALID_JSON);
        end();
        post(ENDPOINTS[i].path, "{}");
        require_problem(&reply, BP_PROBLEM_INVALID_REQUEST);
        end();
    }
}

static void require_member(const json_t *document, const char *name, const char *expected)
{
    char *got = json_dumps(json_object_get(document, name), JSON_COMPACT | JSON_ENCODE_ANY);
    char *text = quoted(expected);
    REQUIRE(strcmp(got ? got : "", text) == 0, "%s is %s, not %s", name, got, text);
    free(text);
    free(got);
}

TEST(test_results_that_overflow)
{
    static const char *const bodies[] = {OVERFLOWING "}", OVERFLOWING "}",
                                         OVERFLOWING ",'learning_rate':1}"};
    for (size_t i = 0; i < LENGTH(ENDPOINTS); i++) {
        post(ENDPOINTS[i].path, bodies[i]);
        require_problem(&reply, BP_PROBLEM_NOT_FINITE);
        json_t *document = json_of(&reply);
        require_member(document, "tensor", "'z1'");
        require_member(document, "index", "[0]");
        require_member(document, "sample", "1");
        require_member(document, "step", ENDPOINTS[i].operation == STEP ? "0" : "");
        json_decref(document);
        end();
    }
}

TEST(test_update_that_overflows)
{
    post("/step", "{'network':{'W1':[[0,0]],'b1':[0,0]},'samples':[{'x':[10],'y':[0,-1]}],"
                  "'learning_rate':1e308,'steps':3}");
    require_problem(&reply, BP_PROBLEM_NOT_FINITE);
    json_t *document = json_of(&reply);
    require_member(document, "tensor", "'W1'");
    require_member(document, "index", "[0,1]");
    require_member(document, "step", "0");
    ck_assert_ptr_null(json_object_get(document, "sample"));
    json_decref(document);
    end();
}

TEST(test_same_request_same_bytes)
{
    char *first = NULL;
    for (int i = 0; i < 20; i++) {
        post("/backward", TEXTBOOK);
        char *body = body_of(&reply);
        if (first)
            ck_assert_str_eq(body, first);
        else
            first = strdup(body);
        free(body);
        end();
    }
    free(first);
}

/* 1, 1.0, 1e0 and 10E-1, and whatever stands between the tokens. */
TEST(test_same_numbers_same_bytes)
{
    static const char *const bodies[] = {
        "{'network':{'W1':[[1],[-0.5]],'b1':[10]},'samples':[{'x':[1,2],'y':[0]}]}",
        "{'network':{'b1':[1e1],'W1':[[1.0],[-5e-1]]},'samples':[{'y':[-0],'x':[10E-1,2.00]}]}",
        " {\n'samples' : [ { 'x' : [ 1e0 , 20e-1 ] , 'y' : [ 0e9 ] } ] ,\t'network' : { 'W1' : [ [ "
        "1 ] , [ -0.500 ] ] , 'b1' : [ 0.1e2 ] } , 'options' : { } }"};
    char *first = NULL;
    for (size_t i = 0; i < LENGTH(bodies); i++) {
        post("/backward", bodies[i]);
        char *body = body_of(&reply);
        ck_assert_uint_eq(reply.status, 200);
        if (first)
            ck_assert_str_eq(body, first);
        else
            first = strdup(body);
        free(body);
        end();
    }
    free(first);
}

/* --- in two halves -----------------------------------------------------------------------------
 */

static struct bp_exchange exchange;

/* Decodes the body. Returns the work that is left: 0 if the body is at fault. */
static double begin(const char *path, const char *text, bool with_gzip)
{
    char *body = quoted(text);
    service_make(&service, &STANDARD);
    exchange = exchange_of(&service, BP_METHOD_POST, path, body, strlen(body));
    exchange.accepts_gzip = with_gzip;
    const double work = bp_exchange_prepare(&exchange, INFINITY);
    memset(body, '#', strlen(body)); /* a job must not need the body any more */
    free(body);
    return work;
}

static void run(void)
{
    bp_exchange_finish(&exchange);
    reply = exchange.reply;
}

TEST(test_halves_make_the_whole)
{
    for (size_t i = 0; i < LENGTH(ENDPOINTS); i++) {
        ck_assert(begin(ENDPOINTS[i].path, ENDPOINTS[i].body, false) > 0);
        run();
        char *got = line_of(&reply),
             *expected = reply_to(ENDPOINTS[i].operation, ENDPOINTS[i].body);
        ck_assert_str_eq(got, expected);
        free(expected);
        free(got);
        bp_job_free(&exchange.job); /* nothing is left of it */
        end();
    }
}

/* A cancelled job is not calculated, and that is not an overflow. */
TEST(test_cancelled_job)
{
    static const atomic_bool cancelled = true;
    for (size_t i = 0; i < LENGTH(ENDPOINTS); i++) {
        ck_assert(begin(ENDPOINTS[i].path, ENDPOINTS[i].body, false) > 0);
        exchange.job.task.cancelled = &cancelled;
        run();
        require_problem(&reply, BP_PROBLEM_OVERLOADED);
        end();
    }
}

TEST(test_job_can_be_dropped)
{
    ck_assert(begin("/backward", TEXTBOOK, false) > 0);
    ck_assert_uint_gt(atomic_load(&service.memory.used), 0);
    bp_job_free(&exchange.job);
    bp_job_free(&exchange.job);
    service_end(&service);
}

TEST(test_faults_need_no_second_half)
{
    ck_assert(begin("/backward", "[]", false) == 0);
    reply = exchange.reply;
    require_problem(&reply, BP_PROBLEM_INVALID_REQUEST);
    bp_job_free(&exchange.job);
    end();
}

static double work_of(const char *steps, bool with_gzip)
{
    char body[1024];
    snprintf(body, sizeof body,
             "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.1,'steps':%s}", steps);
    const double work = begin("/step", body, with_gzip);
    bp_job_free(&exchange.job);
    service_end(&service);
    return work;
}

/* A step of the textbook's network takes as long as some thousand multiply-adds. */
TEST(test_work_grows_with_the_steps)
{
    const double one = work_of("1", false), many = work_of("100000", false);
    ck_assert(one < work_of("10", false) && one < 1e5);
    ck_assert(many > 1e8 && many < 1e9);
}

TEST(test_compressing_is_work)
{
    ck_assert(work_of("1", true) > 2 * work_of("1", false));
}

SUITE("http/calculation", test_replies_of_the_endpoints, test_bad_bodies,
      test_results_that_overflow, test_update_that_overflows, test_same_request_same_bytes,
      test_same_numbers_same_bytes, test_halves_make_the_whole, test_cancelled_job,
      test_job_can_be_dropped, test_faults_need_no_second_half, test_work_grows_with_the_steps,
      test_compressing_is_work)
