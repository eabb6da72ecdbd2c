/* Tokens and parameters, the parts of media types and of Accept headers (RFC 9110, 5.6).
 */
#ifndef BACKPROPD_HTTP_PARAMETER_H
#define BACKPROPD_HTTP_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

struct bp_parameter {
    const char *name, *value; /* a quoted value without its quotes */
    size_t name_size, value_size;
};

/* The size of the token that text starts with, 0 if it starts with none. */
size_t bp_token_size(const char *text);

/* True if size bytes of text are this word, in any case. */
bool bp_is_word(const char *text, size_t size, const char *word);

/*
 * Reads the next parameter, `; NAME=VALUE`. In/out: at, where it is looked for, and where it ends.
 * Returns false if there are no more: then `at` is at the end of the text or at a comma, or else
 * the text is malformed.
 */
bool bp_parameter_next(struct bp_parameter *parameter, const char **at);

#endif
