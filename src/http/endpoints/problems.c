/* /problems/CODE: the page that the `type` of a problem document leads to. */
#include <string.h>

#include "backpropd/encode_problem.h"
#include "backpropd/exchange.h"
#include "write.h"

bp_handler bp_answer_problems;

static void put_list(struct bp_reply *reply)
{
    struct bp_text *text = &reply->text;
    bp_page_start(reply, "Problems of backpropd");
    bp_text_puts(text, "<ul>\n");
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        const struct bp_problem_info *info = bp_problem_info((enum bp_problem_code)code);
        bp_text_puts(text, "<li><a href=\"");
        bp_encode_slug(text, (enum bp_problem_code)code);
        bp_text_printf(text, "\">%u %s</a></li>\n", info->status, info->code);
    }
    bp_text_puts(text, "</ul>\n");
}

static void put_page(struct bp_reply *reply, const struct bp_problem_info *info)
{
    bp_page_start(reply, info->title);
    bp_text_printf(&reply->text,
                   "<p>Status %u, code <code>%s</code>.</p>\n<p>%s</p>\n"
                   "<p><a href=\"./\">All problems</a></p>\n",
                   info->status, info->code, info->remedy);
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
    const char *slug = exchange->path + strlen("/problems/");
    int code = 0;
    while (code < BP_PROBLEM_COUNT &&
           !is_slug(slug, bp_problem_info((enum bp_problem_code)code)->code))
        code++;
    if (!*slug)
        put_list(&exchange->reply);
    else if (code < BP_PROBLEM_COUNT)
        put_page(&exchange->reply, bp_problem_info((enum bp_problem_code)code));
    else
        bp_exchange_refuse(exchange, BP_PROBLEM_NOT_FOUND,
                           "no such problem; /problems/ lists them");
}
