#include "read_head.h"

#include <string.h>

#include "smuggling_check.h"

/* The value of a header of our own, told from those that came by its address. */
static const char no_cookies[] = "";

struct bp_target bp_read_target(struct MHD_Connection *connection, char *target)
{
    const struct bp_target seen = {strlen(target), !bp_target_is_proper(target)};
    char *query = strchr(target, '?');
    if (query)
        query[1] = '\0';
    /* the library splits the first header of this name, and no headers have come yet */
    (void)MHD_set_connection_value(connection, MHD_HEADER_KIND, "Cookie", no_cookies);
    return seen;
}

static enum MHD_Result collect_header(void *head, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    if (value != no_cookies)
        bp_head_add(head, name, name_size, value, value_size);
    return MHD_YES;
}

static enum MHD_Result spoil_expect(void *cls, enum MHD_ValueKind kind, const char *name,
                                    size_t name_size, const char *value, size_t value_size)
{
    (void)cls;
    (void)kind;
    if (value_size && name_size == 6 && strcasecmp(name, "Expect") == 0)
        *(char *)value = '-';
    return MHD_YES;
}

/* Without a body there is nothing to continue. 0.9.75 would say 100 Continue all the same and, if
 * another request stands behind, send neither reply: it must not find the header. */
static void forget_expect(struct MHD_Connection *connection, struct bp_head *head)
{
    if (!head->expect || strcasecmp(head->expect, "100-continue") != 0 || bp_head_has_body(head))
        return;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, spoil_expect, NULL);
    head->expect = NULL;
}

struct bp_head bp_read_head(struct MHD_Connection *connection, const char *method,
                            const char *target, const char *version, const struct bp_target *seen,
                            bool scans_heads)
{
    struct bp_head head = {.method = method,
                           .target = target,
                           .version = version,
                           .target_size = seen->size,
                           .bad_target = seen->is_bad};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head.size = info ? info->header_size : 0;
    head.is_ambiguous =
        info && scans_heads &&
        !bp_raw_head_is_clean(method, target, seen->size, version, info->header_size);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect_header, &head);
    forget_expect(connection, &head);
    return head;
}
