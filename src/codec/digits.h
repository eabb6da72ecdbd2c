/* Eight decimal digits at a time, in one word. */
#ifndef BACKPROPD_CODEC_DIGITS_H
#define BACKPROPD_CODEC_DIGITS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/* The digits of a number below 10^8, the first one in the lowest byte: pairs of two, of four, of
 * eight digits are split in the halves of one word, without a loop. */
static inline uint64_t bp_digits_split(uint32_t number)
{
    uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = (fours * 10486) >> 20 & UINT64_C(0x7F0000007F);
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = (twos * 103) >> 10 & UINT64_C(0x000F000F000F000F);
    return tens | (twos - 10 * tens) << 8;
}

/* The reverse. */
static inline uint64_t bp_digits_join(uint64_t digits)
{
    const uint64_t even = UINT64_C(0x000000FF000000FF);
    digits = digits * 10 + (digits >> 8);
    return ((digits & even) * UINT64_C(0x000F424000000064) +
            (digits >> 16 & even) * UINT64_C(0x0000271000000001)) >>
           32;
}

static inline void bp_digits_put(char *out, uint64_t digits)
{
    digits = htole64(digits + UINT64_C(0x3030303030303030));
    memcpy(out, &digits, sizeof digits);
}

#endif
