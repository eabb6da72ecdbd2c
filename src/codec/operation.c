#include "backpropd/operation.h"

/* In the order of the links of GET /. */
#define OPERATIONS(X)                                                                              \
    X(forward)                                                                                     \
    X(backward)                                                                                    \
    X(step)

#define DECLARE(name) extern const struct bp_operation bp_operation_##name;
OPERATIONS(DECLARE)

#define ADDRESS(name) &bp_operation_##name,
const struct bp_operation *const bp_operations[] = {OPERATIONS(ADDRESS) NULL};

bool bp_operation_includes(const struct bp_job *job, const char *part)
{
    const struct bp_names *parts = &job->operation->parts;
    for (size_t i = 0; i < parts->n; i++)
        if (strcmp(parts->names[i], part) == 0)
            return job->include >> i & 1;
    return false;
}
