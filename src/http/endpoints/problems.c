/* /problems/CODE: the page that the `type` of a problem document leads to. */
#include <string.h>

#include "backpropd/encode_problem.h"
#include "backpropd/exchange.h"
#include "backpropd/media.h"
#include "page.h"

bp_handler bp_answer_problems;

static void put_list(struct bp_text *text)
{
    bp_put_page_head(text, "Problems of backpropd");
    bp_text_puts(text, "<ul>\n");
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        bp_text_puts(text, "<li><a href=\"");
        bp_encode_slug(text, (enum bp_problem_code)code);
        bp_text_puts(text, "\">");
        bp_text_put_size(text, bp_problem_info((enum bp_problem_code)code)->status);
        bp_text_putc(text, ' ');
        bp_text_puts(text, bp_problem_info((enum bp_problem_code)code)->code);
        bp_text_puts(text, "</a></li>\n");
    }
    bp_text_puts(text, "</ul>\n");
}

static void put_page(struct bp_text *text, enum bp_problem_code code)
{
    const struct bp_problem_info *info = bp_problem_info(code);
    bp_put_page_head(text, info->title);
    bp_text_puts(text, "<p>Status ");
    bp_text_put_size(text, info->status);
    bp_text_puts(text, ", code <code>");
    bp_text_puts(text, info->code);
    bp_text_puts(text, "</code>.</p>\n<p>");
    bp_text_puts(text, info->remedy);
    bp_text_puts(text, "</p>\n<p><a href=\"./\">All problems</a></p>\n");
}

static bool is_slug(const char *slug, const char *code)
{
    for (; *slug && *code; slug++, code++)
        if (*slug != (*code == '_' ? '-' : *code))
            return false;
    return *slug == *code;
}

void bp_answer_problems(struct bp_exchange *exchange)
{
    struct bp_memory *memory = &exchange->service->own_memory;
    struct bp_reply *reply = &exchange->reply;
    const char *slug = exchange->path + strlen("/problems/");
    struct bp_problem problem;
    int code = 0;
    while (code < BP_PROBLEM_COUNT &&
           !is_slug(slug, bp_problem_info((enum bp_problem_code)code)->code))
        code++;
    if (*slug && code == BP_PROBLEM_COUNT) {
        bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "no such problem; /problems/ lists them");
        bp_reply_problem(reply, memory, &problem);
        return;
    }
    bp_reply_start(reply, memory, BP_MEDIA_HTML, 2048);
    reply->csp = BP_PAGE_CSP;
    if (*slug)
        put_page(&reply->text, (enum bp_problem_code)code);
    else
        put_list(&reply->text);
    bp_reply_finish(reply, memory);
}
