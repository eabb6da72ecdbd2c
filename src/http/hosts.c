#include "backpropd/hosts.h"

#include <string.h>
#include <strings.h>

#include "list.h"

/* The length of an authority's host, without a dot at the end; 0 if it is not valid. */
static size_t host_size(const char *authority)
{
    const size_t host = bp_host_size(authority, strcspn(authority, "/?# \t"));
    return host - (host && authority[host - 1] == '.');
}

static bool is_listed(const char *allowed, const char *authority)
{
    return bp_list_has(allowed, authority, host_size(authority), strncasecmp);
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
    return size && text[size - 1] != '.' && bp_host_size(text, size) == size;
}

bool bp_hosts_are_proper(const char *allowed)
{
    return bp_list_is_proper(allowed, is_entry);
}
