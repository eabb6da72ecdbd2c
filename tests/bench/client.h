/* As much of an HTTP client as measuring needs: blocking, one request at a time, Content-Length. */
#ifndef BENCH_CLIENT_H
#define BENCH_CLIENT_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct answer {
    int status; /* 0: no reply */
    bool retry_after, closes;
};

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A whole request in one block; without a body file it is a GET. */
static char *make_request(size_t *size, const char *path, const char *body_file)
{
    FILE *file = body_file ? fopen(body_file, "rb") : NULL;
    if (body_file && !file)
        return NULL;
    if (file)
        fseek(file, 0, SEEK_END);
    const size_t body = file ? (size_t)ftell(file) : 0;
    char *request = malloc(body + 256);
    int head =
        file ? snprintf(request, 256,
                        "POST %s HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        path, body)
             : snprintf(request, 256, "GET %s HTTP/1.1\r\nHost: bench\r\n\r\n", path);
    *size = (size_t)head + body;
    if (file) {
        rewind(file);
        if (fread(request + head, 1, body, file) != body)
            *size = 0;
        fclose(file);
    }
    return request;
}

static int connect_to(unsigned port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Reads one reply and drops its body. */
static struct answer receive(int fd)
{
    static _Thread_local char buffer[65536];
    struct answer answer = {0};
    size_t have = 0;
    char *end = NULL;
    while (!end) {
        ssize_t n = recv(fd, buffer + have, sizeof buffer - 1 - have, 0);
        if (n <= 0)
            return (struct answer){0};
        have += (size_t)n;
        buffer[have] = '\0';
        end = strstr(buffer, "\r\n\r\n");
    }
    end[2] = '\0';
    const char *length = strcasestr(buffer, "\r\ncontent-length:");
    if (!length || sscanf(buffer, "HTTP/1.1 %d", &answer.status) != 1)
        return (struct answer){0};
    answer.retry_after = strcasestr(buffer, "\r\nretry-after:");
    answer.closes = strcasestr(buffer, "\r\nconnection: close");
    long long left = atoll(length + strlen("\r\ncontent-length:")) - (buffer + have - (end + 4));
    while (left > 0) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n <= 0)
            return (struct answer){0};
        left -= n;
    }
    return answer;
}

#endif
