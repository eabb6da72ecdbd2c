/* From a body to the reply's text, without HTTP: decode, calculate, encode. */
#ifndef TESTS_REPLIES_H
#define TESTS_REPLIES_H

#include "bodies.h"

/* Calculates a job and writes its reply. */
static inline void reply_write(struct bp_text *text, const struct bp_job *job)
{
    const struct bp_operation *operation = job->operation;
    struct bp_overflow overflow;
    struct bp_layout layout = {NULL, 0};
    operation->layout(&layout, job);
    layout = (struct bp_layout){aligned_alloc(64, layout.used), 0};
    void *result = operation->layout(&layout, job);
    REQUIRE(operation->run(result, &overflow, job), "the job overflowed");
    operation->representations->encode(text, job, result);
    free(layout.base);
}

/* The reply to a good body, as a C string; to be freed. */
static inline char *reply_to(enum operation operation, const char *body)
{
    struct decoding d;
    struct bp_text text;
    decode_good(&d, operation, body);
    bp_text_start(&text, &d.memory, d.job.estimate.reply_bytes);
    reply_write(&text, &d.job);
    ck_assert(!text.failed);
    char *reply = strndup(text.data, text.size);
    bp_text_free(&text);
    decoding_end(&d);
    return reply;
}

/* The same, read. To be decref'ed. */
static inline json_t *reply_read(enum operation operation, const char *body)
{
    json_error_t error;
    char *text = reply_to(operation, body);
    json_t *reply = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(reply, "the reply is no JSON: %s: %s", error.text, text);
    free(text);
    return reply;
}

#endif
