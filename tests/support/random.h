/* Random numbers that are the same in every run: a test's seed is written in it. */
#ifndef TESTS_RANDOM_H
#define TESTS_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Vigna's splitmix64. */
static inline uint64_t random_bits(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline size_t random_below(uint64_t *seed, size_t n)
{
    return (size_t)(random_bits(seed) % n);
}

static inline double random_between(uint64_t *seed, double low, double high)
{
    return low + (high - low) * ((double)(random_bits(seed) >> 11) * 0x1p-53);
}

/* Of any magnitude within 2^-30 .. 2^30, so that a sum's bits tell the order of its terms. */
static inline double random_wide(uint64_t *seed)
{
    double power = 1;
    for (size_t n = random_below(seed, 60); n > 0; n--)
        power *= 2;
    return random_between(seed, -1, 1) * power * 0x1p-30;
}

static inline bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

#endif
