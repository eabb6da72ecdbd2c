/* The start of all small HTML pages. */
#ifndef BACKPROPD_HTTP_ENDPOINTS_PAGE_H
#define BACKPROPD_HTTP_ENDPOINTS_PAGE_H

#include "backpropd/text.h"

#define BP_PAGE_CSP "default-src 'none'; frame-ancestors 'none'"

/* Their head, and their title as a heading. In: title, that needs no escaping. */
static inline void bp_put_page_head(struct bp_text *text, const char *title)
{
    bp_text_puts(text, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>");
    bp_text_puts(text, title);
    bp_text_puts(text, "</title>\n<h1>");
    bp_text_puts(text, title);
    bp_text_puts(text, "</h1>\n");
}

#endif
