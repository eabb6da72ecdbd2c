/* What the names in the templates of words.c stand for. */
#include "template.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#include "backpropd/activation.h"
#include "backpropd/job.h"
#include "backpropd/loss.h"
#include "mathml.h"
#include "words.h"

static size_t outputs_of(const struct bp_explanation *e)
{
    return bp_network_last(&e->task->network)->n_out;
}

double bp_shown(const struct bp_explanation *e, double value)
{
    static const double powers_of_ten[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                           1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
    if (e->shown_decimals == BP_SHOW_ALL)
        return value;
    const double power = powers_of_ten[e->shown_decimals], t = value * power;
    return fabs(t) < 0x1p53 ? rint(t) / power : value;
}

void bp_put_shown(struct bp_text *text, const struct bp_explanation *e, double value)
{
    if (isinf(value))
        bp_text_puts(text, "null");
    else
        bp_text_put_double(text, bp_shown(e, value));
}

bool bp_has_digits_of(double other, double value)
{
    return fabs(other - value) <= 1e-14 * fabs(value);
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

/* --- what a choice is made by ----------------------------------------------------------------- */

#define FACT(type, name, value)                                                                    \
    static type name(const struct bp_subject *of)                                                  \
    {                                                                                              \
        return value;                                                                              \
    }

FACT(bool, is_first, of->line->layer == 0)
FACT(bool, is_last, bp_line_is_last(of->line, of->e))
FACT(bool, is_plain_output, is_last(of) && bp_layer_of(of)->activation == BP_ACTIVATION_IDENTITY)
FACT(bool, is_next_to_last, of->line->layer + 2 == of->e->task->network.depth)
FACT(bool, is_plain_output_above,
     is_next_to_last(of) && bp_layer_of(of)[1].activation == BP_ACTIVATION_IDENTITY)
FACT(bool, is_relu, bp_layer_of(of)->activation == BP_ACTIVATION_RELU)
FACT(bool, has_bias, bp_layer_of(of)->b)
FACT(bool, has_one_unit, bp_layer_of(of)->n_out == 1)
FACT(bool, has_one_output, outputs_of(of->e) == 1)
FACT(bool, is_rounded,
     bp_layer_is_gated(bp_layer_of(of)) && of->e->task->rules.round_decimals != BP_NO_ROUNDING)
FACT(bool, is_open_at_zero, of->e->task->rules.relu_at_zero != 0)
FACT(bool, is_out_in, of->e->is_out_in)
FACT(bool, is_matrix, bp_line_shape(of->line, of->e).n_index == 2)
FACT(bool, is_in_order, of->e->adds_in_order)
FACT(bool, rounds_with_care, of->e->rounds_with_care)
FACT(bool, is_mean, of->e->task->rules.reduction == BP_REDUCTION_MEAN)
FACT(bool, has_several, of->e->task->n_samples > 1)
FACT(bool, is_given, of->e->task->samples[of->line->sample].dl_dy_hat)
FACT(bool, has_no_fraction, bp_loss_fraction(of->e, false).denominator == 1)
FACT(bool, is_one_square, has_one_output(of) || has_no_fraction(of))
FACT(size_t, parameters, bp_network_parameters(&of->e->task->network))
FACT(size_t, unchanged, parameters(of) - of->e->descent->changed)
FACT(bool, is_one_unchanged, unchanged(of) == 1)

static bool has_no_factor(const struct bp_subject *of)
{
    const struct bp_fraction fraction = bp_loss_fraction(of->e, true);
    return fraction.numerator == 1 && fraction.denominator == 1;
}

static bool is_distribution(const double *y, size_t n)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        sum += y[j];
    return fabs(sum - 1) <= 1e-14;
}

FACT(bool, adds_up_to_one,
     is_distribution(of->e->task->samples[of->line->sample].y, outputs_of(of->e)))

/* The program has one line for all samples. */
static bool all_add_up_to_one(const struct bp_subject *of)
{
    for (size_t s = 0; s < of->e->task->n_samples; s++)
        if (of->e->task->samples[s].y &&
            !is_distribution(of->e->task->samples[s].y, outputs_of(of->e)))
            return false;
    return true;
}

/* Numbers of the cell's unit. */
static size_t place(const struct bp_subject *of)
{
    return of->line->sample * bp_layer_of(of)->n_out + of->cell.unit;
}

FACT(double, z, bp_pass_of(of)->z[place(of)])
FACT(double, h, bp_pass_of(of)->h[place(of)])
FACT(double, slope, bp_pass_of(of)->dh_dz[place(of)])
FACT(double, one_less_sigmoid, bp_sigmoid(-z(of)))
FACT(bool, shows_one_less_h, bp_has_digits_of(1 - h(of), one_less_sigmoid(of)))
FACT(bool, shows_one_less_square, bp_has_digits_of(1 - h(of) * h(of), slope(of)))

/* --- what is looked up ------------------------------------------------------------------------ */

#define WRITER(name, call)                                                                         \
    static void name(struct bp_text *text, const struct bp_subject *of)                            \
    {                                                                                              \
        call;                                                                                      \
    }

WRITER(put_k, bp_text_put_size(text, of->line->layer + 1))
WRITER(put_k_below, bp_text_put_size(text, of->line->layer))
WRITER(put_k_above, bp_text_put_size(text, of->line->layer + 2))
WRITER(put_unit, bp_text_put_size(text, of->cell.unit))
WRITER(put_source, bp_text_put_size(text, of->cell.source))
WRITER(put_units, bp_text_put_size(text, bp_layer_of(of)->n_out))
WRITER(put_units_in_words, bp_put_in_words(text, bp_layer_of(of)->n_out))
WRITER(put_sample, bp_text_put_size(text, of->line->sample))
WRITER(put_samples, bp_text_put_size(text, of->e->task->n_samples))
WRITER(put_samples_in_words, bp_put_in_words(text, of->e->task->n_samples))
WRITER(put_parameters, bp_text_put_size(text, parameters(of)))
WRITER(put_unchanged, bp_text_put_size(text, unchanged(of)))
WRITER(put_d, bp_text_put_size(text, (size_t)of->e->task->rules.round_decimals))
WRITER(put_decimals,
       bp_put_count(text, (size_t)of->e->task->rules.round_decimals, "decimal", "decimals"))
WRITER(put_relu_at_zero, bp_text_put_double(text, of->e->task->rules.relu_at_zero))
WRITER(put_z, bp_put_shown(text, of->e, z(of)))
WRITER(put_minus_z, bp_put_shown(text, of->e, -z(of)))
WRITER(put_h, bp_put_shown(text, of->e, h(of)))
WRITER(put_slope, bp_put_shown(text, of->e, slope(of)))
WRITER(put_one_less_sigmoid, bp_put_shown(text, of->e, one_less_sigmoid(of)))
WRITER(put_loss, bp_text_puts(text, bp_loss_names[of->e->task->rules.loss]))
WRITER(put_activation, bp_text_puts(text, bp_activation_names[bp_layer_of(of)->activation]))
WRITER(put_c, bp_put_fraction(text, bp_loss_fraction(of->e, false), "/", " "))
WRITER(put_2c, bp_put_fraction(text, bp_loss_fraction(of->e, true), "/", " "))
WRITER(put_numpy_c, bp_put_fraction(text, bp_loss_fraction(of->e, false), " / ", " * "))
WRITER(put_numpy_2c, bp_put_fraction(text, bp_loss_fraction(of->e, true), " / ", " * "))

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

static void put_all_after(struct bp_text *text, const struct bp_subject *of)
{
    struct bp_line line = {.layer = 0};
    const struct bp_subject each = {of->e, &line, {0, 0}};
    for (; line.layer < of->e->task->network.depth; line.layer++) {
        bp_text_puts(text, line.layer ? " " : "");
        bp_put_template(text, &each,
                        bp_layer_of(&each)->b ? "network.W{k} network.b{k}" : "network.W{k}");
    }
}

/* --- names ------------------------------------------------------------------------------------ */

/* A name stands for one of two templates, for a member of the row of the layer's activation or of
 * the loss, which is a template, or for what a function writes. */
struct name {
    const char *name;
    size_t size;
    bool (*when)(const struct bp_subject *of);
    const char *yes, *no;
    size_t of_activation, of_loss; /* the member's place and 1 */
    void (*put)(struct bp_text *text, const struct bp_subject *of);
};

#define NAME(name_) .name = name_, .size = sizeof name_ - 1
#define CHOICE(name_, when_, yes_, no_) NAME(name_), .when = when_, .yes = yes_, .no = no_
#define WRITTEN(name_, put_) NAME(name_), .put = put_
#define ACTIVATION(member)                                                                         \
    {NAME("act." #member), .of_activation = offsetof(struct bp_activation_words, member) + 1},
#define LOSS(member) {NAME("loss." #member), .of_loss = offsetof(struct bp_loss_words, member) + 1},

static const struct name NAMES[] = {
    /* of cells: these are looked up most often */
    {WRITTEN("k", put_k)},
    {CHOICE("p", is_matrix, "W{k}", "b{k}")},
    {WRITTEN("unit", put_unit)},
    {WRITTEN("source", put_source)},
    {CHOICE("p cell", is_matrix, "W{k}{cell}", "b{k}[{unit}]")},
    {CHOICE("cell", is_out_in, "[{unit}][{source}]", "[{source}][{unit}]")},
    {WRITTEN("k-1", put_k_below)},
    {CHOICE("h", is_last, "y_hat", "h{k}")},
    {CHOICE("x", is_first, "x", "h{k-1}")},
    {CHOICE("u", is_last, "dL_dy_hat", "dL_dh{k}")},
    {CHOICE("e", is_plain_output, "dL_dy_hat", "dL_dz{k}")},
    {WRITTEN("value of h", put_h)},
    {WRITTEN("value of slope", put_slope)},
    {WRITTEN("z", put_z)},
    {WRITTEN("-z", put_minus_z)},
    {CHOICE("1 - h", shows_one_less_h, "1 - {value of h}", "{sigmoid(-z)}")},
    {CHOICE("1 - h^2", shows_one_less_square, "1 - ({value of h})^2", "{value of slope}")},
    {WRITTEN("sigmoid(-z)", put_one_less_sigmoid)},
    BP_ACTIVATION_WORDS(ACTIVATION)
    /* of lines */
    {WRITTEN("k+1", put_k_above)},
    {WRITTEN("d", put_d)},
    {WRITTEN("o", put_unit)},
    {WRITTEN("units", put_units)},
    {WRITTEN("sample", put_sample)},
    {WRITTEN("samples", put_samples)},
    {WRITTEN("parameters", put_parameters)},
    {WRITTEN("unchanged", put_unchanged)},
    {CHOICE("slope", is_last, "dy_hat_dz{k}", "dh{k}_dz{k}")},
    {CHOICE("e above", is_plain_output_above, "dL_dy_hat", "dL_dz{k+1}")},
    {CHOICE("W", is_out_in, "W{k}[j][i]", "W{k}[i][j]")},
    {CHOICE("W above", is_out_in, "W{k+1}[j][i]", "W{k+1}[i][j]")},
    {CHOICE("p[]", is_matrix, "{W}", "b{k}[j]")},
    {CHOICE("kind", is_matrix, "weights", "biases")},
    {CHOICE("Kind", is_matrix, "Weights", "Biases")},
    {CHOICE("index", is_out_in, "{unit},{source}", "{source},{unit}")},
    {CHOICE("xW", is_out_in, "W{k} {x}", "{x} W{k}")},
    {CHOICE("outer", is_out_in, "outer({e}, {x})", "outer({x}, {e})")},
    {CHOICE("We", is_out_in, "W{k+1}.T {e above}", "W{k+1} {e above}")},
    {CHOICE("b+", has_bias, "b{k}[j] + ", "")},
    {CHOICE("+b", has_bias, " + b{k}", "")},
    {CHOICE(" b", has_bias, " b{k}", "")},
    {CHOICE("rounded", is_rounded, ", rounded to {decimals}", "")},
    {CHOICE("because", is_rounded, " because it feeds {activation}", "")},
    {CHOICE("output title", is_last, "Output of the network", "Activation of layer {k}")},
    {CHOICE("of the sample", has_several, " of sample {sample}", "")},
    {CHOICE("mean", is_mean, "the mean", "the sum")},
    {CHOICE("gradient", has_several, "gradients.", "dL_d")},
    {CHOICE("at 0", is_open_at_zero, "{relu at 0} where z{k}[j] = 0, ", "")},
    {CHOICE("below", is_open_at_zero, "< 0)", "<= 0)")},
    {CHOICE("with at 0", is_open_at_zero, ", with relu'(0) = {relu at 0}", "")},
    {CHOICE("slope at 0", is_relu, "{relu at 0}", "0.01")},
    {CHOICE("each weight", is_last, ": each weight's input times its output's gradient", "")},
    {CHOICE("the same weights", is_next_to_last, ": back through the same weights", "")},
    {CHOICE("squares", is_one_square, "{c}{terms}", "{c}({terms})")},
    {CHOICE("c of the sum", has_one_output, "{c}", "{c of}the sum of ")},
    {CHOICE("c of", has_no_fraction, "", "{c}of ")},
    {CHOICE("(", has_one_output, "(", "")},
    {CHOICE(")", has_one_output, ")", "")},
    {CHOICE("dead", has_several, "off", "dead")},
    {CHOICE("dead here", has_several, "off on this sample", "dead")},
    {CHOICE("from it", has_several, " from this sample", "")},
    {CHOICE("c(", has_no_fraction, "", "{c}(")},
    {CHOICE(")c", has_no_fraction, "", ")")},
    {CHOICE("2c(", has_no_factor, "", "{2c}(")},
    {CHOICE(")2c", has_no_factor, "", ")")},
    {CHOICE("py.c(", has_no_fraction, "", "{py.c}(")},
    {CHOICE("py.2c(", has_no_factor, "", "{py.2c}(")},
    {CHOICE("sum of y", adds_up_to_one, "", "(the sum of y) ")},
    {CHOICE("m.sum of y", adds_up_to_one, "", SUM("i") Y("i") TIMES)},
    {CHOICE("nothing to correct", is_given, "0 is given: nothing to correct",
            "nothing to correct")},
    {CHOICE("Nothing to correct", is_given, "The gradient that is given is 0: nothing to correct",
            "There is nothing to correct at y_hat[{unit}]")},
    {CHOICE("weights", has_one_unit, "weight gets", "{units in words} weights get")},
    {CHOICE("on every", has_several, ": its z{k} is not above 0 on any sample any more",
            ": its z{k} is not above 0 any more")},
    {CHOICE("stay", is_one_unchanged, "stays", "stay")},
    {CHOICE("they are", is_one_unchanged, "it is", "they are")},
    {CHOICE("m.h", is_last, Y_HAT("j"), INDEXED("h", MI("j"), "k"))},
    {CHOICE("m.x", is_first, AT(MI("x"), "i"), INDEXED("h", MI("i"), "k-1"))},
    {CHOICE("m.e", is_plain_output, D_BY(Y_HAT("j")), D_BY(Z("j")))},
    {CHOICE("m.e above", is_plain_output_above, D_BY(Y_HAT("j")),
            D_BY(INDEXED("z", MI("j"), "k+1")))},
    {CHOICE("m.W", is_out_in, W("j", "i", "k"), W("i", "j", "k"))},
    {CHOICE("m.W above", is_out_in, W("j", "i", "k+1"), W("i", "j", "k+1"))},
    {CHOICE("m.p", is_matrix, "{m.W}", B)},
    {CHOICE("m.b+", has_bias, B MO("+"), "")},
    {CHOICE("m.round", is_rounded, CALL("round", M_SUM), M_SUM)},
    {CHOICE("m.mean", is_mean, FRACTION(MN("1"), MI("S")), "")},
    {CHOICE("py.sum", is_out_in, "W{k} @ {x}{+b}", "{x} @ W{k}{+b}")},
    {CHOICE("py.sum in order", is_out_in, "in_order({py.b}, {x}[:, None] * W{k}.T)",
            "in_order({py.b}, {x}[:, None] * W{k})")},
    {CHOICE("py.b", has_bias, "b{k}", "0")},
    {CHOICE("py.exact", is_in_order, "{py.sum in order}", "{py.sum}")},
    {CHOICE("py.z", is_rounded, "{py.round}({py.exact}, {d})", "{py.exact}")},
    {CHOICE("py.round", rounds_with_care, "round_to", "np.round")},
    {CHOICE("py.We", is_in_order, "{py.We in order}", "{py.We at once}")},
    {CHOICE("py.We at once", is_out_in, "W{k+1}.T @ {e above}", "W{k+1} @ {e above}")},
    {CHOICE("py.We in order", is_out_in, "in_order(0, W{k+1} * {e above}[:, None])",
            "in_order(0, (W{k+1} * {e above}).T)")},
    {CHOICE("py.gate", is_open_at_zero,
            "np.where(z{k} > 0, 1.0, np.where(z{k} == 0, {relu at 0}, 0.0))",
            "(z{k} > 0).astype(float)")},
    {CHOICE("py.sum of y", all_add_up_to_one, "", "np.sum(y) * ")},
    {CHOICE("py.gradient", has_several, "gradients['{p}']", "dL_d{p}")},
    {WRITTEN("loss", put_loss)},
    {WRITTEN("activation", put_activation)},
    {WRITTEN("c", put_c)},
    {WRITTEN("2c", put_2c)},
    {WRITTEN("py.c", put_numpy_c)},
    {WRITTEN("py.2c", put_numpy_2c)},
    {WRITTEN("terms", put_terms)},
    {WRITTEN("decimals", put_decimals)},
    {WRITTEN("relu at 0", put_relu_at_zero)},
    {WRITTEN("units in words", put_units_in_words)},
    {WRITTEN("samples in words", put_samples_in_words)},
    {WRITTEN("all after", put_all_after)},
    BP_LOSS_WORDS(LOSS)};

/* The row of a name. It always exists: templates are constants. */
static const struct name *find(const char *name, size_t size)
{
    size_t i = 0;
    while (*NAMES[i].name != *name || NAMES[i].size != size ||
           memcmp(NAMES[i].name, name, size) != 0) {
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
    else if (name->of_activation)
        bp_put_template(
            text, of,
            member(bp_activation_words(bp_layer_of(of)->activation), name->of_activation));
    else if (name->of_loss)
        bp_put_template(text, of, member(bp_loss_words(of->e->task->rules.loss), name->of_loss));
    else
        name->put(text, of);
}

void bp_put_template(struct bp_text *text, const struct bp_subject *of, const char *words)
{
    const char *start = words;
    for (; *words; words++) {
        if (*words != '{')
            continue;
        bp_text_put(text, start, (size_t)(words - start));
        start = words + 1;
        while (*words != '}')
            words++;
        put_name(text, of, find(start, (size_t)(words - start)));
        start = words + 1;
    }
    bp_text_put(text, start, (size_t)(words - start));
}
