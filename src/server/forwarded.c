#include "forwarded.h"

#include <string.h>

static void put(struct bp_forwarded *forwarded, char c)
{
    if (forwarded->size == sizeof forwarded->text - 1) {
        forwarded->size = BP_FORWARDED_MAX;
        memmove(forwarded->text, forwarded->text + BP_FORWARDED_MAX, BP_FORWARDED_MAX);
    }
    forwarded->text[forwarded->size++] = c;
}

void bp_forwarded_add(struct bp_forwarded *forwarded, const char *value, size_t size)
{
    if (forwarded->size)
        put(forwarded, ',');
    for (size_t i = 0; i < size; i++)
        if (value[i] != ' ' && value[i] != '\t')
            put(forwarded, value[i] > ' ' && value[i] < 0x7F ? value[i] : '?');
}

const char *bp_forwarded_text(struct bp_forwarded *forwarded)
{
    char *text = forwarded->text;
    text[forwarded->size] = '\0';
    if (forwarded->size <= BP_FORWARDED_MAX)
        return text;
    text += forwarded->size - BP_FORWARDED_MAX;
    memcpy(text, "...", 3);
    return text;
}
