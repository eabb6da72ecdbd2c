#include <math.h>

#include "backpropd/activation.h"
#include "backpropd/textbook.h"
#include "networks.h"

/* --- the textbook on paper ----------------------------------------------------------------------
 */

struct book {
    struct bp_textbook_layer layers[NET_DEPTH_MAX];
    double *dL_dx;
    void *block; /* owned */
};

static void book_carve(struct book *book, struct bp_layout *layout,
                       const struct bp_network *network)
{
    for (size_t k = 0; k < network->depth; k++) {
        const size_t n_in = network->layers[k].n_in, n_out = network->layers[k].n_out;
        struct bp_textbook_layer *layer = &book->layers[k];
        double **const rows[] = {&layer->z,     &layer->h,     &layer->dL_dh,
                                 &layer->dh_dz, &layer->dL_dz, &layer->dL_db};
        for (size_t i = 0; i < LENGTH(rows); i++)
            *rows[i] = bp_layout_array(layout, n_out, sizeof(double));
        layer->dL_dW = bp_layout_array(layout, n_in * n_out, sizeof(double));
    }
    book->dL_dx = bp_layout_array(layout, network->layers[0].n_in, sizeof(double));
}

/* Room for all tensors of one sample. To be freed with book_free. */
static void book_make(struct book *book, const struct bp_network *network)
{
    struct bp_layout layout = {NULL, 0};
    book_carve(book, &layout, network);
    layout = (struct bp_layout){book->block = block_of(layout.used), 0};
    book_carve(book, &layout, network);
}

static void book_free(struct book *book)
{
    free(book->block);
}

/* Forward and backward. Returns the loss, 0 without a target. */
static double book_run(struct book *book, const struct bp_task *task, size_t s)
{
    const struct bp_network *network = &task->network;
    const struct bp_sample *sample = &task->samples[s];
    const size_t last = network->depth - 1;
    bp_textbook_forward(book->layers, sample->x, network, &task->rules);
    bp_textbook_backward(book->layers, book->dL_dx, sample, network, &task->rules);
    if (!sample->y)
        return 0;
    return bp_textbook_loss(book->layers[last].z, book->layers[last].h, sample->y, task->rules.loss,
                            network->layers[last].n_out);
}

static void require_near(const char *what, const double *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(fabs(got[i] - expected[i]) <= 1e-12, "%s[%zu] is %.17g, not %.17g", what, i, got[i],
                expected[i]);
}

#define NEAR(got, ...)                                                                             \
    require_near(#got, got, (const double[]){__VA_ARGS__},                                         \
                 sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

TEST(test_the_numbers_that_the_book_prints)
{
    struct net net;
    struct book book;
    net_textbook(&net);
    book_make(&book, &net.task.network);
    const struct bp_textbook_layer *hidden = &book.layers[0], *output = &book.layers[1];
    const double loss = book_run(&book, &net.task, 0);
    NEAR(hidden->z, 0, -0.1, 0.5);
    ck_assert(hidden->z[0] == 0);
    NEAR(hidden->h, 0, 0, 0.5);
    NEAR(output->h, 0.1, -0.1, -0.05, -0.25);
    NEAR(&loss, 0.89625);
    NEAR(output->dL_dh, -0.45, -0.55, -0.025, -0.625);                             /* 1 */
    NEAR(output->dL_dW, 0, 0, 0, 0, 0, 0, 0, 0, -0.225, -0.275, -0.0125, -0.3125); /* 2 */
    NEAR(output->dL_db, -0.45, -0.55, -0.025, -0.625);                             /* 3 */
    NEAR(hidden->dL_dh, -0.0975, -0.3475, 0.44);                                   /* 4 */
    NEAR(hidden->dh_dz, 0, 0, 1);
    NEAR(hidden->dL_dz, 0, 0, 0.44);                                  /* 5 */
    NEAR(hidden->dL_dW, 0, 0, 0.44, 0, 0, 0, 0, 0, 0.44, 0, 0, 0.44); /* 6 */
    NEAR(hidden->dL_db, 0, 0, 0.44);                                  /* 7 */
    NEAR(book.dL_dx, 0.044, -0.088, 0.22, -0.044);
    book_free(&book);
    net_free(&net);
}

/* --- random networks ----------------------------------------------------------------------------
 */

/* What the numbers of a network are: each kind meets rounding and gates in another way. */
enum kind { PLAIN, WIDE, COARSE, KINDS };

static double random_of(enum kind kind, uint64_t *seed)
{
    const double sign = random_below(seed, 2) ? 1 : -1;
    switch (kind) {
    case WIDE:
        return random_wide(seed);
    case COARSE: /* -1, -0.5, -0, 0, 0.5, 1: sums are exact, and often 0 */
        return sign * 0.5 * (double)random_below(seed, 3);
    case PLAIN:
    case KINDS:
        break;
    }
    return random_between(seed, -1, 1);
}

/* All pairs of a loss and a last activation that go together at all depths from 1 to 5, with and
 * without rounding, for each kind of numbers; with means and sums, samples that bring their own
 * gradient and layers without biases here and there. */
#define N_NETWORKS (BP_LOSS_COUNT * BP_ACTIVATION_COUNT * 5 * 2 * KINDS)

static double target_of(enum bp_loss loss, enum kind kind, uint64_t *seed)
{
    const double y = random_of(kind, seed);
    switch (loss) {
    case BP_LOSS_CROSS_ENTROPY: /* not negative, and often 0 */
        return random_below(seed, 2) ? fabs(y) : 0;
    case BP_LOSS_BINARY_CROSS_ENTROPY:
    case BP_LOSS_SUM_BINARY_CROSS_ENTROPY: /* 0, 1 or between */
        return random_below(seed, 3) ? (double)random_below(seed, 2) : random_between(seed, 0, 1);
    case BP_LOSS_MSE:
    case BP_LOSS_SSE:
    case BP_LOSS_HALF_MSE:
    case BP_LOSS_HALF_SSE:
    case BP_LOSS_COUNT:
        break;
    }
    return y;
}

static void fill_at_random(struct net *net, enum kind kind, uint64_t *seed)
{
    const size_t n_x = net->layers[0].n_in, n_y = bp_network_last(&net->task.network)->n_out;
    const bool some_own = random_below(seed, 2);
    for (size_t n = 0; n < net->n_numbers; n++)
        net->numbers[n] = random_of(kind, seed);
    for (size_t s = 0; s < net->task.n_samples; s++) {
        if (some_own && random_below(seed, 3) == 0)
            net_give_gradient(net, s);
        for (size_t j = 0; j < n_y && net->samples[s].y; j++)
            net_sample(net, s)[n_x + j] = target_of(net->task.rules.loss, kind, seed);
    }
}

/* The i-th of them. To be freed with net_free. */
static void random_net(struct net *net, size_t i)
{
    static const size_t batches[] = {1, 2, 3, 4, 5, 66};
    uint64_t seed = i;
    const enum bp_loss loss = (enum bp_loss)(i % BP_LOSS_COUNT);
    const enum bp_activation last = (enum bp_activation)(i / BP_LOSS_COUNT % BP_ACTIVATION_COUNT);
    const size_t rest = i / BP_LOSS_COUNT / BP_ACTIVATION_COUNT, depth = rest % 5 + 1;
    size_t sizes[NET_DEPTH_MAX + 1];
    for (size_t k = 0; k <= depth; k++)
        sizes[k] = 1 + random_below(&seed, random_below(&seed, 4) ? 9 : 40);
    net_make(net, depth, sizes, batches[random_below(&seed, LENGTH(batches))]);
    for (size_t k = 0; k < depth; k++) {
        net->layers[k].activation = (enum bp_activation)random_below(&seed, BP_ACTIVATION_SOFTMAX);
        if (random_below(&seed, 4) == 0)
            net_drop_biases(net, k);
    }
    net->layers[depth - 1].activation = net_can_pair(last, loss) ? last : bp_loss_needs(loss);
    net->task.rules = (struct bp_rules){
        .loss = loss,
        .round_decimals = rest / 5 % 2 ? (int)random_below(&seed, 16) : BP_NO_ROUNDING,
        .relu_at_zero = 0.25 * (double)random_below(&seed, 5),
        .reduction = (enum bp_reduction)random_below(&seed, BP_REDUCTION_COUNT),
    };
    fill_at_random(net, (enum kind)(rest / 10 % KINDS), &seed);
}

static void require_same(const char *what, size_t i, size_t k, const double *core,
                         const double *book, size_t n)
{
    for (size_t at = 0; at < n; at++)
        REQUIRE(same_bits(core[at], book[at]), "network %zu, %s of layer %zu, %zu: %a, not %a", i,
                what, k, at, core[at], book[at]);
}

/* One sample: what the core holds in its row is the book's, signs of zeros included. */
static void require_same_rows(size_t i, const struct run *run, const struct bp_task *task,
                              const struct book *book, size_t s)
{
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer_pass *core = &run->pass.layers[k];
        const struct bp_textbook_layer *own = &book->layers[k];
        const size_t n = task->network.layers[k].n_out;
        require_same("z", i, k, core->z + s * n, own->z, n);
        require_same("h", i, k, core->h + s * n, own->h, n);
        require_same("dL_dh", i, k, core->dl_dh + s * n, own->dL_dh, n);
        require_same("dh_dz", i, k, core->dh_dz + s * n, own->dh_dz, n);
        require_same("dL_dz", i, k, core->dl_dz + s * n, own->dL_dz, n);
    }
    const size_t n_x = task->network.layers[0].n_in;
    require_same("dL_dx", i, 0, run->pass.dl_dx + s * n_x, book->dL_dx, n_x);
}

/* Adds the sample's gradients, parameter by parameter in the order of net.numbers. A sum starts
 * from 0: -0, which a sample's own gradient may be, becomes 0 in it. */
static void add_gradients(double *sums, const struct book *book, const struct bp_network *network)
{
    for (size_t k = 0; k < network->depth; k++) {
        const struct bp_layer *layer = &network->layers[k];
        for (size_t i = 0; i < layer->n_in * layer->n_out; i++)
            *sums++ += book->layers[k].dL_dW[i];
        for (size_t j = 0; j < layer->n_out; j++)
            *sums++ += layer->b ? book->layers[k].dL_db[j] : 0;
    }
}

static void require_textbook(size_t i, const struct net *net, unsigned parts)
{
    const struct bp_task *task = &net->task;
    const double divisor = task->rules.reduction == BP_REDUCTION_MEAN ? (double)task->n_samples : 1;
    double *core = calloc(net->n_parameters, sizeof *core);
    double *sums = calloc(net->n_parameters, sizeof *sums), loss = 0;
    bool has_loss = true;
    struct run run;
    struct book book;
    run_make(&run, task, parts);
    REQUIRE(bp_backward(&run.pass, &run.overflow, task), "network %zu overflowed", i);
    run_gradients(core, &run, task);
    book_make(&book, &task->network);
    for (size_t s = 0; s < task->n_samples; s++) {
        const double own = book_run(&book, task, s);
        require_same_rows(i, &run, task, &book, s);
        if (task->samples[s].y)
            require_same("loss of a sample", i, s, &run.pass.losses[s], &own, 1);
        has_loss = has_loss && task->samples[s].y;
        add_gradients(sums, &book, &task->network);
        loss += own;
    }
    loss /= divisor;
    if (has_loss)
        require_same("loss", i, 0, &run.pass.loss, &loss, 1);
    for (size_t p = 0; p < net->n_parameters; p++)
        sums[p] /= divisor;
    require_same("gradients", i, 0, core, sums, net->n_parameters);
    book_free(&book);
    run_free(&run);
    free(sums);
    free(core);
}

TEST(test_the_core_has_the_bits_of_the_textbook)
{
    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct net net;
        random_net(&net, i);
        require_textbook(i, &net, EVERYTHING);
        require_textbook(i, &net, BP_PASS_BACKWARD | BP_PASS_ALL_SAMPLES); /* no reasons */
        net.task.n_samples = 1;
        require_textbook(i, &net, EVERYTHING);
        net_free(&net);
    }
}

/* --- the functions that both call, in the contract's own words
 * ---------------------------------------
 */

static double sigmoid(double z)
{
    return z < 0 ? exp(z) / (1 + exp(z)) : 1 / (1 + exp(-z));
}

/* The sum of softmax's powers, without unit `but`; z and n are those of the layer. */
static double powers(const double *z, size_t but, size_t n)
{
    double largest = z[0], sum = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, z[i]);
    for (size_t i = 0; i < n; i++)
        sum += i == but ? 0 : exp(z[i] - largest);
    return sum;
}

static double power(const double *z, size_t j, size_t n)
{
    double largest = z[0];
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, z[i]);
    return exp(z[j] - largest);
}

static double activated(const double *z, size_t j, const struct bp_layer *layer)
{
    switch (layer->activation) {
    case BP_ACTIVATION_RELU:
        return z[j] > 0 ? z[j] : 0;
    case BP_ACTIVATION_LEAKY_RELU:
        return z[j] > 0 ? z[j] : 0.01 * z[j];
    case BP_ACTIVATION_SIGMOID:
        return sigmoid(z[j]);
    case BP_ACTIVATION_TANH:
        return tanh(z[j]);
    case BP_ACTIVATION_SOFTMAX:
        return power(z, j, layer->n_out) / powers(z, layer->n_out, layer->n_out);
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_COUNT:
        break;
    }
    return z[j];
}

/* Of softmax: 1 - y_hat. */
static double derivative(const double *z, size_t j, const struct bp_layer *layer,
                         double relu_at_zero)
{
    switch (layer->activation) {
    case BP_ACTIVATION_RELU:
        return z[j] == 0 ? relu_at_zero : z[j] > 0;
    case BP_ACTIVATION_LEAKY_RELU:
        return z[j] > 0 ? 1 : 0.01;
    case BP_ACTIVATION_SIGMOID:
        return sigmoid(z[j]) * sigmoid(-z[j]);
    case BP_ACTIVATION_TANH:
        return 4 * sigmoid(2 * z[j]) * sigmoid(-(2 * z[j]));
    case BP_ACTIVATION_SOFTMAX:
        return powers(z, j, layer->n_out) / powers(z, layer->n_out, layer->n_out);
    case BP_ACTIVATION_IDENTITY:
    case BP_ACTIVATION_COUNT:
        break;
    }
    return 1;
}

/* dL_dzL of the output, from what the lesson holds of it. */
static double output_error(const struct bp_textbook_layer *last, size_t j,
                           const struct bp_layer *layer, const double *y, enum bp_loss loss)
{
    const size_t n = layer->n_out;
    const double *y_hat = last->h;
    double sum = 0, c = loss == BP_LOSS_BINARY_CROSS_ENTROPY ? 1 / (double)n : 1;
    if (y && loss == BP_LOSS_CROSS_ENTROPY) {
        for (size_t i = 0; i < n; i++)
            sum += i == j ? 0 : y[i];
        return y_hat[j] * sum - y[j] * last->dh_dz[j];
    }
    if (y && (loss == BP_LOSS_BINARY_CROSS_ENTROPY || loss == BP_LOSS_SUM_BINARY_CROSS_ENTROPY))
        return c * ((1 - y[j]) * sigmoid(last->z[j]) - y[j] * sigmoid(-last->z[j]));
    if (layer->activation != BP_ACTIVATION_SOFTMAX)
        return last->dL_dh[j] * last->dh_dz[j];
    for (size_t i = 0; i < n; i++)
        sum += last->dL_dh[i] * (i == j ? y_hat[j] * last->dh_dz[j] : -y_hat[i] * y_hat[j]);
    return sum;
}

/* The sum over the outputs of the losses that are calculated from z, in the contract's words. */
static double loss_from_z(const double *z, const double *y, enum bp_loss loss, size_t n)
{
    size_t largest = 0;
    double others = 0, sum = 0;
    for (size_t j = 1; j < n; j++)
        largest = z[j] > z[largest] ? j : largest;
    for (size_t j = 0; j < n; j++)
        others += j == largest ? 0 : exp(z[j] - z[largest]);
    for (size_t j = 0; j < n; j++)
        sum += loss == BP_LOSS_CROSS_ENTROPY
                   ? y[j] * ((z[largest] - z[j]) + log1p(others))
                   : (fmax(z[j], 0) - z[j] * y[j]) + log1p(exp(-fabs(z[j])));
    return sum;
}

static void require_output_formulas(size_t i, const struct book *book, const struct bp_task *task,
                                    const double *y)
{
    const size_t last = task->network.depth - 1;
    const struct bp_layer *layer = &task->network.layers[last];
    const struct bp_textbook_layer *own = &book->layers[last];
    const enum bp_loss loss = task->rules.loss;
    const size_t n = layer->n_out;
    for (size_t j = 0; j < n; j++) {
        const double error = output_error(own, j, layer, y, loss);
        require_same("dL_dzL", i, last, &own->dL_dz[j], &error, 1);
    }
    if (!y || !bp_loss_is_from_z(loss))
        return;
    const double sum = loss_from_z(own->z, y, loss, n);
    const double expected = loss == BP_LOSS_BINARY_CROSS_ENTROPY ? 1 / (double)n * sum : sum;
    const double got = bp_textbook_loss(own->z, own->h, y, loss, n);
    require_same("loss", i, last, &got, &expected, 1);
}

/* Units of a sample, all bits as the formulas say. Returns how many are exactly on a gate's edge.
 */
static size_t require_formulas(size_t i, const struct book *book, const struct bp_task *task,
                               const struct bp_sample *sample)
{
    size_t on_the_edge = 0;
    for (size_t k = 0; k < task->network.depth; k++) {
        const struct bp_layer *layer = &task->network.layers[k];
        for (size_t j = 0; j < layer->n_out; j++) {
            const double *z = book->layers[k].z;
            const double h = activated(z, j, layer);
            const double dh_dz = derivative(z, j, layer, task->rules.relu_at_zero);
            require_same("h", i, k, &book->layers[k].h[j], &h, 1);
            require_same("dh_dz", i, k, &book->layers[k].dh_dz[j], &dh_dz, 1);
            on_the_edge += bp_layer_is_gated(layer) && z[j] == 0;
        }
    }
    require_output_formulas(i, book, task, sample->y);
    return on_the_edge;
}

TEST(test_formulas_are_those_of_the_contract)
{
    size_t on_the_edge = 0;
    for (size_t i = 0; i < N_NETWORKS; i++) {
        struct net net;
        struct book book;
        random_net(&net, i);
        book_make(&book, &net.task.network);
        for (size_t s = 0; s < net.task.n_samples; s++) {
            book_run(&book, &net.task, s);
            on_the_edge += require_formulas(i, &book, &net.task, &net.samples[s]);
        }
        book_free(&book);
        net_free(&net);
    }
    ck_assert_uint_gt(on_the_edge, 1000);
}

SUITE("lesson/textbook", test_the_numbers_that_the_book_prints,
      test_the_core_has_the_bits_of_the_textbook, test_formulas_are_those_of_the_contract)
