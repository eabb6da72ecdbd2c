/* GET / and /version: what this service is, its limits, and its links. */
#include "backpropd/exchange.h"
#include "backpropd/json_write.h"

/* Grows when a reply changes in a way that breaks clients. */
#define API 1

bp_handler bp_answer_root, bp_answer_version, bp_answer_file;

static void put_name_and_version(struct bp_text *text)
{
    bp_text_putc(text, '{');
    bp_put_member_string(text, "name", "backpropd");
    bp_put_member_string(text, "version", BP_VERSION);
}

static void answer_index(struct bp_exchange *exchange)
{
    const struct bp_service *service = exchange->service;
    struct bp_text *text = &exchange->reply.text;
    bp_text_reserve(text, 1024);
    put_name_and_version(text);
    bp_put_member_size(text, "api", API);
    bp_text_puts(text, ",\"limits\":{");
#define PUT(name, standard, most, about) bp_put_member_size(text, #name, service->limits.name);
    BP_LIMITS(PUT)
#undef PUT
    bp_text_puts(text, "},\"links\":{");
    for (const struct bp_route *route = service->routes; route->methods; route++)
        if (route->link)
            bp_put_member_string(text, route->link, route->path + 1); /* relative to GET / */
    bp_text_puts(text, "}}");
}

void bp_answer_root(struct bp_exchange *exchange)
{
    if (exchange->representation)
        bp_answer_file(exchange);
    else
        answer_index(exchange);
}

void bp_answer_version(struct bp_exchange *exchange)
{
    put_name_and_version(&exchange->reply.text);
    bp_text_putc(&exchange->reply.text, '}');
}
