/* What the targets share. A target is one function, LLVMFuzzerTestOneInput, whose inputs libFuzzer
 * makes up (`make fuzz`) or replay.c reads from the corpus (`make replay`). */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backpropd/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends with a message and a core's worth of stack unless the condition holds: a finding. */
#define HOLDS(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s: ", __FILE__, __LINE__, #condition);                \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The input in memory of its own size and with a NUL after it, so that a reader beyond it is
 * caught. To be freed. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    HOLDS(text, "no memory for the input");
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}

static inline void fuzz_memory(struct bp_memory *memory, size_t limit)
{
    atomic_init(&memory->used, 0);
    memory->limit = limit;
    memory->whole = NULL;
}

/* Whatever was taken must have been given back. */
static inline void fuzz_memory_end(struct bp_memory *memory)
{
    HOLDS(atomic_load(&memory->used) == 0, "%zu bytes were not given back",
          (size_t)atomic_load(&memory->used));
}

/* JSON that the service wrote, all numbers as reals: integers may be beyond 64 bits. To be
 * decref'ed. */
static inline json_t *fuzz_own_json(const char *text, size_t size)
{
    json_error_t error;
    json_t *value =
        json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    HOLDS(value, "%s in %.*s", error.text, (int)size, text);
    return value;
}

#endif
