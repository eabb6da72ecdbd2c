#include "text/digits.h"

#include "random.h"
#include "suite.h"

#ifdef BP_PLAIN_DIGITS
#define NAME "text/digits, plain"
#else
#define NAME "text/digits"
#endif

/* Half of them with many zeros at the end, some with many in front. */
static uint64_t random_number(uint64_t *seed)
{
    static const uint64_t cuts[] = {1, 10, 1000, BP_TEN_TO_8, 10 * BP_TEN_TO_8, BP_TEN_TO_16 / 10};
    const uint64_t number = (random_bits(seed) >> random_below(seed, 64)) % BP_TEN_TO_16;
    const uint64_t cut = random_below(seed, 2) ? cuts[random_below(seed, LENGTH(cuts))] : 1;
    return number / cut * cut;
}

static void require_both_ways(uint64_t number)
{
    char text[BP_DIGITS + 1] = "", expected[24];
    uint64_t again = 77;
    const int n = snprintf(expected, sizeof expected, "%016llu", (unsigned long long)number);
    ck_assert_int_eq(n, BP_DIGITS);
    unsigned used = BP_DIGITS;
    while (used > 0 && expected[used - 1] == '0')
        used--;
    const bp_digits digits = bp_digits_split(number);
    bp_digits_put(text, digits);
    REQUIRE(strcmp(text, expected) == 0, "%s, not %s", text, expected);
    REQUIRE(bp_digits_used(digits) == used, "%s: %u, not %u", text, bp_digits_used(digits), used);
    REQUIRE(bp_digits_take(&again, expected) && again == number, "%s is read as %llu", expected,
            (unsigned long long)again);
}

TEST(test_any_number)
{
    uint64_t seed = 1;
    for (int i = 0; i < 1000000; i++)
        require_both_ways(random_number(&seed));
}

/* All that a group of four digits can be, at each of the four places: what the quotients could get
 * wrong. */
TEST(test_every_group_of_four)
{
    for (uint64_t place = 1; place < BP_TEN_TO_16; place *= 10000)
        for (uint64_t four = 0; four < 10000; four++) {
            require_both_ways(place * four);
            require_both_ways(BP_TEN_TO_16 - 1 - place * four);
        }
}

/* Each other character at each of the places. */
TEST(test_what_is_no_digit)
{
    for (size_t place = 0; place < BP_DIGITS; place++)
        for (int c = 0; c < 256; c++) {
            char text[] = "1234567890123456";
            uint64_t number = 77, others;
            const bool is_digit = c >= '0' && c <= '9';
            text[place] = (char)c;
            REQUIRE(bp_digits_take(&number, text) == is_digit, "%d at %zu", c, place);
            REQUIRE(is_digit || number == 77, "%d at %zu: read", c, place);
            bp_eight_digits(&others, text + place / 8 * 8);
            const int first = others ? __builtin_ctzll(others) : -1;
            REQUIRE(first == (is_digit ? -1 : (int)(place % 8) * 8 + 7), "%d at %zu", c, place);
        }
}

SUITE(NAME, test_any_number, test_every_group_of_four, test_what_is_no_digit)
