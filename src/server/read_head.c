#include "read_head.h"

#include <string.h>

#include "smuggling_check.h"

/* The value of our own header, recognized by its address. */
static const char our_cookie[] = "a=b";

struct bp_target bp_read_target(struct MHD_Connection *connection, char *target)
{
    const struct bp_target seen = {strlen(target), !bp_target_is_proper(target)};
    char *query = strchr(target, '?');
    if (query)
        query[1] = '\0';
    /* the library splits the first header of this name, and no headers have come yet */
    (void)MHD_set_connection_value(connection, MHD_HEADER_KIND, "Cookie", our_cookie);
    return seen;
}

static enum MHD_Result collect_header(void *head, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    if (value != our_cookie)
        bp_head_add(head, name, name_size, value, value_size);
    return MHD_YES;
}

/* Hides the Expect header of a request without a body. Otherwise 0.9.75 would send 100 Continue
 * anyway and, if another request follows, neither reply. */
static void forget_expect(struct MHD_Connection *connection, struct bp_head *head)
{
    if (!head->expect || strcasecmp(head->expect, "100-continue") != 0 || bp_head_has_body(head))
        return;
    /* the library looks at the first of several */
    *(char *)MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Expect") = '-';
    head->expect = NULL;
}

/*
 * How many bytes the library has skipped before a request. 0.9.75 reads to the start of a
 * connection's memory; from the end it takes a block for each header, and last one for a copy of
 * our cookie.
 */
static size_t skipped_before(struct MHD_Connection *connection, const struct bp_head *head,
                             size_t pool)
{
    const size_t header = 8 * sizeof(void *), copy_of_cookie = 2 * sizeof(void *);
    const char *value = MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, "a");
    const size_t behind = copy_of_cookie + (head->n_headers + 1) * header;
    return value ? pool - behind - (size_t)(value - strlen("a=") - head->method) : pool;
}

struct bp_head bp_read_head(struct MHD_Connection *connection, const char *method,
                            const char *target, const char *version, const struct bp_target *seen,
                            size_t pool)
{
    struct bp_head head = {.method = method,
                           .target = target,
                           .version = version,
                           .target_size = seen->size,
                           .bad_target = seen->is_bad};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head.size = info ? info->header_size : 0;
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect_header, &head);
    head.is_ambiguous =
        info && pool &&
        !bp_raw_head_is_clean(method, target, seen->size, version, info->header_size,
                              skipped_before(connection, &head, pool));
    forget_expect(connection, &head);
    return head;
}
