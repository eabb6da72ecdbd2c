#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backpropd/server.h"

static struct addrinfo *resolve(const struct bp_options *options, int flags)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", options->port);
    return getaddrinfo(options->address, port, &hints, &found) == 0 ? found : NULL;
}

static unsigned port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    memset(&address, 0, sizeof address);
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

int bp_listen(const struct bp_options *options, unsigned *port, char error[BP_OPTION_ERROR_MAX])
{
    struct addrinfo *at = resolve(options, AI_PASSIVE);
    const int on = 1;
    if (!at) {
        snprintf(error, BP_OPTION_ERROR_MAX, "--listen %s:%u: no such address", options->address,
                 options->port);
        return -1;
    }
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, 1024) != 0) {
        snprintf(error, BP_OPTION_ERROR_MAX, "--listen %s:%u: %s", options->address, options->port,
                 strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(at);
    if (fd >= 0)
        *port = port_of(fd);
    return fd;
}

bool bp_server_is_alive(const struct bp_options *options)
{
    static const char request[] =
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    static const char good[] = "HTTP/1.1 200 ";
    const struct timeval patience = {.tv_sec = 5};
    char answer[sizeof good - 1];
    struct addrinfo *at = resolve(options, 0);
    if (!at)
        return false;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool alive = fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0 &&
                 send(fd, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1 &&
                 recv(fd, answer, sizeof answer, MSG_WAITALL) == sizeof answer &&
                 memcmp(answer, good, sizeof answer) == 0;
    if (fd >= 0)
        close(fd);
    freeaddrinfo(at);
    return alive;
}
