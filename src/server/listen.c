#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backpropd/systemd.h"

/* Returns a socket that listens, or -1 and errno. */
static int listen_on(const struct sockaddr *at, socklen_t size)
{
    const int on = 1, off = 0;
    int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (at->sa_family == AF_INET6) /* [::] accepts IPv4 too, whatever the system's default is */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    if (bind(fd, at, size) == 0 && listen(fd, 1024) == 0)
        return fd;
    const int fault = errno;
    close(fd);
    errno = fault;
    return -1;
}

/* True if this machine lacks the address or its whole family, so that another address may work. */
static bool is_lacking(int fault)
{
    return fault == EAFNOSUPPORT || fault == EADDRNOTAVAIL;
}

static int listen_at_host(const char *host, unsigned port)
{
    struct addrinfo *found = bp_address_find(host, port);
    int fd = -1;
    errno = ENOENT;
    for (const struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        if (at == found || is_lacking(errno))
            fd = listen_on(at->ai_addr, at->ai_addrlen);
    const int fault = errno;
    if (found)
        freeaddrinfo(found);
    errno = fault;
    return fd;
}

static int listen_at_port(const struct bp_options *options, char error[BP_OPTION_ERROR_MAX])
{
    const char *host = options->address;
    const bool is_any = strcmp(host, BP_ALL_ADDRESSES) == 0;
    int fd = listen_at_host(is_any ? "::" : host, options->port);
    if (fd < 0 && is_any && is_lacking(errno))
        fd = listen_at_host("0.0.0.0", options->port);
    if (fd < 0)
        snprintf(error, BP_OPTION_ERROR_MAX,
                 strchr(host, ':') ? "--listen [%s]:%u: %s" : "--listen %s:%u: %s", host,
                 options->port, errno == ENOENT ? "no such address" : strerror(errno));
    return fd;
}

/* True if the file at the path is a Unix socket that no process listens on, or does not exist; else
 * errno says why not. */
static bool is_left_over(const struct sockaddr_un *at)
{
    struct stat file;
    if (lstat(at->sun_path, &file) != 0)
        return errno == ENOENT;
    int fd = S_ISSOCK(file.st_mode) ? socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
                                    : -1;
    const bool refused = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) != 0 &&
                         errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    errno = S_ISSOCK(file.st_mode) ? EADDRINUSE : EEXIST;
    return refused;
}

/* Sets the path and its file, too. */
static int listen_at_path(struct bp_listening *out, const char *path,
                          char error[BP_OPTION_ERROR_MAX])
{
    const struct sockaddr_un at = bp_address_of_path(path);
    struct stat file;
    int fd = listen_on((const struct sockaddr *)&at, sizeof at);
    if (fd < 0 && errno == EADDRINUSE && is_left_over(&at)) {
        unlink(path);
        fd = listen_on((const struct sockaddr *)&at, sizeof at);
    }
    if (fd < 0) {
        snprintf(error, BP_OPTION_ERROR_MAX, "--listen unix:%s: %s", path, strerror(errno));
        return -1;
    }
    if (lstat(path, &file) == 0) {
        out->path = path;
        out->device = file.st_dev;
        out->inode = file.st_ino;
    }
    return fd;
}

/* Sets the URL and the port. False if the system does not know them. */
static bool tell_address(struct bp_listening *out)
{
    union {
        struct sockaddr any;
        struct sockaddr_storage room;
    } at;
    socklen_t size = sizeof at;
    memset(&at, 0, sizeof at);
    if (getsockname(out->fd, &at.any, &size) != 0)
        return false;
    out->port = bp_address_port(&at.any);
    bp_address_text(out->url, &at.any, size);
    return true;
}

bool bp_listen(struct bp_listening *out, const struct bp_options *options,
               char error[BP_OPTION_ERROR_MAX])
{
    out->path = NULL;
    if (!bp_inherit(&out->fd, error))
        return false;
    out->is_inherited = out->fd >= 0;
    if (!out->is_inherited)
        out->fd = options->socket_path ? listen_at_path(out, options->socket_path, error)
                                       : listen_at_port(options, error);
    if (out->fd < 0)
        return false;
    if (tell_address(out))
        return true;
    snprintf(error, BP_OPTION_ERROR_MAX, "the listening socket: %s", strerror(errno));
    bp_listen_end(out);
    close(out->fd);
    return false;
}

void bp_listen_end(const struct bp_listening *listening)
{
    struct stat file;
    if (listening->path && lstat(listening->path, &file) == 0 && file.st_dev == listening->device &&
        file.st_ino == listening->inode)
        unlink(listening->path);
    if (!listening->is_inherited)
        shutdown(listening->fd, SHUT_RDWR);
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
