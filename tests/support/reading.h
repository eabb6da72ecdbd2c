/* A body that is read through the one door. */
#ifndef TESTS_READING_H
#define TESTS_READING_H

#include "backpropd/json_read.h"
#include "budget.h"

#define DEPTH 8
#define VALUES 250000

struct reading {
    struct bp_memory memory;
    struct bp_json json;
    char *body; /* owned: in memory of its own size, so that a reader beyond it is caught */
    bool good;  /* it is JSON, perhaps with duplicate members */
};

/* Once, and before there are threads: as the contract has it. */
__attribute__((constructor)) static void prepare_reading(void)
{
    bp_json_prepare();
}

/* To be freed with reading_end. */
static inline void reading_start_within(struct reading *reading, const char *body, size_t size,
                                        struct bp_json_limits limits)
{
    budget_make(&reading->memory, BUDGET_ENOUGH);
    reading->body = malloc(size + 1);
    memcpy(reading->body, body, size);
    reading->body[size] = '\0';
    memset(&reading->json, 0xA5, sizeof reading->json);
    reading->good = bp_json_open(&reading->json, reading->body, size, &limits, &reading->memory);
    REQUIRE(reading->good == !reading->json.fault, "%s: fault %d", body, reading->json.fault);
    REQUIRE(reading->good == !!reading->json.root, "%s: fault %d", body, reading->json.fault);
}

static inline void reading_start(struct reading *reading, const char *body, size_t size)
{
    reading_start_within(
        reading, body, size,
        (struct bp_json_limits){DEPTH, VALUES, VALUES, VALUES, SIZE_MAX, SIZE_MAX});
}

static inline void reading_end(struct reading *reading)
{
    bp_json_close(&reading->json);
    budget_end(&reading->memory);
    free(reading->body);
}

#endif
