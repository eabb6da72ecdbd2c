/*
 * The catalogue of mistakes in a backward pass, and the step where each is made.
 *
 * A backward pass is a list of steps, each one formula. A mistake is one altered formula, at one
 * layer. The codec has the texts.
 */
#ifndef BACKPROPD_MISTAKES_H
#define BACKPROPD_MISTAKES_H

#include <stdbool.h>
#include <stddef.h>

/* The kinds of steps, k being a layer from 1 to L; samples' steps first, then the batch's. */
#define BP_STEP_KINDS(X)                                                                           \
    X(Z)         /* zk, (n) */                                                                     \
    X(H)         /* hk, of the last layer y_hat, (n) */                                            \
    X(LOSS)      /* samples.loss */                                                                \
    X(DL_DY)     /* dL_dy_hat, (n) */                                                              \
    X(DH_DZ)     /* dhk_dzk, of the last layer dy_hat_dzL, (n) */                                  \
    X(JACOBIAN)  /* dy_hat_dzL of softmax, (n, n): row j holds the derivatives of output j */      \
    X(DL_DZ)     /* dL_dzk, (n) */                                                                 \
    X(DL_DW)     /* dL_dWk, (m, n) */                                                              \
    X(DL_DB)     /* dL_dbk, (n) */                                                                 \
    X(DL_DH)     /* dL_dh(k-1), of the first layer dL_dx, (m) */                                   \
    X(MEAN_LOSS) /* loss */                                                                        \
    X(MEAN_W)    /* gradients.Wk, (m, n) */                                                        \
    X(MEAN_B)    /* gradients.bk, (n) */                                                           \
    X(COUNTS)    /* parameters, (2): nonzero, zero */                                              \
    X(DEAD)      /* dead.hk, (n), 0 or 1 */                                                        \
    X(NEW_W)     /* network.Wk, (m, n) */                                                          \
    X(NEW_B)     /* network.bk, (n) */

/* What the referee finds: the codes of the catalogue, in the order of their first rows; */
#define BP_MISTAKE_CODES(X)                                                                        \
    X(BIAS_FORGOTTEN, "bias_forgotten")                                                            \
    X(WEIGHTS_TRANSPOSED, "weights_transposed")                                                    \
    X(ACTIVATION_FORGOTTEN, "activation_forgotten")                                                \
    X(NOT_DIVIDED_BY_OUTPUTS, "not_divided_by_outputs")                                            \
    X(MISSING_FACTOR_2, "missing_factor_2")                                                        \
    X(EXTRA_FACTOR_2, "extra_factor_2")                                                            \
    X(DIVIDED_BY_OUTPUTS, "divided_by_outputs")                                                    \
    X(RESIDUAL_ONLY, "residual_only")                                                              \
    X(SIGN_FLIPPED, "sign_flipped")                                                                \
    X(SIGN_LOST, "sign_lost")                                                                      \
    X(LOSS_NOT_DERIVED, "loss_not_derived")                                                        \
    X(GRADIENT_OF_LOGITS, "gradient_of_logits")                                                    \
    X(DERIVATIVE_FORGOTTEN, "derivative_forgotten")                                                \
    X(DIAGONAL_ONLY, "diagonal_only")                                                              \
    X(DERIVATIVE_TWICE, "derivative_twice")                                                        \
    X(GATE_OPEN_AT_ZERO, "gate_open_at_zero")                                                      \
    X(GATE_HALF_AT_ZERO, "gate_half_at_zero")                                                      \
    X(GATE_CLOSED_AT_ZERO, "gate_closed_at_zero")                                                  \
    X(GATE_INVERTED, "gate_inverted")                                                              \
    X(VALUE_FOR_DERIVATIVE, "value_for_derivative")                                                \
    X(RULE_OF_SIGMOID, "rule_of_sigmoid")                                                          \
    X(RULE_OF_TANH, "rule_of_tanh")                                                                \
    X(RULE_OF_RELU, "rule_of_relu")                                                                \
    X(DERIVATIVE_FROM_Z, "derivative_from_z")                                                      \
    X(DERIVATIVE_AT_H, "derivative_at_h")                                                          \
    X(UPSTREAM_DROPPED, "upstream_dropped")                                                        \
    X(GRADIENT_RECTIFIED, "gradient_rectified")                                                    \
    X(USES_Z_FOR_H, "uses_z_for_h")                                                                \
    X(INPUT_FORGOTTEN, "input_forgotten")                                                          \
    X(OUTPUT_FOR_GRADIENT, "output_for_gradient")                                                  \
    X(OWN_VALUE, "own_value")                                                                      \
    X(TRANSPOSED, "transposed")                                                                    \
    X(DL_DH_FOR_DL_DZ, "dL_dh_for_dL_dz")                                                          \
    X(BIAS_TAKEN_AS_CONSTANT, "bias_taken_as_constant")                                            \
    X(BIAS_SUMMED, "bias_summed")                                                                  \
    X(BIAS_TIMES_INPUT, "bias_times_input")                                                        \
    X(WEIGHTS_FORGOTTEN, "weights_forgotten")                                                      \
    X(GRADIENT_FOR_WEIGHTS, "gradient_for_weights")                                                \
    X(AVERAGED_OVER_UNITS, "averaged_over_units")                                                  \
    X(RESIDUAL_FOR_GRADIENT, "residual_for_gradient")                                              \
    X(GATED_EARLY, "gated_early")                                                                  \
    X(UPDATED_WEIGHTS, "updated_weights")                                                          \
    X(NOT_AVERAGED, "not_averaged")                                                                \
    X(DIVIDED_BY_SAMPLES, "divided_by_samples")                                                    \
    X(AVERAGED_TWICE, "averaged_twice")                                                            \
    X(ONE_SAMPLE_ONLY, "one_sample_only")                                                          \
    X(ASCENT, "ascent")                                                                            \
    X(RATE_FORGOTTEN, "rate_forgotten")                                                            \
    X(NOT_UPDATED, "not_updated")                                                                  \
    X(CHANGE_FOR_VALUE, "change_for_value")

/* then what a wrong step looks like that no mistake explains, and what is said of counts and masks
 * and of steps that follow. */
#define BP_OTHER_CODES(X)                                                                          \
    X(ONE_SIGN, "one_sign")                                                                        \
    X(ONE_DECIMAL_POINT, "one_decimal_point")                                                      \
    X(ONE_DIGITS_SWAPPED, "one_digits_swapped")                                                    \
    X(ONE_NEIGHBOURS_VALUE, "one_neighbours_value")                                                \
    X(ONE_CELL, "one_cell")                                                                        \
    X(INPUTS_SWAPPED, "inputs_swapped")                                                            \
    X(UNITS_SWAPPED, "units_swapped")                                                              \
    X(CELLS_SWAPPED, "cells_swapped")                                                              \
    X(SCALED, "scaled")                                                                            \
    X(TOO_FEW_DECIMALS, "too_few_decimals")                                                        \
    X(UNKNOWN, "unknown")                                                                          \
    X(MISCOUNTED, "miscounted")                                                                    \
    X(OWN_NUMBERS, "own_numbers")                                                                  \
    X(OWN_ZEROS, "own_zeros")                                                                      \
    X(OWN_NUMBERS_UNCREDITED, "own_numbers_uncredited")

/*
 * The table of mistakes: kind of the altered step, name of the row among that kind's, code, the row
 * whose words it shares (its own, or an earlier one's), and where it makes sense, as an expression
 * of a struct bp_operands *c. Beside it, what is calculated in place of the right formula; a: what
 * feeds the layer, d = dL_dz, u = dL_dh.
 *
 * The order is part of the contract: of equally good explanations the first row's is the answer.
 */
/* clang-format off */
#define BP_MISTAKES(X)                                                                             \
    X(Z, BIAS_FORGOTTEN, BIAS_FORGOTTEN, Z_BIAS_FORGOTTEN, c->has_bias)            /* a W */        \
    X(Z, WEIGHTS_TRANSPOSED, WEIGHTS_TRANSPOSED, Z_WEIGHTS_TRANSPOSED, is_square(c))                \
    X(H, ACTIVATION_FORGOTTEN, ACTIVATION_FORGOTTEN, H_ACTIVATION_FORGOTTEN, is_bent(c)) /* z */    \
    X(LOSS, NOT_DIVIDED_BY_OUTPUTS, NOT_DIVIDED_BY_OUTPUTS, LOSS_NOT_DIVIDED_BY_OUTPUTS, has_mean_loss(c)) \
    X(DL_DY, MISSING_FACTOR_2, MISSING_FACTOR_2, DL_DY_MISSING_FACTOR_2, has_whole_squares(c)) \
    X(DL_DY, EXTRA_FACTOR_2, EXTRA_FACTOR_2, DL_DY_EXTRA_FACTOR_2, has_half_squares(c)) \
    X(DL_DY, NOT_DIVIDED_BY_OUTPUTS, NOT_DIVIDED_BY_OUTPUTS, DL_DY_NOT_DIVIDED_BY_OUTPUTS, has_mean_loss(c)) \
    X(DL_DZ, NOT_DIVIDED_BY_OUTPUTS, NOT_DIVIDED_BY_OUTPUTS, DL_DY_NOT_DIVIDED_BY_OUTPUTS, is_pair(c) && has_mean_loss(c)) \
    X(DL_DY, DIVIDED_BY_OUTPUTS, DIVIDED_BY_OUTPUTS, DL_DY_DIVIDED_BY_OUTPUTS, !has_mean_loss(c) && c->outputs > 1) \
    X(DL_DY, RESIDUAL_ONLY, RESIDUAL_ONLY, DL_DY_RESIDUAL_ONLY, has_whole_squares(c) && has_mean_loss(c) && c->outputs > 2) /* y_hat - y */ \
    X(DL_DY, SIGN_FLIPPED, SIGN_FLIPPED, DL_DY_SIGN_FLIPPED, true)                                  \
    X(DL_DZ, SIGN_FLIPPED, SIGN_FLIPPED, DL_DY_SIGN_FLIPPED, is_pair(c))                            \
    X(DL_DY, SIGN_LOST, SIGN_LOST, DL_DY_SIGN_LOST, bp_loss_kind(c->loss) != BP_LOSS_KIND_SOFTMAX)   \
    X(DL_DY, LOSS_NOT_DERIVED, LOSS_NOT_DERIVED, DL_DY_LOSS_NOT_DERIVED, true)                      \
    X(DL_DY, GRADIENT_OF_LOGITS, GRADIENT_OF_LOGITS, DL_DY_GRADIENT_OF_LOGITS, is_pair(c))          \
    X(DH_DZ, DERIVATIVE_FORGOTTEN, DERIVATIVE_FORGOTTEN, DH_DZ_DERIVATIVE_FORGOTTEN, is_curved(c)) /* 1 */ \
    X(JACOBIAN, DERIVATIVE_FORGOTTEN, DERIVATIVE_FORGOTTEN, JACOBIAN_DERIVATIVE_FORGOTTEN, true) /* unit matrix */ \
    X(DL_DZ, DERIVATIVE_FORGOTTEN, DERIVATIVE_FORGOTTEN, DL_DZ_DERIVATIVE_FORGOTTEN, is_bent(c)) /* u */ \
    X(JACOBIAN, DIAGONAL_ONLY, DIAGONAL_ONLY, JACOBIAN_DIAGONAL_ONLY, c->n > 1)                     \
    X(DL_DZ, DIAGONAL_ONLY, DIAGONAL_ONLY, JACOBIAN_DIAGONAL_ONLY, c->activation == BP_ACTIVATION_SOFTMAX && c->n > 1) \
    X(DL_DZ, DERIVATIVE_TWICE, DERIVATIVE_TWICE, DL_DZ_DERIVATIVE_TWICE, is_pair(c))                \
    X(DH_DZ, GATE_OPEN_AT_ZERO, GATE_OPEN_AT_ZERO, DH_DZ_GATE_OPEN_AT_ZERO, is_relu(c) && c->relu_at_zero != 1) \
    X(DH_DZ, GATE_HALF_AT_ZERO, GATE_HALF_AT_ZERO, DH_DZ_GATE_HALF_AT_ZERO, is_relu(c) && c->relu_at_zero != 0.5) \
    X(DH_DZ, GATE_CLOSED_AT_ZERO, GATE_CLOSED_AT_ZERO, DH_DZ_GATE_CLOSED_AT_ZERO, is_relu(c) && c->relu_at_zero != 0) \
    X(DH_DZ, GATE_INVERTED, GATE_INVERTED, DH_DZ_GATE_INVERTED, is_gated(c)) /* the slope at -z */  \
    X(DH_DZ, VALUE_FOR_DERIVATIVE, VALUE_FOR_DERIVATIVE, DH_DZ_VALUE_FOR_DERIVATIVE, is_curved(c)) /* h */ \
    X(DH_DZ, RULE_OF_SIGMOID, RULE_OF_SIGMOID, DH_DZ_RULE_OF_SIGMOID, is_gated(c) || c->activation == BP_ACTIVATION_TANH) \
    X(DH_DZ, RULE_OF_TANH, RULE_OF_TANH, DH_DZ_RULE_OF_TANH, c->activation == BP_ACTIVATION_SIGMOID) \
    X(DH_DZ, RULE_OF_RELU, RULE_OF_RELU, DH_DZ_RULE_OF_RELU, c->activation == BP_ACTIVATION_LEAKY_RELU) \
    X(DH_DZ, DERIVATIVE_FROM_Z, DERIVATIVE_FROM_Z, DH_DZ_DERIVATIVE_FROM_Z, is_smooth(c)) /* z put for h */ \
    X(DH_DZ, DERIVATIVE_AT_H, DERIVATIVE_AT_H, DH_DZ_DERIVATIVE_AT_H, is_smooth(c)) /* f'(h) */     \
    X(DL_DZ, UPSTREAM_DROPPED, UPSTREAM_DROPPED, DL_DZ_UPSTREAM_DROPPED, is_curved(c)) /* dh_dz */  \
    X(DL_DZ, GRADIENT_RECTIFIED, GRADIENT_RECTIFIED, DL_DZ_GRADIENT_RECTIFIED, is_relu(c)) /* max(0, u) */ \
    X(DL_DW, USES_Z_FOR_H, USES_Z_FOR_H, DL_DW_USES_Z_FOR_H, !c->first && c->below != BP_ACTIVATION_IDENTITY) \
    X(DL_DW, INPUT_FORGOTTEN, INPUT_FORGOTTEN, DL_DW_INPUT_FORGOTTEN, true) /* d */                 \
    X(DL_DW, OUTPUT_FOR_GRADIENT, OUTPUT_FOR_GRADIENT, DL_DW_OUTPUT_FOR_GRADIENT, true) /* a h */   \
    X(DL_DW, OWN_VALUE, OWN_VALUE, DL_DW_OWN_VALUE, true) /* W d */                                 \
    X(DL_DW, TRANSPOSED, TRANSPOSED, DL_DW_TRANSPOSED, is_square(c))                                \
    X(DL_DW, DL_DH_FOR_DL_DZ, DL_DH_FOR_DL_DZ, DL_DW_DL_DH_FOR_DL_DZ, is_bent(c)) /* a u */         \
    X(DL_DB, DL_DH_FOR_DL_DZ, DL_DH_FOR_DL_DZ, DL_DB_DL_DH_FOR_DL_DZ, is_bent(c)) /* u */           \
    X(DL_DB, BIAS_TAKEN_AS_CONSTANT, BIAS_TAKEN_AS_CONSTANT, DL_DB_BIAS_TAKEN_AS_CONSTANT, true) /* 0 */ \
    X(DL_DB, OWN_VALUE, OWN_VALUE, DL_DB_OWN_VALUE, true) /* b d */                                 \
    X(DL_DB, BIAS_SUMMED, BIAS_SUMMED, DL_DB_BIAS_SUMMED, c->n > 1) /* sum(d) */                    \
    X(DL_DB, BIAS_TIMES_INPUT, BIAS_TIMES_INPUT, DL_DB_BIAS_TIMES_INPUT, true) /* sum(a) d */       \
    X(DL_DH, WEIGHTS_TRANSPOSED, WEIGHTS_TRANSPOSED, DL_DH_WEIGHTS_TRANSPOSED, is_square(c))        \
    X(DL_DH, WEIGHTS_FORGOTTEN, WEIGHTS_FORGOTTEN, DL_DH_WEIGHTS_FORGOTTEN, true) /* sum(d) */      \
    X(DL_DH, GRADIENT_FOR_WEIGHTS, GRADIENT_FOR_WEIGHTS, DL_DH_GRADIENT_FOR_WEIGHTS, true) /* dL_dW d */ \
    X(DL_DH, AVERAGED_OVER_UNITS, AVERAGED_OVER_UNITS, DL_DH_AVERAGED_OVER_UNITS, c->n > 1) /* W d / n */ \
    X(DL_DH, RESIDUAL_FOR_GRADIENT, RESIDUAL_FOR_GRADIENT, DL_DH_RESIDUAL_FOR_GRADIENT, c->last && has_squares(c) && c->loss_factor * 2 != 1) \
    X(DL_DH, DL_DH_FOR_DL_DZ, DL_DH_FOR_DL_DZ, DL_DH_DL_DH_FOR_DL_DZ, is_bent(c)) /* W u */         \
    X(DL_DH, GATED_EARLY, GATED_EARLY, DL_DH_GATED_EARLY, is_curved_below(c)) /* (W d) dh_dz below */ \
    X(DL_DH, UPDATED_WEIGHTS, UPDATED_WEIGHTS, DL_DH_UPDATED_WEIGHTS, c->learning_rate > 0)         \
    BP_MISTAKES_OF_MEANS(X, MEAN_LOSS)                                                              \
    BP_MISTAKES_OF_MEANS(X, MEAN_W)                                                                 \
    BP_MISTAKES_OF_GRADIENTS(X, MEAN_W)                                                             \
    BP_MISTAKES_OF_MEANS(X, MEAN_B)                                                                 \
    BP_MISTAKES_OF_GRADIENTS(X, MEAN_B)                                                             \
    BP_MISTAKES_OF_STEPS(X, NEW_W)                                                                  \
    BP_MISTAKES_OF_STEPS(X, NEW_B)
#define BP_MISTAKES_OF_MEANS(X, kind)                                                              \
    X(kind, NOT_AVERAGED, NOT_AVERAGED, MEAN_LOSS_NOT_AVERAGED, is_mean(c)) /* the sum */           \
    X(kind, DIVIDED_BY_SAMPLES, DIVIDED_BY_SAMPLES, MEAN_LOSS_DIVIDED_BY_SAMPLES, c->samples > 1 && !is_mean(c)) /* the mean */
#define BP_MISTAKES_OF_GRADIENTS(X, kind)                                                          \
    X(kind, AVERAGED_TWICE, AVERAGED_TWICE, MEAN_W_AVERAGED_TWICE, is_mean(c)) /* mean / B */       \
    X(kind, FIRST_SAMPLE_ONLY, ONE_SAMPLE_ONLY, MEAN_W_FIRST_SAMPLE_ONLY, c->samples > 1)           \
    X(kind, LAST_SAMPLE_ONLY, ONE_SAMPLE_ONLY, MEAN_W_FIRST_SAMPLE_ONLY, c->samples > 1)
#define BP_MISTAKES_OF_STEPS(X, kind)                                                              \
    X(kind, ASCENT, ASCENT, NEW_W_ASCENT, true) /* w + lr g */                                      \
    X(kind, RATE_FORGOTTEN, RATE_FORGOTTEN, NEW_W_RATE_FORGOTTEN, c->learning_rate != 1) /* w - g */ \
    X(kind, NOT_UPDATED, NOT_UPDATED, NEW_W_NOT_UPDATED, true) /* w */                              \
    X(kind, CHANGE_FOR_VALUE, CHANGE_FOR_VALUE, NEW_W_CHANGE_FOR_VALUE, true) /* -lr g */
/* clang-format on */

#define BP_AS_KIND(kind) BP_STEP_##kind,
#define BP_AS_CODE(name, wire) BP_CODE_##name,
#define BP_AS_MISTAKE(kind, name, code, words, condition) BP_MISTAKE_##kind##_##name,
enum bp_step_kind { BP_STEP_KINDS(BP_AS_KIND) BP_STEP_KIND_COUNT };
enum bp_code { BP_MISTAKE_CODES(BP_AS_CODE) BP_OTHER_CODES(BP_AS_CODE) BP_CODE_COUNT };
enum bp_mistake { BP_MISTAKES(BP_AS_MISTAKE) BP_MISTAKE_COUNT };
#undef BP_AS_KIND
#undef BP_AS_CODE
#undef BP_AS_MISTAKE

/* No mistake: the right formula. */
#define BP_NO_MISTAKE BP_MISTAKE_COUNT
/* No code: nothing to say. */
#define BP_NO_CODE BP_CODE_COUNT

/* One row of the table. */
struct bp_mistake_row {
    enum bp_step_kind kind;
    enum bp_code code;
    enum bp_mistake words; /* the row that says it in the same words: itself, or an earlier one */
};

/* In: mistake, less than BP_MISTAKE_COUNT. Cannot fail. */
const struct bp_mistake_row *bp_mistake_row(enum bp_mistake mistake);

#endif
