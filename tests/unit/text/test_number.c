#include <float.h>
#include <math.h>

#include "backpropd/number_read.h"
#include "backpropd/number_write.h"
#include "random.h"
#include "suite.h"

/* --- reading -----------------------------------------------------------------------------------
 */

static double value_of(const char *text)
{
    double value = 77;
    const char *end = bp_number_read(&value, text, text + strlen(text));
    REQUIRE(end && *end == '\0', "%s is a number", text);
    return value;
}

/* Eight characters at a time are read only where so many follow: alone and in a longer text a
 * number takes different ways. */
static void require_value(const char *text, double expected)
{
    double alone = value_of(text), among_others = 77;
    char longer[100];
    snprintf(longer, sizeof longer, "%s,12345678", text);
    const char *end = bp_number_read(&among_others, longer, longer + strlen(longer));
    REQUIRE(end == longer + strlen(text), "%s ends before the comma", text);
    REQUIRE(same_bits(alone, expected), "%s is %a, not %a", text, alone, expected);
    REQUIRE(same_bits(among_others, expected), "%s, is %a, not %a", text, among_others, expected);
}

TEST(test_read_what_the_grammar_takes)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {
        {"0", 0},
        {"-0", -0.0},
        {"-0.0", -0.0},
        {"-0e5", -0.0},
        {"7", 7},
        {"-7", -7},
        {"10", 10},
        {"10.0", 10},
        {"1e1", 10},
        {"1E1", 10},
        {"1e+1", 10},
        {"100e-1", 10},
        {"0.5", 0.5},
        {"-0.25", -0.25},
        {"1.5e3", 1500},
        {"0e0", 0},
        {"0.1e+00001", 1},
        {"0.000", 0},
        {"1e00", 1},
        {"9007199254740991", 0x1p53 - 1},
        {"9007199254740993", 0x1p53},     /* ties to even */
        {"9007199254740995", 0x1p53 + 4}, /* ties to even */
        {"9007199254740992.5", 0x1p53},
        {"9223372036854775808", 0x1p63},
        {"18446744073709551615", 0x1p64},
        {"18446744073709551616", 0x1p64},
        {"100000000000000000000000", 1e23},
        {"0.1", 0.1},
        {"0.0000000000000000000001", 1e-22},
        {"0.00000000000000000000001", 1e-23},
        {"1.00000000000000000000000000", 1},
        {"123456789012345678", 123456789012345680.0},
        {"1.7976931348623157e308", DBL_MAX},
        {"-1.7976931348623157e308", -DBL_MAX},
        {"1.7976931348623158e308", DBL_MAX},
        {"2.2250738585072014e-308", DBL_MIN},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {"4.9406564584124654e-324", DBL_TRUE_MIN},
        {"5e-324", DBL_TRUE_MIN},
        {"3e-324", DBL_TRUE_MIN},
        {"-5e-324", -DBL_TRUE_MIN},
        {"1e-323", 1e-323},
        {"0.12345678901234567890", 0.12345678901234567890}, /* 20 digits */
        {"0.18446744073709551615", 0.18446744073709551615}, /* 2^64 - 1 */
        {"0.18446744073709551617", 0.18446744073709551617},
        {"0.99999999999999999999", 1},
        {"0.00012345678901234567", 0.00012345678901234567},
        {"0.000000001234567890123456789", 1.234567890123456789e-9}, /* 27 places, 19 digits */
        {"0.0000000001234567890123456789", 1.234567890123456789e-10},
        {"0.000000000000000000000000001", 1e-27},
        {"0.0000000000000000000000000001", 1e-28},
        {"-0.000000000000000000000000000", -0.0},
        {"12345678901.12345678", 12345678901.12345678},
        {"123456789012.12345678", 123456789012.12345678},
        {"0.12345678", 0.12345678},
        {"0.1234567890123456", 0.1234567890123456},
        {"0.12345678e2", 12.345678},
        {"1.2345678901234567e-7", 1.2345678901234567e-7},
        {"-1.2345678901234567E-11", -1.2345678901234567e-11}, /* 27 places */
        {"1.2345678901234567e-12", 1.2345678901234567e-12},
        {"0.00001e5", 1},
        {"0.00001e6", 10},
        {"1e-27", 1e-27},
        {"1e-28", 1e-28},
        {"1.5e-0007", 1.5e-7},
        {"1.5e-00000007", 1.5e-7},
        {"1.5e+0001", 15},
        {"150e-9999", 0},
        {"0.1234567890123456e-10", 0.1234567890123456e-10},
        {"0.12345678901234567890e-3", 0.12345678901234567890e-3},
        {"1234567890123456789.0e-19", 0.1234567890123456789},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        require_value(rows[i].text, rows[i].value);
}

TEST(test_read_what_the_grammar_refuses)
{
    static const char *const rows[] = {
        "",        "-",    "+1",       ".5",   "-.5",       "1.",   "-1.",   "1.e5",  "01",
        "-01",     "00",   "007",      "1e",   "1e+",       "1E-",  "1e+-2", "--1",   "-+1",
        "1-",      "1+",   "1-2",      "1+2",  "1.2.3",     "1..2", "1e5.5", "1e5e5", "1e5E",
        "1.5e1e1", "1e5-", "1.5-2",    "0-",   "0.",        "-0.",  "-0e",   "-a",    " 1",
        "NaN",     "nan",  "Infinity", "-inf", "-Infinity", "e5",   ",1",    "x",     "\x80",
        "1e5+",    "1.0e", "00.5",     "-00",
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value;
        REQUIRE(!bp_number_read(&value, rows[i], rows[i] + strlen(rows[i])), "\"%s\" is no number",
                rows[i]);
    }
}

/* Where a number ends; whether that may follow is not its business. */
TEST(test_read_ends_where_the_number_ends)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {{"1,2", 1},    {"1]", 1},    {"-1.5e-3}", 7}, {"12 34", 2}, {"1\n", 1},
                {"0x10", 1},   {"1a", 1},    {"3\"", 1},      {"0:", 1},    {"1true", 1},
                {"1.5\t,", 3}, {"9\x80", 1}, {"1E2]", 3},     {"0e1[", 3}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        double value;
        const char *end = bp_number_read(&value, rows[i].text, rows[i].text + strlen(rows[i].text));
        REQUIRE(end == rows[i].text + rows[i].length, "%s", rows[i].text);
    }
}

TEST(test_read_beyond_a_double)
{
    static const char *const huge[] = {"1.7976931348623159e308",
                                       "1e309",
                                       "1e400",
                                       "1E+99999999999999999999",
                                       "17976931348623159e292",
                                       "123456789e999999999999999999999999999999"};
    static const char *const tiny[] = {"1e-400", "2e-324", "0.1e-999999999999999999999",
                                       "1e-99999"};
    for (size_t i = 0; i < LENGTH(huge); i++) {
        char minus[80];
        snprintf(minus, sizeof minus, "-%s", huge[i]);
        REQUIRE(value_of(huge[i]) == INFINITY, "%s", huge[i]);
        REQUIRE(value_of(minus) == -INFINITY, "%s", minus);
    }
    for (size_t i = 0; i < LENGTH(tiny); i++)
        REQUIRE(value_of(tiny[i]) == 0, "%s", tiny[i]);
    ck_assert(value_of("0e999999999999999999999") == 0);
}

/* Texts far longer than any buffer that a reader might have. */
TEST(test_read_long_texts)
{
    enum { LONG = 100000 };
    char *text = malloc(LONG + 32);
    memset(text, '0', LONG);
    text[0] = '1';
    text[LONG] = '\0';
    ck_assert(value_of(text) == INFINITY);
    snprintf(text + LONG, 32, "e-%d", LONG - 1);
    ck_assert(value_of(text) == 1);
    memcpy(text, "0.", 2);
    snprintf(text + LONG, 32, "123e%d", LONG - 2);
    ck_assert(value_of(text) == 0.123);
    text[LONG + 3] = '\0';
    ck_assert(value_of(text) == 0);
    free(text);
}

/* Just above and just below half-way between two doubles, told by a digit far behind. */
TEST(test_read_rounds_by_the_last_digit)
{
    char text[1200];
    int n = snprintf(text, sizeof text, "9007199254740993.");
    memset(text + n, '0', 1000);
    text[n + 1000] = '\0';
    ck_assert(value_of(text) == 0x1p53);
    text[n + 999] = '1';
    ck_assert(value_of(text) == 0x1p53 + 2);
}

/* What people write: few digits, a point somewhere. Half of a million with an exponent too. */
static void random_decimal(char *text, uint64_t *seed)
{
    char digits[24];
    char *out = text;
    int n = snprintf(digits, sizeof digits, "%llu",
                     (unsigned long long)(random_bits(seed) >> (random_below(seed, 64))));
    int point = (int)random_below(seed, (size_t)n + 1);
    if (random_below(seed, 2))
        *out++ = '-';
    out += point ? sprintf(out, "%.*s", point, digits) : sprintf(out, "0");
    if (point < n)
        out += sprintf(out, ".%s%s", point ? "" : "000" + random_below(seed, 4), digits + point);
    if (random_below(seed, 2))
        sprintf(out, "e%d", (int)random_below(seed, 50) - 25);
}

TEST(test_read_short_decimals_as_strtod)
{
    uint64_t seed = 1;
    for (int i = 0; i < 1000000; i++) {
        char text[64];
        random_decimal(text, &seed);
        require_value(text, strtod(text, NULL));
    }
}

/* --- writing -----------------------------------------------------------------------------------
 */

static void write_number(char text[BP_NUMBER_MAX + 1], double value)
{
    char room[BP_NUMBER_ROOM + 8];
    memset(room, '#', sizeof room);
    char *end = bp_number_write(room, value);
    REQUIRE(end > room && end <= room + BP_NUMBER_MAX, "%a has %td characters", value, end - room);
    REQUIRE(room[BP_NUMBER_ROOM] == '#', "%a reaches beyond its room", value);
    memcpy(text, room, (size_t)(end - room));
    text[end - room] = '\0';
}

TEST(test_write_as_javascript)
{
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1, "-1"},
        {10, "10"},
        {0.1, "0.1"},
        {-0.45, "-0.45"},
        {0.8962500000000001, "0.8962500000000001"},
        {-0.34750000000000003, "-0.34750000000000003"},
        {100, "100"},
        {1234.5, "1234.5"},
        {1e15, "1000000000000000"},
        {9007199254740993.0, "9007199254740992"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {999999999999999900000.0, "999999999999999900000"},
        {1e21, "1e+21"},
        {1.5e21, "1.5e+21"},
        {-1e21, "-1e+21"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {1e100, "1e+100"},
        {1.25e100, "1.25e+100"},
        {0.001, "0.001"},
        {0.00001, "0.00001"},
        {1e-6, "0.000001"},
        {1.5e-6, "0.0000015"},
        {0.0000012345678901234567, "0.0000012345678901234567"},
        {9.999999999999997e-7, "9.999999999999997e-7"},
        {1e-7, "1e-7"},
        {-1.5e-7, "-1.5e-7"},
        {1e-10, "1e-10"},
        {1e-100, "1e-100"},
        {5e-324, "5e-324"},
        {-5e-324, "-5e-324"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {-DBL_MAX, "-1.7976931348623157e+308"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {0x1p63, "9223372036854776000"},
        {0x1p64, "18446744073709552000"},
        {0x1p-44, "5.684341886080802e-14"},
        {4.35, "4.35"},
        {0.000035, "0.000035"},
        {0.0000000001, "1e-10"},
        {99999.9999999999, "99999.9999999999"},
        {12345.0000006789, "12345.0000006789"},
        {20.00002, "20.00002"},
        {123456789, "123456789"},
        {12345678901234567.0, "12345678901234568"},
        {72057594037927936.0, "72057594037927940"},
        {1234567890123456.75, "1234567890123456.8"},
        {9.5367431640625e-7, "9.5367431640625e-7"},
        {1e-40, "1e-40"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[BP_NUMBER_MAX + 1];
        write_number(text, rows[i].value);
        REQUIRE(strcmp(text, rows[i].text) == 0, "%a is %s, not %s", rows[i].value, text,
                rows[i].text);
    }
}

/* ECMA-262, 6.1.6.1.20, from the digits and the exponent that printf gives. */
static void lay_out(char *out, const char *scientific)
{
    char digits[20];
    int n = 0, exponent = atoi(strchr(scientific, 'e') + 1);
    for (const char *at = scientific; *at != 'e'; at++)
        if (*at >= '0' && *at <= '9')
            digits[n++] = *at;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    if (*scientific == '-')
        *out++ = '-';
    if (exponent >= 21 || exponent < -6)
        sprintf(out, "%c%s%.*se%+d", digits[0], n > 1 ? "." : "", n - 1, digits + 1, exponent);
    else if (exponent < 0)
        sprintf(out, "0.%.*s%.*s", -exponent - 1, "00000", n, digits);
    else if (n <= exponent + 1)
        sprintf(out, "%.*s%.*s", n, digits, exponent + 1 - n, "00000000000000000000");
    else
        sprintf(out, "%.*s.%.*s", exponent + 1, digits, n - exponent - 1, digits + exponent + 1);
}

/* The fewest digits that read back, by trying. */
static void expected_text(char *out, double value)
{
    char scientific[40];
    for (int precision = 0; precision <= 16; precision++) {
        snprintf(scientific, sizeof scientific, "%.*e", precision, value);
        if (strtod(scientific, NULL) == value)
            break;
    }
    lay_out(out, scientific);
}

/* Below and above a power of two doubles lie apart differently; there fewer digits than printf's
 * nearest may do. */
static bool is_power_of_two(double value)
{
    int ignored;
    return fabs(frexp(value, &ignored)) == 0.5;
}

static void require_shortest(double value)
{
    char text[BP_NUMBER_MAX + 1], expected[64];
    write_number(text, value);
    REQUIRE(strtod(text, NULL) == value, "%s does not read back to %a", text, value);
    expected_text(expected, value);
    if (is_power_of_two(value))
        REQUIRE(strlen(text) <= strlen(expected), "%s for %s", text, expected);
    else
        REQUIRE(strcmp(text, expected) == 0, "%s, not %s", text, expected);
}

static double random_finite(uint64_t *seed)
{
    for (;;) {
        uint64_t bits = random_bits(seed);
        double value;
        memcpy(&value, &bits, sizeof value);
        if (isfinite(value) && value != 0)
            return value;
    }
}

TEST(test_write_fewest_digits)
{
    uint64_t seed = 2;
    for (int i = 0; i < 20000; i++) {
        require_shortest(random_finite(&seed));
        require_shortest(random_wide(&seed));
        require_shortest((double)random_below(&seed, 1000000) / 1000 * 1e-6);
        require_shortest((double)(random_bits(&seed) >> random_below(&seed, 53)));
    }
}

TEST(test_write_fewest_digits_of_powers)
{
    for (int exponent = -1074; exponent <= 1023; exponent++) {
        require_shortest(ldexp(1, exponent));
        require_shortest(nextafter(ldexp(1, exponent), 0));
        require_shortest(nextafter(-ldexp(1, exponent), -INFINITY));
    }
    for (int exponent = -323; exponent <= 308; exponent++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", exponent);
        require_shortest(strtod(text, NULL));
    }
}

TEST(test_write_then_read_every_pattern)
{
    uint64_t seed = 3;
    for (int i = 0; i < 500000; i++) {
        char text[BP_NUMBER_MAX + 1];
        double value = random_finite(&seed);
        write_number(text, value);
        REQUIRE(same_bits(value_of(text), value), "%s", text);
    }
}

/* The longest of all: 17 digits, a sign, and the most zeros before them. */
TEST(test_write_needs_no_more_room_than_it_says)
{
    uint64_t seed = 4;
    size_t longest = 0;
    for (int i = 0; i < 200000; i++) {
        char text[BP_NUMBER_MAX + 1];
        write_number(text, -random_between(&seed, 1e-6, 1e-5));
        longest = strlen(text) > longest ? strlen(text) : longest;
        write_number(text, -random_between(&seed, 1e-300, 1e-299));
        write_number(text, -random_between(&seed, 1e20, 1e21));
    }
    ck_assert_uint_eq(longest, BP_NUMBER_MAX);
}

SUITE("codec/number", test_read_what_the_grammar_takes, test_read_what_the_grammar_refuses,
      test_read_ends_where_the_number_ends, test_read_beyond_a_double, test_read_long_texts,
      test_read_rounds_by_the_last_digit, test_read_short_decimals_as_strtod,
      test_write_as_javascript, test_write_fewest_digits, test_write_fewest_digits_of_powers,
      test_write_then_read_every_pattern, test_write_needs_no_more_room_than_it_says)
