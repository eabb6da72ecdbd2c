#include "requests.h"

static struct bp_service service;
static struct bp_reply reply;

static void end(void)
{
    bp_reply_free(&reply);
    service_end(&service);
}

TEST(test_each_problem_as_a_reply)
{
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        struct bp_problem problem = {.n_faults = 0};
        service_make(&service, &STANDARD);
        bp_problem_set(&problem, (enum bp_problem_code)code, "detail");
        memset(&reply, 0xA5, sizeof reply);
        bp_reply_problem(&reply, &service.own_memory, &problem);
        require_problem(&reply, (enum bp_problem_code)code);
        ck_assert(reply.allow == 0);
        end();
    }
}

/* A request refused for lack of memory still gets a problem document. */
TEST(test_problem_without_a_budget)
{
    struct bp_limits limits = STANDARD;
    struct bp_problem problem = {.n_faults = 0};
    limits.memory_bytes = 0;
    service_make(&service, &limits);
    bp_problem_set(&problem, BP_PROBLEM_OVERLOADED, "detail");
    bp_reply_problem(&reply, &service.own_memory, &problem);
    require_problem(&reply, BP_PROBLEM_OVERLOADED);
    end();
}

/* And if there is no memory at all, from the stock. */
TEST(test_problem_without_any_memory)
{
    for (size_t limit = 0; limit < 400; limit += 50) {
        struct bp_problem problem = {.n_faults = 0};
        service_make(&service, &STANDARD);
        service.own_memory.limit = limit;
        bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "%0300d", 7);
        bp_reply_problem(&reply, &service.own_memory, &problem);
        require_problem(&reply, BP_PROBLEM_OUT_OF_MEMORY);
        ck_assert_ptr_nonnull(reply.fixed);
        end();
    }
}

static void start(struct bp_memory *memory, size_t capacity)
{
    reply = (struct bp_reply){.status = 200, .media_type = BP_MEDIA_HTML, .problem = -1};
    bp_text_start(&reply.text, memory, capacity);
}

TEST(test_written_reply)
{
    size_t size;
    service_make(&service, &STANDARD);
    start(&service.own_memory, 4);
    bp_text_puts(&reply.text, "a text longer than its room");
    bp_reply_finish(&reply, &service.own_memory);
    ck_assert(reply.status == 200 && reply.problem == -1);
    ck_assert_str_eq(reply.media_type, BP_MEDIA_HTML);
    const char *body = bp_reply_body(&reply, &size);
    ck_assert_uint_eq(size, 28);
    ck_assert(memcmp(body, "a text longer than its room\n", size) == 0);
    end();
}

/* Exactly one newline, whichever function writes it. */
TEST(test_every_reply_ends_with_a_newline)
{
    static const char *const texts[] = {"{}", "a\n", "a\nb"};
    struct bp_problem problem;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        service_make(&service, &STANDARD);
        start(&service.own_memory, strlen(texts[i]));
        bp_text_puts(&reply.text, texts[i]);
        bp_reply_finish(&reply, &service.own_memory);
        const size_t size = reply.text.size;
        ck_assert(reply.text.data[size - 1] == '\n' && reply.text.data[size - 2] != '\n');
        end();
    }
    for (size_t limit = SIZE_MAX;; limit = 0) { /* the second is from stock */
        service_make(&service, &STANDARD);
        service.own_memory.limit = limit;
        bp_problem_set(&problem, BP_PROBLEM_OUT_OF_MEMORY, "the machine has no memory left");
        bp_reply_problem(&reply, &service.own_memory, &problem);
        ck_assert((reply.fixed != NULL) == (limit == 0));
        char *line = line_of(&reply);
        ck_assert(line[strlen(line) - 1] == '}');
        free(line);
        end();
        if (limit == 0)
            break;
    }
}

TEST(test_written_reply_that_ran_out_of_memory)
{
    struct bp_limits limits = STANDARD;
    limits.memory_bytes = 10;
    service_make(&service, &limits);
    start(&service.memory, 4);
    for (int i = 0; i < 10; i++)
        bp_text_puts(&reply.text, "0123456789");
    bp_reply_finish(&reply, &service.own_memory);
    require_problem(&reply, BP_PROBLEM_OVERLOADED);
    end();
}

TEST(test_fixed_reply)
{
    static const char body[] = "fixed\0body";
    size_t size;
    service_make(&service, &STANDARD);
    reply = (struct bp_reply){.status = 200, .fixed = body, .fixed_size = sizeof body - 1};
    bp_reply_finish(&reply, &service.own_memory); /* adds nothing to it */
    ck_assert_ptr_eq(bp_reply_body(&reply, &size), body);
    ck_assert_uint_eq(size, 10);
    end();
}

SUITE("http/reply", test_each_problem_as_a_reply, test_problem_without_a_budget,
      test_problem_without_any_memory, test_written_reply, test_every_reply_ends_with_a_newline,
      test_written_reply_that_ran_out_of_memory, test_fixed_reply)
