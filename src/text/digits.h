/*
 * Decimal digits, sixteen or eight at a time: text to a number and back.
 *
 * Eight digits are recognized and joined in one word as Lemire does (Number parsing at a gigabyte
 * per second, 2021). Sixteen are split and joined in one vector as Mula does (SSE: conversion
 * integers to decimal representation, 2011). Divisions by constants are products: Granlund and
 * Montgomery, Division by invariant integers using multiplication (1994).
 */
#ifndef BACKPROPD_TEXT_DIGITS_H
#define BACKPROPD_TEXT_DIGITS_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Products of two 64-bit numbers. */
__extension__ typedef unsigned __int128 bp_uint128;

#define BP_DIGITS 16
#define BP_TEN_TO_8 UINT64_C(100000000)
#define BP_TEN_TO_16 (BP_TEN_TO_8 * BP_TEN_TO_8)

/*
 * The eight digits at `at`, the first one in the lowest byte, as values from 0 to 9. Out: *others,
 * whose lowest bit that is set is the top bit of the first byte that is no digit; 0 if all are.
 */
static inline uint64_t bp_eight_digits(uint64_t *others, const char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    eight = le64toh(eight);
    const uint64_t values = eight - UINT64_C(0x3030303030303030);
    *others = (values | (eight + UINT64_C(0x4646464646464646))) & UINT64_C(0x8080808080808080);
    return values;
}

/* The number that eight digits are: pairs of one, of two, of four digits are joined in the halves
 * of one word, without a loop. */
static inline uint64_t bp_eight_join(uint64_t digits)
{
    const uint64_t even = UINT64_C(0x000000FF000000FF);
    digits = digits * 10 + (digits >> 8);
    return ((digits & even) * UINT64_C(0x000F424000000064) +
            (digits >> 16 & even) * UINT64_C(0x0000271000000001)) >>
           32;
}

/*
 * Sixteen digits (bp_digits) in one vector: every x86-64 has these instructions, and a number is
 * written in 15 ns where words take 21. Anything else, and BP_PLAIN_DIGITS, takes words.
 *
 *  bp_digits_take         *number becomes the number whose digits stand at `at`; false, and nothing
 *                         done, if one of the sixteen characters is no digit
 *  bp_digits_split        the digits of a number below 10^16, zeros in front
 *  bp_digits_used         how many there are without the zeros at the end
 *  bp_digits_put          writes them
 */
#if defined __SSE2__ && !defined BP_PLAIN_DIGITS

#include <emmintrin.h>

typedef __m128i bp_digits;

static inline bool bp_digits_take(uint64_t *number, const char *at)
{
    const __m128i text = _mm_loadu_si128((const __m128i *)(const void *)at);
    const __m128i values = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    const __m128i digits = _mm_min_epu8(values, _mm_set1_epi8(9));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(values, digits)) != 0xFFFF)
        return false;
    const __m128i tens = _mm_and_si128(digits, _mm_set1_epi16(0xFF));
    const __m128i twos =
        _mm_add_epi16(_mm_mullo_epi16(tens, _mm_set1_epi16(10)), _mm_srli_epi16(digits, 8));
    const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(1 << 16 | 100));
    const __m128i eights =
        _mm_madd_epi16(_mm_packs_epi32(fours, fours), _mm_set1_epi32(1 << 16 | 10000));
    const uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
    *number = (both & UINT32_MAX) * BP_TEN_TO_8 + (both >> 32);
    return true;
}

/* Quotients by constants are the upper halves of products with their reciprocals, exact for numbers
 * of so few digits: 2^45 / 10^4, 2^19 / 100, 2^16 / 10, each rounded up. */
static inline bp_digits bp_digits_split(uint64_t number)
{
    const __m128i eights =
        _mm_set_epi64x((int64_t)(number % BP_TEN_TO_8), (int64_t)(number / BP_TEN_TO_8));
    const __m128i thousands =
        _mm_srli_epi64(_mm_mul_epu32(eights, _mm_set1_epi64x(3518437209)), 45);
    const __m128i ones = _mm_sub_epi64(eights, _mm_mul_epu32(thousands, _mm_set1_epi64x(10000)));
    const __m128i fours = _mm_or_si128(thousands, _mm_slli_epi64(ones, 32));
    const __m128i hundreds = _mm_srli_epi16(_mm_mulhi_epu16(fours, _mm_set1_epi16(5243)), 3);
    const __m128i below_100 = _mm_sub_epi16(fours, _mm_mullo_epi16(hundreds, _mm_set1_epi16(100)));
    const __m128i twos = _mm_or_si128(hundreds, _mm_slli_epi32(below_100, 16));
    const __m128i tens = _mm_mulhi_epu16(twos, _mm_set1_epi16(6554));
    const __m128i below_10 = _mm_sub_epi16(twos, _mm_mullo_epi16(tens, _mm_set1_epi16(10)));
    return _mm_or_si128(tens, _mm_slli_epi16(below_10, 8));
}

static inline unsigned bp_digits_used(bp_digits digits)
{
    const int zeros = _mm_movemask_epi8(_mm_cmpeq_epi8(digits, _mm_setzero_si128()));
    return 31 - (unsigned)__builtin_clz(((unsigned)zeros ^ 0xFFFF) << 1 | 1);
}

static inline void bp_digits_put(char *out, bp_digits digits)
{
    _mm_storeu_si128((__m128i *)(void *)out, _mm_or_si128(digits, _mm_set1_epi8('0')));
}

#else

typedef struct {
    uint64_t first;
    uint64_t last;
} bp_digits;

static inline bool bp_digits_take(uint64_t *number, const char *at)
{
    uint64_t others_first, others_last;
    const uint64_t first = bp_eight_digits(&others_first, at);
    const uint64_t last = bp_eight_digits(&others_last, at + 8);
    if (others_first | others_last)
        return false;
    *number = bp_eight_join(first) * BP_TEN_TO_8 + bp_eight_join(last);
    return true;
}

static inline uint64_t bp_eight_split(uint32_t number)
{
    uint64_t fours = number / 10000 | (uint64_t)(number % 10000) << 32;
    uint64_t hundreds = (fours * 10486) >> 20 & UINT64_C(0x7F0000007F);
    uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
    uint64_t tens = (twos * 103) >> 10 & UINT64_C(0x000F000F000F000F);
    return tens | (twos - 10 * tens) << 8;
}

static inline bp_digits bp_digits_split(uint64_t number)
{
    return (bp_digits){bp_eight_split((uint32_t)(number / BP_TEN_TO_8)),
                       bp_eight_split((uint32_t)(number % BP_TEN_TO_8))};
}

static inline unsigned bp_digits_used(bp_digits digits)
{
    if (digits.last)
        return 16 - (unsigned)__builtin_clzll(digits.last) / 8;
    return digits.first ? 8 - (unsigned)__builtin_clzll(digits.first) / 8 : 0;
}

static inline void bp_digits_put(char *out, bp_digits digits)
{
    const uint64_t zeros = UINT64_C(0x3030303030303030);
    const uint64_t text[] = {htole64(digits.first | zeros), htole64(digits.last | zeros)};
    memcpy(out, text, sizeof text);
}

#endif

#endif
