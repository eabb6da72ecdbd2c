#include "backpropd/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool bp_notify(const char *state)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (!name)
        return true;
    const size_t n = strlen(name), size = strlen(state);
    if ((*name != '/' && *name != '@') || n >= sizeof at.sun_path)
        return false;
    memcpy(at.sun_path, name, n);
    if (*name == '@') /* a name that is not in the file system begins with a NUL */
        at.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    bool sent = sendto(fd, state, size, MSG_NOSIGNAL, (const struct sockaddr *)&at, length) ==
                (ssize_t)size;
    close(fd);
    return sent;
}
