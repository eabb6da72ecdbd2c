#include "words.h"

#include "mathml.h"

#define LINE(form, ...) [BP_FORM_##form] = {__VA_ARGS__}

/* Lines of weights and of biases alike. */
#define GRADIENT(form)                                                                             \
    LINE(form, "gradients.{p}", "Gradient of the {kind} of layer {k} over the batch",              \
         "gradients.{p[]} = {mean} of dL_d{p[]} over the samples",                                 \
         D_BY("{m.p}") MO("=") "{m.mean}" SUM("s")                                                 \
             FRACTION(PARTIAL LOSS_OF_SAMPLE, PARTIAL "{m.p}"),                                    \
         "gradients.{p} = {mean} of dL_d{p} over the samples", "dL_d{p}",                          \
         "gradients['{p}'] = gradients['{p}'] / {samples}")
#define NEW(form)                                                                                  \
    LINE(form, "network.{p}", "{Kind} of layer {k} after the step",                                \
         "network.{p[]} = {p[]} - learning_rate * {gradient}{p[]}",                                \
         "{m.p}" BECOMES "{m.p}" MINUS MI("\xCE\xB7") TIMES D_BY("{m.p}"),                         \
         "network.{p} = {p} - learning_rate * {gradient}{p}", "{p} {gradient}{p}",                 \
         "{p} = {p} - learning_rate * {py.gradient}")
#define FROZEN(form)                                                                               \
    LINE(form, "network.{p}", "{Kind} of layer {k} after the step",                                \
         "network.{p[]} = {p[]}, which is frozen", "{m.p}" BECOMES "{m.p}",                        \
         "network.{p} = {p}, which is frozen", "{p}", "# {p} is frozen: it stays as it is")

static const struct bp_line_words LINES[BP_FORM_COUNT] = {
    LINE(Z, "z{k}", "Pre-activation of layer {k}",
         "z{k}[j] = {b+}sum over i of {x}[i] {W}{rounded}", Z("j") MO("=") "{m.round}",
         "z{k} = {xW}{+b}{rounded}{because}", "{x} W{k}{ b}", "z{k} = {py.z}"),
    LINE(H, "{h}", "{output title}", "{h}[j] = {act.formula}", "{m.h}" MO("=") "{act.mathml}",
         "{h} = {act.heading}", "z{k}", "{h} = {act.program}"),
    LINE(Y_HAT, "y_hat", "{output title}", "y_hat[j] = {b+}sum over i of {x}[i] {W}",
         Y_HAT("j") MO("=") M_SUM, "y_hat = {xW}{+b}", "{x} W{k}{ b}", "y_hat = {py.z}"),
    LINE(LOSS, "loss", "Loss{of the sample}", "loss = {loss.formula}",
         MI("L") MO("=") "{loss.mathml}", "loss = {loss.series}", "y_hat y",
         "loss = {loss.program}"),
    LINE(ERROR, "dL_dy_hat", "Gradient of the loss at the output", "dL_dy_hat[j] = {loss.slope}",
         D_BY(Y_HAT("j")) MO("=") "{loss.slope_mathml}", "dL_dy_hat = {loss.slope_heading}",
         "y_hat y", "dL_dy_hat = {loss.slope_program}"),
    LINE(ERROR_GIVEN, "dL_dy_hat", "Gradient of the loss at the output", "dL_dy_hat is given",
         D_BY(Y_HAT("j")) "<mtext>\xC2\xA0is given</mtext>", "dL_dy_hat is given", "",
         "dL_dy_hat = sample['dL_dy_hat']"),
    LINE(DZ, "dL_dz{k}", "Back through {activation} of layer {k}",
         "dL_dz{k}[j] = {u}[j] * {act.slope}",
         D_BY(Z("j")) MO("=") D_BY("{m.h}") TIMES "{act.slope_mathml}",
         "dL_dz{k} = {act.slope_heading}", "{u} {slope}", "dL_dz{k} = {u} * {slope}"),
    LINE(DZ_SOFTMAX, "dL_dz{k}", "Back through softmax of layer {k}",
         "dL_dz{k}[k] = sum over j of dL_dy_hat[j] dy_hat_dz{k}[j][k]",
         D_BY(Z("k")) MO("=") SUM("j") D_BY(Y_HAT("j"))
             TIMES FRACTION(PARTIAL Y_HAT("j"), PARTIAL Z("k")),
         "dL_dz{k}[k] = the sum over j of dL_dy_hat[j] dy_hat_dz{k}[j][k]: each output depends "
         "on each z",
         "dL_dy_hat dy_hat_dz{k}", "dL_dz{k} = dL_dy_hat @ dy_hat_dz{k}"),
    LINE(DZ_PAIR, "dL_dz{k}", "Back through {activation} and {loss} in one step",
         "dL_dz{k}[j] = {loss.pair}", D_BY(Z("j")) MO("=") "{loss.pair_mathml}",
         "dL_dz{k} = {loss.pair_heading}: {activation} and {loss} in one step", "y_hat y",
         "dL_dz{k} = {loss.pair_program}"),
    LINE(DW, "dL_dW{k}", "Gradient of the weights of layer {k}", "dL_d{W} = {x}[i] {e}[j]",
         D_BY("{m.W}") MO("=") "{m.x}" TIMES "{m.e}", "dL_dW{k} = {outer}{each weight}", "{x} {e}",
         "dL_dW{k} = np.{outer}"),
    LINE(DB, "dL_db{k}", "Gradient of the biases of layer {k}", "dL_db{k}[j] = {e}[j]",
         D_BY(B) MO("=") "{m.e}", "dL_db{k} = {e}", "{e}", "dL_db{k} = {e}"),
    LINE(DH, "dL_dh{k}", "Back through the weights of layer {k+1}",
         "dL_dh{k}[i] = sum over j of {W above} {e above}[j]",
         D_BY(INDEXED("h", MI("i"), "k")) MO("=") SUM("j") "{m.W above}" TIMES "{m.e above}",
         "dL_dh{k} = {We}{the same weights}", "W{k+1} {e above}", "dL_dh{k} = {py.We}"),
    LINE(BATCH_LOSS, "loss", "Loss of the batch", "loss = {mean} of the losses of the samples",
         MI("L") MO("=") "{m.mean}" SUM("s") LOSS_OF_SAMPLE,
         "loss = {mean} of the losses of the samples", "loss", "total = total / {samples}"),
    GRADIENT(GRADIENT_W),
    GRADIENT(GRADIENT_B),
    NEW(NEW_W),
    FROZEN(NEW_W_FROZEN),
    NEW(NEW_B),
    FROZEN(NEW_B_FROZEN),
    LINE(LOSS_AFTER, "loss_after", "Loss after the step",
         "loss_after = the loss of the network after the step",
         "<msub>" MI("L") "<mtext>after</mtext></msub>",
         "loss_after = the loss of the network after the step", "{all after}",
         "loss_after = loss_after / {samples}"),
};

const struct bp_line_words *bp_line_words(enum bp_form form)
{
    return &LINES[form];
}

static const struct bp_activation_words RELU_WORDS = {
    .formula = "max(0, z{k}[j])",
    .mathml = CALL("max", MN("0") MO(",") Z("j")),
    .heading = "relu(z{k}) = max(0, z{k})",
    .cell = "max(0, {z})",
    .slope = "(1 where z{k}[j] > 0, {at 0}0 where z{k}[j] {below}",
    .slope_mathml = "<msup>" MI("relu") MO("\xE2\x80\xB2") "</msup>" OF PARENTHESES(Z("j")),
    .slope_heading = "{u} * relu'(z{k}): the gate{with at 0}",
    .slope_cell = "({value of slope})",
    .program = "np.maximum(0, z{k})",
    .slope_program = "{py.gate}  # the book's relu_grad",
};

static const struct bp_activation_words LEAKY_RELU_WORDS = {
    .formula = "max(z{k}[j], 0.01 z{k}[j])",
    .mathml = CALL("max", Z("j") MO(",") MN("0.01") TIMES Z("j")),
    .heading = "leaky_relu(z{k}) = max(z{k}, 0.01 z{k})",
    .cell = "max({z}, (0.01)({z}))",
    .slope = "(1 where z{k}[j] > 0, 0.01 elsewhere)",
    .slope_mathml = "<msup>" MI("leaky_relu") MO("\xE2\x80\xB2") "</msup>" OF PARENTHESES(Z("j")),
    .slope_heading = "{u} * leaky_relu'(z{k}): 1 above 0, 0.01 elsewhere",
    .slope_cell = "({value of slope})",
    .program = "np.where(z{k} > 0, z{k}, 0.01 * z{k})",
    .slope_program = "np.where(z{k} > 0, 1.0, 0.01)",
};

static const struct bp_activation_words SIGMOID_WORDS = {
    .formula = "1 / (1 + exp(-z{k}[j]))",
    .mathml = FRACTION(MN("1"), MN("1") MO("+") EXP(MINUS Z("j"))),
    .heading = "sigmoid(z{k}) = 1 / (1 + exp(-z{k}))",
    .cell = "1 / (1 + exp({-z}))",
    .slope = "{h}[j] (1 - {h}[j])",
    .slope_mathml = "{m.h}" TIMES ONE_LESS("{m.h}"),
    .slope_heading = "{u} * {h} (1 - {h}): the slope of sigmoid",
    .slope_cell = "({value of h})({1 - h})",
    .program = "1 / (1 + np.exp(-z{k}))",
    .slope_program = "{h} / (1 + np.exp(z{k}))  # {h} (1 - {h}), also where {h} is "
                     "nearly 1",
};

static const struct bp_activation_words TANH_WORDS = {
    .formula = "tanh(z{k}[j])",
    .mathml = CALL("tanh", Z("j")),
    .heading = "tanh(z{k})",
    .cell = "tanh({z})",
    .slope = "(1 - {h}[j]^2)",
    .slope_mathml = ONE_LESS(SQUARED(PARENTHESES("{m.h}"))),
    .slope_heading = "{u} * (1 - {h}^2): the slope of tanh",
    .slope_cell = "({1 - h^2})",
    .program = "np.tanh(z{k})",
    .slope_program = "1 / np.cosh(z{k}) ** 2  # 1 - {h}^2, also where {h} is nearly 1",
};

static const struct bp_activation_words IDENTITY_WORDS = {
    .formula = "z{k}[j]",
    .mathml = Z("j"),
    .heading = "z{k}, since identity changes nothing",
    .cell = "z{k}[{unit}]",
    .slope = "1",
    .slope_mathml = MN("1"),
    .slope_heading = "{u}, since the slope of identity is 1",
    .slope_cell = "({value of slope})",
    .program = "z{k}",
    .slope_program = "np.ones({units})",
};

static const struct bp_activation_words SOFTMAX_WORDS = {
    .formula = "exp(z{k}[j] - m) / sum over i of exp(z{k}[i] - m), m being the largest "
               "z{k}",
    .mathml = FRACTION(EXP(Z("j") MINUS MI("m")), SUM("i") EXP(Z("i") MINUS MI("m"))) MO(",")
        MI("m") MO("=") "<munder>" MI("max") MI("i") "</munder>" OF Z("i"),
    .heading = "softmax(z{k}) = exp(z{k} - m) / the sum of all exp(z{k} - m), where m is "
               "the largest z{k}: the result is the same without m, but exp could overflow",
    .program = "np.exp(z{k} - np.max(z{k})) / np.sum(np.exp(z{k} - np.max(z{k})))",
    .slope_program = "np.diag({h}) - np.outer({h}, {h})",
};

#define AS_WORDS(name, wire) &name##_WORDS,
static const struct bp_activation_words *const ACTIVATIONS[] = {BP_ACTIVATIONS(AS_WORDS)};

const struct bp_activation_words *bp_activation_words(enum bp_activation activation)
{
    return ACTIVATIONS[activation];
}

#define SQUARES(factor, twice, numpy)                                                              \
    {                                                                                              \
        .in_words = "{c of the sum}(y_hat - y)^2",                                                 \
        .formula = "{c}sum over j of (y_hat[j] - y[j])^2",                                         \
        .mathml = factor SUM("j") SQUARED(PARENTHESES(Y_HAT("j") MINUS Y("j"))),                   \
        .term = "(y_hat[{o}] - y[{o}])^2", .series = "{squares}",                                  \
        .slope = "{2c(}y_hat[j] - y[j]{)2c}",                                                      \
        .slope_mathml = twice PARENTHESES(Y_HAT("j") MINUS Y("j")),                                \
        .slope_heading = "{2c(}y_hat - y{)2c}", .program = numpy,                                  \
        .slope_program = "{py.2c(}y_hat - y{)2c}",                                                 \
    }
#define BINARY(factor)                                                                             \
    {                                                                                              \
        .in_words = "minus {c of the sum}{(}y ln(y_hat) + (1 - y) ln(1 - y_hat){)}",               \
        .formula = "-{c}sum over j of (y[j] ln(y_hat[j]) + (1 - y[j]) ln(1 - y_hat[j]))",          \
        .mathml = MINUS factor SUM("j") GROUP(Y("j") TIMES CALL("ln", Y_HAT("j")) MO(              \
            "+") ONE_LESS(Y("j")) TIMES CALL("ln", MN("1") MINUS Y_HAT("j"))),                     \
        .term = "y[{o}] ln(y_hat[{o}]) + (1 - y[{o}]) ln(1 - y_hat[{o}])",                         \
        .series = "-{c}({terms})", .slope = "{c(}(1 - y[j])/(1 - y_hat[j]) - y[j]/y_hat[j]{)c}",   \
        .slope_mathml = factor GROUP(FRACTION(MN("1") MINUS Y("j"), MN("1") MINUS Y_HAT("j"))      \
                                         MINUS FRACTION(Y("j"), Y_HAT("j"))),                      \
        .slope_heading =                                                                           \
            "{c(}(1 - y)/(1 - y_hat) - y/y_hat{)c} (only shown: step 2 does not need it)",         \
        .pair = "{c(}y_hat[j] - y[j]{)c}", .pair_mathml = factor GROUP(Y_HAT("j") MINUS Y("j")),   \
        .pair_heading = "{c(}y_hat - y{)c}",                                                       \
        .program =                                                                                 \
            "{py.c}np.sum(np.maximum(0, z{k}) - z{k} * y + np.log1p(np.exp(-np.abs(z{k}))))",      \
        .slope_program = "{py.c}(np.where(y == 1, 0, (1 - y) * (1 + np.exp(z{k}))) - "             \
                         "np.where(y == 0, 0, y * (1 + np.exp(-z{k}))))"                           \
                         "  # 1 / y_hat = 1 + exp(-z{k})",                                         \
        .pair_program = "{py.c(}y_hat - y{)c}",                                                    \
    }

static const struct bp_loss_words MSE_WORDS =
    SQUARES(FRACTION(MN("1"), MI("N")), FRACTION(MN("2"), MI("N")), "np.mean((y_hat - y) ** 2)");
static const struct bp_loss_words SSE_WORDS = SQUARES("", MN("2"), "np.sum((y_hat - y) ** 2)");
static const struct bp_loss_words HALF_MSE_WORDS =
    SQUARES(FRACTION(MN("1"), MN("2") TIMES MI("N")), FRACTION(MN("1"), MI("N")),
            "{py.c}np.sum((y_hat - y) ** 2)");
static const struct bp_loss_words HALF_SSE_WORDS =
    SQUARES(FRACTION(MN("1"), MN("2")), "", "{py.c}np.sum((y_hat - y) ** 2)");
static const struct bp_loss_words CROSS_ENTROPY_WORDS = {
    .in_words = "minus {c of the sum}y ln(y_hat)",
    .formula = "-sum over j of y[j] ln(y_hat[j])",
    .mathml = MINUS SUM("j") Y("j") TIMES CALL("ln", Y_HAT("j")),
    .term = "y[{o}] ln(y_hat[{o}])",
    .series = "-({terms})",
    .slope = "-y[j]/y_hat[j]",
    .slope_mathml = MINUS FRACTION(Y("j"), Y_HAT("j")),
    .slope_heading = "-y/y_hat (only shown: step 2 does not need it)",
    .pair = "{sum of y}y_hat[j] - y[j]",
    .pair_mathml = "{m.sum of y}" Y_HAT("j") MINUS Y("j"),
    .pair_heading = "{sum of y}y_hat - y",
    .program = "np.sum(y * (np.max(z{k}) - z{k} + "
               "np.log(np.sum(np.exp(z{k} - np.max(z{k}))))))",
    .slope_program = "np.where(y == 0, 0, -y / y_hat)",
    .pair_program = "{py.sum of y}y_hat - y",
};
static const struct bp_loss_words BINARY_CROSS_ENTROPY_WORDS = BINARY(FRACTION(MN("1"), MI("N")));
static const struct bp_loss_words SUM_BINARY_CROSS_ENTROPY_WORDS = BINARY("");

#define AS_LOSS_WORDS(name, wire, kind, c) &name##_WORDS,
static const struct bp_loss_words *const LOSSES[] = {BP_LOSSES(AS_LOSS_WORDS)};

const struct bp_loss_words *bp_loss_words(enum bp_loss loss)
{
    return LOSSES[loss];
}

#define REMARK(name, ...) [BP_REMARK_##name] = {__VA_ARGS__}

static const struct bp_remark_words REMARKS[BP_REMARK_COUNT] = {
    REMARK(BOUNDARY, "on_the_boundary", "on the boundary of {activation}",
           "z{k}[{unit}] is exactly 0, where {activation} has a corner: its derivative there is "
           "taken as {slope at 0}."),
    REMARK(DEAD, "neuron_dead", "{dead here}",
           "{h}[{unit}] is {dead} on this sample: z{k}[{unit}] = {z} is not above 0, so relu gives "
           "0."),
    REMARK(RIGHT, "error_zero", "{nothing to correct}", "{Nothing to correct}."),
    REMARK(BEYOND, "underflow", "too large for a double",
           "The division by an output that is 0 to the last digit gives a number that is too large "
           "for a double. Nothing is calculated from it."),
    REMARK(NO_ERROR, "error_zero", "{u}[{unit}] is 0: nothing comes back",
           "{u}[{unit}] is 0: nothing comes back to {h}[{unit}]."),
    REMARK(
        CLOSED, "neuron_dead", "closed: z{k}[{unit}] = {z} is negative",
        "The gate of {h}[{unit}] is closed, since z{k}[{unit}] = {z} is negative: nothing passes."),
    REMARK(CLOSED_AT_ZERO, "neuron_dead",
           "closed: z{k}[{unit}] = 0 is on the boundary, and relu'(0) is taken as 0",
           "The gate of {h}[{unit}] is closed, since z{k}[{unit}] = 0 is on the boundary, and "
           "relu'(0) is taken as 0: nothing passes."),
    REMARK(SATURATED, "saturated",
           "saturated: the slope of {activation} at {z} is 0 to the last digit",
           "{h}[{unit}] is saturated: the slope of {activation} at {z} is 0 to the last digit, so "
           "nothing passes."),
    REMARK(SOURCE_DEAD, "source_dead", "{x}[{source}] is {dead}: its {weights} nothing{from it}",
           "{x}[{source}] is {dead}: its {weights} nothing{from it}."),
    REMARK(INPUT_ZERO, "input_zero", "{x}[{source}] = 0: nothing came in, nothing to learn",
           "{x}[{source}] = 0: nothing came in, so there is nothing to learn."),
    REMARK(CANCELS, "cancels", "the terms cancel exactly",
           "The terms cancel exactly: their sum is 0, although they are not."),
    REMARK(CANCELS_IN_BATCH, "cancels", "the samples cancel exactly",
           "The samples cancel exactly: each pulls its own way, and the sum is 0."),
    REMARK(UNDERFLOW, "underflow", "too small for a double, so it is 0",
           "The result is too small for a double, so it is 0."),
    REMARK(NEWLY_DEAD, "newly_dead", "", "{h}[{unit}] dies in this step{on every}."),
    REMARK(REVIVED, "revived", "", "{h}[{unit}] comes back to life in this step."),
    REMARK(UNCHANGED, "unchanged", "",
           "{unchanged} of {parameters} parameters {stay} as {they are}."),
};

const struct bp_remark_words *bp_remark_words(enum bp_remark remark)
{
    return &REMARKS[remark];
}
