/* The double nearest to a decimal fraction, by one exact division. */
#ifndef BACKPROPD_CODEC_NEAREST_H
#define BACKPROPD_CODEC_NEAREST_H

#include <stdint.h>

#define BP_NEAREST_PLACES 27 /* 5^27 is the largest power of five in 64 bits */

/* Returns the double nearest to digits / 10^places, ties to even. places <= BP_NEAREST_PLACES. */
double bp_nearest(uint64_t digits, unsigned places);

#endif
