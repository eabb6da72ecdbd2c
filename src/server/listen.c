#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "socket_activation.h"

struct addrinfo *bp_listen_resolve(const struct bp_options *options, int flags)
{
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    struct addrinfo *found = NULL;
    char port[8];
    snprintf(port, sizeof port, "%u", options->port);
    return getaddrinfo(options->address, port, &hints, &found) == 0 ? found : NULL;
}

static void tell_unix(char url[BP_URL_MAX], const struct sockaddr_un *at, socklen_t size)
{
    const size_t head = offsetof(struct sockaddr_un, sun_path);
    const int n = size > head ? (int)(size - head) : 0;
    if (n && !at->sun_path[0]) /* a name that is not in the file system */
        snprintf(url, BP_URL_MAX, "unix:@%.*s", n - 1, at->sun_path + 1);
    else
        snprintf(url, BP_URL_MAX, "unix:%.*s", n, at->sun_path);
}

/* Sets the URL and the port; `name` stands for the address, if not NULL. False if nobody knows. */
static bool tell_address(struct bp_listening *out, const char *name)
{
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
        struct sockaddr_un unix_;
    } at;
    char address[INET6_ADDRSTRLEN] = "";
    socklen_t size = sizeof at;
    memset(&at, 0, sizeof at);
    out->port = 0;
    if (getsockname(out->fd, &at.any, &size) != 0)
        return false;
    if (at.any.sa_family == AF_UNIX) {
        tell_unix(out->url, &at.unix_, size);
        return true;
    }
    const bool is_ipv6 = at.any.sa_family == AF_INET6;
    inet_ntop(at.any.sa_family, is_ipv6 ? (void *)&at.ipv6.sin6_addr : &at.ipv4.sin_addr, address,
              sizeof address);
    if (!name)
        name = address;
    const bool has_colon = strchr(name, ':');
    out->port = ntohs(is_ipv6 ? at.ipv6.sin6_port : at.ipv4.sin_port);
    snprintf(out->url, BP_URL_MAX, "http://%s%s%s:%u", has_colon ? "[" : "", name,
             has_colon ? "]" : "", out->port);
    return true;
}

static int listen_at(const struct bp_options *options, char error[BP_OPTION_ERROR_MAX])
{
    struct addrinfo *at = bp_listen_resolve(options, AI_PASSIVE);
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
    return fd;
}

bool bp_listen(struct bp_listening *out, const struct bp_options *options,
               char error[BP_OPTION_ERROR_MAX])
{
    if (!bp_inherit(&out->fd, error))
        return false;
    out->is_inherited = out->fd >= 0;
    if (!out->is_inherited)
        out->fd = listen_at(options, error);
    if (out->fd < 0)
        return false;
    if (tell_address(out, out->is_inherited ? NULL : options->address))
        return true;
    snprintf(error, BP_OPTION_ERROR_MAX, "the listening socket: %s", strerror(errno));
    close(out->fd);
    return false;
}

static bool table_has_unsent(const char *table, unsigned port)
{
    char line[256];
    bool found = false;
    FILE *file = fopen(table, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        unsigned own, state, unsent;
        found =
            sscanf(line, " %*u: %*[0-9A-F]:%x %*[0-9A-F]:%*x %x %x", &own, &state, &unsent) == 3 &&
            own == port && state != 0x0A /* listening */ && unsent != 0;
    }
    if (file)
        fclose(file);
    return found;
}

bool bp_listen_has_unsent(const struct bp_listening *listening)
{
    return !listening->is_inherited && listening->port &&
           (table_has_unsent("/proc/self/net/tcp", listening->port) ||
            table_has_unsent("/proc/self/net/tcp6", listening->port));
}
