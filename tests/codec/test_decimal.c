#include <math.h>

#include "backpropd/number.h"
#include "codec/decimal.h"
#include "random.h"
#include "suite.h"

#define ROOM 17

/* Returns whether the decimal was written; if so, it is in `text`. */
static bool write_decimal(char text[ROOM + 1], double magnitude)
{
    char room[ROOM + 8];
    memset(room, '#', sizeof room);
    char *end = bp_decimal_write(room, magnitude);
    if (!end)
        return false;
    REQUIRE(end > room && end <= room + ROOM, "%a has %td characters", magnitude, end - room);
    memcpy(text, room, (size_t)(end - room));
    text[end - room] = '\0';
    return true;
}

/* The decimal `whole.places`, zeros at its end left away, as JavaScript writes it. */
static void expected_text(char text[64], unsigned long long whole, unsigned long long places)
{
    int n = sprintf(text, "%llu.%010llu", whole, places);
    while (text[n - 1] == '0')
        text[--n] = '\0';
    if (text[n - 1] == '.')
        text[n - 1] = '\0';
}

static void require_decimal(unsigned long long whole, unsigned long long places)
{
    char text[ROOM + 1], expected[64];
    expected_text(expected, whole, places);
    const double magnitude = strtod(expected, NULL);
    if (magnitude < 1e-6)
        return;
    REQUIRE(write_decimal(text, magnitude), "%s is not taken", expected);
    REQUIRE(strcmp(text, expected) == 0, "%s is written %s", expected, text);
}

TEST(test_decimals_by_hand)
{
    static const struct {
        unsigned long long whole, places;
    } rows[] = {{0, 1000000000},     {0, 4500000000}, {0, 1},          {0, 10000},
                {0, 10001},          {0, 9999999999}, {1, 0},          {10, 0},
                {99999, 0},          {1, 1},          {1, 5000000000}, {12345, 6789},
                {99999, 9999999999}, {0, 12345},      {7, 100000},     {7, 99999},
                {3, 1000001000},     {0, 3475000000}, {100, 10},       {20, 200000}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        require_decimal(rows[i].whole, rows[i].places);
}

TEST(test_random_decimals)
{
    static const unsigned long long cuts[] = {1, 10, 1000, 100000, 1000000, 100000000, 1000000000};
    uint64_t seed = 1;
    for (int i = 0; i < 200000; i++) {
        unsigned long long cut = cuts[random_below(&seed, LENGTH(cuts))];
        require_decimal(random_below(&seed, 100000) >> random_below(&seed, 17),
                        random_below(&seed, 10000000000) / cut * cut);
    }
}

/* Whoever is no short decimal is refused: the shortest text of its double has more digits. */
TEST(test_what_is_taken_is_what_the_shortest_text_says)
{
    uint64_t seed = 2;
    size_t taken = 0, refused = 0;
    for (int i = 0; i < 150000; i++) {
        char text[ROOM + 1], expected[BP_NUMBER_MAX + 1];
        double magnitude = floor(random_between(&seed, 1, 1e6)) / 1e6;
        for (size_t steps = random_below(&seed, 4); steps > 0; steps--)
            magnitude = nextafter(magnitude, 1);
        /* by printf alone: bp_number_write asks the function that is tested here */
        int precision = 1;
        do
            snprintf(expected, sizeof expected, "%.*g", precision, magnitude);
        while (strtod(expected, NULL) != magnitude && ++precision <= 17);
        if (write_decimal(text, magnitude)) {
            taken++;
            REQUIRE(strtod(text, NULL) == magnitude, "%s is not %.17g", text, magnitude);
            REQUIRE(precision <= 15, "%.17g has %d digits, but is written %s", magnitude, precision,
                    text);
        } else {
            refused++;
            REQUIRE(precision > 6, "%s is refused", expected);
        }
    }
    ck_assert(taken > 20000 && refused > 20000);
}

TEST(test_magnitudes_out_of_reach)
{
    static const double rows[] = {0,
                                  5e-324,
                                  1e-7,
                                  9.9e-7,
                                  1e-300,
                                  1.0 / 3,
                                  2.0 / 3,
                                  0.1 + 0.2,
                                  1e16,
                                  1e300,
                                  0x1.fffffffffffffp1023,
                                  0.00000012345,
                                  M_PI};
    char text[ROOM + 1];
    for (size_t i = 0; i < LENGTH(rows); i++)
        REQUIRE(!write_decimal(text, rows[i]), "%.17g is written %s", rows[i], text);
}

SUITE("codec/decimal", test_decimals_by_hand, test_random_decimals,
      test_what_is_taken_is_what_the_shortest_text_says, test_magnitudes_out_of_reach)
