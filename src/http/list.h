/* Comma-separated lists; spaces around entries are skipped. */
#ifndef BACKPROPD_HTTP_LIST_H
#define BACKPROPD_HTTP_LIST_H

#include <stdbool.h>
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

/* True if it lists these bytes, by strncmp, or by strncasecmp where capitals do not matter. */
static inline bool bp_list_has(const char *list, const char *text, size_t size,
                               int (*compare)(const char *, const char *, size_t))
{
    const char *start;
    while (*list)
        if (bp_list_next(&start, &list, list) == size && compare(start, text, size) == 0)
            return true;
    return false;
}

/* True if it is "*", which stands for everything, or if each entry is valid. */
static inline bool bp_list_is_proper(const char *list,
                                     bool (*is_entry)(const char *text, size_t size))
{
    const char *start;
    if (strcmp(list, "*") == 0)
        return true;
    do {
        const size_t size = bp_list_next(&start, &list, list);
        if (!is_entry(start, size))
            return false;
    } while (*list);
    return list[-1] != ',';
}

#endif
