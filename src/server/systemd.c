#include "backpropd/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3 /* SD_LISTEN_FDS_START of sd_listen_fds(3) */

static bool read_number(const char *text, unsigned long *number)
{
    char *end;
    errno = 0;
    *number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* The variables survive an exec: a grandchild must not mistake its parent's sockets for its own. */
static bool is_for_this_process(void)
{
    const char *pid = getenv("LISTEN_PID");
    unsigned long number;
    return pid && read_number(pid, &number) && number == (unsigned long)getpid();
}

static int socket_option(int fd, int option)
{
    int value = -1;
    socklen_t size = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

/* Why HTTP cannot be served on it, or NULL. */
static const char *fault_of(int fd)
{
    const int flags = fcntl(fd, F_GETFD);
    const int type = socket_option(fd, SO_TYPE);
    const int domain = socket_option(fd, SO_DOMAIN);
    if (flags < 0)
        return "is not open";
    if (type < 0)
        return "is not a socket";
    if (type != SOCK_STREAM || (domain != AF_INET && domain != AF_INET6 && domain != AF_UNIX))
        return "is not a TCP or Unix stream socket";
    if (socket_option(fd, SO_ACCEPTCONN) != 1)
        return "is a socket that does not listen";
    /* the library accepts until there is nothing left */
    if (fcntl(fd, F_SETFD, flags | FD_CLOEXEC) != 0 ||
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
        return strerror(errno);
    return NULL;
}

static bool take(int *fd, const char *count, const char *names, char error[BP_OPTION_ERROR_MAX])
{
    unsigned long n;
    if (!read_number(count, &n)) {
        snprintf(error, BP_OPTION_ERROR_MAX, "LISTEN_FDS=%.60s: must be a number", count);
        return false;
    }
    const char *fault = n > 1 ? "must be one socket" : NULL;
    if (n == 1)
        fault = fault_of(FIRST_FD);
    if (fault)
        snprintf(error, BP_OPTION_ERROR_MAX, "LISTEN_FDS=%.60s%s%.100s: %s%s", count,
                 names ? ", LISTEN_FDNAMES=" : "", names ? names : "",
                 n == 1 ? "descriptor 3 " /* FIRST_FD */ : "", fault);
    else if (n)
        *fd = FIRST_FD;
    return !fault;
}

bool bp_inherit(int *fd, char error[BP_OPTION_ERROR_MAX])
{
    const char *count = getenv("LISTEN_FDS");
    *fd = -1;
    const bool good =
        !count || !is_for_this_process() || take(fd, count, getenv("LISTEN_FDNAMES"), error);
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
    return good;
}

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
