#include "read_head.h"

#include "smuggling_check.h"

static enum MHD_Result collect_header(void *head, enum MHD_ValueKind kind, const char *name,
                                      size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    bp_head_add(head, name, name_size, value, value_size);
    return MHD_YES;
}

static bool has_query(struct MHD_Connection *connection)
{
    return MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, NULL, NULL) > 0;
}

struct bp_head bp_read_head(struct MHD_Connection *connection, const char *method,
                            const char *target, const char *version, bool scans_heads)
{
    struct bp_head head = {.method = method, .target = target, .version = version};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    head.size = info ? info->header_size : 0;
    head.is_ambiguous =
        info && scans_heads &&
        !bp_raw_head_is_clean(method, target, version, has_query(connection), info->header_size);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, collect_header, &head);
    return head;
}
