/* Lists of a flag: entries with commas between them, and spaces around them. */
#ifndef BACKPROPD_HTTP_LIST_H
#define BACKPROPD_HTTP_LIST_H

#include <stddef.h>
#include <string.h>

/* The entry that starts at `list`, without spaces around it. Returns its size; out: where it starts
 * and where the next one does. */
static inline size_t bp_list_next(const char **start, const char **next, const char *list)
{
    *start = list + strspn(list, " ");
    size_t size = strcspn(*start, ",");
    *next = *start + size + ((*start)[size] == ',');
    while (size && (*start)[size - 1] == ' ')
        size--;
    return size;
}

#endif
