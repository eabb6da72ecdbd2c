#include "explain_words.h"

#include <math.h>
#include <stdio.h>

#include "backpropd/loss.h"

/* Pieces of MathML: a letter with an index and, in parentheses above it, the layer. */
#define OF_LAYER(k) "<mrow><mo>(</mo><mn>" k "</mn><mo>)</mo></mrow>"
#define MI(name) "<mi>" name "</mi>"
#define MO(sign) "<mo>" sign "</mo>"
#define MN(number) "<mn>" number "</mn>"
#define INDEXED(name, index, k) "<msubsup>" MI(name) index OF_LAYER(k) "</msubsup>"
#define ZJ INDEXED("z", MI("j"), "%k")
#define HJ "%y"
#define FRACTION(above, below)                                                                     \
    "<mfrac><mrow>" above "</mrow><mrow>" below "</mrow></mfrac>"
#define D_BY(below) FRACTION(MO("\xE2\x88\x82") MI("L"), MO("\xE2\x88\x82") below)
#define SUM(index) "<munder>" MO("\xE2\x88\x91") MI(index) "</munder>"
#define CALL(name, argument) MI(name) MO("\xE2\x81\xA1") "<mrow>" MO("(") argument MO(")") "</mrow>"
#define EXP(argument) "<msup>" MI("e") "<mrow>" argument "</mrow></msup>"
#define SQUARED(inner) "<msup><mrow>" MO("(") inner MO(")") "</mrow>" MN("2") "</msup>"
#define Y_HAT "<mover>" MI("y") MO("^") "</mover>"
#define YJ_HAT "<msub>" Y_HAT MI("j") "</msub>"
#define YJ "<msub>" MI("y") MI("j") "</msub>"
#define LN(argument) CALL("ln", argument)
#define ONE_LESS(what) "<mrow>" MO("(") MN("1") MO("-") what MO(")") "</mrow>"

const struct bp_activation_words *bp_activation_words(enum bp_activation activation)
{
    static const struct bp_activation_words rows[BP_ACTIVATION_COUNT] = {
        [BP_ACTIVATION_RELU] =
            {
                .formula = "max(0, z%k[j])",
                .heading = "relu(z%k) = max(0, z%k)",
                .mathml = CALL("max", MN("0") MO(",") ZJ),
                .cell = "max(0, %z)",
                .cell_below = "max(0, %z)",
                .slope = "1 where z%k[j] > 0, 0 below, %z at 0",
                .slope_mathml = CALL("relu\xE2\x80\xB2", ZJ),
                .slope_cell = "(%g)",
                .program = "np.maximum(0, z%k)",
                .slope_program = "np.where(z%k > 0, 1.0, np.where(z%k == 0, %z, 0.0))",
            },
        [BP_ACTIVATION_LEAKY_RELU] =
            {
                .formula = "max(z%k[j], 0.01 z%k[j])",
                .heading = "leaky_relu(z%k) = max(z%k, 0.01 z%k)",
                .mathml = CALL("max", ZJ MO(",") MN("0.01") ZJ),
                .cell = "max(%z, (0.01)(%z))",
                .cell_below = "max(%z, (0.01)(%z))",
                .slope = "1 where z%k[j] > 0, else 0.01",
                .slope_mathml = CALL("leaky\xE2\x80\xB2", ZJ),
                .slope_cell = "(%g)",
                .program = "np.where(z%k > 0, z%k, 0.01 * z%k)",
                .slope_program = "np.where(z%k > 0, 1.0, 0.01)",
            },
        [BP_ACTIVATION_SIGMOID] =
            {
                .formula = "1 / (1 + exp(-z%k[j]))",
                .heading = "sigmoid(z%k) = 1 / (1 + exp(-z%k))",
                .mathml = FRACTION(MN("1"), MN("1") MO("+") EXP(MO("-") ZJ)),
                .cell = "1 / (1 + exp(-%z))",
                .cell_below = "exp(%z) / (1 + exp(%z))",
                .slope = "%h[j] (1 - %h[j])",
                .slope_mathml = HJ ONE_LESS(HJ),
                .slope_cell = "(%h)(%v)",
                .program = "1 / (1 + np.exp(-z%k))",
                .slope_program = "%h / (1 + np.exp(z%k))",
            },
        [BP_ACTIVATION_TANH] =
            {
                .formula = "tanh(z%k[j])",
                .heading = "tanh(z%k)",
                .mathml = CALL("tanh", ZJ),
                .cell = "tanh(%z)",
                .cell_below = "tanh(%z)",
                .slope = "1 - %h[j]^2",
                .slope_mathml = "<mrow>" MO("(") MN("1") MO("-") "<msup><mrow>" HJ "</mrow>" MN("2")
                    "</msup>" MO(")") "</mrow>",
                .slope_cell = "(1 - (%h)^2)",
                .program = "np.tanh(z%k)",
                .slope_program = "1 / np.cosh(z%k) ** 2",
            },
        [BP_ACTIVATION_IDENTITY] =
            {
                .formula = "z%k[j]",
                .heading = "z%k",
                .mathml = ZJ,
                .cell = "%z",
                .cell_below = "%z",
                .slope = "1",
                .slope_mathml = MN("1"),
                .slope_cell = "(%g)",
                .program = "z%k",
                .slope_program = "np.ones(len(z%k))",
            },
        [BP_ACTIVATION_SOFTMAX] =
            {
                .formula = "exp(z%k[j]) / sum over i of exp(z%k[i]), with the largest z%k taken "
                           "from each",
                .heading = "softmax(z%k) = exp(z%k) / sum of exp(z%k), with the largest z%k taken "
                           "from each",
                .mathml = FRACTION(EXP(ZJ), SUM("i") EXP(INDEXED("z", MI("i"), "%k"))),
                .cell = "",
                .cell_below = "",
                .slope = "",
                .slope_mathml = "",
                .slope_cell = "",
                .program = "np.exp(z%k - np.max(z%k)) / np.sum(np.exp(z%k - np.max(z%k)))",
                .slope_program = "np.diag(%h) - np.outer(%h, %h)",
            },
    };
    return &rows[activation];
}

#define SQUARES                                                                                    \
    {                                                                                              \
        .formula = "%fsum over j of (y_hat[j] - y[j])^2",                                          \
        .mathml = MI("L") MO("=") "%m" SUM("j") SQUARED(YJ_HAT MO("-") YJ),                        \
        .slope = "%F(y_hat[j] - y[j])",                                                            \
        .slope_mathml = "%M<mrow>" MO("(") YJ_HAT MO("-") YJ MO(")") "</mrow>",                    \
        .program = "%pnp.sum((y_hat - y) ** 2)", .slope_program = "%P(y_hat - y)",                 \
    }
#define BINARY                                                                                     \
    {                                                                                              \
        .formula = "-%fsum over j of (y[j] ln y_hat[j] + (1 - y[j]) ln(1 - y_hat[j]))",            \
        .mathml = MI("L") MO("=") MO("-") "%m" SUM("j") "<mrow>" MO("(") YJ LN(YJ_HAT) MO("+")     \
            ONE_LESS(YJ) LN(MN("1") MO("-") YJ_HAT) MO(")") "</mrow>",                             \
        .slope = "%f((1 - y[j]) / (1 - y_hat[j]) - y[j] / y_hat[j])",                              \
        .slope_mathml = "%m<mrow>" MO("(") FRACTION(MN("1") MO("-") YJ, MN("1") MO("-") YJ_HAT)    \
            MO("-") FRACTION(YJ, YJ_HAT) MO(")") "</mrow>",                                        \
        .program = "%pnp.sum(np.maximum(z%k, 0) - z%k * y + np.log1p(np.exp(-np.abs(z%k))))",      \
        .slope_program = "%p((y != 1) * (1 - y) * (1 + np.exp(z%k)) - (y != 0) * y * (1 + "        \
                         "np.exp(-z%k)))",                                                         \
    }

const struct bp_loss_words *bp_loss_words(enum bp_loss loss)
{
    static const struct bp_loss_words rows[BP_LOSS_COUNT] = {
        [BP_LOSS_MSE] = SQUARES,
        [BP_LOSS_SSE] = SQUARES,
        [BP_LOSS_HALF_MSE] = SQUARES,
        [BP_LOSS_HALF_SSE] = SQUARES,
        [BP_LOSS_CROSS_ENTROPY] =
            {
                .formula = "-sum over j of y[j] ln y_hat[j]",
                .mathml = MI("L") MO("=") MO("-") SUM("j") YJ LN(YJ_HAT),
                .slope = "-y[j] / y_hat[j]",
                .slope_mathml = MO("-") FRACTION(YJ, YJ_HAT),
                .program = "np.sum(y * (np.max(z%k) - z%k + np.log(np.sum(np.exp(z%k - "
                           "np.max(z%k))))))",
                .slope_program = "-np.divide(y, y_hat, out=np.zeros(len(y)), where=y != 0)",
            },
        [BP_LOSS_BINARY_CROSS_ENTROPY] = BINARY,
        [BP_LOSS_SUM_BINARY_CROSS_ENTROPY] = BINARY,
    };
    return &rows[loss];
}

/* A line's words. The formula's and MathML's rows that depend on activation or loss are put together
 * by bp_line_words. */
static const struct {
    const char *name, *title, *formula, *mathml, *heading, *uses;
} LINES[BP_LINE_KINDS] = {
    [BP_LINE_Z] = {"z%k", "Pre-activation of layer %k",
                   "z%k[j] = %bsum over i of %x[i] %w%r",
                   ZJ MO("=") "%B" SUM("i") "%X" "%V",
                   "z%k = %t%R", "%x W%k%c"},
    [BP_LINE_H] = {"%h", "Activation of layer %k", "%h[j] = ", HJ MO("="), "%h = ", "z%k"},
    [BP_LINE_LOSS] = {"loss", "The loss", "loss = ", "", "loss = ", "y_hat y"},
    [BP_LINE_DL_DY_HAT] = {"dL_dy_hat", "Error at the output", "dL_dy_hat[j] = ",
                           D_BY(YJ_HAT) MO("="), "dL_dy_hat = ", "y_hat y"},
    [BP_LINE_DL_DZ] = {"dL_dz%k", "Back through the activation of layer %k", "dL_dz%k[j] = ",
                       D_BY(ZJ) MO("="), "dL_dz%k = ", "%u"},
    [BP_LINE_DL_DW] = {"dL_dW%k", "Gradient of the weights of layer %k",
                       "dL_d%w = %x[i] %e[j]", D_BY("%V") MO("=") "%X" "%D",
                       "dL_dW%k = %o", "%x %e"},
    [BP_LINE_DL_DB] = {"dL_db%k", "Gradient of the biases of layer %k", "dL_db%k[j] = %e[j]",
                       D_BY(INDEXED("b", MI("j"), "%k")) MO("=") "%D", "dL_db%k = %e", "%e"},
    [BP_LINE_DL_DH] = {"dL_dh%k", "Back through the weights of layer %K",
                       "dL_dh%k[i] = sum over j of %W %E[j]",
                       D_BY(INDEXED("h", MI("i"), "%k")) MO("=") SUM("j")
                           INDEXED("W", "<mrow>" MI("i") MI("j") "</mrow>", "%K") "%d",
                       "dL_dh%k = %T: back through the same weights", "W%K %E"},
    [BP_LINE_BATCH_LOSS] = {"loss", "The loss of the batch", "loss = %q of the samples' losses",
                            MI("L") MO("=") "%Q" "<msub>" MI("L") MI("s") "</msub>",
                            "loss = %q of the samples' losses", ""},
    [BP_LINE_GRADIENT_W] = {"gradients.W%k", "Gradient of the weights of layer %k over the batch",
                            "gradients.W%k = %q of the samples' dL_dW%k",
                            D_BY("%V") MO("=") "%Q" FRACTION(MO("\xE2\x88\x82")
                                "<msub>" MI("L") MI("s") "</msub>", MO("\xE2\x88\x82") "%V"),
                            "gradients.W%k = %q of the samples' dL_dW%k", "dL_dW%k"},
    [BP_LINE_GRADIENT_B] = {"gradients.b%k", "Gradient of the biases of layer %k over the batch",
                            "gradients.b%k = %q of the samples' dL_db%k",
                            D_BY(INDEXED("b", MI("j"), "%k")) MO("=") "%Q" FRACTION(
                                MO("\xE2\x88\x82") "<msub>" MI("L") MI("s") "</msub>",
                                MO("\xE2\x88\x82") INDEXED("b", MI("j"), "%k")),
                            "gradients.b%k = %q of the samples' dL_db%k", "dL_db%k"},
    [BP_LINE_NEW_W] = {"network.W%k", "The weights of layer %k after the step",
                       "network.W%k = W%k - learning_rate gradients.W%k",
                       "%V" MO("\xE2\x86\x90") "%V" MO("-") MI("\xCE\xB7") D_BY("%V"),
                       "network.W%k = W%k - learning_rate gradients.W%k", "W%k gradients.W%k"},
    [BP_LINE_NEW_B] = {"network.b%k", "The biases of layer %k after the step",
                       "network.b%k = b%k - learning_rate gradients.b%k",
                       INDEXED("b", MI("j"), "%k") MO("\xE2\x86\x90") INDEXED("b", MI("j"), "%k")
                           MO("-") MI("\xCE\xB7") D_BY(INDEXED("b", MI("j"), "%k")),
                       "network.b%k = b%k - learning_rate gradients.b%k", "b%k gradients.b%k"},
    [BP_LINE_LOSS_AFTER] = {"loss_after", "The loss after the step",
                            "loss_after = the loss of the network after the step", MI("L"),
                            "loss_after = the loss of the network after the step", ""},
};

/* The layer that a template speaks of. */
struct subject {
    const struct bp_explanation *e;
    const struct bp_layer *layer;
    size_t k; /* from 1 */
    bool is_last;
    bool is_out_in;
};

static struct subject subject_of(const struct bp_explanation *e, size_t layer)
{
    const struct bp_network *network = &e->job->task.network;
    return (struct subject){e, &network->layers[layer], layer + 1, layer + 1 == network->depth,
                            e->job->is_out_in};
}

static void put_numbered(struct bp_text *text, const char *before, size_t k, const char *after)
{
    bp_text_puts(text, before);
    bp_text_put_size(text, k);
    bp_text_puts(text, after);
}

/* dL_dz1, or of a last layer that is identity dL_dy_hat, which is the same. */
static void put_error(struct bp_text *text, struct subject of)
{
    if (of.is_last && of.layer->activation == BP_ACTIVATION_IDENTITY)
        bp_text_puts(text, "dL_dy_hat");
    else
        put_numbered(text, "dL_dz", of.k, "");
}

static void put_output(struct bp_text *text, const char *before, struct subject of)
{
    bp_text_puts(text, before);
    if (of.is_last)
        bp_text_puts(text, "y_hat");
    else
        put_numbered(text, "h", of.k, "");
}

static void put_source(struct bp_text *text, struct subject of)
{
    if (of.k == 1)
        bp_text_puts(text, "x");
    else
        put_numbered(text, "h", of.k - 1, "");
}

static bool is_rounded(struct subject of)
{
    return bp_layer_is_gated(of.layer) && of.e->job->task.rules.round_decimals != BP_NO_ROUNDING;
}

static size_t outputs_of(struct subject of)
{
    return bp_network_last(&of.e->job->task.network)->n_out;
}

/* c' of the loss, or 2c' in the book's form 2/N, as a fraction. */
void bp_loss_fraction(const struct bp_explanation *e, bool of_slope, size_t *numerator,
                      size_t *denominator)
{
    const enum bp_loss loss = e->job->task.rules.loss;
    const size_t n = bp_network_last(&e->job->task.network)->n_out;
    *numerator = 1;
    *denominator = (size_t)rint(1 / bp_loss_factor(loss, n));
    if (!of_slope)
        return;
    if (loss == BP_LOSS_MSE || loss == BP_LOSS_SSE)
        *numerator = 2;
    else
        *denominator /= 2;
}
