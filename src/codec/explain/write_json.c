#include "write_json.h"

#include "backpropd/json_write.h"
#include "cells.h"
#include "program.h"
#include "remarks.h"

/* Texts of this folder hold nothing that JSON escapes, so they are written as they are. */
static void put_text(struct bp_text *text, const struct bp_subject *of, const char *template)
{
    bp_text_putc(text, '"');
    bp_put_template(text, of, template);
    bp_text_putc(text, '"');
}

static void put_member(struct bp_text *text, const char *name, const struct bp_subject *of,
                       const char *template)
{
    bp_put_key(text, name);
    put_text(text, of, template);
}

/* A number that counts, or null. */
static void put_count(struct bp_text *text, const char *name, bool is_there, size_t value)
{
    bp_put_key(text, name);
    if (is_there)
        bp_text_put_size(text, value);
    else
        bp_text_put(text, "null", 4);
}

/* The names that a template lists, as an array. */
static void put_names(struct bp_text *text, const char *name, const struct bp_subject *of,
                      const char *template)
{
    bp_put_key(text, name);
    bp_text_putc(text, '[');
    const size_t start = text->size;
    put_text(text, of, template);
    if (text->failed)
        return;
    if (text->size == start + 2) /* "" */
        text->size = start;
    size_t blanks = 0;
    for (size_t i = start; i < text->size; i++)
        blanks += text->data[i] == ' ';
    if (!bp_text_reserve(text, 2 * blanks))
        return;
    char *from = text->data + text->size, *to = from + 2 * blanks;
    text->size += 2 * blanks;
    while (to > from) { /* a blank becomes "," */
        if (*--from != ' ') {
            *--to = *from;
            continue;
        }
        to -= 3;
        memcpy(to, "\",\"", 3);
    }
    bp_text_putc(text, ']');
}

typedef void put_cell(struct bp_text *text, const struct bp_subject *of);

static void put_value(struct bp_text *text, const struct bp_subject *of)
{
    const double value = bp_line_value(of);
    if (value - value != 0)
        bp_text_put(text, "null", 4);
    else
        bp_text_put_double(text, value);
}

static void put_substituted(struct bp_text *text, const struct bp_subject *of)
{
    bp_text_putc(text, '"');
    const size_t start = text->size;
    bp_put_cell(text, of);
    if (text->size == start)
        bp_put_template(text, of, bp_line_words(of->line->form)->name);
    if (text->size != start && of->line->form == BP_FORM_ERROR_GIVEN)
        bp_put_template(text, of, "[{unit}]");
    if (of->line->form == BP_FORM_LOSS) {
        bp_text_puts(text, " = ");
        const size_t terms = text->size;
        bp_put_loss_terms(text, of);
        text->size = text->size == terms ? terms - 3 : text->size;
    }
    bp_put_result(text, of);
    bp_text_putc(text, '"');
}

/* A member in the shape of the tensor. */
static void put_shaped(struct bp_text *text, const char *name, const struct bp_subject *of,
                       put_cell *put)
{
    const struct bp_line_shape shape = bp_line_shape(of->line, of->e);
    struct bp_subject at = *of;
    bp_put_key(text, name);
    bp_text_puts(text, shape.n_index ? "[" : "");
    for (size_t i = 0; i < shape.rows; i++) {
        bp_text_puts(text, i ? "," : "");
        bp_text_puts(text, shape.n_index == 2 ? "[" : "");
        for (size_t j = 0; j < shape.columns; j++) {
            bp_text_puts(text, j ? "," : "");
            at.cell = bp_cell_at(&shape, of->e, i, j);
            put(text, &at);
        }
        bp_text_puts(text, shape.n_index == 2 ? "]" : "");
    }
    bp_text_puts(text, shape.n_index ? "]" : "");
}

static void put_remark(struct bp_text *text, enum bp_remark remark, const struct bp_subject *of)
{
    static const char *const indices[] = {"", "{unit}", "{index}"};
    const struct bp_remark_words *words = bp_remark_words(remark);
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "code", words->code);
    bp_put_key(text, "index");
    bp_text_putc(text, '[');
    bp_put_template(text, of, indices[bp_line_shape(of->line, of->e).n_index]);
    bp_text_putc(text, ']');
    put_member(text, "text", of, words->text);
    bp_text_putc(text, '}');
}

static void put_remarks(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_line_shape shape = bp_line_shape(of->line, of->e);
    struct bp_subject at = *of;
    struct bp_line next = *of->line;
    bp_put_key(text, "remarks");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < shape.rows; i++)
        for (size_t j = 0; j < shape.columns; j++) {
            at.cell = bp_cell_at(&shape, of->e, i, j);
            const enum bp_remark remark = bp_remark_of_cell(&at);
            if (remark != BP_REMARK_COUNT)
                put_remark(text, remark, &at);
        }
    if (of->line->phase == BP_PHASE_UPDATE && !bp_line_next(&next, of->e))
        bp_remarks_of_step(text, of->e, put_remark);
    bp_text_putc(text, ']');
}

static void put_step(struct bp_text *text, const struct bp_explanation *e,
                     const struct bp_line *line)
{
    static const char *const phases[] = {"forward", "backward", "batch", "update"};
    const struct bp_subject of = {e, line, {0, 0}};
    const struct bp_line_words *words = bp_line_words(line->form);
    const bool has_layer = bp_line_shape(line, e).n_index > 0;
    const unsigned at = e->lines[line->form * e->task->network.depth + line->layer];
    bp_put_comma(text);
    bp_text_putc(text, '{');
    bp_put_member_string(text, "phase", phases[line->phase]);
    put_count(text, "number", line->number, line->number);
    put_count(text, "sample", line->phase < BP_PHASE_BATCH, line->sample);
    put_count(text, "layer", has_layer, line->layer + 1);
    put_member(text, "tensor", &of, words->name);
    put_member(text, "title", &of, words->title);
    put_member(text, "formula", &of, words->formula);
    bp_put_key(text, "mathml");
    bp_text_puts(text, "\"<math>");
    bp_put_template(text, &of, words->mathml);
    bp_text_puts(text, "</math>\"");
    put_count(text, "line", at, at);
    put_names(text, "uses", &of, words->uses);
    put_shaped(text, "value", &of, put_value);
    put_shaped(text, "substituted", &of, put_substituted);
    put_remarks(text, &of);
    bp_text_putc(text, '}');
}

void bp_explain_json(struct bp_text *text, const struct bp_explanation *e)
{
    bp_text_puts(text, "{\"program\":[\"");
    bp_explain_program(text, e, "\",\"");
    bp_text_puts(text, "\"],\"steps\":[");
    for (struct bp_line line = bp_line_first(); bp_line_next(&line, e);)
        put_step(text, e, &line);
    bp_text_puts(text, "]}");
}
