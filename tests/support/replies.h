/* From a body to the reply's text, without HTTP: decode, calculate, encode. */
#ifndef TESTS_REPLIES_H
#define TESTS_REPLIES_H

#include "bodies.h"

/* Calculates a job and writes its reply. */
static inline void reply_write(struct bp_text *text, const struct bp_job *job)
{
    const unsigned parts = job->include[BP_PART_SAMPLES] ? BP_PASS_ALL_SAMPLES : 0;
    const bool is_step = job->endpoint == BP_STEP;
    struct bp_pass pass;
    struct bp_descent descent = {.learning_rate = job->learning_rate, .steps = job->steps};
    struct bp_overflow overflow;
    struct bp_layout layout = {NULL, 0};
    bool finite = false;
    for (int round = 0; round < 2; round++) {
        layout.base = round ? aligned_alloc(64, layout.used) : NULL;
        layout.used = 0;
        if (is_step)
            bp_descent_layout(&descent, &layout, &job->task, parts);
        else
            bp_layout_pass(&pass, &layout, &job->task,
                           (job->endpoint == BP_FORWARD ? 0 : BP_PASS_BACKWARD | BP_PASS_REASONS) |
                               parts);
    }
    switch (job->endpoint) {
    case BP_FORWARD:
        finite = bp_forward(&pass, &overflow, &job->task);
        bp_encode_forward(text, job, &pass);
        break;
    case BP_BACKWARD:
        finite = bp_backward(&pass, &overflow, &job->task);
        bp_encode_backward(text, job, &pass);
        break;
    case BP_STEP:
        finite = bp_descend(&descent, &overflow, &job->task);
        bp_encode_step(text, job, &descent);
        break;
    }
    REQUIRE(finite, "the job overflowed");
    free(layout.base);
}

/* The reply to a good body, as a C string; to be freed. */
static inline char *reply_to(enum bp_endpoint endpoint, const char *body)
{
    struct decoding d;
    struct bp_text text;
    decode_good(&d, endpoint, body);
    bp_encode_start(&text, &d.job, &d.memory);
    reply_write(&text, &d.job);
    ck_assert(!text.failed);
    char *reply = strndup(text.data, text.size);
    bp_text_free(&text);
    decoding_end(&d);
    return reply;
}

/* The same, read. To be decref'ed. */
static inline json_t *reply_read(enum bp_endpoint endpoint, const char *body)
{
    json_error_t error;
    char *text = reply_to(endpoint, body);
    json_t *reply = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(reply, "the reply is no JSON: %s: %s", error.text, text);
    free(text);
    return reply;
}

#endif
