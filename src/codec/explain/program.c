/* The program: the book's listing in NumPy, for any depth. */
#include "program.h"

#include <math.h>

#include "cells.h"
#include "template.h"
#include "words.h"

struct program {
    struct bp_text *text;
    const struct bp_explanation *e;
    const char *end_of_line;
    unsigned line;     /* the number of the current one, from 1 */
    size_t line_start; /* where it begins in the text */
    size_t indent;     /* levels of four blanks */
    bool is_again;     /* lines that were there before are not theirs */
};

#define WIDTH 88

static void begin(struct program *program)
{
    if (program->line++)
        bp_text_puts(program->text, program->end_of_line);
    program->line_start = program->text->size;
    for (size_t i = 0; i < program->indent; i++)
        bp_text_puts(program->text, "    ");
}

static void plain_line(struct program *program, const char *line)
{
    begin(program);
    bp_text_puts(program->text, line);
}

static void blank_line(struct program *program)
{
    const size_t indent = program->indent;
    program->indent = 0;
    begin(program);
    program->indent = indent;
}

static void note(const struct program *program, enum bp_form form, size_t layer)
{
    if (!program->is_again)
        program->e->lines[form * program->e->task->network.depth + layer] = program->line;
}

static void template_line(struct program *program, const struct bp_line *line, const char *template)
{
    begin(program);
    bp_put_template(program->text, &(struct bp_subject){program->e, line, {0, 0}}, template);
}

/* The lines of a layer that exist, from one form to another. */
static void put(struct program *program, enum bp_form from, enum bp_form to, size_t layer,
                size_t sample)
{
    struct bp_line line = {.form = from, .layer = layer, .sample = sample};
    for (; line.form <= to; line.form++) {
        if (!bp_line_exists(&line, program->e))
            continue;
        if (line.form == BP_FORM_DZ || line.form == BP_FORM_DZ_SOFTMAX)
            template_line(program, &line, "{slope} = {act.slope_program}");
        template_line(program, &line, bp_line_words(line.form)->program);
        note(program, line.form, layer);
    }
}

/* --- data ------------------------------------------------------------------------------------- */

static bool is_integer(double value)
{
    return value == rint(value) && fabs(value) < 1e21; /* from there on there is an exponent */
}

static bool are_integers(const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_integer(values[i]))
            return false;
    return true;
}

/* A number that NumPy reads as a float: in an array of integers the point makes it one. */
static void put_number(struct bp_text *text, double value, bool needs_point)
{
    bp_text_put_double(text, value);
    if (is_integer(value) && (needs_point || fabs(value) >= 0x1p53))
        bp_text_putc(text, '.');
}

static void put_vector(struct bp_text *text, const double *values, size_t step, size_t n,
                       bool needs_point)
{
    bp_text_putc(text, '[');
    for (size_t i = 0; i < n; i++) {
        bp_text_puts(text, i ? ", " : "");
        put_number(text, values[i * step], needs_point);
    }
    bp_text_putc(text, ']');
}

static void put_array(struct bp_text *text, const double *values, size_t n)
{
    bp_text_puts(text, "np.array(");
    put_vector(text, values, 1, n, are_integers(values, n));
    bp_text_putc(text, ')');
}

static void put_weights(struct program *program, const struct bp_line *line)
{
    struct bp_text *text = program->text;
    const struct bp_layer *layer = bp_line_layer(line, program->e);
    const bool is_out_in = program->e->is_out_in;
    const struct bp_line_shape shape = bp_line_shape(line, program->e);
    const bool needs_point = are_integers(layer->w, bp_layer_weights(layer));
    template_line(program, line, "W{k} = np.array([");
    const size_t margin = text->size - program->line_start;
    for (size_t i = 0; i < shape.rows; i++) {
        if (i) {
            bp_text_putc(text, ',');
            begin(program);
            for (size_t blank = 0; blank < margin; blank++)
                bp_text_putc(text, ' ');
        }
        put_vector(text, layer->w + (is_out_in ? i : i * shape.columns),
                   is_out_in ? layer->n_out : 1, shape.columns, needs_point);
    }
    bp_text_puts(text, "])");
}

static void put_network(struct program *program)
{
    struct bp_line line = {.form = BP_FORM_NEW_W};
    for (; line.layer < program->e->task->network.depth; line.layer++) {
        const struct bp_layer *layer = bp_line_layer(&line, program->e);
        put_weights(program, &line);
        if (!layer->b)
            continue;
        template_line(program, &line, "b{k} = ");
        put_array(program->text, layer->b, layer->n_out);
    }
}

static void put_sample(struct program *program)
{
    const struct bp_task *task = program->e->task;
    const struct bp_sample *sample = &task->samples[0];
    const double *target = sample->y ? sample->y : sample->dl_dy_hat;
    plain_line(program, "x = ");
    put_array(program->text, sample->x, task->network.layers[0].n_in);
    if (target) {
        plain_line(program, sample->y ? "y = " : "dL_dy_hat = ");
        put_array(program->text, target, bp_network_last(&task->network)->n_out);
    }
    if (sample->dl_dy_hat)
        note(program, BP_FORM_ERROR_GIVEN, task->network.depth - 1);
}

static void put_samples(struct program *program)
{
    const struct bp_task *task = program->e->task;
    plain_line(program, "samples = [");
    for (size_t s = 0; s < task->n_samples; s++) {
        const struct bp_sample *sample = &task->samples[s];
        const double *target = sample->y ? sample->y : sample->dl_dy_hat;
        plain_line(program, "    {'x': ");
        put_array(program->text, sample->x, task->network.layers[0].n_in);
        if (target) {
            bp_text_puts(program->text, sample->y ? ", 'y': " : ", 'dL_dy_hat': ");
            put_array(program->text, target, bp_network_last(&task->network)->n_out);
        }
        bp_text_puts(program->text, "},");
    }
    plain_line(program, "]");
}

/* --- calculation ------------------------------------------------------------------------------ */

static void put_forward(struct program *program)
{
    for (size_t k = 0; k < program->e->task->network.depth; k++)
        put(program, BP_FORM_Z, BP_FORM_Y_HAT, k, 0);
}

/* From the loss to the last layer's dL_dz, as it is for samples that are like `sample`. */
static void put_output_error(struct program *program, size_t sample)
{
    const struct bp_explanation *e = program->e;
    const size_t last = e->task->network.depth - 1;
    const bool is_given = e->task->samples[sample].dl_dy_hat;
    put(program, BP_FORM_LOSS, BP_FORM_LOSS, last, sample);
    if (!e->has_backward)
        return;
    if (e->task->n_samples == 1) {
        blank_line(program);
        plain_line(program, "# backward");
    }
    put(program, is_given && e->task->n_samples == 1 ? BP_FORM_DZ : BP_FORM_ERROR, BP_FORM_DZ_PAIR,
        last, sample);
}

static void put_backward(struct program *program)
{
    const size_t last = program->e->task->network.depth - 1;
    put(program, BP_FORM_DW, BP_FORM_DB, last, 0);
    for (size_t k = last; k-- > 0;)
        put(program, BP_FORM_DH, BP_FORM_DB, k, 0);
}

static bool is_mixed(const struct bp_explanation *e)
{
    return e->has_backward && bp_first_sample(e->task, true) < e->task->n_samples &&
           bp_first_sample(e->task, false) < e->task->n_samples;
}

static void put_either_error(struct program *program)
{
    const struct bp_task *task = program->e->task;
    plain_line(program, "if 'y' in sample:");
    program->indent++;
    plain_line(program, "y = sample['y']");
    put_output_error(program, bp_first_sample(task, true));
    program->indent--;
    plain_line(program, "else:");
    program->indent++;
    plain_line(program, "loss = None");
    put_output_error(program, bp_first_sample(task, false));
    program->indent--;
}

/* --- what is printed -------------------------------------------------------------------------- */

static void put_name(struct program *program, const struct bp_line *line, const char *template)
{
    struct bp_text *text = program->text;
    const bool is_first = !text->failed && text->size && text->data[text->size - 1] == '[';
    if (!is_first && text->size - program->line_start > WIDTH - 16) {
        bp_text_putc(text, ',');
        begin(program);
        bp_text_puts(text, "             ");
    } else {
        bp_text_puts(text, is_first ? "" : ", ");
    }
    bp_text_putc(text, '\'');
    bp_put_template(text, &(struct bp_subject){program->e, line, {0, 0}}, template);
    bp_text_putc(text, '\'');
}

/* The tensors of one sample, in the order of the calculation. */
static void print_sample(struct program *program)
{
    const struct bp_explanation *e = program->e;
    const size_t with_y = bp_first_sample(e->task, true);
    struct bp_line line = bp_line_first();
    plain_line(program, "for name in [");
    while (bp_line_next(&line, e) && line.phase < BP_PHASE_BATCH) {
        if (line.sample != (with_y < e->task->n_samples ? with_y : 0))
            continue;
        if (line.form == BP_FORM_DZ && !(is_mixed(e) && bp_line_is_last(&line, e)))
            put_name(program, &line, "{slope}");
        put_name(program, &line, bp_line_words(line.form)->name);
    }
    bp_text_puts(program->text, "]:");
    plain_line(program, e->task->n_samples == 1
                            ? "    print(name, '=', np.asarray(globals()[name]).tolist())"
                            : "    print(f'samples[{s}].{name} =', "
                              "np.asarray(globals()[name]).tolist())");
}

/* --- several samples -------------------------------------------------------------------------- */

static void put_totals(struct program *program)
{
    struct bp_text *text = program->text;
    struct bp_line line = {.layer = 0};
    if (program->e->has_loss)
        plain_line(program, "total = 0");
    plain_line(program, "gradients = {");
    for (; line.layer < program->e->task->network.depth; line.layer++) {
        const bool has_bias = bp_line_layer(&line, program->e)->b;
        bp_text_puts(text, line.layer ? ", " : "");
        bp_put_template(text, &(struct bp_subject){program->e, &line, {0, 0}},
                        has_bias ? "'W{k}': 0, 'b{k}': 0" : "'W{k}': 0");
    }
    bp_text_puts(text, "}");
}

static void add_to_totals(struct program *program)
{
    for (struct bp_line line = bp_line_first(); bp_line_next(&line, program->e);) {
        if (line.phase != BP_PHASE_BATCH)
            continue;
        template_line(program, &line,
                      line.form == BP_FORM_BATCH_LOSS
                          ? "total = total + loss"
                          : "gradients['{p}'] = gradients['{p}'] + dL_d{p}");
        note(program, line.form, line.layer);
    }
}

static void divide_totals(struct program *program)
{
    const size_t depth = program->e->task->network.depth;
    if (program->e->task->rules.reduction == BP_REDUCTION_MEAN) {
        put(program, BP_FORM_BATCH_LOSS, BP_FORM_BATCH_LOSS, depth - 1, 0);
        for (size_t k = depth; k-- > 0;)
            put(program, BP_FORM_GRADIENT_W, BP_FORM_GRADIENT_B, k, 0);
    }
    if (program->e->has_loss)
        plain_line(program, "print('loss =', total)");
    plain_line(program, "for name in gradients:");
    plain_line(program, "    print(f'gradients.{name} =', gradients[name].tolist())");
}

static void put_loop(struct program *program)
{
    const struct bp_explanation *e = program->e;
    if (e->has_backward)
        put_totals(program);
    blank_line(program);
    plain_line(program, "for s, sample in enumerate(samples):");
    program->indent++;
    plain_line(program, "x = sample['x']");
    if (e->has_loss)
        plain_line(program, "y = sample['y']");
    put_forward(program);
    if (is_mixed(e))
        put_either_error(program);
    else
        put_output_error(program, 0);
    if (e->has_backward) {
        put_backward(program);
        add_to_totals(program);
    }
    print_sample(program);
    program->indent--;
    if (!e->has_backward)
        return;
    blank_line(program);
    divide_totals(program);
}

/* --- the update ------------------------------------------------------------------------------- */

static void put_loss_after(struct program *program)
{
    const struct bp_explanation *e = program->e;
    const size_t last = e->task->network.depth - 1;
    struct bp_line line = {.form = BP_FORM_LOSS_AFTER, .layer = last};
    const bool has_several = e->task->n_samples > 1;
    blank_line(program);
    if (has_several) {
        plain_line(program, "loss_after = 0");
        plain_line(program, "for sample in samples:");
        program->indent++;
        plain_line(program, "x = sample['x']");
        plain_line(program, "y = sample['y']");
    }
    program->is_again = true;
    put_forward(program);
    program->is_again = false;
    template_line(program, &line,
                  has_several ? "loss_after = loss_after + {loss.program}"
                              : "loss_after = {loss.program}");
    program->indent = 0;
    if (has_several && e->task->rules.reduction == BP_REDUCTION_MEAN)
        template_line(program, &line, bp_line_words(BP_FORM_LOSS_AFTER)->program);
    note(program, BP_FORM_LOSS_AFTER, last);
    plain_line(program, "print('loss_after =', loss_after)");
}

static void put_update(struct program *program)
{
    const struct bp_explanation *e = program->e;
    blank_line(program);
    plain_line(program, "learning_rate = ");
    bp_text_put_double(program->text, e->descent->learning_rate);
    for (size_t k = 0; k < e->task->network.depth; k++)
        put(program, BP_FORM_NEW_W, BP_FORM_NEW_B_FROZEN, k, 0);
    plain_line(program, "for name in [");
    for (struct bp_line line = bp_line_first(); bp_line_next(&line, e);)
        if (line.phase == BP_PHASE_UPDATE && line.form != BP_FORM_LOSS_AFTER)
            put_name(program, &line, "{p}");
    bp_text_puts(program->text, "]:");
    plain_line(program, "    print(f'network.{name} =', globals()[name].tolist())");
    if (e->has_loss)
        put_loss_after(program);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* True if an exponential function may overflow, which NumPy would warn about. */
static bool goes_far_out(const struct bp_explanation *e)
{
    for (size_t k = 0; k < e->task->network.depth; k++) {
        const struct bp_layer *layer = &e->task->network.layers[k];
        if (bp_layer_is_gated(layer) || layer->activation == BP_ACTIVATION_IDENTITY)
            continue;
        for (size_t i = 0; i < e->task->n_samples * layer->n_out; i++)
            if (fabs(e->pass->layers[k].z[i]) > 300)
                return true;
    }
    return false;
}

/* True if a pre-activation lies half-way between two roundings, apart from its last digits. */
static bool is_near_a_tie(double t, double power)
{
    return fabs(t) < 0x1p53 && fabs(fabs(t - rint(t)) - 0.5) <= 0x1p-40 * (power + fabs(t));
}

/* Looks at all pre-activations that are rounded, times the power of ten: some may be so large that
 * they are not, and np.round may overflow there. */
static void look_at_rounding(struct bp_explanation *e)
{
    const struct bp_task *task = e->task;
    const double power = pow(10, task->rules.round_decimals);
    struct bp_line line = {.form = BP_FORM_Z};
    struct bp_subject of = {e, &line, {0, 0}};
    for (; line.sample < task->n_samples; line.sample++)
        for (line.layer = 0; line.layer < task->network.depth; line.layer++) {
            const struct bp_layer *layer = bp_line_layer(&line, e);
            const size_t n = bp_layer_is_gated(layer) ? layer->n_out : 0;
            for (of.cell.unit = 0; of.cell.unit < n; of.cell.unit++) {
                const double t = bp_unrounded(&of) * power;
                e->adds_in_order |= is_near_a_tie(t, power);
                e->rounds_with_care |= !(fabs(t) < 0x1p53);
            }
        }
}

static void put_imports(struct program *program)
{
    const struct bp_explanation *e = program->e;
    plain_line(program, "import numpy as np");
    if (e->rounds_with_care || goes_far_out(e))
        plain_line(program, "np.seterr(all='ignore')  # what is too large is inf, as it should be");
    blank_line(program);
    if (e->adds_in_order) {
        plain_line(program, "def in_order(total, terms):  # the last digit decides here, so add in "
                            "the written order");
        plain_line(program, "    for term in terms: total = total + term");
        plain_line(program, "    return total");
        blank_line(program);
    }
    if (e->rounds_with_care) {
        plain_line(program, "def round_to(z, decimals):  # a number so large has no such decimal, "
                            "and np.round would overflow");
        plain_line(program, "    return np.where(np.abs(z) < 2.0 ** 53 / 10.0 ** decimals, "
                            "np.round(z, decimals), z)");
        blank_line(program);
    }
}

void bp_explain_program(struct bp_text *text, const struct bp_explanation *explanation,
                        const char *end_of_line)
{
    struct bp_explanation own = *explanation;
    const struct bp_explanation *e = &own;
    struct program program = {.text = text, .e = e, .end_of_line = end_of_line};
    if (e->task->rules.round_decimals == BP_NO_ROUNDING)
        own.adds_in_order = true;
    else
        look_at_rounding(&own);
    memset(e->lines, 0, BP_FORM_COUNT * e->task->network.depth * sizeof *e->lines);
    put_imports(&program);
    put_network(&program);
    if (e->task->n_samples == 1) {
        put_sample(&program);
        put_forward(&program);
        put_output_error(&program, 0);
        if (e->has_backward)
            put_backward(&program);
        blank_line(&program);
        print_sample(&program);
    } else {
        put_samples(&program);
        put_loop(&program);
    }
    if (e->descent)
        put_update(&program);
}
