#include "backpropd/hosts.h"

#include <string.h>
#include <strings.h>

#include "list.h"

/* How much of an authority is its host, without a dot at the end; 0 if it is no proper one. */
static size_t host_size(const char *authority)
{
    const size_t size = strcspn(authority, "/?# \t");
    const size_t host =
        *authority == '[' ? strcspn(authority, "]") + 1 : strcspn(authority, ":/?# \t");
    if (memchr(authority, '@', size) || host > size || (host < size && authority[host] != ':'))
        return 0;
    return host - (host && authority[host - 1] == '.');
}

static bool is_listed(const char *allowed, const char *authority)
{
    const size_t size = host_size(authority);
    const char *start;
    while (*allowed)
        if (bp_list_next(&start, &allowed, allowed) == size &&
            strncasecmp(start, authority, size) == 0)
            return true;
    return false;
}

bool bp_hosts_allow(const char *allowed, const struct bp_head *head)
{
    if (strcmp(allowed, "*") == 0)
        return true;
    const char *authority = bp_head_authority(head);
    return (authority || head->host) && (!authority || is_listed(allowed, authority)) &&
           (!head->host || is_listed(allowed, head->host));
}

static bool is_entry(const char *text, size_t size)
{
    static const char name[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                               "0123456789-._";
    if (size > 2 && text[0] == '[' && text[size - 1] == ']')
        return strspn(text + 1, "0123456789ABCDEFabcdef:.") == size - 2;
    return size && text[size - 1] != '.' && strspn(text, name) == size;
}

bool bp_hosts_are_proper(const char *allowed)
{
    return strcmp(allowed, "*") == 0 || bp_list_is_proper(allowed, is_entry);
}
