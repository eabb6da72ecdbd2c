/* Small pieces of JSON output, for all code that writes replies. */
#ifndef BACKPROPD_JSON_WRITE_H
#define BACKPROPD_JSON_WRITE_H

#include <math.h>
#include <string.h>

#include "backpropd/text.h"

/* Puts a comma if something stands before it in the same object or array. */
static inline void bp_put_comma(struct bp_text *text)
{
    char last = text->size ? text->data[text->size - 1] : '{';
    if (last != '{' && last != '[')
        bp_text_putc(text, ',');
}

/* Puts a member's name; names are plain ASCII. */
static inline void bp_put_key(struct bp_text *text, const char *name)
{
    if (!bp_text_reserve(text, strlen(name) + 4))
        return;
    bp_put_comma(text);
    bp_text_putc(text, '"');
    bp_text_puts(text, name);
    bp_text_put(text, "\":", 2);
}

/* Puts a number, or null where it is not finite. */
static inline void bp_put_finite(struct bp_text *text, double value)
{
    if (isfinite(value))
        bp_text_put_double(text, value);
    else
        bp_text_put(text, "null", 4);
}

/* Puts the bracket that opens an element of an array. */
static inline void bp_put_open(struct bp_text *text, char bracket)
{
    bp_put_comma(text);
    bp_text_putc(text, bracket);
}

/* Puts a member's name and the bracket, or the quote, that opens its value. */
static inline void bp_put_member_open(struct bp_text *text, const char *name, char bracket)
{
    bp_put_key(text, name);
    bp_text_putc(text, bracket);
}

/* Puts a string that is an element of an array. */
static inline void bp_put_string(struct bp_text *text, const char *string)
{
    bp_put_comma(text);
    bp_text_put_string(text, string);
}

static inline void bp_put_member_size(struct bp_text *text, const char *name, size_t value)
{
    bp_put_key(text, name);
    bp_text_put_size(text, value);
}

static inline void bp_put_member_string(struct bp_text *text, const char *name, const char *value)
{
    bp_put_key(text, name);
    bp_text_put_string(text, value);
}

static inline void bp_put_member_double(struct bp_text *text, const char *name, double value)
{
    bp_put_key(text, name);
    bp_text_put_double(text, value);
}

#endif
