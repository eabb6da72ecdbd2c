#include "backpropd/healthcheck.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "address.h"

#define PATIENCE 5 /* seconds, at each address */

#define ANSWER_SIZE 12 /* "HTTP/1.1 200" */

/* Reads the start of the answer to a request. Returns how much came, or -1 and errno. */
static ssize_t ask(char answer[ANSWER_SIZE], const struct sockaddr *at, socklen_t size)
{
    static const char request[] =
        "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const struct timeval patience = {.tv_sec = PATIENCE};
    ssize_t n = -1;
    int fd = socket(at->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (connect(fd, at, size) == 0 &&
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) == sizeof request - 1)
        n = recv(fd, answer, ANSWER_SIZE, MSG_WAITALL);
    const int fault = errno;
    close(fd);
    errno = fault;
    return n;
}

/* Returns NULL if the answer is that of a service that is alive, or else a description of it, for
 * which text has room. */
static const char *judge(char text[64], const char answer[ANSWER_SIZE], ssize_t n)
{
    const char *status = answer + ANSWER_SIZE - 3;
    if (n < 0 && (errno == EAGAIN || errno == EINPROGRESS))
        snprintf(text, 64, "no answer within %d seconds", PATIENCE);
    else if (n < 0)
        snprintf(text, 64, "%s", strerror(errno));
    else if (n == 0)
        snprintf(text, 64, "closed without an answer");
    else if (n < ANSWER_SIZE || memcmp(answer, "HTTP/1.", 7) != 0)
        snprintf(text, 64, "the answer is not HTTP");
    else if (memcmp(status, "200", 3) != 0 && memcmp(status, "401", 3) != 0)
        snprintf(text, 64, "status %.3s instead of 200", status);
    else
        return NULL;
    return text;
}

/* True if a service is alive at the address; else adds the reason to `why`. */
static bool lives(char why[BP_HEALTHCHECK_MAX], const struct sockaddr *at, socklen_t size)
{
    char answer[ANSWER_SIZE], text[64], url[BP_URL_MAX];
    const size_t used = strlen(why);
    const char *fault = judge(text, answer, ask(answer, at, size));
    if (!fault)
        return true;
    bp_address_text(url, at, size);
    snprintf(why + used, BP_HEALTHCHECK_MAX - used, "%s%s: %s", used ? "; " : "", url, fault);
    return false;
}

/* [::] serves both families, and may be reached through one alone. */
static bool is_all_addresses(const char *host)
{
    struct in6_addr address;
    return strcmp(host, BP_ALL_ADDRESSES) == 0 ||
           (inet_pton(AF_INET6, host, &address) == 1 && IN6_IS_ADDR_UNSPECIFIED(&address));
}

bool bp_healthcheck(const struct bp_options *options, char why[BP_HEALTHCHECK_MAX])
{
    bool is_alive = false;
    *why = '\0';
    if (options->socket_path) {
        const struct sockaddr_un at = bp_address_of_path(options->socket_path);
        return lives(why, (const struct sockaddr *)&at, sizeof at);
    }
    const char *host = is_all_addresses(options->address) ? NULL : options->address;
    struct addrinfo *found = bp_address_find(host, options->port);
    for (const struct addrinfo *at = found; at && !is_alive; at = at->ai_next)
        is_alive = lives(why, at->ai_addr, at->ai_addrlen);
    if (found)
        freeaddrinfo(found);
    else
        snprintf(why, BP_HEALTHCHECK_MAX, "%s: no such address", options->address);
    return is_alive;
}
