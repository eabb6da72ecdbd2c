/*
 * A body to each of the endpoints, and all that follows: decoding, the calculation, the reply
 * or the problem.
 *
 * A reply is JSON with one spelling for each value, the same bytes when asked again, and agrees
 * with itself: parameters are counted right, /forward and /backward have one loss, and /step's
 * network can be posted back. A problem has a status of the closed list, and names its faults.
 */
#include "../../support/answer.h"
#include "fuzz.h"

/* Whatever is accepted takes microseconds. */
static const struct bp_limits LIMITS = {.body_bytes = 1 << 20,
                                        .header_bytes = 16384,
                                        .connections = 1,
                                        .queue = 1,
                                        .memory_bytes = 64 << 20,
                                        .layers = 5,
                                        .units = 40,
                                        .parameters = 1000,
                                        .samples = 70, /* more than a block of the core */
                                        .steps = 20,
                                        .work = 1000000,
                                        .reply_numbers = 10000,
                                        .explained_terms = 1000};

static const char *const PATHS[] = {"/forward", "/backward", "/step"};

/* The referee does more for less: what it accepts takes a millisecond. */
static const struct bp_limits REFEREE_LIMITS = {.body_bytes = 1 << 20,
                                                .header_bytes = 16384,
                                                .connections = 1,
                                                .queue = 1,
                                                .memory_bytes = 64 << 20,
                                                .layers = 4,
                                                .units = 6,
                                                .parameters = 60,
                                                .samples = 4,
                                                .steps = 2,
                                                .work = 300000000,
                                                .reply_numbers = 10000,
                                                .explained_terms = 1,
                                                .graded_cells = 1000};

static const char *const REFEREE_PATHS[] = {"/grade", "/check", "/exercise", "/exercise/review"};

static struct bp_service *started(struct bp_service *service, const struct bp_limits *limits)
{
    if (!service->metrics) {
        bp_decode_prepare();
        HOLDS(bp_service_start(service, limits, "*"), "no memory");
    }
    return service;
}

static struct bp_service *service(void)
{
    static struct bp_service service;
    return started(&service, &LIMITS);
}

static struct bp_service *referee(void)
{
    static struct bp_service service;
    return started(&service, &REFEREE_LIMITS);
}

static size_t sum_of(const json_t *counts)
{
    const char *key;
    json_t *count;
    size_t sum = 0;
    json_object_foreach((json_t *)counts, key, count) {
        HOLDS(json_real_value(count) > 0, "%s is counted, and 0", key);
        sum += (size_t)json_real_value(count);
    }
    return sum;
}

static size_t count_numbers(const json_t *value)
{
    const char *key;
    json_t *inner;
    size_t i, sum = 0;
    if (json_is_number(value))
        return 1;
    json_array_foreach((json_t *)value, i, inner) sum += count_numbers(inner);
    json_object_foreach((json_t *)value, key, inner)
        sum += count_numbers(inner);
    return sum;
}

static void check_parameters(const json_t *reply)
{
    const json_t *about = json_object_get(reply, "parameters");
    const size_t total = (size_t)json_real_value(json_object_get(about, "total"));
    const size_t zero = (size_t)json_real_value(json_object_get(about, "zero"));
    const size_t nonzero = (size_t)json_real_value(json_object_get(about, "nonzero"));
    HOLDS(about, "no parameters");
    HOLDS(total == zero + nonzero, "%zu of %zu parameters are zero, %zu not", zero, total, nonzero);
    HOLDS(zero == sum_of(json_object_get(about, "zero_because")), "not all zeros have a reason");
    HOLDS(total == count_numbers(json_object_get(reply, "gradients")), "%zu gradients are counted",
          total);
}

static void check_problem(const json_t *problem, unsigned status)
{
    const json_t *errors = json_object_get(problem, "errors"), *fault;
    const char *code = json_string_value(json_object_get(problem, "code"));
    size_t i;
    HOLDS(status == 400 || status == 422 || status == 503, "status %u", status);
    HOLDS(json_real_value(json_object_get(problem, "status")) == status, "another status");
    HOLDS(code, "no code");
    HOLDS((status == 400) == !strcmp(code, "invalid_json"), "%u %s", status, code);
    HOLDS(!!errors == !strcmp(code, "invalid_request"), "%s with or without errors", code);
    HOLDS(!errors || json_array_size(errors) > 0, "no fault is named");
    json_array_foreach((json_t *)errors, i, fault)
    {
        const char *pointer = json_string_value(json_object_get(fault, "pointer"));
        HOLDS(pointer && *pointer == '#', "a pointer is %s", pointer);
        HOLDS(json_string_value(json_object_get(fault, "code")), "a fault without a code");
        HOLDS(json_string_value(json_object_get(fault, "detail")), "a fault without a detail");
    }
}

/* True if -0 stands where a number does, and not in a string. */
static bool has_minus_zero(const char *text, size_t size)
{
    bool in_string = false;
    for (size_t i = 0; i + 2 < size; i++) {
        if (in_string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            in_string = !in_string;
        else if (!in_string && text[i] == '-' && text[i + 1] == '0' && strchr(",]}", text[i + 2]))
            return true;
    }
    return false;
}

/* The reply read as JSON, checked by itself. To be decref'ed. */
static json_t *check_reply(const struct bp_reply *reply)
{
    size_t size;
    const char *text = bp_reply_body(reply, &size);
    json_t *read = fuzz_own_json(text, size);
    if (reply->status != 200) {
        check_problem(read, reply->status);
        return read;
    }
    HOLDS(!has_minus_zero(text, size), "-0 in %.*s", (int)size, text);
    return read;
}

static json_t *check_path(struct bp_service *of, const char *path, const char *body, size_t size)
{
    struct bp_reply reply = answer(of, BP_METHOD_POST, path, body, size),
                    again = answer(of, BP_METHOD_POST, path, body, size);
    size_t n, n_again;
    const char *text = bp_reply_body(&reply, &n), *text_again = bp_reply_body(&again, &n_again);
    HOLDS(n == n_again && memcmp(text, text_again, n) == 0, "%s: %.*s and then %.*s", path, (int)n,
          text, (int)n_again, text_again);
    json_t *read = check_reply(&reply);
    json_object_set_new(read, "status", json_real(reply.status));
    bp_reply_free(&reply);
    bp_reply_free(&again);
    return read;
}

static unsigned status_of(const json_t *reply)
{
    return (unsigned)json_real_value(json_object_get(reply, "status"));
}

/* The network after the steps, in the place of the one posted. */
static void post_back(const json_t *reply, const char *body, size_t size)
{
    const size_t mark = strncmp(body, "\xEF\xBB\xBF", 3) ? 0 : 3; /* of the byte order */
    json_t *request = json_loadb(body + mark, size - mark, JSON_DECODE_INT_AS_REAL, NULL);
    HOLDS(request, "jansson refuses what was accepted");
    json_object_set(request, "network", json_object_get(reply, "network"));
    char *text = json_dumps(request, JSON_COMPACT);
    json_t *next = check_path(service(), "/step", text, strlen(text));
    const char *code = json_string_value(json_object_get(next, "code"));
    HOLDS(status_of(next) == 200 || !strcmp(code, "not_finite"), "posted back: %s: %s", code, text);
    json_decref(next);
    free(text);
    json_decref(request);
}

static void check_together(json_t *const replies[3], const char *body, size_t size)
{
    const json_t *forward = replies[0], *backward = replies[1], *step = replies[2];
    for (size_t i = 1; i < 3; i++)
        HOLDS((status_of(forward) == 400) == (status_of(replies[i]) == 400),
              "JSON here, not there");
    if (status_of(backward) == 200) {
        const json_t *loss = json_object_get(backward, "loss");
        /* without a loss some sample has dL_dy_hat, which /forward does not know */
        HOLDS(status_of(forward) == (loss ? 200 : 422), "forward is %u", status_of(forward));
        HOLDS(!loss || json_equal(json_object_get(forward, "loss"), loss), "two losses");
        check_parameters(backward);
    }
    if (status_of(step) == 200) {
        check_parameters(step);
        post_back(step, body, size);
    }
}

static struct bp_reply explain(const char *body, size_t size, int representation)
{
    struct bp_exchange exchange = exchange_of(service(), BP_METHOD_POST, "/explain", body, size);
    exchange.representation = representation;
    bp_exchange_finish(&exchange);
    return exchange.reply;
}

/* Each text of a cell ends in its value, and each line that is named is there. */
static void check_steps(const json_t *explained)
{
    const json_t *step;
    size_t i;
    const double n_lines = (double)json_array_size(json_object_get(explained, "program"));
    HOLDS(json_array_size(json_object_get(explained, "steps")) > 0, "nothing is explained");
    json_array_foreach(json_object_get(explained, "steps"), i, step)
    {
        const json_t *text = json_object_get(step, "substituted");
        while (json_is_array(text))
            text = json_array_get(text, 0);
        HOLDS(strstr(json_string_value(text), " = "), "%s", json_string_value(text));
        const double line = json_real_value(json_object_get(step, "line"));
        HOLDS(line >= 0 && line <= n_lines, "line %g of %g", line, n_lines);
    }
}

/* The same status in all representations, and text that is ASCII. Returns the status. */
static unsigned check_explained(const char *body, size_t size)
{
    struct bp_reply reply = explain(body, size, 0);
    const unsigned status = reply.status;
    json_t *read = check_reply(&reply);
    if (status == 200)
        check_steps(read);
    json_decref(read);
    bp_reply_free(&reply);
    for (int representation = 1; representation < 3; representation++) {
        size_t n;
        reply = explain(body, size, representation);
        const char *text = bp_reply_body(&reply, &n);
        HOLDS(reply.status == status, "%u, and as JSON %u", reply.status, status);
        for (size_t i = 0; i < n && status == 200; i++)
            HOLDS(text[i] == '\n' || (text[i] >= ' ' && text[i] <= '~'), "not ASCII: %.*s", (int)n,
                  text);
        bp_reply_free(&reply);
    }
    return status;
}

/* Scores are shares, and each step has a status. */
static void check_verdict(const json_t *reply)
{
    const json_t *steps = json_object_get(reply, "steps"), *step;
    size_t i;
    const double score = json_real_value(json_object_get(reply, "score"));
    HOLDS(score >= 0 && score <= 1, "the score is %g", score);
    HOLDS(json_array_size(steps) > 0, "no step is judged");
    json_array_foreach(steps, i, step)
    {
        const double credit = json_real_value(json_object_get(step, "credit"));
        HOLDS(credit >= 0 && credit <= 1, "a credit is %g", credit);
        HOLDS(json_string_value(json_object_get(step, "status")), "a step without a status");
    }
}

/* The whole reply of /backward, handed in, is right. */
static void hand_in(const char *body, size_t size)
{
    const size_t mark = strncmp(body, "\xEF\xBB\xBF", 3) ? 0 : 3; /* of the byte order */
    json_t *right = check_path(referee(), "/backward", body, size);
    if (status_of(right) == 200 && json_object_get(right, "loss")) {
        json_t *request = json_loadb(body + mark, size - mark, JSON_DECODE_INT_AS_REAL, NULL);
        json_object_del(request, "include");
        json_object_del(right, "status");
        json_object_set(request, "answers", right);
        char *text = json_dumps(request, JSON_COMPACT);
        json_t *verdict = check_path(referee(), "/grade", text, strlen(text));
        HOLDS(status_of(verdict) != 200 || json_real_value(json_object_get(verdict, "score")) == 1,
              "%s for %s", json_string_value(json_object_get(verdict, "note")), text);
        json_decref(verdict);
        free(text);
        json_decref(request);
    }
    json_decref(right);
}

static void check_referee(const char *body, size_t size)
{
    for (size_t i = 0; i < sizeof REFEREE_PATHS / sizeof *REFEREE_PATHS; i++) {
        json_t *reply = check_path(referee(), REFEREE_PATHS[i], body, size);
        if (i == 0 && status_of(reply) == 200)
            check_verdict(reply);
        json_decref(reply);
    }
    hand_in(body, size);
    fuzz_memory_end(&referee()->memory);
    fuzz_memory_end(&referee()->own_memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = fuzz_text(data, size);
    json_t *replies[3];
    for (size_t i = 0; i < 3; i++)
        replies[i] = check_path(service(), PATHS[i], body, size);
    check_together(replies, body, size);
    HOLDS((check_explained(body, size) == 400) == (status_of(replies[0]) == 400),
          "JSON here, not there");
    check_referee(body, size);
    for (size_t i = 0; i < 3; i++)
        json_decref(replies[i]);
    fuzz_memory_end(&service()->memory);
    fuzz_memory_end(&service()->own_memory);
    free(body);
    return 0;
}
