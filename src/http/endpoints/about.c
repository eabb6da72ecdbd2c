/* GET / and /version: what this service is, what it takes, and where everything stands. */
#include "../reply.h"
#include "../router.h"
#include "backpropd/json_write.h"

static const struct {
    const char *name, *path;
} LINKS[] = {
    {"forward", "/forward"},
    {"backward", "/backward"},
    {"step", "/step"},
    {"openapi_yaml", "/openapi.yaml"},
    {"openapi_json", "/openapi.json"},
    {"example_textbook", "/examples/textbook"},
    {"example_textbook_step", "/examples/textbook-step"},
    {"problems", "/problems/"},
    {"livez", "/livez"},
    {"readyz", "/readyz"},
    {"metrics", "/metrics"},
    {"version", "/version"},
};

static void put_name_and_version(struct bp_text *text)
{
    bp_text_putc(text, '{');
    bp_put_member_string(text, "name", "backpropd");
    bp_put_member_string(text, "version", BP_VERSION);
}

void bp_answer_root(struct bp_reply *reply, struct bp_service *service,
                    const struct bp_request *request)
{
    (void)request;
    bp_reply_start(reply, service, BP_MEDIA_JSON, 1024);
    struct bp_text *text = &reply->text;
    put_name_and_version(text);
    bp_put_key(text, "limits");
    bp_text_putc(text, '{');
#define PUT(name, standard, most, about) bp_put_member_size(text, #name, service->limits.name);
    BP_LIMITS(PUT)
#undef PUT
    bp_text_putc(text, '}');
    bp_put_key(text, "links");
    bp_text_putc(text, '{');
    for (size_t i = 0; i < sizeof LINKS / sizeof *LINKS; i++)
        bp_put_member_string(text, LINKS[i].name, LINKS[i].path);
    bp_text_puts(text, "}}");
    bp_reply_finish(reply, service);
}

void bp_answer_version(struct bp_reply *reply, struct bp_service *service,
                       const struct bp_request *request)
{
    (void)request;
    bp_reply_start(reply, service, BP_MEDIA_JSON, 128);
    put_name_and_version(&reply->text);
    bp_text_putc(&reply->text, '}');
    bp_reply_finish(reply, service);
}
