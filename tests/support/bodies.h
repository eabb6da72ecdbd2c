/* Bodies to decode, written with ' for " so that C can be read, and faults as lines of text. */
#ifndef TESTS_BODIES_H
#define TESTS_BODIES_H

#include <jansson.h>

#include "backpropd/decode.h"
#include "backpropd/encode_problem.h"
#include "budget.h"
#include "standard_limits.h"

static const struct bp_limits STANDARD = STANDARD_LIMITS;

/* Once, and before there are threads: as the contract has it. */
__attribute__((constructor)) static void prepare(void)
{
    bp_decode_prepare();
}

#define TEXTBOOK_NETWORK                                                                           \
    "'network':{'W1':[[0.2,-0.5,0.1],[-0.3,0.4,-0.2],[0.1,0.3,0.5],[-0.4,0.2,-0.1]],"              \
    "'b1':[0.1,-0.1,0],'W2':[[0.3,-0.2,0.4,0.1],[-0.1,0.5,-0.3,0.2],[0.2,-0.4,0.1,-0.5]],"         \
    "'b2':[0,0.1,-0.1,0]}"
#define TEXTBOOK_SAMPLES "'samples':[{'x':[1,0,1,1],'y':[1,1,0,1]}]"
#define TEXTBOOK "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES "}"

/* The first rows of bp_operations. */
enum operation { FORWARD, BACKWARD, STEP };

struct decoding {
    struct bp_memory memory;
    struct bp_job job;
    struct bp_problem problem;
    struct bp_fault faults[BP_FAULTS_ROOM];
    char *body; /* owned */
    bool good;
};

/* The body with " for ', in memory of exactly its size. To be freed. */
static inline char *quoted(const char *text)
{
    char *body = malloc(strlen(text) + 1);
    strcpy(body, text);
    for (char *at = body; *at; at++)
        *at = *at == '\'' ? '"' : *at;
    return body;
}

/* To be freed with decoding_end. */
static inline void decode_within(struct decoding *decoding, enum operation operation,
                                 const char *text, const struct bp_limits *limits)
{
    budget_make(&decoding->memory, limits->memory_bytes);
    memset(&decoding->job, 0xA5, sizeof decoding->job);
    memset(&decoding->problem, 0xA5, sizeof decoding->problem);
    decoding->problem.faults = decoding->faults;
    decoding->body = quoted(text);
    decoding->good = bp_decode(&decoding->job, &decoding->problem, bp_operations[operation],
                               decoding->body, strlen(decoding->body), limits, &decoding->memory);
}

static inline void decode(struct decoding *decoding, enum operation operation, const char *text)
{
    decode_within(decoding, operation, text, &STANDARD);
}

static inline void decoding_end(struct decoding *decoding)
{
    if (decoding->good)
        bp_job_free(&decoding->job);
    budget_end(&decoding->memory);
    free(decoding->body);
}

/* A good body. To be freed with decoding_end. */
static inline void decode_good(struct decoding *decoding, enum operation operation,
                               const char *text)
{
    decode(decoding, operation, text);
    REQUIRE(decoding->good, "%s: %s", text, decoding->problem.detail);
}

/* A problem document as it is sent, read again. To be decref'ed. */
static inline json_t *document_of(const struct bp_problem *problem)
{
    struct bp_memory memory;
    struct bp_text text;
    json_error_t error;
    budget_make(&memory, BUDGET_ENOUGH);
    bp_text_start(&text, &memory, 0);
    bp_encode_problem(&text, problem);
    ck_assert(!text.failed);
    json_t *document = json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    REQUIRE(document, "the problem is no JSON: %s: %.*s", error.text, (int)text.size, text.data);
    bp_text_free(&text);
    return document;
}

static inline void add_fact(char *line, size_t size, const json_t *fault, const char *name)
{
    const json_t *fact = json_object_get(fault, name);
    char *text = fact ? json_dumps(fact, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    const size_t length = strlen(line);
    if (text)
        snprintf(line + length, size - length, " %s=%s", name, text);
    free(text);
}

/* A fault as a line: CODE POINTER expected=... got=... suggestion=..., as far as they are there. */
static inline void fault_line(char *line, size_t size, const json_t *document, size_t i)
{
    const json_t *fault = json_array_get(json_object_get(document, "errors"), i);
    snprintf(line, size, "%s %s", json_string_value(json_object_get(fault, "code")),
             json_string_value(json_object_get(fault, "pointer")));
    add_fact(line, size, fault, "expected");
    add_fact(line, size, fault, "got");
    add_fact(line, size, fault, "suggestion");
}

#endif
