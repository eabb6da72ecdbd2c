/* /mistakes: the catalogue, as JSON or as a page, and /mistakes/CODE: a page about one of its
 * codes. */
#include <string.h>

#include "backpropd/catalogue.h"
#include "backpropd/exchange.h"
#include "backpropd/json_write.h"
#include "write.h"

bp_handler bp_answer_mistakes, bp_answer_mistake;

/* What the placeholders mean without an exercise: f is the activation, as in the formulas. */
static const struct {
    const char *place, *stands_for;
} PLACES[] = {
    {"{f}", "f"},
    {"{rule}", "h (1 - h) for sigmoid and 1 - h^2 for tanh"},
    {"{todo}", "by the formula of the step"},
    {"{cell}", "one value"},
    {"{decimals}", "more"},
    {"{", "{"}, /* no placeholder */
};

static void put_words(struct bp_text *text, const char *words)
{
    for (const char *open; (open = strchr(words, '{'));) {
        size_t i = 0;
        while (strncmp(open, PLACES[i].place, strlen(PLACES[i].place)) != 0)
            i++;
        bp_text_put(text, words, (size_t)(open - words));
        bp_text_puts(text, PLACES[i].stands_for);
        words = open + strlen(PLACES[i].place);
    }
    bp_text_puts(text, words);
}

/* The name of a kind of step, with k for the layer; both if the last layer has its own. */
static void put_kind(struct bp_text *text, enum bp_step_kind kind)
{
    const struct bp_step_text *step = bp_step_text(kind);
    const char *names[] = {step->hidden, step->last};
    for (size_t i = 0; i < 2 && names[i]; i++) {
        bp_text_puts(text, i ? ", " : "");
        for (const char *at = names[i]; *at; at++) {
            if (*at != '%')
                bp_text_putc(text, *at);
            else
                bp_text_puts(text, kind == BP_STEP_DL_DH ? "(k-1)" : i ? "L" : "k");
        }
    }
}

/* --- the catalogue ---------------------------------------------------------------------------- */

static void put_member_words(struct bp_text *text, const char *name, const char *words)
{
    bp_put_key(text, name);
    bp_text_putc(text, '"');
    put_words(text, words);
    bp_text_putc(text, '"');
}

static void put_row(struct bp_text *text, enum bp_mistake mistake)
{
    const struct bp_mistake_row *row = bp_mistake_row(mistake);
    const struct bp_mistake_text words = bp_mistake_text(mistake);
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "code", bp_code_names[row->code]);
    bp_put_key(text, "step");
    bp_text_putc(text, '"');
    put_kind(text, row->kind);
    bp_text_putc(text, '"');
    bp_put_member_string(text, "right", bp_step_text(row->kind)->right);
    bp_put_member_string(text, "wrong", words.reads);
    bp_put_member_string(text, "where", words.where);
    put_member_words(text, "message", words.words.message);
    put_member_words(text, "hint", words.words.hint);
    bp_text_putc(text, '}');
}

/* Codes from here on are not rows of the table of mistakes. */
#define OTHERS_FIRST BP_CODE_ONE_SIGN

static void put_other(struct bp_text *text, enum bp_code code)
{
    const struct bp_words words = bp_other_words(code, BP_STEP_COUNTS);
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "code", bp_code_names[code]);
    put_member_words(text, "message", words.message);
    if (words.hint)
        put_member_words(text, "hint", words.hint);
    bp_text_putc(text, '}');
}

static void put_catalogue(struct bp_text *text)
{
    bp_text_puts(text, "{\"mistakes\":[");
    for (int mistake = 0; mistake < BP_MISTAKE_COUNT; mistake++)
        put_row(text, (enum bp_mistake)mistake);
    bp_text_puts(text, "],\"others\":[");
    for (int code = OTHERS_FIRST; code < BP_CODE_COUNT; code++)
        put_other(text, (enum bp_code)code);
    bp_text_puts(text, "]}");
}

/* --- the catalogue as a page ------------------------------------------------------------------ */

static void put_links(struct bp_text *text, int first, int end)
{
    bp_text_puts(text, "<ul>\n");
    for (int code = first; code < end; code++) {
        const char *name = bp_code_names[code];
        bp_text_printf(text, "<li><a href=\"mistakes/%s\">%s</a> <code>%s</code></li>\n", name,
                       bp_code_title((enum bp_code)code), name);
    }
    bp_text_puts(text, "</ul>\n");
}

static void put_list(struct bp_reply *reply)
{
    struct bp_text *text = &reply->text;
    bp_page_start(reply, "Mistakes that backpropd knows");
    bp_text_puts(text, "<p>What /grade calls a step that was calculated by another formula:</p>\n");
    put_links(text, 0, OTHERS_FIRST);
    bp_text_puts(text, "<p>What it says where none of these explains a step, of counts, and of "
                       "steps that follow:</p>\n");
    put_links(text, OTHERS_FIRST, BP_CODE_COUNT);
}

void bp_answer_mistakes(struct bp_exchange *exchange)
{
    struct bp_reply *reply = &exchange->reply;
    bp_text_reserve(&reply->text, 32768);
    if (exchange->representation == 1)
        put_list(reply);
    else
        put_catalogue(&reply->text);
}

/* --- a page ----------------------------------------------------------------------------------- */

static void put_said(struct bp_text *text, struct bp_words words)
{
    bp_text_puts(text, "<p>");
    put_words(text, words.message);
    bp_text_puts(text, "</p>\n");
    if (!words.hint)
        return;
    bp_text_puts(text, "<p><strong>");
    put_words(text, words.hint);
    bp_text_puts(text, "</strong></p>\n");
}

static void put_formulas(struct bp_text *text, enum bp_mistake mistake)
{
    const struct bp_mistake_text words = bp_mistake_text(mistake);
    const enum bp_step_kind kind = bp_mistake_row(mistake)->kind;
    bp_text_puts(text, "<h2>");
    put_kind(text, kind);
    bp_text_puts(text, "</h2>\n");
    put_said(text, words.words);
    bp_text_printf(text,
                   "<dl>\n<dt>right<dd><code>%s</code>\n<dt>this mistake<dd><code>%s</code>\n"
                   "<dt>happens with<dd>%s\n</dl>\n",
                   bp_step_text(kind)->right, words.reads, words.where);
}

/* What the letters of the formulas stand for. */
static const char KEY[] =
    "<p>In the formulas x is the input, a what comes into the layer (x, or h of the layer before), "
    "W[i][j] the weight from i to j, b the biases, z what goes into the activation f, h what comes "
    "out of it. k is a layer, L the last one. c is the number in front of the sum of squares: 1/N "
    "for mse, 1 for sse, 1/(2N) for half_mse, 1/2 for half_sse; N is the number of outputs, B that "
    "of samples. w is a parameter, g its gradient, lr the learning rate.</p>\n";

static void put_page(struct bp_reply *reply, enum bp_code code)
{
    struct bp_text *text = &reply->text;
    bp_page_start(reply, bp_code_title(code));
    bp_text_printf(text, "<p>Code <code>%s</code>.</p>\n", bp_code_names[code]);
    bp_text_puts(text, code < OTHERS_FIRST ? KEY : "");
    for (int mistake = 0; mistake < BP_MISTAKE_COUNT; mistake++)
        if (bp_mistake_row((enum bp_mistake)mistake)->code == code)
            put_formulas(text, (enum bp_mistake)mistake);
    if (code >= OTHERS_FIRST)
        put_said(text, bp_other_words(code, BP_STEP_COUNTS));
    bp_text_puts(text, "<p><a href=\"../mistakes\">All mistakes</a></p>\n");
}

void bp_answer_mistake(struct bp_exchange *exchange)
{
    const char *name = exchange->path + strlen("/mistakes/");
    int code = 0;
    while (code < BP_CODE_COUNT && strcmp(name, bp_code_names[code]) != 0)
        code++;
    if (code < BP_CODE_COUNT)
        put_page(&exchange->reply, (enum bp_code)code);
    else
        bp_exchange_refuse(exchange, BP_PROBLEM_NOT_FOUND, "no such mistake; /mistakes lists them");
}
