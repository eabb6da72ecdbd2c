/* What the names in the templates of words.c stand for. */
#include "template.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "backpropd/job.h"
#include "backpropd/loss.h"
#include "mathml.h"
#include "shown.h"
#include "words.h"

static const struct bp_layer *layer_of(const struct bp_subject *of)
{
    return bp_line_layer(of->line, of->e);
}

static size_t outputs_of(const struct bp_explanation *e)
{
    return bp_network_last(&e->task->network)->n_out;
}

struct bp_fraction bp_loss_fraction(const struct bp_explanation *e, bool of_slope)
{
    const enum bp_loss loss = e->task->rules.loss;
    const double inverse = 1 / bp_loss_factor(loss, outputs_of(e));
    struct bp_fraction fraction = {1, (size_t)rint(inverse)};
    if (of_slope && bp_loss_factor(loss, 1) == 1)
        fraction.numerator = 2;
    else if (of_slope)
        fraction.denominator /= 2;
    return fraction;
}

bool bp_put_fraction(struct bp_text *text, struct bp_fraction fraction, const char *line,
                     const char *after)
{
    if (fraction.numerator == 1 && fraction.denominator == 1)
        return false;
    bp_text_put_size(text, fraction.numerator);
    if (fraction.denominator > 1) {
        bp_text_puts(text, line);
        bp_text_put_size(text, fraction.denominator);
    }
    bp_text_puts(text, after);
    return true;
}

void bp_put_in_words(struct bp_text *text, size_t n)
{
    static const char *const words[] = {"no",    "one",   "two",  "three", "four",   "five",  "six",
                                        "seven", "eight", "nine", "ten",   "eleven", "twelve"};
    if (n < sizeof words / sizeof *words)
        bp_text_puts(text, words[n]);
    else
        bp_text_put_size(text, n);
}

void bp_put_count(struct bp_text *text, size_t n, const char *one, const char *many)
{
    bp_text_put_size(text, n);
    bp_text_putc(text, ' ');
    bp_text_puts(text, n == 1 ? one : many);
}

/* --- what a choice is made by -------------------------------------------------------------------
 */

static bool is_first(const struct bp_subject *of)
{
    return of->line->layer == 0;
}

static bool is_last(const struct bp_subject *of)
{
    return bp_line_is_last(of->line, of->e);
}

static bool is_plain_output(const struct bp_subject *of)
{
    return is_last(of) && layer_of(of)->activation == BP_ACTIVATION_IDENTITY;
}

static bool is_next_to_last(const struct bp_subject *of)
{
    return of->line->layer + 2 == of->e->task->network.depth;
}

static bool is_plain_output_above(const struct bp_subject *of)
{
    return is_next_to_last(of) && layer_of(of)[1].activation == BP_ACTIVATION_IDENTITY;
}

static bool is_out_in(const struct bp_subject *of)
{
    return of->e->is_out_in;
}

static bool has_bias(const struct bp_subject *of)
{
    return layer_of(of)->b;
}

static bool is_rounded(const struct bp_subject *of)
{
    return bp_layer_is_gated(layer_of(of)) && of->e->task->rules.round_decimals != BP_NO_ROUNDING;
}

static bool is_in_order(const struct bp_subject *of)
{
    return of->e->adds_in_order;
}

static bool rounds_with_care(const struct bp_subject *of)
{
    return of->e->rounds_with_care;
}

static bool is_mean(const struct bp_subject *of)
{
    return of->e->task->rules.reduction == BP_REDUCTION_MEAN;
}

static bool has_several(const struct bp_subject *of)
{
    return of->e->task->n_samples > 1;
}

static bool is_open_at_zero(const struct bp_subject *of)
{
    return of->e->task->rules.relu_at_zero != 0;
}

static bool is_relu(const struct bp_subject *of)
{
    return layer_of(of)->activation == BP_ACTIVATION_RELU;
}

static bool has_no_fraction(const struct bp_subject *of)
{
    return bp_loss_fraction(of->e, false).denominator == 1;
}

static bool has_no_factor(const struct bp_subject *of)
{
    const struct bp_fraction fraction = bp_loss_fraction(of->e, true);
    return fraction.numerator == 1 && fraction.denominator == 1;
}

static bool has_one_output(const struct bp_subject *of)
{
    return outputs_of(of->e) == 1;
}

static bool is_one_square(const struct bp_subject *of)
{
    return has_one_output(of) || has_no_fraction(of);
}

static bool has_one_unit(const struct bp_subject *of)
{
    return layer_of(of)->n_out == 1;
}

static bool is_given(const struct bp_subject *of)
{
    return of->e->task->samples[of->line->sample].dl_dy_hat;
}

static bool is_distribution(const double *y, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += y[j];
    return fabs(sum - 1) <= 1e-14;
}

static bool adds_up_to_one(const struct bp_subject *of)
{
    return is_distribution(of->e->task->samples[of->line->sample].y, outputs_of(of->e));
}

/* The program has one line for all samples. */
static bool all_add_up_to_one(const struct bp_subject *of)
{
    for (size_t s = 0; s < of->e->task->n_samples; s++)
        if (of->e->task->samples[s].y &&
            !is_distribution(of->e->task->samples[s].y, outputs_of(of->e)))
            return false;
    return true;
}

static size_t parameters_of(const struct bp_subject *of)
{
    return bp_network_parameters(&of->e->task->network);
}

static size_t unchanged_of(const struct bp_subject *of)
{
    return parameters_of(of) - of->e->descent->changed;
}

static bool is_one_unchanged(const struct bp_subject *of)
{
    return unchanged_of(of) == 1;
}

/* --- what is looked up --------------------------------------------------------------------------
 */

static void put_loss(struct bp_text *text, const struct bp_subject *of)
{
    bp_text_puts(text, bp_loss_names[of->e->task->rules.loss]);
}

static void put_activation(struct bp_text *text, const struct bp_subject *of)
{
    bp_text_puts(text, bp_activation_names[layer_of(of)->activation]);
}

static void put_c(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_fraction(text, bp_loss_fraction(of->e, false), "/", " ");
}

static void put_2c(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_fraction(text, bp_loss_fraction(of->e, true), "/", " ");
}

static void put_numpy_c(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_fraction(text, bp_loss_fraction(of->e, false), " / ", " * ");
}

static void put_numpy_2c(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_fraction(text, bp_loss_fraction(of->e, true), " / ", " * ");
}

/* The first and the last of the loss's terms, and all between them as dots. */
static void put_terms(struct bp_text *text, const struct bp_subject *of)
{
    const char *term = bp_loss_words(of->e->task->rules.loss)->term;
    const size_t n = outputs_of(of->e);
    struct bp_subject one = *of;
    for (size_t j = 0; j < n; j += j == 0 && n > 1 ? n - 1 : 1) {
        one.cell.unit = j;
        bp_text_puts(text, j == 0 ? "" : n > 2 ? " + ... + " : " + ");
        bp_put_template(text, &one, term);
    }
}

static void put_decimals(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_count(text, (size_t)of->e->task->rules.round_decimals, "decimal", "decimals");
}

static void put_relu_at_zero(struct bp_text *text, const struct bp_subject *of)
{
    bp_text_put_double(text, of->e->task->rules.relu_at_zero);
}

static void put_z(struct bp_text *text, const struct bp_subject *of)
{
    const struct bp_line z = {
        .form = BP_FORM_Z, .layer = of->line->layer, .sample = of->line->sample};
    bp_put_shown(text, of->e, bp_line_value(&z, of->e, of->cell));
}

static void put_units_in_words(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_in_words(text, layer_of(of)->n_out);
}

static void put_samples_in_words(struct bp_text *text, const struct bp_subject *of)
{
    bp_put_in_words(text, of->e->task->n_samples);
}

static void put_all_after(struct bp_text *text, const struct bp_subject *of)
{
    struct bp_line line = {.layer = 0};
    const struct bp_subject each = {of->e, &line, {0, 0}};
    for (; line.layer < of->e->task->network.depth; line.layer++) {
        bp_text_puts(text, line.layer ? " " : "");
        bp_put_template(text, &each,
                        layer_of(&each)->b ? "network.W{k} network.b{k}" : "network.W{k}");
    }
}

static size_t number(const struct bp_subject *of)
{
    return of->line->layer + 1;
}

static size_t number_below(const struct bp_subject *of)
{
    return of->line->layer;
}

static size_t number_above(const struct bp_subject *of)
{
    return of->line->layer + 2;
}

static size_t decimals(const struct bp_subject *of)
{
    return (size_t)of->e->task->rules.round_decimals;
}

static size_t unit(const struct bp_subject *of)
{
    return of->cell.unit;
}

static size_t source(const struct bp_subject *of)
{
    return of->cell.source;
}

static size_t units(const struct bp_subject *of)
{
    return layer_of(of)->n_out;
}

static size_t sample(const struct bp_subject *of)
{
    return of->line->sample;
}

static size_t samples(const struct bp_subject *of)
{
    return of->e->task->n_samples;
}

/* --- names --------------------------------------------------------------------------------------
 */

/* A name stands for one of two templates, for a count, for a member of the row of the layer's
 * activation or of the loss, which is a template, or for what a function writes. */
struct name {
    const char *name;
    size_t size;
    bool (*when)(const struct bp_subject *of);
    const char *yes, *no;
    size_t (*count)(const struct bp_subject *of);
    size_t of_activation, of_loss; /* the member's place and 1 */
    void (*put)(struct bp_text *text, const struct bp_subject *of);
};

#define NAME(name_) .name = name_, .size = sizeof name_ - 1
#define CHOICE(name_, when_, yes_, no_)                                                            \
    {                                                                                              \
        NAME(name_), .when = when_, .yes = yes_, .no = no_                                         \
    }
#define COUNT(name_, count_)                                                                       \
    {                                                                                              \
        NAME(name_), .count = count_                                                               \
    }
#define ACTIVATION(name_, member_)                                                                 \
    {                                                                                              \
        NAME(name_), .of_activation = offsetof(struct bp_activation_words, member_) + 1            \
    }
#define LOSS(name_, member_)                                                                       \
    {                                                                                              \
        NAME(name_), .of_loss = offsetof(struct bp_loss_words, member_) + 1                        \
    }
#define WRITTEN(name_, put_)                                                                       \
    {                                                                                              \
        NAME(name_), .put = put_                                                                   \
    }

static const struct name NAMES[] = {
    COUNT("k", number),
    COUNT("k-1", number_below),
    COUNT("k+1", number_above),
    COUNT("d", decimals),
    COUNT("o", unit),
    COUNT("unit", unit),
    COUNT("source", source),
    COUNT("units", units),
    COUNT("sample", sample),
    COUNT("samples", samples),
    COUNT("parameters", parameters_of),
    COUNT("unchanged", unchanged_of),
    CHOICE("h", is_last, "y_hat", "h{k}"),
    CHOICE("x", is_first, "x", "h{k-1}"),
    CHOICE("u", is_last, "dL_dy_hat", "dL_dh{k}"),
    CHOICE("slope", is_last, "dy_hat_dz{k}", "dh{k}_dz{k}"),
    CHOICE("e", is_plain_output, "dL_dy_hat", "dL_dz{k}"),
    CHOICE("e above", is_plain_output_above, "dL_dy_hat", "dL_dz{k+1}"),
    CHOICE("W", is_out_in, "W{k}[j][i]", "W{k}[i][j]"),
    CHOICE("W above", is_out_in, "W{k+1}[j][i]", "W{k+1}[i][j]"),
    CHOICE("cell", is_out_in, "[{unit}][{source}]", "[{source}][{unit}]"),
    CHOICE("xW", is_out_in, "W{k} {x}", "{x} W{k}"),
    CHOICE("outer", is_out_in, "outer({e}, {x})", "outer({x}, {e})"),
    CHOICE("We", is_out_in, "W{k+1}.T {e above}", "W{k+1} {e above}"),
    CHOICE("b+", has_bias, "b{k}[j] + ", ""),
    CHOICE("+b", has_bias, " + b{k}", ""),
    CHOICE(" b", has_bias, " b{k}", ""),
    CHOICE("rounded", is_rounded, ", rounded to {decimals}", ""),
    CHOICE("because", is_rounded, " because it feeds {activation}", ""),
    CHOICE("output title", is_last, "Output of the network", "Activation of layer {k}"),
    CHOICE("of the sample", has_several, " of sample {sample}", ""),
    CHOICE("mean", is_mean, "the mean", "the sum"),
    CHOICE("gradient", has_several, "gradients.", "dL_d"),
    CHOICE("at 0", is_open_at_zero, "{relu at 0} where z{k}[j] = 0, ", ""),
    CHOICE("below", is_open_at_zero, "< 0)", "<= 0)"),
    CHOICE("with at 0", is_open_at_zero, ", with relu'(0) = {relu at 0}", ""),
    CHOICE("slope at 0", is_relu, "{relu at 0}", "0.01"),
    CHOICE("each weight", is_last, ": each weight's input times its output's gradient", ""),
    CHOICE("the same weights", is_next_to_last, ": back through the same weights", ""),
    CHOICE("squares", is_one_square, "{c}{terms}", "{c}({terms})"),
    CHOICE("c of the sum", has_one_output, "{c}", "{c of}the sum of "),
    CHOICE("c of", has_no_fraction, "", "{c}of "),
    CHOICE("(", has_one_output, "(", ""),
    CHOICE(")", has_one_output, ")", ""),
    CHOICE("dead", has_several, "off", "dead"),
    CHOICE("dead here", has_several, "off on this sample", "dead"),
    CHOICE("from it", has_several, " from this sample", ""),
    CHOICE("c ratio", has_no_fraction, "(1 - y[j])/(1 - y_hat[j]) - y[j]/y_hat[j]",
           "{c}((1 - y[j])/(1 - y_hat[j]) - y[j]/y_hat[j])"),
    CHOICE("c ratios", has_no_fraction, "(1 - y)/(1 - y_hat) - y/y_hat",
           "{c}((1 - y)/(1 - y_hat) - y/y_hat)"),
    CHOICE("2c difference", has_no_factor, "y_hat[j] - y[j]", "{2c}(y_hat[j] - y[j])"),
    CHOICE("2c differences", has_no_factor, "y_hat - y", "{2c}(y_hat - y)"),
    CHOICE("py.2c differences", has_no_factor, "y_hat - y", "{py.2c}(y_hat - y)"),
    CHOICE("c difference", has_no_fraction, "y_hat[j] - y[j]", "{c}(y_hat[j] - y[j])"),
    CHOICE("c differences", has_no_fraction, "y_hat - y", "{c}(y_hat - y)"),
    CHOICE("py.c differences", has_no_fraction, "y_hat - y", "{py.c}(y_hat - y)"),
    CHOICE("sum of y", adds_up_to_one, "", "(the sum of y) "),
    CHOICE("m.sum of y", adds_up_to_one, "", SUM("i") Y("i") TIMES),
    CHOICE("nothing to correct", is_given, "0 is given: nothing to correct", "nothing to correct"),
    CHOICE("Nothing to correct", is_given, "The gradient that is given is 0: nothing to correct",
           "There is nothing to correct at y_hat[{unit}]"),
    CHOICE("weights", has_one_unit, "weight gets", "{units in words} weights get"),
    CHOICE("on every", has_several, ": its z{k} is not above 0 on any sample any more",
           ": its z{k} is not above 0 any more"),
    CHOICE("stay", is_one_unchanged, "stays", "stay"),
    CHOICE("they are", is_one_unchanged, "it is", "they are"),
    CHOICE("m.h", is_last, Y_HAT("j"), INDEXED("h", MI("j"), "k")),
    CHOICE("m.x", is_first, AT(MI("x"), "i"), INDEXED("h", MI("i"), "k-1")),
    CHOICE("m.e", is_plain_output, D_BY(Y_HAT("j")), D_BY(Z("j"))),
    CHOICE("m.e above", is_plain_output_above, D_BY(Y_HAT("j")),
           D_BY(INDEXED("z", MI("j"), "k+1"))),
    CHOICE("m.W", is_out_in, INDEXED("W", ROW(MI("j") MI("i")), "k"),
           INDEXED("W", ROW(MI("i") MI("j")), "k")),
    CHOICE("m.W above", is_out_in, INDEXED("W", ROW(MI("j") MI("i")), "k+1"),
           INDEXED("W", ROW(MI("i") MI("j")), "k+1")),
    CHOICE("m.b+", has_bias, B MO("+"), ""),
    CHOICE("m.round", is_rounded, CALL("round", M_SUM), M_SUM),
    CHOICE("m.mean", is_mean, FRACTION(MN("1"), MI("S")), ""),
    CHOICE("py.sum", is_out_in, "W{k} @ {x}{+b}", "{x} @ W{k}{+b}"),
    CHOICE("py.sum in order", is_out_in, "in_order({py.b}, {x}[:, None] * W{k}.T)",
           "in_order({py.b}, {x}[:, None] * W{k})"),
    CHOICE("py.b", has_bias, "b{k}", "0"),
    CHOICE("py.exact", is_in_order, "{py.sum in order}", "{py.sum}"),
    CHOICE("py.z", is_rounded, "{py.round}({py.exact}, {d})", "{py.exact}"),
    CHOICE("py.round", rounds_with_care, "round_to", "np.round"),
    CHOICE("py.We", is_in_order, "{py.We in order}", "{py.We at once}"),
    CHOICE("py.We at once", is_out_in, "W{k+1}.T @ {e above}", "W{k+1} @ {e above}"),
    CHOICE("py.We in order", is_out_in, "in_order(0, W{k+1} * {e above}[:, None])",
           "in_order(0, (W{k+1} * {e above}).T)"),
    CHOICE("py.gate", is_open_at_zero,
           "np.where(z{k} > 0, 1.0, np.where(z{k} == 0, {relu at 0}, 0.0))",
           "(z{k} > 0).astype(float)"),
    CHOICE("py.sum of y", all_add_up_to_one, "", "np.sum(y) * "),
    CHOICE("py.gradient W", has_several, "gradients['W{k}']", "dL_dW{k}"),
    CHOICE("py.gradient b", has_several, "gradients['b{k}']", "dL_db{k}"),
    ACTIVATION("act.formula", formula),
    ACTIVATION("act.mathml", mathml),
    ACTIVATION("act.heading", heading),
    ACTIVATION("act.program", program),
    ACTIVATION("act.slope", slope),
    ACTIVATION("act.slope mathml", slope_mathml),
    ACTIVATION("act.slope heading", slope_heading),
    ACTIVATION("act.slope program", slope_program),
    LOSS("loss.in words", in_words),
    LOSS("loss.formula", formula),
    LOSS("loss.mathml", mathml),
    LOSS("loss.series", series),
    LOSS("loss.slope", slope),
    LOSS("loss.slope mathml", slope_mathml),
    LOSS("loss.slope heading", slope_heading),
    LOSS("loss.pair", pair),
    LOSS("loss.pair mathml", pair_mathml),
    LOSS("loss.pair heading", pair_heading),
    LOSS("loss.program", program),
    LOSS("loss.slope program", slope_program),
    LOSS("loss.pair program", pair_program),
    WRITTEN("loss", put_loss),
    WRITTEN("activation", put_activation),
    WRITTEN("c", put_c),
    WRITTEN("2c", put_2c),
    WRITTEN("py.c", put_numpy_c),
    WRITTEN("py.2c", put_numpy_2c),
    WRITTEN("terms", put_terms),
    WRITTEN("decimals", put_decimals),
    WRITTEN("relu at 0", put_relu_at_zero),
    WRITTEN("z", put_z),
    WRITTEN("units in words", put_units_in_words),
    WRITTEN("samples in words", put_samples_in_words),
    WRITTEN("all after", put_all_after),
};

/* The row of a name. It always exists: templates are constants. */
static const struct name *find(const char *name, size_t size)
{
    size_t i = 0;
    while (NAMES[i].size != size || memcmp(NAMES[i].name, name, size) != 0) {
        i++;
        assert(i < sizeof NAMES / sizeof *NAMES);
    }
    return &NAMES[i];
}

static const char *member(const void *row, size_t place)
{
    const char *template;
    memcpy(&template, (const char *)row + place - 1, sizeof template);
    return template;
}

static void put_name(struct bp_text *text, const struct bp_subject *of, const struct name *name)
{
    if (name->when)
        bp_put_template(text, of, name->when(of) ? name->yes : name->no);
    else if (name->count)
        bp_text_put_size(text, name->count(of));
    else if (name->of_activation)
        bp_put_template(text, of,
                        member(bp_activation_words(layer_of(of)->activation), name->of_activation));
    else if (name->of_loss)
        bp_put_template(text, of, member(bp_loss_words(of->e->task->rules.loss), name->of_loss));
    else
        name->put(text, of);
}

void bp_put_template(struct bp_text *text, const struct bp_subject *of, const char *template)
{
    for (const char *open; (open = strchr(template, '{'));) {
        const char *close = strchr(open, '}');
        bp_text_put(text, template, (size_t)(open - template));
        put_name(text, of, find(open + 1, (size_t)(close - open - 1)));
        template = close + 1;
    }
    bp_text_puts(text, template);
}
