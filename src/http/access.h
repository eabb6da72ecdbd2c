/* Access: bearer tokens (RFC 6750), and the paths that are open without one. */
#ifndef BACKPROPD_HTTP_ACCESS_H
#define BACKPROPD_HTTP_ACCESS_H

#include "backpropd/access.h"
#include "backpropd/head.h"

/* True if the request has a valid token, or the group is open without one. Takes as long for a
 * wrong token as for a right one. */
bool bp_access_allows(const struct bp_access *access, enum bp_group group,
                      const struct bp_head *head);

#endif
