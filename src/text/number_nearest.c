#include "number_nearest.h"

#define TOP(five) __builtin_clzll(UINT64_C(five))
#define ROW(places, five)                                                                          \
    {                                                                                              \
        UINT64_C(five) << TOP(five), (uint64_t)(~(bp_uint128)0 / (UINT64_C(five) << TOP(five))),   \
            TOP(five) - (places)-BP_QUOTIENT_BITS                                                  \
    }

const struct bp_divisor bp_divisors[BP_NEAREST_PLACES + 1] = {
    ROW(0, 1),
    ROW(1, 5),
    ROW(2, 25),
    ROW(3, 125),
    ROW(4, 625),
    ROW(5, 3125),
    ROW(6, 15625),
    ROW(7, 78125),
    ROW(8, 390625),
    ROW(9, 1953125),
    ROW(10, 9765625),
    ROW(11, 48828125),
    ROW(12, 244140625),
    ROW(13, 1220703125),
    ROW(14, 6103515625),
    ROW(15, 30517578125),
    ROW(16, 152587890625),
    ROW(17, 762939453125),
    ROW(18, 3814697265625),
    ROW(19, 19073486328125),
    ROW(20, 95367431640625),
    ROW(21, 476837158203125),
    ROW(22, 2384185791015625),
    ROW(23, 11920928955078125),
    ROW(24, 59604644775390625),
    ROW(25, 298023223876953125),
    ROW(26, 1490116119384765625),
    ROW(27, 7450580596923828125),
};
