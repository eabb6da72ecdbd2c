#include "late.h"

#include "fields.h"

static void put_field(struct bp_text *text, const char *name, const char *value)
{
    bp_text_puts(text, name);
    bp_text_puts(text, ": ");
    bp_text_puts(text, value);
    bp_text_puts(text, "\r\n");
}

bool bp_late_body_make(struct bp_text *text, struct bp_service *service, const char *cors_origins)
{
    const struct bp_reply_facts facts = {
        .cors_origins = cors_origins, .is_post = true, .closes = true};
    struct bp_problem problem;
    struct bp_reply reply;
    struct bp_fields fields;
    size_t size;
    bp_problem_set(&problem, BP_PROBLEM_REQUEST_TIMEOUT,
                   "the body has not come in time; send it faster, or ask for --body-timeout");
    bp_reply_problem(&reply, service, &problem);
    const char *body = bp_reply_body(&reply, &size);
    bp_fields_make(&fields, &reply, &facts);
    bp_text_start(text, &service->own_memory, 1024);
    bp_text_puts(text, "HTTP/1.1 408 Request Timeout\r\nContent-Length: ");
    bp_text_put_size(text, size);
    bp_text_puts(text, "\r\n");
    for (size_t i = 0; i < fields.n; i++)
        put_field(text, fields.all[i].name, fields.all[i].value);
    bp_text_puts(text, "\r\n");
    bp_text_put(text, body, size);
    bp_reply_free(&reply);
    return !text->failed;
}
