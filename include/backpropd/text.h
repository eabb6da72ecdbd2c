/*
 * A growing text buffer. Replies are written into it.
 *
 * Writers reserve room for a whole run (a row of numbers) and then write without looking, so the
 * check costs nothing. Running out of memory is remembered, not returned each time: later writes do
 * nothing, and `failed` is checked at the end.
 */
#ifndef BACKPROPD_TEXT_H
#define BACKPROPD_TEXT_H

#include <string.h>

#include "backpropd/memory.h"

struct bp_text {
    struct bp_memory *memory;
    char *data;
    size_t size;
    size_t capacity;
    bool failed;
    bool over_budget; /* why it failed */
};

/* A text with room for `capacity` bytes. On failure `failed` is set. */
void bp_text_start(struct bp_text *text, struct bp_memory *memory, size_t capacity);

/* Makes sure that n more bytes fit; false if memory has run out. */
bool bp_text_grow(struct bp_text *text, size_t n);

static inline bool bp_text_reserve(struct bp_text *text, size_t n)
{
    return (!text->failed && text->capacity - text->size >= n) || bp_text_grow(text, n);
}

/* Appends n bytes, or a C string, or a character. Inline: most are constants of a few bytes, and a
 * call would cost more than the copy. */
static inline void bp_text_put(struct bp_text *text, const char *bytes, size_t n)
{
    if (!bp_text_reserve(text, n))
        return;
    memcpy(text->data + text->size, bytes, n);
    text->size += n;
}

static inline void bp_text_puts(struct bp_text *text, const char *string)
{
    bp_text_put(text, string, strlen(string));
}

static inline void bp_text_putc(struct bp_text *text, char c)
{
    if (bp_text_reserve(text, 1))
        text->data[text->size++] = c;
}

/* Appends a string as JSON, with its quotes. It must be UTF-8. */
void bp_text_put_string(struct bp_text *text, const char *string);

/* Appends numbers as JSON; a double must be finite. */
void bp_text_put_size(struct bp_text *text, size_t value);
void bp_text_put_double(struct bp_text *text, double value);

/* Appends n numbers as a JSON array. */
void bp_text_put_doubles(struct bp_text *text, const double *values, size_t n);

/* Appends words as printf writes them: for sentences. It escapes nothing, and doubles
 * lose digits. */
void bp_text_printf(struct bp_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Gives the memory back. */
void bp_text_free(struct bp_text *text);

#endif
