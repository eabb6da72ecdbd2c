#include "http/parameter.h"

#include "suite.h"

TEST(test_tokens)
{
    static const struct {
        const char *text;
        size_t size;
    } rows[] = {{"", 0},      {"a", 1},     {"text/plain", 4}, {"x-y;", 3},
                {" a", 0},    {"a\tb", 1},  {"(a)", 0},        {"!#$%&'*+-.^_`|~09azAZ,", 21},
                {"a\xe9", 1}, {"\"q\"", 0}, {"a=b", 1}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        REQUIRE(bp_token_size(rows[i].text) == rows[i].size, "%s", rows[i].text);
}

TEST(test_words)
{
    ck_assert(bp_is_word("UTF-8;", 5, "utf-8"));
    ck_assert(!bp_is_word("utf-8", 4, "utf-8"));
    ck_assert(!bp_is_word("utf-80", 6, "utf-8"));
    ck_assert(bp_is_word("", 0, ""));
}

/* All parameters, as NAME=VALUE with a blank behind each, and what stands where they end. */
static const char *list(char *out, const char *text)
{
    struct bp_parameter parameter;
    const char *at = text;
    *out = '\0';
    while (bp_parameter_next(&parameter, &at))
        out += sprintf(out, "%.*s=%.*s ", (int)parameter.name_size, parameter.name,
                       (int)parameter.value_size, parameter.value);
    return at;
}

TEST(test_parameters)
{
    static const struct {
        const char *text, *list, *rest;
    } rows[] = {
        {"", "", ""},
        {"; a=b", "a=b ", ""},
        {";a=b ;\tc=\"d\"", "a=b c=d ", ""},
        {" ; ;; a = b;", "a=b ", ""},
        {";a=\"b;c=d\";e=f", "a=b;c=d e=f ", ""},
        {";a=\"b\\\"c\"", "a=b\\\"c ", ""},
        {";a=\"\"", "a= ", ""},
        {";a=b, c;d=e", "a=b ", ", c;d=e"},
        {" , c", "", ", c"},
        /* malformed: neither the end nor a comma is where it stops */
        {"a=b", "", "a=b"},
        {" a=b", "", "a=b"},
        {";a=b c=d", "a=b ", "c=d"},
        {";a", "", "a"},
        {";a=", "", "a="},
        {";a=,b", "", "a=,b"},
        {";a=\"b", "", "a=\"b"},
        {";a=\"b\\", "", "a=\"b\\"},
        {";=b", "", "=b"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char got[100];
        const char *rest = list(got, rows[i].text);
        REQUIRE(strcmp(got, rows[i].list) == 0 && strcmp(rest, rows[i].rest) == 0, "%s: %s, %s",
                rows[i].text, got, rest);
    }
}

SUITE("http/parameter", test_tokens, test_words, test_parameters)
