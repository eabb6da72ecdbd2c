/* Memory for tests: enough of it, or too little on purpose. */
#ifndef TESTS_BUDGET_H
#define TESTS_BUDGET_H

#include "backpropd/memory.h"
#include "suite.h"

#define BUDGET_ENOUGH ((size_t)1 << 30)

static inline void budget_make(struct bp_memory *memory, size_t limit)
{
    atomic_init(&memory->used, 0);
    memory->limit = limit;
    memory->whole = NULL;
}

/* Whatever was taken must have been given back. */
static inline void budget_end(struct bp_memory *memory)
{
    size_t used = atomic_load(&memory->used);
    REQUIRE(used == 0, "%zu bytes were not given back", used);
}

/* An allocation too large for the machine is refused, as it is without a sanitizer. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

#endif
