#include "codec/read_cell.h"

#include <math.h>
#include <string.h>

#include "backpropd/verdict.h"
#include "suite.h"

#define NO_NUMBER "not a number: write the result alone, like -0.0125, -0,0125, -1/80 or -1.25e-2"

static const struct {
    const char *text;
    double value;
    int places;
} NUMBERS[] = {
    {"0", 0, 0},
    {"-0.0125", -0.0125, 4},
    {"+1", 1, 0},
    {"\xE2\x88\x92"
     "0,0125",
     -0.0125, 4},
    {".5", 0.5, 1},
    {",5", 0.5, 1},
    {"5.", 5, 0},
    {"-.5e1", -5, 0},
    {"0.50", 0.5, 2},
    {"1e-3", 1e-3, 3},
    {"1E+3", 1e3, 0},
    {"1.25e-2", 0.0125, 4},
    {"12.5e1", 125, 0},
    {"007", 7, 0},
    {"000.10", 0.1, 2},
    {" \t1 \n", 1, 0},
    {"\xC2\xA0"
     "1\xC2\xA0",
     1, 0},
    {"1e-999", 0, 999},
    {"0.1000000000000000055511151231257827021181583404541015625", 0.1, 55},
    {"-39/400", -0.0975, BP_PLACES_EXACT},
    {"1/3", 1.0 / 3, BP_PLACES_EXACT},
    {"0/7", 0, BP_PLACES_EXACT},
    {"999999999999999999/999999999999999998", 1, BP_PLACES_EXACT},
    {"1/999999999999999999", 1e-18, BP_PLACES_EXACT},
    {"999999999999999999/1", 1e18, BP_PLACES_EXACT},
    /* halfway between two doubles: to the even one, and just beyond: up */
    {"9007199254740993/1", 9007199254740992, BP_PLACES_EXACT},
    /* the first 64 bits of the quotient are halfway, and the rest is not nothing */
    {"86105/253131", 0.34015983818655166, BP_PLACES_EXACT},
    {"889406/893487", 0.9954325020957216, BP_PLACES_EXACT},
    {"9090/680233", 0.013363068242793279, BP_PLACES_EXACT},
    {"18014398509481987/2", 9007199254740994, BP_PLACES_EXACT},
};

static const struct {
    const char *text, *wrong;
} FAULTS[] = {
    {"abc", NO_NUMBER},
    {" ", NO_NUMBER},
    {"-", NO_NUMBER},
    {".", NO_NUMBER},
    {"e1", NO_NUMBER},
    {"1e", NO_NUMBER},
    {"1e1000", NO_NUMBER},
    {"1.2.3", NO_NUMBER},
    {"1,000.5", NO_NUMBER},
    {"1 2", NO_NUMBER},
    {"--1", NO_NUMBER},
    {"0x10", NO_NUMBER},
    {"nan", NO_NUMBER},
    {"inf", NO_NUMBER},
    {"1/2/3", NO_NUMBER},
    {"1/", NO_NUMBER},
    {"/2", NO_NUMBER},
    {"1 / 2", NO_NUMBER},
    {"1/-2", NO_NUMBER},
    {"1.5/2", NO_NUMBER},
    {"50%", NO_NUMBER},
    {"\xC3\xA4", NO_NUMBER},
    {"1/1234567890123456789", NO_NUMBER},
    {"1/0", "the denominator is 0"},
    {"1e999", "larger than any number that can be read"},
};

TEST(test_texts_are_read_as_typed)
{
    for (size_t i = 0; i < LENGTH(NUMBERS); i++) {
        struct bp_typed_cell cell;
        ck_assert_ptr_null(bp_cell_read_text(&cell, NUMBERS[i].text, false));
        ck_assert_msg(cell.value == NUMBERS[i].value && cell.places == NUMBERS[i].places,
                      "%s is read as %.17g with %d decimals", NUMBERS[i].text, cell.value,
                      cell.places);
    }
}

TEST(test_what_is_no_number_says_why)
{
    for (size_t i = 0; i < LENGTH(FAULTS); i++) {
        struct bp_typed_cell cell;
        const char *wrong = bp_cell_read_text(&cell, FAULTS[i].text, false);
        ck_assert_msg(wrong && strcmp(wrong, FAULTS[i].wrong) == 0, "%s: %s", FAULTS[i].text,
                      wrong ? wrong : "read");
    }
}

TEST(test_length_is_counted_in_characters)
{
    char text[3 * (BP_CELL_TEXT_MAX + 1) + 1];
    struct bp_typed_cell cell;
    memset(text, '1', BP_CELL_TEXT_MAX);
    text[BP_CELL_TEXT_MAX] = '\0';
    ck_assert_ptr_null(bp_cell_read_text(&cell, text, false));
    strcpy(text + BP_CELL_TEXT_MAX, "1");
    ck_assert_str_eq(bp_cell_read_text(&cell, text, false), "longer than 64 characters");
    for (size_t i = 0; i < BP_CELL_TEXT_MAX; i++) /* characters of three bytes */
        memcpy(text + 3 * i, "\xE2\x88\x92", 4);
    ck_assert_str_eq(bp_cell_read_text(&cell, text, false), NO_NUMBER);
}

TEST(test_counts_are_whole)
{
    static const char *const whole[] = {"12", "12.0", "12,00", "1.2e1", "120e-1", "24/2", "0.0"};
    static const char *const others[] = {"12.5", "1e-1", "0.99999999999999999999", "25/2",
                                         "1.23e1"};
    struct bp_typed_cell cell;
    for (size_t i = 0; i < LENGTH(whole); i++) {
        ck_assert_msg(!bp_cell_read_text(&cell, whole[i], true), "%s", whole[i]);
        ck_assert(cell.value == (i == 6 ? 0 : 12) && cell.places == BP_PLACES_EXACT);
    }
    for (size_t i = 0; i < LENGTH(others); i++)
        ck_assert_str_eq(bp_cell_read_text(&cell, others[i], true),
                         "a whole number is needed here");
    ck_assert_ptr_null(bp_cell_read_number(&cell, 12, true));
    ck_assert_int_eq(cell.places, BP_PLACES_EXACT);
    ck_assert_str_eq(bp_cell_read_number(&cell, 12.5, true), "a whole number is needed here");
}

TEST(test_decimals_of_a_number_are_those_of_its_shortest_text)
{
    static const struct {
        double number;
        int places;
    } rows[] = {{0.5, 1}, {2, 0}, {-0.0125, 4}, {1e-7, 7}, {1.5e-7, 8}, {1e22, 0}, {0.1 + 0.2, 17}};
    struct bp_typed_cell cell;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        ck_assert_ptr_null(bp_cell_read_number(&cell, rows[i].number, false));
        ck_assert(cell.value == rows[i].number);
        ck_assert_int_eq(cell.places, rows[i].places);
    }
    ck_assert_str_eq(bp_cell_read_number(&cell, INFINITY, false),
                     "larger than any number that can be read");
}

SUITE("codec/read_cell", test_texts_are_read_as_typed, test_what_is_no_number_says_why,
      test_length_is_counted_in_characters, test_counts_are_whole,
      test_decimals_of_a_number_are_those_of_its_shortest_text)
