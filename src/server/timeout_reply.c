#include "timeout_reply.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "backpropd/reply_headers.h"

bool bp_timeout_reply_make(struct bp_timeout_reply *made, struct bp_service *service,
                           const char *cors_origins, const char *status,
                           const struct bp_problem *problem)
{
    struct bp_text *text = &made->text;
    const struct bp_reply_facts facts = {
        .cors_origins = cors_origins, .is_post = true, .closes = true};
    struct bp_reply reply;
    struct bp_fields fields;
    size_t size;
    bp_reply_problem(&reply, &service->own_memory, problem);
    const char *body = bp_reply_body(&reply, &size);
    bp_fields_make(&fields, &reply, &facts);
    bp_text_start(text, &service->own_memory, 1024);
    bp_text_puts(text, "HTTP/1.1 ");
    bp_text_puts(text, status);
    bp_text_puts(text, "\r\nX-Request-Id: ");
    made->id_at = text->size;
    bp_text_puts(text, "\r\nContent-Length: ");
    bp_text_put_size(text, size);
    bp_text_puts(text, "\r\n");
    for (size_t i = 0; i < fields.n; i++) {
        bp_text_puts(text, fields.all[i].name);
        bp_text_puts(text, ": ");
        bp_text_puts(text, fields.all[i].value);
        bp_text_puts(text, "\r\n");
    }
    bp_text_puts(text, "\r\n");
    bp_text_put(text, body, size);
    bp_reply_free(&reply);
    return !text->failed;
}

void bp_timeout_reply_send(const struct bp_timeout_reply *made, int socket, const char *request_id)
{
    char *text = made->text.data;
    struct iovec parts[] = {{text, made->id_at},
                            {(char *)request_id, strlen(request_id)},
                            {text + made->id_at, made->text.size - made->id_at}};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = sizeof parts / sizeof *parts};
    (void)sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
