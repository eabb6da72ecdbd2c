/* A client over loopback that no fault hits, and the replies that it got. */
#ifndef TESTS_TORTURE_CLIENT_H
#define TESTS_TORTURE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#define CUT '\x1e' /* ends a write; what follows is sent a moment later */

struct client {
    int fd; /* -1: closed, or never open */
    char *bytes;
    size_t size, capacity;
};

struct reply {
    unsigned status;
    const char *head, *body;
    size_t body_size;
};

/* Connects; that may fail, which reading then says. */
void client_open(struct client *client, unsigned port);

/* Writes a request, or as much of it as the server takes. */
void client_send(struct client *client, const char *bytes, size_t size);

/* Reads until n final replies are there or the server has closed. False if nothing comes for so
 * many milliseconds. */
bool client_read(struct client *client, size_t n, bool is_head, int milliseconds);

/* Closes the socket; the bytes stay. */
void client_close(struct client *client);
void client_free(struct client *client);

/* The next whole reply at *at, which moves on; false if there is none. Those of 1xx are left out.
 */
bool client_next_reply(struct reply *reply, const struct client *client, size_t *at, bool is_head);

#endif
