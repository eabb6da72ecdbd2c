/*
 * The floor: libmicrohttpd alone, with a reply of a fixed number of bytes. What the service costs
 * beyond this is its own.
 *
 * usage: bare REPLY_BYTES THREADS [keep]
 *
 * It throws the body away and replies from memory that stays. With `keep` it does what no server
 * that reads its body and makes its reply can avoid: it copies the body into one block of
 * Content-Length, and replies from a block of its own that the library frees.
 */
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "serve.h"

static char *reply;
static size_t reply_size;
static bool keeps;

struct body {
    size_t size, capacity;
    char bytes[];
};

static struct body *new_body(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");
    const size_t capacity = length && keeps ? (size_t)atoll(length) : 0;
    struct body *body = malloc(sizeof *body + capacity);
    if (body)
        *body = (struct body){.capacity = capacity};
    return body;
}

static void take(struct body *body, const char *piece, size_t size)
{
    if (size > body->capacity - body->size)
        return;
    memcpy(body->bytes + body->size, piece, size);
    body->size += size;
}

/* The fresh block is written once, as a reply that is made must be. */
static struct MHD_Response *make_response(void)
{
    char *fresh = keeps ? malloc(reply_size + 1) : NULL;
    if (!fresh)
        return MHD_create_response_from_buffer(reply_size, reply, MHD_RESPMEM_PERSISTENT);
    memset(fresh, '1', reply_size);
    return MHD_create_response_from_buffer(reply_size, fresh, MHD_RESPMEM_MUST_FREE);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *piece,
                                  size_t *piece_size, void **state)
{
    (void)cls, (void)url, (void)method, (void)version;
    if (!*state) {
        *state = new_body(connection);
        return *state ? MHD_YES : MHD_NO;
    }
    if (*piece_size) {
        take(*state, piece, *piece_size);
        *piece_size = 0;
        return MHD_YES;
    }
    struct MHD_Response *response = make_response();
    MHD_add_response_header(response, "Content-Type", "application/json");
    enum MHD_Result queued = MHD_queue_response(connection, 200, response);
    MHD_destroy_response(response);
    return queued;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode why)
{
    (void)cls, (void)connection, (void)why;
    free(*state);
    *state = NULL;
}

int main(int argc, char **argv)
{
    reply_size = argc > 1 ? (size_t)atol(argv[1]) : 1500;
    keeps = argc > 3;
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* as the service has it */
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    reply = malloc(reply_size + 1);
    memset(reply, '1', reply_size + 1);
    return serve("bare", argc > 2 ? (unsigned)atoi(argv[2]) : 1, on_request, on_completed);
}
