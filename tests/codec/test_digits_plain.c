/* The digits as they are split and joined where there are no vectors. */
#define BP_PLAIN_DIGITS
#include "test_digits.c" // NOLINT(bugprone-suspicious-include): the same tests
