#include "backpropd/gradient_check.h"

#include <math.h>
#include <string.h>

/* --- memory ---------------------------------------------------------------------------------- */

/* Lays out layer k, whose parameters lie from `at` on. */
static void layout_layer(struct bp_check *check, struct bp_layout *layout, size_t k, size_t at)
{
    const struct bp_layer *shape = &check->task->network.layers[k];
    const size_t n_weights = bp_layer_weights(shape);
    struct bp_textbook_layer own = {0};
    double **const rows[] = {&own.z, &own.h, &own.dL_dh, &own.dh_dz, &own.dL_dz};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = bp_layout_array(layout, shape->n_out, sizeof(double));
    if (!layout->base)
        return;
    own.dL_dW = check->slopes + at;
    own.dL_db = own.dL_dW + n_weights;
    check->book[k] = own;
    struct bp_layer *moved = &check->moved.layers[k];
    *moved = *shape;
    moved->w = check->parameters + at;
    moved->b = shape->b ? moved->w + n_weights : NULL;
    memcpy(moved->w, shape->w, n_weights * sizeof *moved->w);
    if (shape->b)
        memcpy(moved->b, shape->b, shape->n_out * sizeof *moved->b);
}

void bp_check_layout(struct bp_check *check, struct bp_layout *layout, const struct bp_task *task)
{
    const struct bp_network *network = &task->network;
    size_t at = 0;
    *check = (struct bp_check){.epsilon = BP_EPSILON_STANDARD, .task = task};
    check->n = bp_network_parameters(network);
    check->gradients = bp_layout_array(layout, check->n, sizeof(double));
    check->checked = bp_layout_array(layout, check->n, sizeof *check->checked);
    check->parameters = bp_layout_array(layout, check->n, sizeof(double));
    check->slopes = bp_layout_array(layout, check->n, sizeof(double));
    check->book = bp_layout_array(layout, network->depth, sizeof *check->book);
    check->moved.depth = network->depth;
    check->moved.layers = bp_layout_array(layout, network->depth, sizeof(struct bp_layer));
    for (size_t k = 0; k < network->depth; k++) {
        layout_layer(check, layout, k, at);
        at += bp_layer_parameters(&network->layers[k]);
        if (bp_layer_is_gated(&network->layers[k]))
            check->n_gates += network->layers[k].n_out * task->n_samples;
    }
    check->dL_dx = bp_layout_array(layout, network->layers[0].n_in, sizeof(double));
    check->gates_below = bp_layout_array(layout, check->n_gates, sizeof(bool));
    check->gates_above = bp_layout_array(layout, check->n_gates, sizeof(bool));
    for (size_t i = 0; i < check->n && layout->base; i++)
        check->gradients[i] = NAN;
}

/* --- the loss at one point ------------------------------------------------------------------- */

static double put_together(const struct bp_check *check, double sum)
{
    const struct bp_task *task = check->task;
    return task->rules.reduction == BP_REDUCTION_MEAN ? sum / (double)task->n_samples : sum;
}

/* The batch's loss where the parameters have been moved to. Out: gates, (n_gates), unless NULL:
 * which are open. */
static double loss_at(struct bp_check *check, bool *gates)
{
    const struct bp_task *task = check->task;
    const size_t depth = task->network.depth;
    const struct bp_textbook_layer *last = &check->book[depth - 1];
    struct bp_rules rules = task->rules;
    double sum = 0;
    rules.round_decimals = BP_NO_ROUNDING;
    for (size_t s = 0; s < task->n_samples; s++) {
        bp_textbook_forward(check->book, task->samples[s].x, &check->moved, &rules);
        sum += bp_textbook_loss(last->z, last->h, task->samples[s].y, rules.loss,
                                check->moved.layers[depth - 1].n_out);
        for (size_t k = 0; k < depth && gates; k++) {
            const struct bp_layer *layer = &check->moved.layers[k];
            for (size_t j = 0; j < layer->n_out && bp_layer_is_gated(layer); j++)
                *gates++ = check->book[k].z[j] > 0;
        }
    }
    return put_together(check, sum);
}

/* The same with one parameter moved by so much. */
static double loss_beside(struct bp_check *check, size_t i, double by, bool *gates)
{
    const double w = check->parameters[i];
    check->parameters[i] = w + by;
    const double loss = loss_at(check, gates);
    check->parameters[i] = w;
    return loss;
}

/* --- one parameter --------------------------------------------------------------------------- */

static enum bp_check_verdict judge(const struct bp_checked *checked, double tolerance)
{
    const double low = checked->left < checked->right ? checked->left : checked->right;
    const double high = checked->left < checked->right ? checked->right : checked->left;
    if (checked->corner)
        return low - tolerance <= checked->analytic && checked->analytic <= high + tolerance
                   ? BP_CHECK_KINK
                   : BP_CHECK_MISMATCH;
    return fabs(checked->analytic - checked->numeric) <= tolerance ? BP_CHECK_OK
                                                                   : BP_CHECK_MISMATCH;
}

/* Moves the parameter by -2, -1, 1 and 2 epsilon. In: loss, the one before the move. The tolerance
 * covers the error of a difference of rounded losses. */
static void check_one(struct bp_check *check, size_t i, double loss)
{
    struct bp_checked *checked = &check->checked[i];
    const double w = fabs(check->parameters[i]), e = check->epsilon * (w > 1 ? w : 1);
    const double below2 = loss_beside(check, i, -2 * e, check->gates_below);
    const double below = loss_beside(check, i, -e, NULL);
    const double above = loss_beside(check, i, e, NULL);
    const double above2 = loss_beside(check, i, 2 * e, check->gates_above);
    *checked = (struct bp_checked){.analytic = check->gradients[i]};
    checked->sides = memcmp(check->gates_below, check->gates_above, check->n_gates) != 0;
    checked->numeric = (above - below) / (2 * e);
    if (checked->sides) {
        checked->left = (3 * loss - 4 * below + below2) / (2 * e);
        checked->right = (-3 * loss + 4 * above - above2) / (2 * e);
    }
    const double size = fabs(loss) > 1 ? fabs(loss) : 1;
    const double tolerance = 1e-7 + 1e-5 * fabs(checked->numeric) + 1.6e-14 * size / e;
    checked->corner = checked->sides && fabs(checked->right - checked->left) > 2 * tolerance;
    checked->verdict = judge(checked, tolerance);
    check->counts[checked->verdict]++;
}

/* --- all of them ----------------------------------------------------------------------------- */

/* Fills in the textbook's gradient if the caller sent none. */
static void fill_in(struct bp_check *check)
{
    const struct bp_task *task = check->task;
    double *sums = check->gradients;
    bool all_given = true;
    for (size_t i = 0; i < check->n; i++) {
        check->checked[i].analytic = 0; /* the sum, until all samples are in it */
        all_given = all_given && !isnan(sums[i]);
    }
    for (size_t s = 0; s < task->n_samples && !all_given; s++) {
        bp_textbook_forward(check->book, task->samples[s].x, &task->network, &task->rules);
        bp_textbook_backward(check->book, check->dL_dx, &task->samples[s], &task->network,
                             &task->rules);
        for (size_t i = 0; i < check->n; i++)
            check->checked[i].analytic += check->slopes[i];
    }
    for (size_t i = 0; i < check->n; i++)
        if (isnan(sums[i]))
            sums[i] = put_together(check, check->checked[i].analytic);
}

void bp_check(struct bp_check *check)
{
    memset(check->counts, 0, sizeof check->counts);
    fill_in(check);
    const double loss = loss_at(check, NULL);
    for (size_t i = 0; i < check->n; i++)
        check_one(check, i, loss);
}
