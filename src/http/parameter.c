#include "parameter.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

size_t bp_token_size(const char *text)
{
    return strspn(text, "!#$%&'*+-.^_`|~0123456789"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
}

bool bp_is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

/* Where a value in quotes ends, at its last quote; NULL if that is missing. */
static const char *end_of_quoted(const char *at)
{
    for (; *at && *at != '"'; at++)
        if (*at == '\\' && at[1])
            at++;
    return *at ? at : NULL;
}

/* Out: parameter, its value without quotes. Returns where that ends; NULL if it is malformed. */
static const char *read_value(struct bp_parameter *parameter, const char *at)
{
    const bool is_quoted = *at == '"';
    const char *end = is_quoted ? end_of_quoted(at + 1) : at + bp_token_size(at);
    if (!end || end == at)
        return NULL;
    parameter->value = at + is_quoted;
    parameter->value_size = (size_t)(end - parameter->value);
    return end + is_quoted;
}

bool bp_parameter_next(struct bp_parameter *parameter, const char **at)
{
    const char *name = *at + strspn(*at, ";" BLANKS);
    const bool is_separate = memchr(*at, ';', (size_t)(name - *at));
    *at = name;
    parameter->name = name;
    parameter->name_size = bp_token_size(name);
    const char *equals = name + parameter->name_size;
    equals += strspn(equals, BLANKS);
    if (!is_separate || !parameter->name_size || *equals != '=')
        return false;
    const char *end = read_value(parameter, equals + 1 + strspn(equals + 1, BLANKS));
    if (!end)
        return false;
    *at = end;
    return true;
}
