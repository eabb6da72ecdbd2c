#include "write.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

void bp_put_format(struct bp_text *text, const char *format, ...)
{
    va_list arguments;
    if (!bp_text_reserve(text, BP_FORMAT_MAX))
        return;
    va_start(arguments, format);
    const int n = vsnprintf(text->data + text->size, BP_FORMAT_MAX, format, arguments);
    va_end(arguments);
    assert(n < BP_FORMAT_MAX);
    text->size += (size_t)n;
}

void bp_page_start(struct bp_reply *reply, const char *title)
{
    reply->csp = "default-src 'none'; frame-ancestors 'none'";
    bp_put_format(&reply->text,
                  "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                  "<title>%s</title>\n<h1>%s</h1>\n",
                  title, title);
}
