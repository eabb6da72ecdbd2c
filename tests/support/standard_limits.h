/* The limits of a service that was started without flags. */
#ifndef TESTS_STANDARD_LIMITS_H
#define TESTS_STANDARD_LIMITS_H

#include "backpropd/limits.h"

#define AS_STANDARD(name, standard, most, text) .name = (standard),
#define STANDARD_LIMITS                                                                            \
    {                                                                                              \
        BP_LIMITS(AS_STANDARD)                                                                     \
    }

#endif
