#include "backpropd/healthcheck.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listen.h"

bool bp_healthcheck(const struct bp_options *options)
{
    static const char request[] =
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /* who wants a token lives, too */
    static const char good[] = "HTTP/1.1 200 ", guarded[] = "HTTP/1.1 401 ";
    const struct timeval patience = {.tv_sec = 5};
    char answer[sizeof good - 1];
    struct addrinfo *at = bp_listen_resolve(options, 0);
    if (!at)
        return false;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    bool alive =
        fd >= 0 && connect(fd, at->ai_addr, at->ai_addrlen) == 0 &&
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1 &&
        recv(fd, answer, sizeof answer, MSG_WAITALL) == sizeof answer &&
        (memcmp(answer, good, sizeof answer) == 0 || memcmp(answer, guarded, sizeof answer) == 0);
    if (fd >= 0)
        close(fd);
    freeaddrinfo(at);
    return alive;
}
