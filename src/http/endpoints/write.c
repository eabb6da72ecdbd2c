#include "write.h"

void bp_page_start(struct bp_reply *reply, const char *title)
{
    reply->csp = "default-src 'none'; frame-ancestors 'none'";
    bp_text_printf(&reply->text,
                   "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<title>%s</title>\n<h1>%s</h1>\n",
                   title, title);
}
