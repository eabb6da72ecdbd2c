#include "server/log.h"

#include "suite.h"

static const char *claimed(struct bp_forwarded *forwarded, const char *const *values, size_t n)
{
    *forwarded = (struct bp_forwarded){.size = 0};
    for (size_t i = 0; i < n; i++)
        bp_forwarded_add(forwarded, values[i], strlen(values[i]));
    return bp_forwarded_text(forwarded);
}

TEST(test_claims)
{
    static const struct {
        const char *values[3], *text;
    } rows[] = {
        {{NULL}, ""},
        {{""}, ""},
        {{" \t"}, ""},
        {{"203.0.113.9"}, "203.0.113.9"},
        {{"203.0.113.9, 10.0.0.1"}, "203.0.113.9,10.0.0.1"},
        {{"203.0.113.9", "10.0.0.1", "2001:db8::7"}, "203.0.113.9,10.0.0.1,2001:db8::7"},
        {{"a id=other trace=0"}, "aid=othertrace=0"},
        {{"a\r\nb\x01\x7f\xc3\xa9"}, "a??b????"},
        {{"\"\\"}, "\"\\"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_forwarded forwarded;
        size_t n = 0;
        while (n < 3 && rows[i].values[n])
            n++;
        ck_assert_str_eq(claimed(&forwarded, rows[i].values, n), rows[i].text);
    }
}

TEST(test_nul_ends_nothing)
{
    struct bp_forwarded forwarded = {.size = 0};
    bp_forwarded_add(&forwarded, "a\0b", 3);
    ck_assert_str_eq(bp_forwarded_text(&forwarded), "a?b");
}

/* However much comes, and in however many headers, the end is kept. */
TEST(test_long_claims)
{
    for (size_t size = BP_FORWARDED_MAX - 2; size < 5 * BP_FORWARDED_MAX; size++) {
        char value[5 * BP_FORWARDED_MAX];
        struct bp_forwarded forwarded = {.size = 0};
        for (size_t i = 0; i < size; i++)
            value[i] = (char)('a' + i % 26);
        value[size / 2] = ',';
        bp_forwarded_add(&forwarded, value, size / 2);
        bp_forwarded_add(&forwarded, value + size / 2 + 1, size - size / 2 - 1);
        const char *text = bp_forwarded_text(&forwarded);
        const size_t n = strlen(text);
        REQUIRE(n == (size < BP_FORWARDED_MAX ? size : BP_FORWARDED_MAX), "%zu of %zu", n, size);
        const size_t dots = size > BP_FORWARDED_MAX ? 3 : 0;
        REQUIRE(memcmp(text, "...", dots) == 0, "%zu: %s", size, text);
        REQUIRE(memcmp(text + dots, value + size - n + dots, n - dots) == 0, "%zu: %s", size, text);
    }
}

SUITE("server/forwarded", test_claims, test_nul_ends_nothing, test_long_claims)
