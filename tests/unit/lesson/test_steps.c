/* Without a mistake the steps are the lesson's and the core's, bit for bit. */
#include "backpropd/activation.h"
#include "backpropd/descent.h"
#include "backpropd/grade.h"
#include "backpropd/textbook.h"
#include "networks.h"

#define N_NETWORKS (BP_LOSS_COUNT * BP_ACTIVATION_COUNT * 20)

/* --- random networks
 * ------------------------------------------------------------------------------ */

static double target_of(enum bp_loss loss, uint64_t *seed)
{
    switch (bp_loss_kind(loss)) {
    case BP_LOSS_KIND_SOFTMAX: /* not negative, and often 0 */
        return random_below(seed, 2) ? random_between(seed, 0, 1) : 0;
    case BP_LOSS_KIND_SIGMOID: /* 0, 1 or between */
        return random_below(seed, 3) ? (double)random_below(seed, 2) : random_between(seed, 0, 1);
    case BP_LOSS_KIND_SQUARES:
        break;
    }
    return random_between(seed, -2, 2);
}

/* All losses with all last activations that they take; numbers of any size here and there. To be
 * freed with net_free. */
static void random_net(struct net *net, size_t i)
{
    uint64_t seed = i;
    const enum bp_loss loss = (enum bp_loss)(i % BP_LOSS_COUNT);
    const enum bp_activation last = (enum bp_activation)(i / BP_LOSS_COUNT % BP_ACTIVATION_COUNT);
    const size_t depth = 1 + random_below(&seed, 4), n_samples = 1 + random_below(&seed, 4);
    size_t sizes[NET_DEPTH_MAX + 1];
    for (size_t k = 0; k <= depth; k++)
        sizes[k] = 1 + random_below(&seed, 6);
    net_make(net, depth, sizes, n_samples);
    const bool wide = random_below(&seed, 4) == 0;
    for (size_t n = 0; n < net->n_numbers; n++)
        net->numbers[n] = wide ? random_wide(&seed) : random_between(&seed, -1, 1);
    for (size_t k = 0; k < depth; k++) {
        net->layers[k].activation = (enum bp_activation)random_below(&seed, BP_ACTIVATION_SOFTMAX);
        if (random_below(&seed, 4) == 0)
            net_drop_biases(net, k);
    }
    net->layers[depth - 1].activation = net_can_pair(last, loss) ? last : bp_loss_needs(loss);
    for (size_t s = 0; s < n_samples; s++)
        for (size_t j = 0; j < sizes[depth]; j++)
            net_sample(net, s)[sizes[0] + j] = target_of(loss, &seed);
    net->task.rules = (struct bp_rules){
        .loss = loss,
        .round_decimals = random_below(&seed, 2) ? (int)random_below(&seed, 12) : BP_NO_ROUNDING,
        .relu_at_zero = 0.5 * (double)random_below(&seed, 3),
        .reduction = (enum bp_reduction)random_below(&seed, BP_REDUCTION_COUNT),
    };
}

/* --- what the steps should be
 * ---------------------------------------------------------------------- */

/* What one sample's layer is in the textbook. */
struct page {
    struct bp_textbook_layer layers[NET_DEPTH_MAX];
    double numbers[NET_DEPTH_MAX][7][64], dL_dx[64], loss;
};

static void page_fill(struct page *page, const struct bp_task *task, size_t s)
{
    const size_t depth = task->network.depth;
    for (size_t k = 0; k < depth; k++)
        page->layers[k] = (struct bp_textbook_layer){
            page->numbers[k][0], page->numbers[k][1], page->numbers[k][2], page->numbers[k][3],
            page->numbers[k][4], page->numbers[k][5], page->numbers[k][6]};
    const struct bp_textbook_layer *last = &page->layers[depth - 1];
    bp_textbook_forward(page->layers, task->samples[s].x, &task->network, &task->rules);
    bp_textbook_backward(page->layers, page->dL_dx, &task->samples[s], &task->network,
                         &task->rules);
    page->loss = bp_textbook_loss(last->z, last->h, task->samples[s].y, task->rules.loss,
                                  bp_network_last(&task->network)->n_out);
}

/* The step's row in the textbook; NULL: the matrix of softmax. */
static const double *row_of(const struct page *page, const struct bp_step *step)
{
    const struct bp_textbook_layer *layer = &page->layers[step->layer];
    switch (step->kind) {
    case BP_STEP_Z:
        return layer->z;
    case BP_STEP_H:
        return layer->h;
    case BP_STEP_LOSS:
        return &page->loss;
    case BP_STEP_DL_DY:
        return layer->dL_dh;
    case BP_STEP_DH_DZ:
        return layer->dh_dz;
    case BP_STEP_DL_DZ:
        return layer->dL_dz;
    case BP_STEP_DL_DW:
        return layer->dL_dW;
    case BP_STEP_DL_DB:
        return layer->dL_db;
    case BP_STEP_DL_DH:
        return step->layer == 0 ? page->dL_dx : layer[-1].dL_dh;
    default:
        return NULL;
    }
}

static void require_row(size_t i, const struct bp_step *step, const double *got,
                        const double *expected)
{
    for (size_t j = 0; j < step->n; j++)
        REQUIRE(same_bits(got[j], expected[j]) || (isnan(got[j]) && isnan(expected[j])),
                "network %zu, kind %d of layer %zu, %zu: %a, not %a", i, (int)step->kind,
                step->layer, j, got[j], expected[j]);
}

static void require_jacobian(size_t i, const struct page *page, const struct bp_step *step,
                             const double *got)
{
    const struct bp_textbook_layer *layer = &page->layers[step->layer];
    double expected[64];
    for (size_t j = 0; j < step->n; j++)
        expected[j] =
            bp_softmax_derivative(layer->h, layer->dh_dz, j / step->width, j % step->width);
    require_row(i, step, got, expected);
}

static void require_samples(size_t i, const struct bp_task *task, const struct bp_grade *grade)
{
    for (size_t s = 0; s < task->n_samples; s++) {
        struct page page;
        page_fill(&page, task, s);
        for (size_t n = 0; n < grade->steps.n; n++) {
            const struct bp_step *step = &grade->steps.list[n];
            const double *got = grade->expected + step->first + s * step->n;
            if (step->kind == BP_STEP_JACOBIAN)
                require_jacobian(i, &page, step, got);
            else if (!bp_step_is_batch(step))
                require_row(i, step, got, row_of(&page, step));
        }
    }
}

static void require_batch(size_t i, const struct bp_step *step, const double *got,
                          const struct bp_descent *descent)
{
    const struct bp_layer_pass *layer = &descent->first.layers[step->layer];
    const struct bp_layer *after = &descent->after.layers[step->layer];
    const size_t zero_free = descent->first.counts[BP_REASON_NONE];
    switch (step->kind) {
    case BP_STEP_MEAN_LOSS:
        require_row(i, step, got, &descent->first.loss);
        return;
    case BP_STEP_MEAN_W:
        require_row(i, step, got, layer->dw);
        return;
    case BP_STEP_MEAN_B:
        require_row(i, step, got, layer->db);
        return;
    case BP_STEP_COUNTS:
        REQUIRE(got[0] == (double)zero_free, "network %zu: %g gradients, not %zu", i, got[0],
                zero_free);
        return;
    case BP_STEP_DEAD:
        for (size_t j = 0; j < step->n; j++)
            REQUIRE(got[j] == (double)layer->dead[j], "network %zu: layer %zu, unit %zu", i,
                    step->layer, j);
        return;
    case BP_STEP_NEW_W:
        require_row(i, step, got, after->w);
        return;
    case BP_STEP_NEW_B:
        require_row(i, step, got, after->b);
        return;
    default:
        return;
    }
}

/* One step of descent by the core; false if a number is too large for it. */
static bool descend(struct bp_descent *descent, void **block, const struct bp_task *task)
{
    struct bp_overflow overflow;
    struct bp_layout layout = {NULL, 0};
    *descent = (struct bp_descent){.learning_rate = 0.1, .steps = 1};
    bp_descent_layout(descent, &layout, task, BP_PASS_REASONS);
    layout = (struct bp_layout){ *block = block_of(layout.used), 0};
    bp_descent_layout(descent, &layout, task, BP_PASS_REASONS);
    return bp_descend(descent, &overflow, task);
}

TEST(test_steps_without_a_mistake_have_the_bits_of_the_textbook_and_of_the_core)
{
    size_t descended = 0;
    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct net net;
        struct bp_grade grade;
        struct bp_descent descent;
        struct bp_layout layout = {NULL, 0};
        void *own, *core;
        random_net(&net, i);
        bp_grade_layout(&grade, &layout, &net.task, 0.1);
        layout = (struct bp_layout){own = block_of(layout.used), 0};
        bp_grade_layout(&grade, &layout, &net.task, 0.1);
        grade.answers.asked[0] = true;
        bp_grade(&grade);
        require_samples(i, &net.task, &grade);
        if (descend(&descent, &core, &net.task)) {
            descended++;
            for (size_t n = 0; n < grade.steps.n; n++)
                require_batch(i, &grade.steps.list[n], grade.expected + grade.steps.list[n].first,
                              &descent);
        }
        free(core);
        free(own);
        net_free(&net);
    }
    REQUIRE(descended > N_NETWORKS / 2, "only %zu networks are finite", descended);
}

SUITE("lesson/steps", test_steps_without_a_mistake_have_the_bits_of_the_textbook_and_of_the_core)
