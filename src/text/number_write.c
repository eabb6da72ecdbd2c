#include "number_write.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "backpropd/number_write.h"
#include "digits.h"

/*
 * The shortest decimal that reads back to a double, by one exact product.
 *
 * Why this is right: a double is m 2^e, and what reads back to it lies less than half a unit, that
 * is 2^(e-1), away. It is multiplied by 10^n, where n is such that a unit becomes at least 1 and
 * less than 10. So in the interval of what reads back there is always a whole number, and there is
 * at most one multiple of ten. If there is one, it is the shortest decimal (and has all the zeros
 * at its end that any in the interval could have); if there is none, the nearest whole number is.
 *
 * m 2^e 10^n = m 5^n 2^(e+n) is exact: 5^n has at most 128 bits for n <= 55, m has 53. What decides
 * is compared with 60 bits behind the point. Where that is not enough (the end of the interval lies
 * on a decimal, or two decimals are as near), and for doubles out of reach, the library decides. So
 * it does for powers of two, whose interval is half as wide below, unless the decimal is so near
 * that this does not matter.
 *
 * The idea that a unit between 1 and 10 leaves one candidate of either length is Giulietti's (The
 * Schubfach way to render doubles, 2020). Why it is worth it: 15 ns a number, layout included,
 * where Dragonbox took 33 and std::to_chars, which is the library here, takes 63.
 */

const struct bp_power_of_five bp_powers_of_five[BP_SHORTEST_PLACES + 1] = {
    {0x8000000000000000, 0x0000000000000000}, {0xA000000000000000, 0x0000000000000000},
    {0xC800000000000000, 0x0000000000000000}, {0xFA00000000000000, 0x0000000000000000},
    {0x9C40000000000000, 0x0000000000000000}, {0xC350000000000000, 0x0000000000000000},
    {0xF424000000000000, 0x0000000000000000}, {0x9896800000000000, 0x0000000000000000},
    {0xBEBC200000000000, 0x0000000000000000}, {0xEE6B280000000000, 0x0000000000000000},
    {0x9502F90000000000, 0x0000000000000000}, {0xBA43B74000000000, 0x0000000000000000},
    {0xE8D4A51000000000, 0x0000000000000000}, {0x9184E72A00000000, 0x0000000000000000},
    {0xB5E620F480000000, 0x0000000000000000}, {0xE35FA931A0000000, 0x0000000000000000},
    {0x8E1BC9BF04000000, 0x0000000000000000}, {0xB1A2BC2EC5000000, 0x0000000000000000},
    {0xDE0B6B3A76400000, 0x0000000000000000}, {0x8AC7230489E80000, 0x0000000000000000},
    {0xAD78EBC5AC620000, 0x0000000000000000}, {0xD8D726B7177A8000, 0x0000000000000000},
    {0x878678326EAC9000, 0x0000000000000000}, {0xA968163F0A57B400, 0x0000000000000000},
    {0xD3C21BCECCEDA100, 0x0000000000000000}, {0x84595161401484A0, 0x0000000000000000},
    {0xA56FA5B99019A5C8, 0x0000000000000000}, {0xCECB8F27F4200F3A, 0x0000000000000000},
    {0x813F3978F8940984, 0x4000000000000000}, {0xA18F07D736B90BE5, 0x5000000000000000},
    {0xC9F2C9CD04674EDE, 0xA400000000000000}, {0xFC6F7C4045812296, 0x4D00000000000000},
    {0x9DC5ADA82B70B59D, 0xF020000000000000}, {0xC5371912364CE305, 0x6C28000000000000},
    {0xF684DF56C3E01BC6, 0xC732000000000000}, {0x9A130B963A6C115C, 0x3C7F400000000000},
    {0xC097CE7BC90715B3, 0x4B9F100000000000}, {0xF0BDC21ABB48DB20, 0x1E86D40000000000},
    {0x96769950B50D88F4, 0x1314448000000000}, {0xBC143FA4E250EB31, 0x17D955A000000000},
    {0xEB194F8E1AE525FD, 0x5DCFAB0800000000}, {0x92EFD1B8D0CF37BE, 0x5AA1CAE500000000},
    {0xB7ABC627050305AD, 0xF14A3D9E40000000}, {0xE596B7B0C643C719, 0x6D9CCD05D0000000},
    {0x8F7E32CE7BEA5C6F, 0xE4820023A2000000}, {0xB35DBF821AE4F38B, 0xDDA2802C8A800000},
    {0xE0352F62A19E306E, 0xD50B2037AD200000}, {0x8C213D9DA502DE45, 0x4526F422CC340000},
    {0xAF298D050E4395D6, 0x9670B12B7F410000}, {0xDAF3F04651D47B4C, 0x3C0CDD765F114000},
    {0x88D8762BF324CD0F, 0xA5880A69FB6AC800}, {0xAB0E93B6EFEE0053, 0x8EEA0D047A457A00},
    {0xD5D238A4ABE98068, 0x72A4904598D6D880}, {0x85A36366EB71F041, 0x47A6DA2B7F864750},
    {0xA70C3C40A64E6C51, 0x999090B65F67D924}, {0xD0CF4B50CFE20765, 0xFFF4B4E3F741CF6D}};

/* floor(e log10 2) and floor(n log2 10), for what is needed here. */
static inline int floor_log10_of_power_of_2(int e)
{
    return e * 315653 >> 20;
}

static inline int floor_log2_of_power_of_10(int n)
{
    return n * 1741647 >> 19;
}

#define UNIT_EXPONENT_MIN (-182) /* of units for which n is from 0 to BP_SHORTEST_PLACES */
#define UNIT_EXPONENT_MAX 3

static inline struct bp_decimal shortest(double magnitude)
{
    uint64_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    const int e = (int)(bits >> 52) - 1075;
    if (e < UNIT_EXPONENT_MIN || e > UNIT_EXPONENT_MAX)
        return (struct bp_decimal){0, 0};
    const uint64_t hidden_bit = UINT64_C(1) << 52;
    const bool is_power_of_two = (bits & (hidden_bit - 1)) == 0;
    const uint64_t m = (bits & (hidden_bit - 1)) | hidden_bit;

    /* m 2^e 10^n, with 64 bits behind the point; a unit has become five * 2^shift, shift 1 to 4 */
    const int n = -floor_log10_of_power_of_2(e);
    const struct bp_power_of_five *five = &bp_powers_of_five[n];
    const int shift = e + 1 + floor_log2_of_power_of_10(n);
    const uint64_t shifted = m << shift;
    const bp_uint128 product =
        (bp_uint128)five->high * shifted + ((bp_uint128)five->low * shifted >> 64);
    const uint64_t whole = (uint64_t)(product >> 64), fraction = (uint64_t)product;

    /* The same modulo ten, and half a unit, with 60 bits behind the point. Less than 1 is cut off
     * from either, so the order of the two is in doubt only if they are equal, and that of their
     * sum and ten only if the sum is 1 less or equal. */
    const uint64_t last = whole % 10;
    const uint64_t place = last << 60 | fraction >> 4;
    const uint64_t half_unit = five->high >> (5 - shift);
    const uint64_t ten = UINT64_C(10) << 60, upper_end = place + half_unit;
    if (is_power_of_two && place >= half_unit / 2)
        return (struct bp_decimal){0, 0};
    if (place == half_unit || ten - upper_end <= 1 || fraction == UINT64_C(1) << 63)
        return (struct bp_decimal){0, 0};

    /* masks instead of a branch, which would often be mispredicted: the choice is almost random */
    const uint64_t is_below = -(uint64_t)(place < half_unit);
    const uint64_t is_above = -(uint64_t)(upper_end > ten);
    const uint64_t nearest = whole + (fraction >> 63);
    const uint64_t round = whole - last + (is_above & 10);
    uint64_t digits = nearest ^ ((nearest ^ round) & (is_below | is_above));
    const uint64_t has_16 = -(uint64_t)(digits < BP_TEN_TO_16);
    digits += digits * 9 & has_16;
    return (struct bp_decimal){digits, BP_DECIMAL_DIGITS - 1 - n + (int)has_16};
}

struct bp_decimal bp_shortest(double magnitude)
{
    return shortest(magnitude);
}

static char *put_exponent(char *out, int exponent)
{
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    unsigned e = (unsigned)abs(exponent);
    if (e >= 100)
        *out++ = (char)('0' + e / 100);
    if (e >= 10)
        *out++ = (char)('0' + e / 10 % 10);
    *out++ = (char)('0' + e % 10);
    return out;
}

/*
 * ECMA-262, Number::toString. All 17 digits are written, and the number goes on where those that
 * count end: copies of fixed size are single instructions, counted ones are calls. BP_NUMBER_ROOM
 * allows for it.
 */
char *bp_number_write(char *out, double value)
{
    if (value == 0) {
        *out = '0'; /* -0 too */
        return out + 1;
    }
    *out = '-'; /* no branch: signs are random, and it would often be mispredicted */
    out += value < 0;
    struct bp_decimal decimal = shortest(fabs(value));
    if (decimal.digits == 0)
        decimal = bp_double_to_decimal(fabs(value));
    const char first = (char)('0' + decimal.digits / BP_TEN_TO_16);
    const bp_digits others = bp_digits_split(decimal.digits % BP_TEN_TO_16);
    const int n = 1 + (int)bp_digits_used(others);
    const int exponent = decimal.exponent, whole = exponent + 1;
    if (exponent < -6 || exponent >= 21) {
        out[0] = first;
        out[1] = '.';
        bp_digits_put(out + 2, others);
        return put_exponent(out + n + (n > 1), exponent);
    }
    if (whole <= 0) {
        memcpy(out, "0.00000", 8);
        out += 2 - whole;
    }
    out[0] = first;
    bp_digits_put(out + 1, others);
    if (whole <= 0)
        return out + n;
    memcpy(out + BP_DECIMAL_DIGITS, "0000", 4); /* at most 21 places, 17 of them digits */
    if (n <= whole)
        return out + whole;
    memmove(out + whole + 1, out + whole, BP_DIGITS);
    out[whole] = '.';
    return out + n + 1;
}
