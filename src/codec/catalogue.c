#include "backpropd/catalogue.h"

#include <assert.h>

/* --- steps ------------------------------------------------------------------------------------ */

#define OVER_SAMPLES "the mean or the sum over the samples, as asked for"
#define OF_A_WEIGHT "{source}[i] {error}[j] for the weight from i to j"

/* clang-format off */
static const struct bp_step_text STEPS[BP_STEP_KIND_COUNT] = {
    [BP_STEP_Z] = {"z%", NULL, "b[j] + sum over i of a[i] W[i][j]", "{step}[j] = {bias}the sum over i of {source}[i] times the weight from i to j"},
    [BP_STEP_H] = {"h%", "y_hat", "f(z)", "{step} = {activation}(z{k})"},
    [BP_STEP_LOSS] = {"samples.loss", NULL, "the loss of y_hat and y", "{w} = {loss}"},
    [BP_STEP_DL_DY] = {"dL_dy_hat", NULL, "the slope of the loss; of squares 2 c (y_hat - y)", "{step}[j] = the derivative with respect to y_hat[j] of the loss, which is {loss}"},
    [BP_STEP_DH_DZ] = {"dh%_dz%", "dy_hat_dz%", "f'(z)", "{step} = {activation}'(z{k}), the derivative of {activation} at z{k}"},
    [BP_STEP_JACOBIAN] = {"dy_hat_dz%", NULL, "- y_hat[j] y_hat[k], on the diagonal y_hat[j] (1 - y_hat[j])", "{step}[j][k] = the derivative of y_hat[j] with respect to z{k}[k]"},
    [BP_STEP_DL_DZ] = {"dL_dz%", NULL, "dL_dh dh_dz", "{step} = {upstream} * {activation}'(z{k})"},
    [BP_STEP_DL_DW] = {"dL_dW%", NULL, "a[i] dL_dz[j]", "{step} = " OF_A_WEIGHT},
    [BP_STEP_DL_DB] = {"dL_db%", NULL, "dL_dz", "{step} = {error}"},
    [BP_STEP_DL_DH] = {"dL_dh%", "dL_dx", "sum over j of W[i][j] dL_dz[j]", "{step}[i] = the sum over j of {error}[j] times the weight from i to j"},
    [BP_STEP_MEAN_LOSS] = {"loss", NULL, OVER_SAMPLES, "{step} = {mean}{loss}"},
    [BP_STEP_MEAN_W] = {"gradients.W%", NULL, OVER_SAMPLES, "{step} = {mean}" OF_A_WEIGHT},
    [BP_STEP_MEAN_B] = {"gradients.b%", NULL, OVER_SAMPLES, "{step} = {mean}{error}"},
    [BP_STEP_COUNTS] = {"parameters", NULL, "how many entries of gradients are not 0, and how many are", NULL},
    [BP_STEP_DEAD] = {"dead.h%", "dead.y_hat", "true where the gate is 0 on every sample", NULL},
    [BP_STEP_NEW_W] = {"network.W%", NULL, "w - lr g", "{step} = {w} - learning_rate gradients.{w}"},
    [BP_STEP_NEW_B] = {"network.b%", NULL, "w - lr g", "{step} = {w} - learning_rate gradients.{w}"},
};

/* --- mistakes --------------------------------------------------------------------------------- */

#define KINK "Is some z exactly 0? The option relu_at_zero says what the derivative of relu is there; without that option it is 0."

/* f: the layer's activation, z and h what goes into it and comes out; a: what feeds the layer; c: the loss's factor, N outputs; B samples;
 * w, g and lr: a parameter, its gradient and the learning rate. What a row lacks is that of the row whose words it shares. */
static const struct bp_mistake_text MISTAKES[BP_MISTAKE_COUNT] = {
    [BP_MISTAKE_Z_BIAS_FORGOTTEN] = {"sum over i of a[i] W[i][j]", "the layer has biases", {"the bias was left out of this sum.", "What does a unit add to its weighted inputs before the activation?"}, "The bias is left out"},
    [BP_MISTAKE_Z_WEIGHTS_TRANSPOSED] = {"b[j] + sum over i of a[i] W[j][i]", "as many inputs as units, and more than one", {"the weights are transposed here: the two ends of each weight were exchanged.", "Which weights lead into this unit, and which ones lead elsewhere?"}, "The weights are transposed"},
    [BP_MISTAKE_H_ACTIVATION_FORGOTTEN] = {"z", "the activation is not identity", {"this is z itself: the activation was not applied.", "What does {f} make of this z?"}, "The activation is not applied"},
    [BP_MISTAKE_LOSS_NOT_DIVIDED_BY_OUTPUTS] = {"N times the loss", "mse, half_mse or binary_cross_entropy, and more than one output", {"the terms were added up, but this loss is a mean over the outputs.", "What is still to be done with the sum, to make it a mean?"}, "Not divided by the number of outputs"},
    [BP_MISTAKE_DL_DY_MISSING_FACTOR_2] = {"c (y_hat - y)", "mse or sse", {"the factor that comes down when a square is differentiated is missing.", "Differentiate (y_hat - y)^2 with respect to y_hat: which factor comes down?"}, "The factor 2 is missing"},
    [BP_MISTAKE_DL_DY_EXTRA_FACTOR_2] = {"4 c (y_hat - y)", "half_mse or half_sse", {"there is one factor 2 too many.", "What does the 1/2 in front of this loss do to the 2 that comes down from the square?"}, "One factor 2 too many"},
    [BP_MISTAKE_DL_DY_NOT_DIVIDED_BY_OUTPUTS] = {"N dL_dy_hat", "mse, half_mse or binary_cross_entropy, and more than one output", {"the division by the number of outputs is missing.", "This loss is a mean over the outputs. What does that do to its derivative with respect to one of them?"}, NULL},
    [BP_MISTAKE_DL_DZ_NOT_DIVIDED_BY_OUTPUTS] = {"N dL_dz", "sigmoid with binary_cross_entropy, and more than one output", {NULL, NULL}, NULL},
    [BP_MISTAKE_DL_DY_DIVIDED_BY_OUTPUTS] = {"dL_dy_hat / N", "the loss is a sum over more than one output", {"this was divided by the number of outputs, but this loss is a sum over them.", "Is this loss a mean over the outputs, or a sum?"}, "Divided by the number of outputs"},
    [BP_MISTAKE_DL_DY_RESIDUAL_ONLY] = {"y_hat - y", "mse, and more than two outputs", {"this is the bare difference y_hat - y; the factors of this loss are missing.", "Which factor stands before the squares, and which one comes down when they are differentiated?"}, "The bare difference y_hat - y"},
    [BP_MISTAKE_DL_DY_SIGN_FLIPPED] = {"- dL_dy_hat", "any network", {"each sign is the wrong way round.", "If y_hat grew a little, would the loss grow or shrink? The gradient has the sign of that."}, "The sign is the wrong way round"},
    [BP_MISTAKE_DL_DZ_SIGN_FLIPPED] = {"y - y_hat", "softmax with cross_entropy, or sigmoid with a binary loss", {NULL, NULL}, NULL},
    [BP_MISTAKE_DL_DY_SIGN_LOST] = {"abs(dL_dy_hat)", "any loss but cross_entropy", {"the signs are lost: none of these is negative.", "Which outputs are too large and which too small? How does the gradient tell them apart?"}, "The signs are lost"},
    [BP_MISTAKE_DL_DY_LOSS_NOT_DERIVED] = {"the terms of the loss", "any network", {"these are the terms of the loss itself, not its slopes.", "How fast does the loss change when this output changes?"}, "The loss is not differentiated"},
    [BP_MISTAKE_DL_DY_GRADIENT_OF_LOGITS] = {"y_hat - y", "softmax with cross_entropy, or sigmoid with a binary loss", {"this is already the gradient of the last layer's z.", "With respect to what is the loss differentiated here: the output, or the z that {f} is applied to?"}, "Already the gradient of z"},
    [BP_MISTAKE_DH_DZ_DERIVATIVE_FORGOTTEN] = {"1", "relu, leaky_relu, sigmoid or tanh", {"the derivative of {f} was taken as 1 for every z.", "How much does the output of {f} change when this z changes a little?"}, "The derivative of the activation is left out"},
    [BP_MISTAKE_JACOBIAN_DERIVATIVE_FORGOTTEN] = {"1 on the diagonal", "softmax", {"the derivative of {f} was taken as 1 for every z, and as 0 between different units.", "How much do the outputs of {f} change when one z changes a little?"}, NULL},
    [BP_MISTAKE_DL_DZ_DERIVATIVE_FORGOTTEN] = {"dL_dh", "the activation is not identity", {"the gradient was passed on without the activation's derivative.", "What has to be multiplied in to come from the gradient of a unit's output to that of its z?"}, NULL},
    [BP_MISTAKE_JACOBIAN_DIAGONAL_ONLY] = {"y_hat (1 - y_hat) on the diagonal, else 0", "softmax of more than one output", {"each output was treated as if it depended on its own z alone.", "The outputs of softmax share one sum. What does a change of one z do to the other outputs?"}, "Only the diagonal of the softmax derivative"},
    [BP_MISTAKE_DL_DZ_DIAGONAL_ONLY] = {"dL_dy_hat y_hat (1 - y_hat)", "softmax of more than one output", {NULL, NULL}, NULL},
    [BP_MISTAKE_DL_DZ_DERIVATIVE_TWICE] = {"(y_hat - y) dy_hat_dz", "softmax with cross_entropy, or sigmoid with a binary loss", {"the derivative of {f} was multiplied in twice.", "What does dL_dy_hat times the derivative of {f} come to with this loss?"}, "The derivative of the activation is used twice"},
    [BP_MISTAKE_DH_DZ_GATE_OPEN_AT_ZERO] = {"1 at z = 0", "relu, and relu_at_zero is not 1", {"where z is exactly 0, the derivative of relu was taken as 1.", KINK}, "The gate is open at z = 0"},
    [BP_MISTAKE_DH_DZ_GATE_HALF_AT_ZERO] = {"1/2 at z = 0", "relu, and relu_at_zero is not 1/2", {"where z is exactly 0, the derivative of relu was taken as 1/2.", KINK}, "The gate is half open at z = 0"},
    [BP_MISTAKE_DH_DZ_GATE_CLOSED_AT_ZERO] = {"0 at z = 0", "relu, and relu_at_zero is not 0", {"where z is exactly 0, the derivative of relu was taken as 0.", KINK}, "The gate is closed at z = 0"},
    [BP_MISTAKE_DH_DZ_GATE_INVERTED] = {"the slope at -z", "relu or leaky_relu", {"the gate is the wrong way round.", "For which z does {f} pass a small change on in full?"}, "The gate is the wrong way round"},
    [BP_MISTAKE_DH_DZ_VALUE_FOR_DERIVATIVE] = {"h", "relu, leaky_relu, sigmoid or tanh", {"this is the activation's value, not its derivative.", "What is asked for here: the value of {f} at z, or its slope?"}, "The value of the activation, not its derivative"},
    [BP_MISTAKE_DH_DZ_RULE_OF_SIGMOID] = {"h (1 - h)", "relu, leaky_relu or tanh", {"h (1 - h) is the derivative of sigmoid, but the activation here is {f}.", "What is the derivative of {f}?"}, "The derivative of sigmoid for another activation"},
    [BP_MISTAKE_DH_DZ_RULE_OF_TANH] = {"1 - h^2", "sigmoid", {"1 - h^2 is the derivative of tanh, but the activation here is {f}.", "What is the derivative of {f}?"}, "The derivative of tanh for another activation"},
    [BP_MISTAKE_DH_DZ_RULE_OF_RELU] = {"1 where z > 0, else 0", "leaky_relu", {"this is the derivative of relu, but the activation here is {f}.", "What is the slope of {f} where z is negative?"}, "The derivative of relu for another activation"},
    [BP_MISTAKE_DH_DZ_DERIVATIVE_FROM_Z] = {"the rule with z for h", "sigmoid or tanh", {"z was put into a rule that is written with h.", "The rule is {rule}. Which number of the forward pass is h?"}, "z in place of h in the derivative"},
    [BP_MISTAKE_DH_DZ_DERIVATIVE_AT_H] = {"f'(h)", "sigmoid or tanh", {"the activation was applied once more before its derivative was taken.", "At which point is the slope of {f} asked for: at z, or at h?"}, "The derivative is taken at h, not at z"},
    [BP_MISTAKE_DL_DZ_UPSTREAM_DROPPED] = {"dh_dz", "relu, leaky_relu, sigmoid or tanh", {"this is the activation's derivative alone.", "Which gradient comes back to this layer, and has to be multiplied in?"}, "The gradient that comes back is left out"},
    [BP_MISTAKE_DL_DZ_GRADIENT_RECTIFIED] = {"max(0, dL_dh)", "relu", {"relu was applied to the gradient.", "What opens the gate of a unit: the sign of its z, or the sign of the gradient?"}, "relu is applied to the gradient"},
    [BP_MISTAKE_DL_DW_USES_Z_FOR_H] = {"z[i] of the layer before, times dL_dz[j]", "there is a layer before, and its activation is not identity", {"z of the layer before was used, but it is that layer's h that feeds the weight.", "What does this weight multiply in the forward pass?"}, "z in place of h"},
    [BP_MISTAKE_DL_DW_INPUT_FORGOTTEN] = {"dL_dz[j]", "any network", {"all weights into a unit were given that unit's dL_dz: what feeds each weight is missing.", "What does this weight multiply in the forward pass?"}, "What feeds the weight is left out"},
    [BP_MISTAKE_DL_DW_OUTPUT_FOR_GRADIENT] = {"a[i] h[j]", "any network", {"the layer's output was multiplied in, not its gradient.", "Two factors meet in the gradient of a weight. Which one comes back from the loss?"}, "The output in place of the gradient"},
    [BP_MISTAKE_DL_DW_OWN_VALUE] = {"W[i][j] dL_dz[j]", "any network", {"each weight was multiplied by dL_dz; its own value is no part of its gradient.", "Differentiate w times a with respect to w: what remains?"}, "The parameter's own value is multiplied in"},
    [BP_MISTAKE_DL_DW_TRANSPOSED] = {"a[j] dL_dz[i]", "as many inputs as units, and more than one", {"this is transposed: the two ends of each weight were exchanged.", "A weight leads from one unit to another. Which of the two gives the value that is multiplied in, and which one the gradient?"}, "The gradient of the weights is transposed"},
    [BP_MISTAKE_DL_DW_DL_DH_FOR_DL_DZ] = {"a[i] dL_dh[j]", "the activation is not identity", {"the gradient of the layer's output was used where the gradient of its z belongs.", "Which of the two does the weight act on directly, the layer's z or its output?"}, "The gradient of h in place of that of z"},
    [BP_MISTAKE_DL_DB_DL_DH_FOR_DL_DZ] = {"dL_dh", "the activation is not identity", {"the gradient of the layer's output was used where the gradient of its z belongs.", "Which of the two does the bias act on directly, the layer's z or its output?"}, NULL},
    [BP_MISTAKE_DL_DB_BIAS_TAKEN_AS_CONSTANT] = {"0", "any network", {"the gradient of the biases was given as 0.", "If a bias grew a little, even one that is 0 now, would the loss change?"}, "The gradient of the bias is given as 0"},
    [BP_MISTAKE_DL_DB_OWN_VALUE] = {"b dL_dz", "any network", {"each bias was multiplied by dL_dz; its own value is no part of its gradient.", "If the bias grows by 1, by how much does z grow?"}, NULL},
    [BP_MISTAKE_DL_DB_BIAS_SUMMED] = {"the sum of all dL_dz", "more than one unit", {"the gradients of all units were added up into one number.", "How many units share one bias?"}, "The biases' gradients are added up"},
    [BP_MISTAKE_DL_DB_BIAS_TIMES_INPUT] = {"dL_dz[j] times the sum of all a", "any network", {"the bias was treated like a weight: the inputs of the layer were multiplied in.", "What does the bias multiply in the forward pass?"}, "The input is multiplied into the bias"},
    [BP_MISTAKE_DL_DH_WEIGHTS_TRANSPOSED] = {"sum over j of W[j][i] dL_dz[j]", "as many inputs as units, and more than one", {"the weights are transposed here: the two ends of each weight were exchanged.", "Through which weights does this value reach the next layer?"}, NULL},
    [BP_MISTAKE_DL_DH_WEIGHTS_FORGOTTEN] = {"sum over j of dL_dz[j]", "any network", {"the gradients of the next layer were added up without the weights that lead there.", "By how much does each z of the next layer move when this value moves?"}, "The weights are left out on the way back"},
    [BP_MISTAKE_DL_DH_GRADIENT_FOR_WEIGHTS] = {"sum over j of dL_dW[i][j] dL_dz[j]", "any network", {"the gradient of the weights was used where the weights themselves belong.", "By which numbers was this value multiplied on its way to the next layer?"}, "The gradient of the weights in place of the weights"},
    [BP_MISTAKE_DL_DH_AVERAGED_OVER_UNITS] = {"(sum over j of W[i][j] dL_dz[j]) / the number of units", "more than one unit in the next layer", {"the shares of the units of the next layer were averaged.", "This value acts on several units of the next layer at once. How do these effects on the loss combine?"}, "Averaged over the units of the next layer"},
    [BP_MISTAKE_DL_DH_RESIDUAL_FOR_GRADIENT] = {"sum over j of W[i][j] (y_hat[j] - y[j]) dy_hat_dz[j]", "the last layer, and a loss of squares but half_sse", {"the bare difference y_hat - y was sent back, without the factors of the loss.", "Which gradient did you find at the output?"}, "y_hat - y in place of the gradient"},
    [BP_MISTAKE_DL_DH_DL_DH_FOR_DL_DZ] = {"sum over j of W[i][j] dL_dh[j]", "the activation is not identity", {"on the way back through these weights, the gradient of the next layer's output was used where the gradient of its z belongs.", "What do these weights act on directly, the next layer's z or its output?"}, NULL},
    [BP_MISTAKE_DL_DH_GATED_EARLY] = {"(sum over j of W[i][j] dL_dz[j]) dh_dz[i] of the layer before", "the activation of the layer before is relu, leaky_relu, sigmoid or tanh", {"the activation's derivative is already in here; it belongs to the next step.", "What is asked for here: the gradient of h, or that of z?"}, "The derivative of the activation comes a step too early"},
    [BP_MISTAKE_DL_DH_UPDATED_WEIGHTS] = {"sum over j of (W[i][j] - lr dL_dW[i][j]) dL_dz[j]", "learning_rate is above 0", {"the gradient went back through weights that were already changed.", "Which weights made this output: those before the step, or those after it?"}, "Back through weights that were already changed"},
    [BP_MISTAKE_MEAN_LOSS_NOT_AVERAGED] = {"sum over the samples", "more than one sample, and the reduction is mean", {"the samples were added up, but not averaged.", "How are the samples put together in this exercise: as a mean, or as a sum?"}, "Not averaged over the samples"},
    [BP_MISTAKE_MEAN_LOSS_DIVIDED_BY_SAMPLES] = {"mean over the samples", "more than one sample, and the reduction is sum", {"the samples were averaged.", "How are the samples put together in this exercise: as a mean, or as a sum?"}, "Averaged over the samples"},
    [BP_MISTAKE_MEAN_W_AVERAGED_TWICE] = {"mean / B", "more than one sample, and the reduction is mean", {"this was divided by the number of samples twice.", "How often is a mean taken on the way from the samples to the batch?"}, "Averaged over the samples twice"},
    [BP_MISTAKE_MEAN_W_FIRST_SAMPLE_ONLY] = {"the gradient of the first sample", "more than one sample", {"this is the gradient of one sample alone.", "The batch has more samples. Where are they in this gradient?"}, "The gradient of one sample alone"},
    [BP_MISTAKE_MEAN_W_LAST_SAMPLE_ONLY] = {"the gradient of the last sample", "more than one sample", {NULL, NULL}, NULL},
    [BP_MISTAKE_MEAN_B_LAST_SAMPLE_ONLY] = {"the gradient of the last sample", "more than one sample", {NULL, NULL}, NULL},
    [BP_MISTAKE_NEW_W_ASCENT] = {"w + lr g", "a learning_rate is given", {"the step went uphill.", "Should the loss become larger or smaller? Which way does the gradient point?"}, "The step goes uphill"},
    [BP_MISTAKE_NEW_W_RATE_FORGOTTEN] = {"w - g", "a learning_rate that is not 1 is given", {"the gradient was subtracted as it is: the learning rate is missing.", "How far does a step go along the gradient?"}, "The learning rate is left out"},
    [BP_MISTAKE_NEW_W_NOT_UPDATED] = {"w", "a learning_rate is given", {"these are the values from before the step.", "What does a step of gradient descent do with each parameter?"}, "The parameters from before the step"},
    [BP_MISTAKE_NEW_W_CHANGE_FOR_VALUE] = {"- lr g", "a learning_rate is given", {"this is the change, not the new value.", "What is asked for here: by how much the parameter changes, or what it is after the step?"}, "The change, not the new value"},
};

/* What a wrong step looks like that no mistake explains, and what is said of steps that follow. */
static const struct {
    struct bp_words words;
    const char *title;
} OTHERS[BP_CODE_COUNT] = {
    [BP_CODE_ONE_SIGN] = {{"{cell} has the wrong sign.", "Which of its factors are negative?"}, "One value has the wrong sign"},
    [BP_CODE_ONE_DECIMAL_POINT] = {{"in {cell} the decimal point seems to be in the wrong place.", "Compare it with your working: how large should it be, roughly?"}, "One decimal point is in the wrong place"},
    [BP_CODE_ONE_DIGITS_SWAPPED] = {{"in {cell} the digits may be in the wrong order.", "Compare it with your working, digit by digit. If it is the same there, work it out once more."}, "The digits of one value are in the wrong order"},
    [BP_CODE_ONE_NEIGHBOURS_VALUE] = {{"{cell} has the value that belongs into another place.", "Which unit, or which weight, is this the value of?"}, "One value belongs into another place"},
    [BP_CODE_ONE_CELL] = {{"{cell} does not match.", "Work it out once more: {todo}."}, "One value does not match"},
    [BP_CODE_INPUTS_SWAPPED] = {{"the values of two inputs of this layer have changed places.", "For each value, ask which input its weight starts from."}, "Two inputs have changed places"},
    [BP_CODE_UNITS_SWAPPED] = {{"the values of two units of this layer have changed places.", "For each value, ask which unit it belongs to."}, "Two units have changed places"},
    [BP_CODE_CELLS_SWAPPED] = {{"two values have changed places.", "For each value, ask which unit it belongs to."}, "Two values have changed places"},
    [BP_CODE_SCALED] = {{"all values are off by the same factor.", "Which factor is missing in this step, or is used twice?"}, "All values are off by one factor"},
    [BP_CODE_TOO_FEW_DECIMALS] = {{"right as far as it goes; {decimals} decimals are asked for.", "Keep some more decimals while you calculate, and round at the end."}, "Too few decimals"},
    [BP_CODE_UNKNOWN] = {{"this does not match, and it is not one of the mistakes that this service looks for.", "Work it out once more, from your own numbers: {todo}."}, "Not one of the mistakes that this service looks for"},
    [BP_CODE_OWN_NUMBERS] = {{"this follows from your own numbers: nothing went wrong here, but do it again once the earlier step is corrected.", NULL}, "Right, from your own numbers"},
    [BP_CODE_OWN_ZEROS] = {{"this follows from your own numbers, but it is all zeros, which show no working, so it earns no marks. Correct the earlier step, then do it again.", NULL}, "Zeros that follow from your own numbers"},
    [BP_CODE_OWN_NUMBERS_UNCREDITED] = {{"this follows from your own numbers, but how you came to them cannot be seen, so it earns no marks. Correct the earlier step, then do it again.", NULL}, "From numbers whose working cannot be seen"},
    [BP_CODE_MISCOUNTED] = {{"the counts do not match.", "Count the entries of `gradients` that are exactly 0, and those that are not. Together they are all the parameters."}, "Counted or judged wrong"},
};

static const struct bp_words MISJUDGED = {"not every unit is judged right.", "For which units is the gate closed on every sample? Those are dead."};
/* clang-format on */

#define AS_NAME(name, wire) wire,
const char *const bp_code_names[BP_CODE_COUNT] = {BP_MISTAKE_CODES(AS_NAME)
                                                      BP_OTHER_CODES(AS_NAME)};
#undef AS_NAME

const char *bp_code_title(enum bp_code code)
{
    enum bp_mistake first = 0;
    if (OTHERS[code].title)
        return OTHERS[code].title;
    while (bp_mistake_row(first)->code != code)
        first++;
    return MISTAKES[first].title;
}

const struct bp_step_text *bp_step_text(enum bp_step_kind kind)
{
    return &STEPS[kind];
}

struct bp_mistake_text bp_mistake_text(enum bp_mistake mistake)
{
    struct bp_mistake_text text = MISTAKES[bp_mistake_row(mistake)->words];
    if (MISTAKES[mistake].reads) {
        text.reads = MISTAKES[mistake].reads;
        text.where = MISTAKES[mistake].where;
    }
    assert(text.words.message);
    return text;
}

struct bp_words bp_other_words(enum bp_code code, enum bp_step_kind kind)
{
    assert(OTHERS[code].title);
    return code == BP_CODE_MISCOUNTED && kind == BP_STEP_DEAD ? MISJUDGED : OTHERS[code].words;
}
