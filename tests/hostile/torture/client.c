#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

void client_open(struct client *client, unsigned port)
{
    const struct sockaddr_in at = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (client->fd < 0)
        return;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(client->fd, (const struct sockaddr *)&at, sizeof at) != 0)
        client_close(client);
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

void client_send(struct client *client, const char *bytes, size_t size)
{
    const struct timespec moment = {.tv_nsec = 500000};
    const char *end = bytes + size;
    while (client->fd >= 0 && bytes < end) {
        const char *cut = memchr(bytes, CUT, (size_t)(end - bytes));
        if (!send_all(client->fd, bytes, (size_t)((cut ? cut : end) - bytes)))
            return; /* what the server said may still be read */
        if (cut)
            nanosleep(&moment, NULL);
        bytes = cut ? cut + 1 : end;
    }
}

static size_t count_replies(const struct client *client, bool is_head)
{
    struct reply reply;
    size_t n = 0, at = 0;
    while (client_next_reply(&reply, client, &at, is_head))
        n++;
    return n;
}

bool client_read(struct client *client, size_t n, bool is_head, int milliseconds)
{
    while (client->fd >= 0 && count_replies(client, is_head) < n) {
        struct pollfd readable = {.fd = client->fd, .events = POLLIN};
        if (poll(&readable, 1, milliseconds) == 0)
            return false;
        if (client->capacity - client->size < 65536) {
            client->capacity = 2 * client->capacity + 65536;
            client->bytes = realloc(client->bytes, client->capacity + 1);
            if (!client->bytes)
                abort();
        }
        const ssize_t got = recv(client->fd, client->bytes + client->size, 65536, 0);
        if (got <= 0)
            client_close(client);
        else
            client->size += (size_t)got;
        client->bytes[client->size] = '\0';
    }
    return true;
}

void client_close(struct client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    client->fd = -1;
}

void client_free(struct client *client)
{
    client_close(client);
    free(client->bytes);
    *client = (struct client){.fd = -1};
}

bool client_next_reply(struct reply *reply, const struct client *client, size_t *at, bool is_head)
{
    while (*at < client->size) {
        const char *head = client->bytes + *at, *body = strstr(head, "\r\n\r\n");
        if (!body)
            return false;
        body += 4;
        const char *length = strcasestr(head, "\r\nContent-Length: ");
        *reply = (struct reply){.head = head, .body = body};
        reply->status = (unsigned)strtoul(head + strlen("HTTP/1.1 "), NULL, 10);
        if (length && length < body && !is_head && reply->status != 204)
            reply->body_size = strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
        if (reply->body_size > client->size - (size_t)(body - client->bytes))
            return false;
        *at = (size_t)(body - client->bytes) + reply->body_size;
        if (reply->status >= 200)
            return true;
    }
    return false;
}
