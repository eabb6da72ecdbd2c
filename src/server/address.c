#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct addrinfo *bp_address_find(const char *host, unsigned port)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char digits[8];
    snprintf(digits, sizeof digits, "%u", port);
    return getaddrinfo(host, digits, &hints, &found) == 0 ? found : NULL;
}

struct sockaddr_un bp_address_of_path(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, path, strnlen(path, sizeof at.sun_path - 1));
    return at;
}

unsigned bp_address_port(const struct sockaddr *at)
{
    if (at->sa_family == AF_INET)
        return ntohs(((const struct sockaddr_in *)at)->sin_port);
    if (at->sa_family == AF_INET6)
        return ntohs(((const struct sockaddr_in6 *)at)->sin6_port);
    return 0;
}

static void path_text(char url[BP_URL_MAX], const struct sockaddr_un *at, socklen_t size)
{
    const size_t head = offsetof(struct sockaddr_un, sun_path);
    const int n = size > head ? (int)(size - head) : 0;
    if (n && !at->sun_path[0]) /* a name that is not in the file system */
        snprintf(url, BP_URL_MAX, "unix:@%.*s", n - 1, at->sun_path + 1);
    else
        snprintf(url, BP_URL_MAX, "unix:%.*s", n, at->sun_path);
}

void bp_address_text(char url[BP_URL_MAX], const struct sockaddr *at, socklen_t size)
{
    char address[INET6_ADDRSTRLEN] = "";
    if (at->sa_family == AF_UNIX) {
        path_text(url, (const struct sockaddr_un *)at, size);
        return;
    }
    const bool is_ipv6 = at->sa_family == AF_INET6;
    inet_ntop(at->sa_family,
              is_ipv6 ? (const void *)&((const struct sockaddr_in6 *)at)->sin6_addr
                      : &((const struct sockaddr_in *)at)->sin_addr,
              address, sizeof address);
    snprintf(url, BP_URL_MAX, is_ipv6 ? "http://[%s]:%u" : "http://%s:%u", address,
             bp_address_port(at));
}
