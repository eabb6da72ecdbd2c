#include "backpropd/gradient_check.h"

#include <math.h>
#include <string.h>

/* --- memory ---------------------------------------------------------------------------------- */

static void layout_layer(struct bp_textbook_layer *book, struct bp_layer *moved,
                         struct bp_layout *layout, const struct bp_layer *shape)
{
    struct bp_textbook_layer own = {0};
    double **const rows[] = {&own.z, &own.h, &own.dL_dh, &own.dh_dz, &own.dL_dz, &own.dL_db};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = bp_layout_array(layout, shape->n_out, sizeof(double));
    own.dL_dW = bp_layout_array(layout, bp_layer_weights(shape), sizeof(double));
    double *w = bp_layout_array(layout, bp_layer_weights(shape), sizeof(double));
    double *b = bp_layout_array(layout, bp_layer_biases(shape), sizeof(double));
    if (!layout->base)
        return;
    *book = own;
    *moved = *shape;
    moved->w = w;
    moved->b = shape->b ? b : NULL;
    memcpy(w, shape->w, bp_layer_weights(shape) * sizeof *w);
    if (shape->b)
        memcpy(b, shape->b, shape->n_out * sizeof *b);
}

void bp_check_layout(struct bp_check *check, struct bp_layout *layout, const struct bp_task *task)
{
    const struct bp_network *network = &task->network;
    size_t units = 0;
    *check = (struct bp_check){.epsilon = BP_EPSILON_STANDARD, .task = task};
    check->n = bp_network_parameters(network);
    check->gradients = bp_layout_array(layout, check->n, sizeof(double));
    check->checked = bp_layout_array(layout, check->n, sizeof *check->checked);
    check->book = bp_layout_array(layout, network->depth, sizeof *check->book);
    check->moved.depth = network->depth;
    check->moved.layers = bp_layout_array(layout, network->depth, sizeof(struct bp_layer));
    for (size_t k = 0; k < network->depth; k++) {
        units += network->layers[k].n_out;
        layout_layer(layout->base ? &check->book[k] : NULL,
                     layout->base ? &check->moved.layers[k] : NULL, layout, &network->layers[k]);
    }
    check->dL_dx = bp_layout_array(layout, network->layers[0].n_in, sizeof(double));
    check->gates = bp_layout_array(layout, units * task->n_samples, sizeof(bool));
    for (size_t i = 0; i < check->n && layout->base; i++)
        check->gradients[i] = NAN;
}

/* --- the loss at one point ------------------------------------------------------------------- */

static double put_together(const struct bp_check *check, double sum)
{
    const struct bp_task *task = check->task;
    return task->rules.reduction == BP_REDUCTION_MEAN ? sum / (double)task->n_samples : sum;
}

/* What to do with the gates of the passes at a point. */
enum gates { IGNORE, NOTE, COMPARE };

/* Notes a layer's gates, or compares them with those noted. Returns true if one differs. */
static bool see_gates(bool *gates, const double *z, size_t n, enum gates what)
{
    bool differ = false;
    for (size_t j = 0; j < n; j++) {
        differ = differ || (what == COMPARE && gates[j] != (z[j] > 0));
        if (what == NOTE)
            gates[j] = z[j] > 0;
    }
    return differ;
}

/* The batch's loss where the parameters have been moved to. Out: differ, set to true if a gate
 * differs from the one noted. */
static double loss_at(struct bp_check *check, enum gates what, bool *differ)
{
    const struct bp_task *task = check->task;
    const size_t depth = task->network.depth;
    struct bp_rules rules = task->rules;
    bool *gates = check->gates;
    double sum = 0;
    rules.round_decimals = BP_NO_ROUNDING;
    for (size_t s = 0; s < task->n_samples; s++) {
        const struct bp_textbook_layer *last = &check->book[depth - 1];
        bp_textbook_forward(check->book, task->samples[s].x, &check->moved, &rules);
        sum += bp_textbook_loss(last->z, last->h, task->samples[s].y, rules.loss,
                                check->moved.layers[depth - 1].n_out);
        for (size_t k = 0; k < depth && what != IGNORE; k++) {
            const size_t n = check->moved.layers[k].n_out;
            if (bp_layer_is_gated(&check->moved.layers[k]) &&
                see_gates(gates, check->book[k].z, n, what))
                *differ = true;
            gates += n;
        }
    }
    return put_together(check, sum);
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

/* Moves the parameter by -2, -1, 1 and 2 epsilon, and back. In: loss, the one before the move. The
 * tolerance covers the error of a difference of rounded losses. */
static void check_one(struct bp_check *check, double *parameter, size_t i, double loss)
{
    struct bp_checked *checked = &check->checked[i];
    const double w = *parameter, e = check->epsilon * (fabs(w) > 1 ? fabs(w) : 1);
    double below2, below, above, above2;
    *checked = (struct bp_checked){.analytic = check->gradients[i]};
    *parameter = w - 2 * e;
    below2 = loss_at(check, NOTE, &checked->sides);
    *parameter = w - e;
    below = loss_at(check, IGNORE, &checked->sides);
    *parameter = w + e;
    above = loss_at(check, IGNORE, &checked->sides);
    *parameter = w + 2 * e;
    above2 = loss_at(check, COMPARE, &checked->sides);
    *parameter = w;
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
        struct bp_checked *checked = check->checked;
        bp_textbook_forward(check->book, task->samples[s].x, &task->network, &task->rules);
        bp_textbook_backward(check->book, check->dL_dx, &task->samples[s], &task->network,
                             &task->rules);
        for (size_t k = 0; k < task->network.depth; k++) {
            const struct bp_layer *layer = &task->network.layers[k];
            for (size_t i = 0; i < bp_layer_weights(layer); i++)
                checked++->analytic += check->book[k].dL_dW[i];
            for (size_t j = 0; j < bp_layer_biases(layer); j++)
                checked++->analytic += check->book[k].dL_db[j];
        }
    }
    for (size_t i = 0; i < check->n; i++)
        if (isnan(sums[i]))
            sums[i] = put_together(check, check->checked[i].analytic);
}

void bp_check(struct bp_check *check)
{
    bool unused;
    size_t i = 0;
    memset(check->counts, 0, sizeof check->counts);
    fill_in(check);
    const double loss = loss_at(check, IGNORE, &unused);
    for (size_t k = 0; k < check->moved.depth; k++) {
        struct bp_layer *layer = &check->moved.layers[k];
        for (size_t n = 0; n < bp_layer_weights(layer); n++)
            check_one(check, &layer->w[n], i++, loss);
        for (size_t n = 0; n < bp_layer_biases(layer); n++)
            check_one(check, &layer->b[n], i++, loss);
    }
}
