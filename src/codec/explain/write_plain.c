/* The plain text: a page to read in a terminal or to print. */
#include "write_plain.h"

#include <stdio.h>
#include <string.h>

#include "backpropd/job.h"
#include "cells.h"
#include "remarks.h"

static void put_vector(struct bp_text *text, const struct bp_explanation *e, const double *values,
                       size_t n)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < n; i++) {
        bp_text_puts(text, i ? ", " : "");
        bp_put_shown(text, e, values[i]);
    }
    bp_text_putc(text, ']');
}

static void put_blanks(struct bp_text *text, size_t n)
{
    while (n-- > 0)
        bp_text_putc(text, ' ');
}

/* --- what is calculated ----------------------------------------------------------------------- */

static void put_network(struct bp_text *text, const struct bp_network *network)
{
    bp_text_puts(text, "The network    ");
    bp_put_count(text, network->layers[0].n_in, "input", "inputs");
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        const bool is_last = k + 1 == network->depth;
        bp_text_puts(text, ", ");
        bp_put_count(text, layer->n_out, is_last ? "output" : "hidden unit",
                     is_last ? "outputs" : "hidden units");
        bp_text_puts(text, " (");
        bp_text_puts(text, bp_activation_names[layer->activation]);
        bp_text_puts(text, layer->b ? ")" : ", without biases)");
    }
    bp_text_puts(text, ": ");
    bp_put_count(text, bp_network_parameters(network), "parameter", "parameters");
    bp_text_putc(text, '\n');
}

static void put_sample(struct bp_text *text, const struct bp_explanation *e, size_t s)
{
    const struct bp_sample *sample = &e->task->samples[s];
    const size_t n = bp_network_last(&e->task->network)->n_out;
    bp_text_puts(text, "x = ");
    put_vector(text, e, sample->x, e->task->network.layers[0].n_in);
    if (sample->y || sample->dl_dy_hat) {
        bp_text_puts(text, sample->y ? "   y = " : "   dL_dy_hat = ");
        put_vector(text, e, sample->y ? sample->y : sample->dl_dy_hat, n);
    }
    bp_text_putc(text, '\n');
}

static void put_task(struct bp_text *text, const struct bp_explanation *e)
{
    const struct bp_task *task = e->task;
    const struct bp_line line = {.form = BP_FORM_LOSS, .layer = task->network.depth - 1};
    put_network(text, &task->network);
    if (bp_first_sample(task, true) < task->n_samples)
        bp_put_template(text, &(struct bp_subject){e, &line, {0, 0}},
                        "The loss       {loss} = {loss.in_words}\n");
    else if (e->has_backward)
        bp_text_puts(text, "The loss       is your own: its gradient dL_dy_hat is given\n");
    if (task->n_samples == 1) {
        bp_text_puts(text, "The sample     ");
        put_sample(text, e, 0);
        return;
    }
    for (size_t s = 0; s < task->n_samples; s++) {
        bp_text_puts(text, s == 0 ? "The samples    " : "               ");
        bp_text_put_size(text, s);
        bp_text_puts(text, ": ");
        put_sample(text, e, s);
    }
}

/* --- lines ------------------------------------------------------------------------------------ */

static size_t steps_back(struct bp_line line, const struct bp_explanation *e)
{
    size_t steps = 1;
    while (bp_line_next(&line, e) && line.phase == BP_PHASE_BACKWARD)
        steps = line.number;
    return steps;
}

static void put_section(struct bp_text *text, const struct bp_explanation *e,
                        const struct bp_line *line)
{
    const size_t n_samples = e->task->n_samples;
    bp_text_putc(text, '\n');
    if (n_samples > 1 && line->phase < BP_PHASE_BATCH) {
        bp_text_puts(text, "SAMPLE ");
        bp_text_put_size(text, line->sample);
        bp_text_puts(text, ", ");
    }
    switch (line->phase) {
    case BP_PHASE_FORWARD:
        bp_text_puts(text, "FORWARD");
        break;
    case BP_PHASE_BACKWARD:
        bp_text_puts(text, "BACKWARD, the ");
        bp_put_in_words(text, steps_back(*line, e));
        bp_text_puts(text, " steps");
        break;
    case BP_PHASE_BATCH:
        bp_put_template(text, &(struct bp_subject){e, line, {0, 0}},
                        "THE BATCH, {mean} over the {samples in words} samples");
        break;
    case BP_PHASE_UPDATE:
        bp_text_puts(text, "UPDATE, one step of gradient descent with learning rate ");
        bp_put_shown(text, e, e->descent->learning_rate);
        break;
    }
    bp_text_putc(text, '\n');
}

static void put_heading(struct bp_text *text, const struct bp_explanation *e,
                        const struct bp_line *line)
{
    bp_text_putc(text, '\n');
    if (line->number)
        bp_text_put_size(text, line->number);
    bp_text_puts(text, line->number ? " " : "  ");
    bp_put_template(text, &(struct bp_subject){e, line, {0, 0}},
                    bp_line_words(line->form)->heading);
    bp_text_putc(text, '\n');
}

/* "    z1[0] = ", and what it is the result of. */
static void put_left(struct bp_text *text, const struct bp_subject *of, size_t n_index)
{
    static const char *const indices[] = {"", "[{unit}]", "{cell}"};
    bp_text_puts(text, "    ");
    bp_put_template(text, of, bp_line_words(of->line->form)->name);
    bp_put_template(text, of, indices[n_index]);
    const size_t start = text->size;
    bp_text_puts(text, " = ");
    bp_put_cell(text, of);
    if (text->size == start + 3)
        text->size = start;
}

/* A value that is shown as 0 and is not: it counts as one that is not. */
static void put_what_is_hidden(struct bp_text *text, const struct bp_subject *of)
{
    const double value = bp_line_value(of);
    char digits[16];
    if (value == 0 || bp_shown(of->e, value) != 0)
        return;
    snprintf(digits, sizeof digits, "%.1e", value);
    bp_text_puts(text, "      not quite 0: ");
    bp_text_puts(text, digits);
}

static void put_remark(struct bp_text *text, const struct bp_subject *of)
{
    const enum bp_remark remark = bp_remark_of_cell(of);
    if (remark == BP_REMARK_COUNT) {
        put_what_is_hidden(text, of);
        return;
    }
    bp_text_puts(text, "      ");
    bp_put_template(text, of, bp_remark_words(remark)->plain);
}

/* A loss is worked out on a second line. */
static void put_second_line(struct bp_text *text, const struct bp_subject *of)
{
    const size_t start = text->size;
    bp_text_puts(text, "\n         = ");
    const size_t terms = text->size;
    bp_put_loss_terms(text, of);
    if (text->size == terms)
        text->size = start;
}

/* The cells of a line; their last equals signs are aligned. */
static void put_cells(struct bp_text *text, const struct bp_explanation *e,
                      const struct bp_line *line)
{
    const struct bp_line_shape shape = bp_line_shape(line, e);
    size_t width = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < shape.rows; i++)
            for (size_t j = 0; j < shape.columns; j++) {
                const struct bp_subject of = {e, line, bp_cell_at(&shape, e, i, j)};
                const size_t start = text->size;
                put_left(text, &of, shape.n_index);
                const size_t size = text->size - start;
                if (pass == 0) { /* to see how wide it is */
                    width = size > width ? size : width;
                    text->size = start;
                    continue;
                }
                put_blanks(text, width - size);
                put_second_line(text, &of);
                bp_put_result(text, &of);
                put_remark(text, &of);
                bp_text_putc(text, '\n');
            }
}

/* --- the summary of all gradients ------------------------------------------------------------- */

/* The parameters of one tensor that are 0 for one reason, in the shape shown. */
struct members {
    struct bp_subject of;
    struct bp_line_shape shape;
    const uint8_t *why;
    enum bp_reason reason;
};

static bool is_member(const struct members *m, size_t i, size_t j)
{
    const struct bp_cell cell = bp_cell_at(&m->shape, m->of.e, i, j);
    const size_t n_out = bp_layer_of(&m->of)->n_out;
    return m->why[cell.source * n_out + cell.unit] == m->reason;
}

static bool is_whole(const struct members *m, bool is_row, size_t at)
{
    const size_t n = is_row ? m->shape.columns : m->shape.rows;
    for (size_t i = 0; i < n; i++)
        if (!(is_row ? is_member(m, at, i) : is_member(m, i, at)))
            return false;
    return true;
}

static size_t count_whole(const struct members *m, bool is_row)
{
    const size_t n = is_row ? m->shape.rows : m->shape.columns;
    size_t whole = 0;
    for (size_t at = 0; at < n; at++)
        whole += is_whole(m, is_row, at);
    return whole;
}

static void put_comma(struct bp_text *text, bool *begun)
{
    bp_text_puts(text, *begun ? ", " : "");
    *begun = true;
}

/* "0", "0 and 1", "0, 2 and 3", "0 to 9": the rows or columns that are members as a whole. */
static void put_lines(struct bp_text *text, const struct members *m, bool is_row, bool *begun)
{
    const size_t n = is_row ? m->shape.rows : m->shape.columns;
    size_t left = count_whole(m, is_row);
    if (left == 0)
        return;
    put_comma(text, begun);
    bp_put_template(text, &m->of, "{p}");
    bp_text_puts(text, is_row ? " row" : " column");
    bp_text_puts(text, left > 1 ? "s " : " ");
    for (size_t at = 0; at < n; at++) {
        if (!is_whole(m, is_row, at))
            continue;
        size_t end = at;
        while (end + 1 < n && is_whole(m, is_row, end + 1))
            end++;
        bp_text_put_size(text, at);
        left--;
        if (end >= at + 3) {
            bp_text_puts(text, " to ");
            bp_text_put_size(text, end);
            left -= end - at;
            at = end;
        }
        bp_text_puts(text, left > 1 ? ", " : left == 1 ? " and " : "");
    }
}

#define CELLS_MAX 12

/* The members that are in no whole row or column, one by one. */
static void put_single(struct bp_text *text, const struct members *m, bool *begun)
{
    const bool is_matrix = m->shape.n_index == 2;
    struct bp_subject of = m->of;
    size_t n = 0;
    for (size_t i = 0; i < m->shape.rows; i++)
        for (size_t j = 0; j < m->shape.columns; j++) {
            if (!is_member(m, i, j) ||
                (is_matrix && (is_whole(m, true, i) || is_whole(m, false, j))))
                continue;
            if (n++ >= CELLS_MAX)
                continue;
            of.cell = bp_cell_at(&m->shape, of.e, i, j);
            put_comma(text, begun);
            bp_put_template(text, &of, "{p cell}");
        }
    if (n <= CELLS_MAX)
        return;
    bp_text_puts(text, " and ");
    bp_text_put_size(text, n - CELLS_MAX);
    bp_text_puts(text, " more of ");
    bp_put_template(text, &m->of, "{p}");
}

static void put_members(struct bp_text *text, const struct members *m, bool *begun)
{
    const bool is_matrix = m->shape.n_index == 2;
    if (is_matrix && count_whole(m, true) == m->shape.rows) {
        put_comma(text, begun);
        bp_text_puts(text, "all of ");
        bp_put_template(text, &m->of, "{p}");
        return;
    }
    for (int is_row = 0; is_row < 2 && is_matrix; is_row++)
        put_lines(text, m, is_row, begun);
    put_single(text, m, begun);
}

/* The weights and then the biases of a layer that are 0 for a reason. */
static void put_members_of_layer(struct bp_text *text, const struct bp_explanation *e, size_t k,
                                 enum bp_reason reason, bool *begun)
{
    const struct bp_line of_w = {.form = BP_FORM_GRADIENT_W, .layer = k};
    const struct bp_line of_b = {.form = BP_FORM_GRADIENT_B, .layer = k};
    const struct bp_layer_pass *got = &e->pass->layers[k];
    const struct members w = {{e, &of_w, {0, 0}}, bp_line_shape(&of_w, e), got->why_w, reason};
    const struct members b = {{e, &of_b, {0, 0}}, bp_line_shape(&of_b, e), got->why_b, reason};
    put_members(text, &w, begun);
    if (got->why_b)
        put_members(text, &b, begun);
}

/* The one weight that is 0 since its input is. */
static void put_only_input(struct bp_text *text, const struct bp_explanation *e)
{
    struct bp_line line = {.form = BP_FORM_GRADIENT_W};
    for (; line.layer < e->task->network.depth; line.layer++) {
        const struct bp_layer *layer = bp_line_layer(&line, e);
        for (size_t at = 0; at < bp_layer_weights(layer); at++)
            if (e->pass->layers[line.layer].why_w[at] == BP_REASON_INPUT_ZERO)
                bp_put_template(
                    text, &(struct bp_subject){e, &line, {at / layer->n_out, at % layer->n_out}},
                    "its input {x}[{source}] is 0");
    }
}

/* True if a gradient of the last layer is 0 for the reason. */
static bool is_of_output(const struct bp_explanation *e, enum bp_reason reason)
{
    const size_t last = e->task->network.depth - 1;
    const struct bp_layer *layer = &e->task->network.layers[last];
    for (size_t at = 0; at < bp_layer_weights(layer); at++)
        if (e->pass->layers[last].why_w[at] == reason)
            return true;
    return false;
}

static void put_reason(struct bp_text *text, const struct bp_explanation *e, enum bp_reason reason)
{
    static const char *const words[][2] = {
        {"there is no error at its unit", "there is no error at their unit"},
        {"its unit is off", "their unit is off"},
        {"the slope of its unit is 0 to the last digit",
         "the slope of their unit is 0 to the last digit"},
        {"the hidden unit that feeds it gives 0", "the hidden unit that feeds them gives 0"},
        {"its input is 0", "their input is 0"},
        {"the product is too small for a double", "the products are too small for a double"},
        {"it is 0 on each sample, for different reasons",
         "they are 0 on each sample, for different reasons"},
        {"the samples cancel exactly", "the samples cancel exactly"},
    };
    const bool is_one = e->pass->counts[reason] == 1;
    if (reason == BP_REASON_INPUT_ZERO && is_one)
        put_only_input(text, e);
    else if (reason == BP_REASON_NEURON_DEAD && !is_of_output(e, reason))
        bp_text_puts(text, is_one ? "its hidden unit is off" : "their hidden unit is off");
    else
        bp_text_puts(text, words[reason][is_one ? 0 : 1]);
    if (e->task->n_samples > 1 && reason < BP_REASON_UNDERFLOW)
        bp_text_puts(text, " on every sample");
    if (reason == BP_REASON_NEURON_DEAD)
        bp_text_puts(text, ", no gradient passes");
}

static size_t digits_of(size_t n)
{
    return n < 10 ? 1 : 1 + digits_of(n / 10);
}

static void put_reasons(struct bp_text *text, const struct bp_explanation *e)
{
    size_t digits = 0, width = 0;
    for (size_t reason = 0; reason < BP_REASON_COUNT; reason++) {
        const size_t n = e->pass->counts[reason], size = strlen(bp_reason_names[reason]);
        digits = n && digits_of(n) > digits ? digits_of(n) : digits;
        width = n && size > width ? size : width;
    }
    for (size_t reason = 0; reason < BP_REASON_COUNT; reason++) {
        const size_t n = e->pass->counts[reason];
        bool begun = false;
        if (!n)
            continue;
        put_blanks(text, 2 + digits - digits_of(n));
        bp_text_put_size(text, n);
        bp_text_puts(text, "  ");
        bp_text_puts(text, bp_reason_names[reason]);
        put_blanks(text, width - strlen(bp_reason_names[reason]) + 3);
        for (size_t k = 0; k < e->task->network.depth; k++)
            put_members_of_layer(text, e, k, (enum bp_reason)reason, &begun);
        bp_text_puts(text, ": ");
        put_reason(text, e, (enum bp_reason)reason);
        bp_text_putc(text, '\n');
    }
}

/* The first parameter, in the order shown, that goes up or down by a gradient that can be seen. */
static bool put_first(struct bp_text *text, const struct bp_explanation *e, bool is_up)
{
    struct bp_line line = {.layer = 0};
    for (; line.layer < e->task->network.depth; line.layer++)
        for (int is_bias = 0; is_bias < (bp_line_layer(&line, e)->b ? 2 : 1); is_bias++) {
            const struct bp_frozen frozen = bp_is_frozen(e, line.layer);
            if (is_bias ? frozen.b : frozen.w)
                continue;
            line.form = is_bias ? BP_FORM_GRADIENT_B : BP_FORM_GRADIENT_W;
            const struct bp_line_shape shape = bp_line_shape(&line, e);
            for (size_t at = 0; at < shape.rows * shape.columns; at++) {
                const struct bp_subject of = {
                    e, &line, bp_cell_at(&shape, e, at / shape.columns, at % shape.columns)};
                const double shown = bp_shown(e, bp_line_value(&of));
                if (is_up ? shown >= 0 : shown <= 0)
                    continue;
                bp_put_template(text, &of, "{p cell} (");
                bp_text_put_double(text, shown);
                bp_text_puts(text, is_up ? ") goes up" : ") goes down");
                return true;
            }
        }
    return false;
}

static bool any_is_frozen(const struct bp_explanation *e)
{
    for (size_t k = 0; k < e->task->network.depth; k++)
        if (bp_is_frozen(e, k).w || bp_is_frozen(e, k).b)
            return true;
    return false;
}

/* "12 move their parameter, 19 are zero". */
static void put_balance(struct bp_text *text, const struct bp_explanation *e, size_t nonzero,
                        size_t zero)
{
    const bool is_frozen = any_is_frozen(e);
    if (zero == 0) {
        bp_text_puts(text,
                     is_frozen ? "none is zero\n" : "none is zero, all move their parameter\n");
        return;
    }
    if (is_frozen)
        bp_put_count(text, nonzero, "is not zero, ", "are not zero, ");
    else
        bp_put_count(text, nonzero, "moves its parameter, ", "move their parameter, ");
    bp_put_count(text, zero, "is zero\n\n", "are zero\n\n");
    put_reasons(text, e);
}

static void put_summary(struct bp_text *text, const struct bp_explanation *e)
{
    const size_t total = bp_network_parameters(&e->task->network);
    const size_t nonzero = e->pass->counts[BP_REASON_NONE];
    bp_text_puts(text, "\nTHE ");
    bp_put_count(text, total, "GRADIENT: ", "GRADIENTS: ");
    put_balance(text, e, nonzero, total - nonzero);
    if (nonzero == 0)
        return;
    const size_t start = text->size;
    bp_text_puts(text, "\n  Gradient descent moves each parameter against its gradient: ");
    const size_t sentence = text->size;
    const bool has_down = put_first(text, e, false);
    bp_text_puts(text, has_down ? ", " : "");
    if (!put_first(text, e, true))
        text->size -= has_down ? 2 : 0;
    bp_text_puts(text, ".\n");
    if (text->size == sentence + 2) /* no gradient can be seen */
        text->size = start;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void put_remark_of_step(struct bp_text *text, enum bp_remark remark,
                               const struct bp_subject *of)
{
    bp_text_puts(text, "\n  ");
    bp_put_template(text, of, bp_remark_words(remark)->text);
    bp_text_putc(text, '\n');
}

void bp_explain_plain(struct bp_text *text, const struct bp_explanation *e)
{
    struct bp_line before = bp_line_first();
    put_task(text, e);
    for (struct bp_line line = before; bp_line_next(&line, e); before = line) {
        const bool is_new = before.form == BP_FORM_COUNT || line.phase != before.phase ||
                            (line.sample != before.sample && line.phase == BP_PHASE_FORWARD);
        if (is_new && line.phase == BP_PHASE_UPDATE)
            put_summary(text, e);
        if (is_new)
            put_section(text, e, &line);
        put_heading(text, e, &line);
        put_cells(text, e, &line);
    }
    if (e->descent)
        bp_remarks_of_step(text, e, put_remark_of_step);
    else if (e->has_backward)
        put_summary(text, e);
}
