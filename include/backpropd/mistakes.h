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
 * whose words it shares (its own, or an earlier one's), where it makes sense, and what is
 * calculated in place of the right formula. BP_OWN is a row with words of its own.
 *
 * The last two are expressions: variants.c expands the conditions, formulas.c the formulas, each
 * with functions of its own. c is a struct bp_operands *, i the row and j the column of the cell,
 * at = i * c->n + j.
 *
 * The order is part of the contract: of equally good explanations the first row's is the answer.
 */
/* clang-format off */
#define BP_OWN(X, kind, name, condition, formula) X(kind, name, name, kind##_##name, condition, formula)
#define BP_MISTAKES(X)                                                                             \
    BP_OWN(X, Z, BIAS_FORGOTTEN, c->b != NULL, entering(c, 0, j))                                  \
    BP_OWN(X, Z, WEIGHTS_TRANSPOSED, is_square(c), dot(bias_of(c, j), c->a, c->w + j * c->n, 1, c->m)) \
    BP_OWN(X, H, ACTIVATION_FORGOTTEN, is_bent(c), c->z[j])                                        \
    BP_OWN(X, LOSS, NOT_DIVIDED_BY_OUTPUTS, has_mean_loss(c), loss_of(c) * c->outputs)             \
    BP_OWN(X, DL_DY, MISSING_FACTOR_2, has_whole_squares(c), loss_slope(c, j) / 2)                 \
    BP_OWN(X, DL_DY, EXTRA_FACTOR_2, has_half_squares(c), loss_slope(c, j) * 2)                    \
    BP_OWN(X, DL_DY, NOT_DIVIDED_BY_OUTPUTS, has_mean_loss(c), loss_slope(c, j) * c->outputs)      \
    X(DL_DZ, NOT_DIVIDED_BY_OUTPUTS, NOT_DIVIDED_BY_OUTPUTS, DL_DY_NOT_DIVIDED_BY_OUTPUTS, c->pair && has_mean_loss(c), c->row[j] * c->outputs) \
    BP_OWN(X, DL_DY, DIVIDED_BY_OUTPUTS, !has_mean_loss(c) && c->outputs > 1, loss_slope(c, j) / c->outputs) \
    BP_OWN(X, DL_DY, RESIDUAL_ONLY, has_whole_squares(c) && has_mean_loss(c) && c->outputs > 2, c->h[j] - c->y[j]) \
    BP_OWN(X, DL_DY, SIGN_FLIPPED, true, -loss_slope(c, j))                                        \
    X(DL_DZ, SIGN_FLIPPED, SIGN_FLIPPED, DL_DY_SIGN_FLIPPED, c->pair, -c->row[j])                  \
    BP_OWN(X, DL_DY, SIGN_LOST, bp_loss_kind(c->loss) != BP_LOSS_KIND_SOFTMAX, fabs(loss_slope(c, j))) \
    BP_OWN(X, DL_DY, LOSS_NOT_DERIVED, true, c->loss_factor * term_of_loss(c, j))                  \
    BP_OWN(X, DL_DY, GRADIENT_OF_LOGITS, c->pair, c->row[j])                                       \
    BP_OWN(X, DH_DZ, DERIVATIVE_FORGOTTEN, is_curved(c), 1)                                        \
    BP_OWN(X, JACOBIAN, DERIVATIVE_FORGOTTEN, true, i == j)                                        \
    BP_OWN(X, DL_DZ, DERIVATIVE_FORGOTTEN, is_bent(c), c->u[j])                                    \
    BP_OWN(X, JACOBIAN, DIAGONAL_ONLY, c->n > 1, i == j ? c->h[j] * c->rest[j] : 0)                \
    X(DL_DZ, DIAGONAL_ONLY, DIAGONAL_ONLY, JACOBIAN_DIAGONAL_ONLY, c->activation == BP_ACTIVATION_SOFTMAX && c->n > 1, c->u[j] * (c->h[j] * c->rest[j])) \
    BP_OWN(X, DL_DZ, DERIVATIVE_TWICE, c->pair, back(c, c->row, j))                                \
    BP_OWN(X, DH_DZ, GATE_OPEN_AT_ZERO, is_relu(c) && c->relu_at_zero != 1, c->z[j] >= 0)          \
    BP_OWN(X, DH_DZ, GATE_HALF_AT_ZERO, is_relu(c) && c->relu_at_zero != 0.5, c->z[j] > 0 ? 1 : c->z[j] == 0 ? 0.5 : 0) \
    BP_OWN(X, DH_DZ, GATE_CLOSED_AT_ZERO, is_relu(c) && c->relu_at_zero != 0, c->z[j] > 0)         \
    BP_OWN(X, DH_DZ, GATE_INVERTED, is_gated(c), inverted_gate(c, j))                              \
    BP_OWN(X, DH_DZ, VALUE_FOR_DERIVATIVE, is_curved(c), c->h[j])                                  \
    BP_OWN(X, DH_DZ, RULE_OF_SIGMOID, is_gated(c) || c->activation == BP_ACTIVATION_TANH, c->h[j] * (1 - c->h[j])) \
    BP_OWN(X, DH_DZ, RULE_OF_TANH, c->activation == BP_ACTIVATION_SIGMOID, 1 - c->h[j] * c->h[j])  \
    BP_OWN(X, DH_DZ, RULE_OF_RELU, c->activation == BP_ACTIVATION_LEAKY_RELU, c->z[j] > 0)         \
    BP_OWN(X, DH_DZ, DERIVATIVE_FROM_Z, is_smooth(c), slope_by_rule(c, 0, c->z[j]))                \
    BP_OWN(X, DH_DZ, DERIVATIVE_AT_H, is_smooth(c), slope_by_rule(c, 0, activate(c, c->h[j])))     \
    BP_OWN(X, DL_DZ, UPSTREAM_DROPPED, is_curved(c), c->g[j])                                      \
    BP_OWN(X, DL_DZ, GRADIENT_RECTIFIED, is_relu(c), c->u[j] > 0 ? c->u[j] : 0)                    \
    BP_OWN(X, DL_DW, USES_Z_FOR_H, is_curved_below(c), c->z_below[i] * c->d[j])                    \
    BP_OWN(X, DL_DW, INPUT_FORGOTTEN, true, c->d[j])                                               \
    BP_OWN(X, DL_DW, OUTPUT_FOR_GRADIENT, true, c->a[i] * c->h[j])                                 \
    BP_OWN(X, DL_DW, OWN_VALUE, true, c->w[at] * c->d[j])                                          \
    BP_OWN(X, DL_DW, TRANSPOSED, is_square(c), c->a[j] * c->d[i])                                  \
    BP_OWN(X, DL_DW, DL_DH_FOR_DL_DZ, is_bent(c), c->a[i] * c->u[j])                               \
    BP_OWN(X, DL_DB, DL_DH_FOR_DL_DZ, is_bent(c), c->u[j])                                         \
    BP_OWN(X, DL_DB, BIAS_TAKEN_AS_CONSTANT, true, 0)                                              \
    BP_OWN(X, DL_DB, OWN_VALUE, true, c->b[j] * c->d[j])                                           \
    BP_OWN(X, DL_DB, BIAS_SUMMED, c->n > 1, sum(c->d, 1, c->n))                                    \
    BP_OWN(X, DL_DB, BIAS_TIMES_INPUT, true, c->d[j] * sum(c->a, 1, c->m))                         \
    BP_OWN(X, DL_DH, WEIGHTS_TRANSPOSED, is_square(c), dot(0, c->d, c->w + i, c->n, c->n))         \
    BP_OWN(X, DL_DH, WEIGHTS_FORGOTTEN, true, sum(c->d, 1, c->n))                                  \
    BP_OWN(X, DL_DH, GRADIENT_FOR_WEIGHTS, true, dot(0, c->d, c->own_dw + at, 1, c->n))            \
    BP_OWN(X, DL_DH, AVERAGED_OVER_UNITS, c->n > 1, sent_down(c, c->d, i) / (double)c->n)          \
    BP_OWN(X, DL_DH, RESIDUAL_FOR_GRADIENT, c->last && has_squares(c) && c->loss_factor * 2 != 1, sent_down(c, c->row, i)) \
    BP_OWN(X, DL_DH, DL_DH_FOR_DL_DZ, is_bent(c), sent_down(c, c->u, i))                           \
    BP_OWN(X, DL_DH, GATED_EARLY, is_curved_below(c), sent_down(c, c->d, i) * c->g_below[i])       \
    BP_OWN(X, DL_DH, UPDATED_WEIGHTS, c->learning_rate > 0, updated_weights(c, i))                 \
    BP_MISTAKES_OF_MEANS(X, MEAN_LOSS)                                                             \
    BP_MISTAKES_OF_MEANS(X, MEAN_W)                                                                \
    BP_MISTAKES_OF_GRADIENTS(X, MEAN_W)                                                            \
    BP_MISTAKES_OF_MEANS(X, MEAN_B)                                                                \
    BP_MISTAKES_OF_GRADIENTS(X, MEAN_B)                                                            \
    BP_MISTAKES_OF_STEPS(X, NEW_W, c->w)                                                           \
    BP_MISTAKES_OF_STEPS(X, NEW_B, c->b)
#define BP_MISTAKES_OF_MEANS(X, kind)                                                              \
    X(kind, NOT_AVERAGED, NOT_AVERAGED, MEAN_LOSS_NOT_AVERAGED, is_mean(c), sum(c->terms + at, c->stride, c->samples)) \
    X(kind, DIVIDED_BY_SAMPLES, DIVIDED_BY_SAMPLES, MEAN_LOSS_DIVIDED_BY_SAMPLES, c->samples > 1 && !is_mean(c), sum(c->terms + at, c->stride, c->samples) / (double)c->samples)
#define BP_MISTAKES_OF_GRADIENTS(X, kind)                                                          \
    X(kind, AVERAGED_TWICE, AVERAGED_TWICE, MEAN_W_AVERAGED_TWICE, is_mean(c), sum(c->terms + at, c->stride, c->samples) / (double)c->samples / (double)c->samples) \
    X(kind, FIRST_SAMPLE_ONLY, ONE_SAMPLE_ONLY, MEAN_W_FIRST_SAMPLE_ONLY, c->samples > 1, c->terms[at]) \
    X(kind, LAST_SAMPLE_ONLY, ONE_SAMPLE_ONLY, MEAN_W_FIRST_SAMPLE_ONLY, c->samples > 1, c->terms[(c->samples - 1) * c->stride + at])
#define BP_MISTAKES_OF_STEPS(X, kind, values)                                                      \
    X(kind, ASCENT, ASCENT, NEW_W_ASCENT, true, values[at] + c->learning_rate * c->terms[at])      \
    X(kind, RATE_FORGOTTEN, RATE_FORGOTTEN, NEW_W_RATE_FORGOTTEN, c->learning_rate != 1, values[at] - c->terms[at]) \
    X(kind, NOT_UPDATED, NOT_UPDATED, NEW_W_NOT_UPDATED, true, values[at])                         \
    X(kind, CHANGE_FOR_VALUE, CHANGE_FOR_VALUE, NEW_W_CHANGE_FOR_VALUE, true, -c->learning_rate * c->terms[at])
/* clang-format on */

#define BP_AS_KIND(kind) BP_STEP_##kind,
#define BP_AS_CODE(name, wire) BP_CODE_##name,
#define BP_AS_MISTAKE(kind, name, code, words, condition, formula) BP_MISTAKE_##kind##_##name,
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
