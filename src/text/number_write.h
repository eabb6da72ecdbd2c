/* The parts of writing numbers that are tested alone. */
#ifndef BACKPROPD_TEXT_NUMBER_WRITE_H
#define BACKPROPD_TEXT_NUMBER_WRITE_H

#include <stdint.h>

#include "number_library.h"

/* 5^n, shifted until its top bit is set. */
struct bp_power_of_five {
    uint64_t high;
    uint64_t low;
};

#define BP_SHORTEST_PLACES 55 /* 5^55 is the largest power of five in 128 bits */

extern const struct bp_power_of_five bp_powers_of_five[BP_SHORTEST_PLACES + 1];

/* As bp_double_to_decimal, but returns 0 digits if it cannot decide, which includes all numbers
 * below 2^-130 and from 2^56 on. */
struct bp_decimal bp_shortest(double magnitude);

#endif
