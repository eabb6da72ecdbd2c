/* The part of reading numbers that is tested alone. */
#ifndef BACKPROPD_TEXT_NUMBER_READ_H
#define BACKPROPD_TEXT_NUMBER_READ_H

#include <stdint.h>

#define BP_NEAREST_PLACES 27 /* 5^27 is the largest power of five in 64 bits */

/* Returns the double nearest to digits / 10^places, ties to even. places <= BP_NEAREST_PLACES. */
double bp_nearest(uint64_t digits, unsigned places);

#endif
