#include "backpropd/text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/number_write.h"

void bp_text_start(struct bp_text *text, struct bp_memory *memory, size_t capacity)
{
    *text = (struct bp_text){.memory = memory};
    text->data = bp_memory_take(memory, capacity, &text->over_budget);
    text->failed = !text->data;
    text->capacity = text->data ? capacity : 0;
}

bool bp_text_grow(struct bp_text *text, size_t n)
{
    if (text->failed)
        return false;
    size_t capacity = (text->size + n) + (text->size + n) / 2;
    char *data = bp_memory_resize(text->memory, text->data, capacity, &text->over_budget);
    text->failed = !data;
    if (!data)
        return false;
    text->data = data;
    text->capacity = capacity;
    return true;
}

void bp_text_free(struct bp_text *text)
{
    bp_memory_give(text->data);
    text->data = NULL;
}

void bp_text_put_string(struct bp_text *text, const char *string)
{
    static const char hex[] = "0123456789abcdef";
    bp_text_putc(text, '"');
    for (const char *at = string; *at; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c == '"' || c == '\\')
            bp_text_putc(text, '\\');
        /* < is escaped too, so that an echoed key is harmless in a page that inlines it */
        if (c < 0x20 || c == '<') {
            const char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            bp_text_put(text, escape, sizeof escape);
        } else {
            bp_text_putc(text, *at);
        }
    }
    bp_text_putc(text, '"');
}

void bp_text_put_size(struct bp_text *text, size_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    bp_text_put(text, digits + at, sizeof digits - at);
}

void bp_text_put_double(struct bp_text *text, double value)
{
    if (!bp_text_reserve(text, BP_NUMBER_ROOM))
        return;
    char *end = bp_number_write(text->data + text->size, value);
    text->size = (size_t)(end - text->data);
}

void bp_text_put_doubles(struct bp_text *text, const double *values, size_t n)
{
    if (!bp_text_reserve(text, BP_NUMBER_ROOM + n * (BP_NUMBER_MAX + 1)))
        return;
    char *out = text->data + text->size;
    *out++ = '[';
    for (size_t i = 0; i < n; i++) {
        if (i)
            *out++ = ',';
        out = bp_number_write(out, values[i]);
    }
    *out++ = ']';
    text->size = (size_t)(out - text->data);
}

void bp_text_printf(struct bp_text *text, const char *format, ...)
{
    va_list arguments;
    int size = 0;
    size_t room;
    do { /* a second time only if there was too little room */
        if (!bp_text_reserve(text, (size_t)size + 1))
            return;
        room = text->capacity - text->size;
        va_start(arguments, format);
        size = vsnprintf(text->data + text->size, room, format, arguments);
        va_end(arguments);
        assert(size >= 0); /* formats are constants */
    } while ((size_t)size >= room);
    text->size += (size_t)size;
}
