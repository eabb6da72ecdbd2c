/* The digits as they are split and joined where there are no vectors. */
#ifndef BP_PLAIN_DIGITS
#define BP_PLAIN_DIGITS
#endif
#include "test_digits.c" // NOLINT(bugprone-suspicious-include): the same tests
