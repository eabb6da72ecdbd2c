#include <jansson.h>
#include <math.h>

#include "backpropd/json_write.h"
#include "backpropd/number_write.h"
#include "budget.h"
#include "random.h"

/* The text as a C string; it is freed. */
static char *finish(struct bp_text *text)
{
    static char copy[65536];
    ck_assert(!text->failed);
    ck_assert_uint_lt(text->size, sizeof copy);
    memcpy(copy, text->data, text->size);
    copy[text->size] = '\0';
    struct bp_memory *memory = text->memory;
    bp_text_free(text);
    budget_end(memory);
    return copy;
}

static struct bp_memory plenty;

static struct bp_text start(size_t capacity)
{
    struct bp_text text;
    budget_make(&plenty, BUDGET_ENOUGH);
    bp_text_start(&text, &plenty, capacity);
    return text;
}

TEST(test_put_in_a_row)
{
    struct bp_text text = start(64);
    bp_text_put(&text, "abcdef", 3);
    bp_text_puts(&text, "-string-");
    bp_text_putc(&text, 'x');
    bp_text_put(&text, "", 0);
    bp_text_put_size(&text, 42);
    ck_assert_uint_eq(text.size, 14);
    ck_assert_str_eq(finish(&text), "abc-string-x42");
}

TEST(test_printf_in_any_room)
{
    for (size_t capacity = 0; capacity < 20; capacity++) {
        struct bp_text text = start(capacity);
        bp_text_putc(&text, '"');
        bp_text_printf(&text, "%s[%zu]%s", "dL_dW1", (size_t)12, "");
        bp_text_printf(&text, " is right.");
        ck_assert_str_eq(finish(&text), "\"dL_dW1[12] is right.");
    }
}

/* Whatever room a text starts with, what is written is the same. */
TEST(test_grows_from_any_room)
{
    for (size_t capacity = 0; capacity < 40; capacity++) {
        struct bp_text text = start(capacity);
        for (int i = 0; i < 1000; i++) {
            bp_text_putc(&text, (char)('a' + i % 26));
            bp_text_puts(&text, "12345");
        }
        ck_assert_uint_eq(text.size, 6000);
        const char *whole = finish(&text);
        for (size_t i = 0; i < 6000; i++)
            REQUIRE(whole[i] == (i % 6 ? "_12345"[i % 6] : (char)('a' + i / 6 % 26)), "byte %zu",
                    i);
    }
}

TEST(test_reserve_makes_room)
{
    struct bp_text text = start(3);
    ck_assert(bp_text_reserve(&text, 3));
    ck_assert_uint_eq(text.capacity, 3);
    ck_assert(bp_text_reserve(&text, 1000));
    ck_assert_uint_ge(text.capacity, 1000);
    memset(text.data, 'r', 1000);
    text.size = 1000;
    ck_assert_uint_eq(strlen(finish(&text)), 1000);
}

TEST(test_put_size_of_every_length)
{
    static const struct {
        size_t value;
        const char *text;
    } rows[] = {{0, "0"},
                {7, "7"},
                {10, "10"},
                {999, "999"},
                {1000000, "1000000"},
                {SIZE_MAX, "18446744073709551615"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_text text = start(0);
        bp_text_put_size(&text, rows[i].value);
        ck_assert_str_eq(finish(&text), rows[i].text);
    }
}

TEST(test_put_doubles_as_an_array)
{
    const double values[] = {0, -0.0, 0.5, -1e21, 1e-7, 3};
    struct bp_text text = start(0);
    bp_text_put_double(&text, -2.5);
    bp_text_putc(&text, ' ');
    bp_text_put_doubles(&text, values, LENGTH(values));
    bp_text_put_doubles(&text, values, 1);
    bp_text_put_doubles(&text, values, 0);
    ck_assert_str_eq(finish(&text), "-2.5 [0,0,0.5,-1e+21,1e-7,3][0][]");
}

/* Long numbers all: the room that is reserved for a row must do. */
TEST(test_put_doubles_of_the_longest_kind)
{
    double values[300];
    for (size_t i = 0; i < LENGTH(values); i++)
        values[i] = -0.0000012345678901234567;
    for (size_t capacity = 0; capacity < 60; capacity++) {
        struct bp_text text = start(capacity);
        bp_text_put_doubles(&text, values, LENGTH(values));
        ck_assert_uint_eq(text.size, 2 + 300 * BP_NUMBER_MAX + 299);
        bp_text_free(&text);
    }
}

static const char *string_of(const char *string)
{
    struct bp_text text = start(0);
    bp_text_put_string(&text, string);
    return finish(&text);
}

TEST(test_put_string_escapes)
{
    static const struct {
        const char *string, *text;
    } rows[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a\"b", "\"a\\\"b\""},
        {"a\\b", "\"a\\\\b\""},
        {"/", "\"/\""},
        {"\n", "\"\\u000a\""},
        {"\x1f", "\"\\u001f\""},
        {"\x01", "\"\\u0001\""},
        {"<b>", "\"\\u003cb>\""},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {"\x7f", "\"\x7f\""},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        ck_assert_str_eq(string_of(rows[i].string), rows[i].text);
}

/* Whatever is put in, a reader of JSON gets it back. */
TEST(test_put_string_reads_back)
{
    uint64_t seed = 1;
    for (int i = 0; i < 5000; i++) {
        char string[40];
        size_t n = random_below(&seed, sizeof string);
        for (size_t j = 0; j < n; j++)
            string[j] = (char)(1 + random_below(&seed, 127));
        string[n] = '\0';
        json_t *read = json_loads(string_of(string), JSON_DECODE_ANY, NULL);
        ck_assert_str_eq(json_string_value(read), string);
        json_decref(read);
    }
}

TEST(test_put_members)
{
    struct bp_text text = start(0);
    bp_text_putc(&text, '{');
    bp_put_member_size(&text, "a", 1);
    bp_put_member_string(&text, "b", "two");
    bp_put_key(&text, "c");
    bp_text_puts(&text, "[");
    for (size_t i = 0; i < 3; i++) {
        bp_put_comma(&text);
        bp_text_put_size(&text, i);
    }
    bp_text_puts(&text, "]}");
    ck_assert_str_eq(finish(&text), "{\"a\":1,\"b\":\"two\",\"c\":[0,1,2]}");
}

TEST(test_put_members_and_elements_that_open)
{
    struct bp_text text = start(0);
    bp_put_open(&text, '{');
    bp_put_member_double(&text, "a", 0.5);
    bp_put_member_open(&text, "b", '[');
    for (int i = 0; i < 2; i++) {
        bp_put_open(&text, '[');
        bp_put_string(&text, "x");
        bp_put_string(&text, "y");
        bp_text_putc(&text, ']');
    }
    bp_put_comma(&text);
    bp_put_finite(&text, 1);
    bp_put_comma(&text);
    bp_put_finite(&text, INFINITY);
    bp_text_puts(&text, "]}");
    ck_assert_str_eq(finish(&text), "{\"a\":0.5,\"b\":[[\"x\",\"y\"],[\"x\",\"y\"],1,null]}");
}

/* Out of memory is remembered; writes go nowhere, and what was there can be freed. */
TEST(test_failure_is_remembered)
{
    struct bp_memory memory;
    struct bp_text text;
    budget_make(&memory, 100);
    bp_text_start(&text, &memory, 10);
    ck_assert(!text.failed);
    for (int i = 0; i < 50; i++)
        bp_text_puts(&text, "0123456789");
    ck_assert(text.failed && text.over_budget);
    size_t size = text.size;
    bp_text_puts(&text, "more");
    bp_text_putc(&text, 'c');
    bp_text_put_size(&text, 1);
    bp_text_put_double(&text, 0.5);
    bp_text_put_doubles(&text, (const double[]){1, 2}, 2);
    bp_text_put_string(&text, "string");
    bp_put_member_size(&text, "name", 3);
    ck_assert(!bp_text_reserve(&text, 1));
    ck_assert(!bp_text_grow(&text, 1));
    ck_assert_uint_eq(text.size, size);
    ck_assert_uint_le(text.size, 100);
    bp_text_free(&text);
    bp_text_free(&text); /* nothing is left to free */
    budget_end(&memory);
}

TEST(test_failure_from_the_start)
{
    struct bp_memory memory;
    struct bp_text text;
    budget_make(&memory, 100);
    bp_text_start(&text, &memory, 101);
    ck_assert(text.failed && text.over_budget);
    bp_text_puts(&text, "nothing");
    bp_text_printf(&text, "%d", 1);
    bp_put_member_string(&text, "still", "nothing");
    bp_text_put_doubles(&text, (const double[]){1, 2}, 2);
    ck_assert_uint_eq(text.size, 0);
    bp_text_free(&text);
    budget_end(&memory);
}

SUITE("text/text", test_put_in_a_row, test_printf_in_any_room, test_grows_from_any_room,
      test_reserve_makes_room, test_put_size_of_every_length, test_put_doubles_as_an_array,
      test_put_doubles_of_the_longest_kind, test_put_string_escapes, test_put_string_reads_back,
      test_put_members, test_put_members_and_elements_that_open, test_failure_is_remembered,
      test_failure_from_the_start)
