#include "backpropd/operation.h"

/* In the order of the links of GET /. */
#define OPERATIONS(X)                                                                              \
    X(forward)                                                                                     \
    X(backward)                                                                                    \
    X(step)                                                                                        \
    X(explain)                                                                                     \
    X(grade)                                                                                       \
    X(check)                                                                                       \
    X(exercise)                                                                                    \
    X(review)

#define DECLARE(name) extern const struct bp_operation bp_operation_##name;
OPERATIONS(DECLARE)

#define ADDRESS(name) &bp_operation_##name,
const struct bp_operation *const bp_operations[] = {OPERATIONS(ADDRESS) NULL};
