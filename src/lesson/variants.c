#include "variants.h"

#include "backpropd/loss.h"
#include "formulas.h"

/* --- where a mistake makes sense ------------------------------------------------------------- */

static bool is_square(const struct bp_operands *c)
{
    return c->m == c->n && c->n > 1;
}

static bool is_bent(const struct bp_operands *c)
{
    return c->activation != BP_ACTIVATION_IDENTITY;
}

static bool is_relu(const struct bp_operands *c)
{
    return c->activation == BP_ACTIVATION_RELU;
}

static bool is_gated(const struct bp_operands *c)
{
    return is_relu(c) || c->activation == BP_ACTIVATION_LEAKY_RELU;
}

static bool is_smooth(const struct bp_operands *c)
{
    switch (c->activation) {
    case BP_ACTIVATION_SIGMOID:
    case BP_ACTIVATION_TANH:
        return true;
    case BP_ACTIVATION_RELU:
    case BP_ACTIVATION_LEAKY_RELU:
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_SOFTMAX:
    case BP_ACTIVATION_COUNT:
        break;
    }
    return false;
}

/* A derivative of its own for each unit, and not 1 everywhere. */
static bool is_curved(const struct bp_operands *c)
{
    return is_gated(c) || is_smooth(c);
}

/* softmax stands at the end alone, so what lies below is curved or identity; the input counts as
 * identity. */
static bool is_curved_below(const struct bp_operands *c)
{
    return c->below != BP_ACTIVATION_IDENTITY;
}

static bool is_mean(const struct bp_operands *c)
{
    return c->samples > 1 && c->reduction == BP_REDUCTION_MEAN;
}

static bool has_squares(const struct bp_operands *c)
{
    return bp_loss_kind(c->loss) == BP_LOSS_KIND_SQUARES;
}

/* Squares whose derivative has a factor 2, and those whose 1/2 takes it away. */
static bool has_whole_squares(const struct bp_operands *c)
{
    return has_squares(c) && bp_loss_factor(c->loss, 1) == 1;
}

static bool has_half_squares(const struct bp_operands *c)
{
    return has_squares(c) && bp_loss_factor(c->loss, 1) == 0.5;
}

/* A loss that is a mean over the outputs, of which there are several. */
static bool has_mean_loss(const struct bp_operands *c)
{
    return c->loss_factor != bp_loss_factor(c->loss, 1);
}

static bool makes_sense(enum bp_mistake mistake, const struct bp_operands *c)
{
    switch (mistake) {
#define AS_CASE(kind, name, code, words, condition, formula)                                       \
    case BP_MISTAKE_##kind##_##name:                                                               \
        return condition;
        BP_MISTAKES(AS_CASE) /* NOLINT(bugprone-branch-clone): a row, a case */
#undef AS_CASE
    case BP_MISTAKE_COUNT:
        break;
    }
    return false;
}

/* --- the list -------------------------------------------------------------------------------- */

static void add(struct bp_variants *variants, const struct bp_altered *places, size_t n)
{
    struct bp_variant variant = {places, n, places[0].step};
    for (size_t i = 1; i < n; i++)
        variant.first = places[i].step < variant.first ? places[i].step : variant.first;
    variants->list[variants->n++] = variant;
}

/* Each mistake at each layer where it is possible. Returns how many. */
static size_t list_places(struct bp_altered *places, const struct bp_steps *steps)
{
    size_t n = 0;
    for (size_t row = 0; row < BP_MISTAKE_COUNT; row++)
        for (size_t i = 0; i < steps->n; i++) {
            struct bp_operands operands;
            if (steps->list[i].kind != bp_mistake_row((enum bp_mistake)row)->kind)
                continue;
            bp_operands_set(&operands, steps, steps->list[i].layer);
            if (makes_sense((enum bp_mistake)row, &operands))
                places[n++] = (struct bp_altered){(enum bp_mistake)row, i};
        }
    return n;
}

/* Places of one code are supposed together; of one_sample_only those of one row. */
static bool are_together(enum bp_mistake a, enum bp_mistake b)
{
    return a == b || (bp_mistake_row(a)->code == bp_mistake_row(b)->code &&
                      bp_mistake_row(a)->code != BP_CODE_ONE_SAMPLE_ONLY);
}

static bool are_worth_it(const struct bp_altered *places, size_t n, const struct bp_steps *steps)
{
    const struct bp_step *list = steps->list;
    return n > 2 || (n == 2 && list[places[0].step].layer != list[places[1].step].layer);
}

/* Each code everywhere at once, unless it has one place, or the two of one layer. */
static void add_together(struct bp_variants *variants, const struct bp_steps *steps)
{
    struct bp_altered *next = variants->places + variants->n_single;
    for (size_t i = 0; i < variants->n_single; i++) {
        const enum bp_mistake one = variants->places[i].mistake;
        size_t n = 0, earlier = 0;
        while (earlier < i && !are_together(variants->places[earlier].mistake, one))
            earlier++;
        if (earlier < i)
            continue;
        for (size_t j = i; j < variants->n_single; j++)
            if (are_together(variants->places[j].mistake, one))
                next[n++] = variants->places[j];
        if (are_worth_it(next, n, steps)) {
            add(variants, next, n);
            next += n;
        }
    }
}

void bp_variants_layout(struct bp_variants *variants, struct bp_layout *layout,
                        const struct bp_steps *steps)
{
    const size_t most = BP_MISTAKE_COUNT * steps->task->network.depth;
    *variants = (struct bp_variants){0};
    variants->list = bp_layout_array(layout, 2 * most, sizeof *variants->list);
    variants->places = bp_layout_array(layout, 2 * most, sizeof *variants->places);
    if (!layout->base)
        return;
    variants->n_single = list_places(variants->places, steps);
    for (size_t i = 0; i < variants->n_single; i++)
        add(variants, &variants->places[i], 1);
    add_together(variants, steps);
}
