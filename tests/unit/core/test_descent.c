#include <math.h>
#include <pthread.h>
#include <time.h>

#include "networks.h"

struct walk {
    struct bp_descent descent;
    struct bp_overflow overflow;
    const struct bp_task *task;
    void *block; /* owned */
};

static void walk_make(struct walk *walk, const struct bp_task *task, double learning_rate,
                      size_t steps, const struct bp_frozen *frozen)
{
    struct bp_layout layout = {NULL, 0};
    walk->task = task;
    walk->descent =
        (struct bp_descent){.learning_rate = learning_rate, .steps = steps, .frozen = frozen};
    bp_descent_layout(&walk->descent, &layout, task, BP_PASS_ALL_SAMPLES);
    layout = (struct bp_layout){walk->block = block_of(layout.used), 0};
    bp_descent_layout(&walk->descent, &layout, task, BP_PASS_ALL_SAMPLES);
}

/* To be freed with walk_free. */
static void walk_run_frozen(struct walk *walk, const struct bp_task *task, double learning_rate,
                            size_t steps, const struct bp_frozen *frozen)
{
    walk_make(walk, task, learning_rate, steps, frozen);
    REQUIRE(bp_descend(&walk->descent, &walk->overflow, task), "the descent overflowed");
}

static void walk_run(struct walk *walk, const struct bp_task *task, double learning_rate,
                     size_t steps)
{
    walk_run_frozen(walk, task, learning_rate, steps, NULL);
}

static void walk_free(struct walk *walk)
{
    free(walk->block);
}

/* The parameters after all steps, in the order of net.numbers; 0 for biases that are not there. */
static void parameters_after(double *parameters, const struct walk *walk)
{
    for (size_t k = 0; k < walk->descent.after.depth; k++) {
        const struct bp_layer *layer = &walk->descent.after.layers[k];
        const size_t n_w = layer->n_in * layer->n_out;
        memcpy(parameters, layer->w, n_w * sizeof *parameters);
        memset(parameters + n_w, 0, layer->n_out * sizeof *parameters);
        if (layer->b)
            memcpy(parameters + n_w, layer->b, layer->n_out * sizeof *parameters);
        parameters += n_w + layer->n_out;
    }
}

/* y_hat = 3 (2 x) for x = 1, y = 0: dL_dy_hat = 12, so dW2 = 24, db2 = 12, dW1 = db1 = 36. */
static void make_chain(struct net *net)
{
    net_make(net, 2, (const size_t[]){1, 1, 1}, 1);
    net->layers[0].activation = BP_ACTIVATION_IDENTITY;
    net_set(net->numbers, 6, (const double[]){2, 0, 3, 0, 1, 0});
}

/* Had W2 been changed first, dW1 would be -9 * 12. */
TEST(test_gradients_are_taken_before_any_weight_is_changed)
{
    static const double expected[] = {2 - 18, -18, 3 - 12, -6};
    struct net net;
    struct walk walk;
    double after[4];
    make_chain(&net);
    walk_run(&walk, &net.task, 0.5, 1);
    parameters_after(after, &walk);
    for (size_t i = 0; i < LENGTH(expected); i++)
        ck_assert_double_eq(after[i], expected[i]);
    ck_assert_double_eq(walk.descent.losses[0], 36);
    ck_assert_double_eq(walk.descent.losses[1], 300.0 * 300);
    ck_assert_uint_eq(walk.descent.changed, 4);
    walk_free(&walk);
    net_free(&net);
}

TEST(test_textbook_one_step)
{
    static const struct {
        double rate, loss;
        bool dead;
    } rows[] = {{0.01, 0.877499945227265, false},
                {0.1, 0.7257526444625, false},
                {0.25, 0.533912369140625, false},
                {0.5, 0.367890625, true},
                {1, 0.1428125, true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct net net;
        struct walk walk;
        net_textbook(&net);
        walk_run(&walk, &net.task, rows[i].rate, 1);
        ck_assert_double_eq_tol(walk.descent.losses[0], 0.89625, 1e-12);
        ck_assert_double_eq_tol(walk.descent.losses[1], rows[i].loss, 1e-12);
        ck_assert(walk.descent.last.layers[0].dead[2] == rows[i].dead);
        ck_assert(!walk.descent.first.layers[0].dead[2]);
        ck_assert_uint_eq(walk.descent.changed, 12);
        walk_free(&walk);
        net_free(&net);
    }
}

/* At 25/88 z1[2] arrives at 0, and rounding says that it is there. */
TEST(test_textbook_unit_dies_at_its_rate)
{
    static const struct {
        double rate;
        bool dead;
    } rows[] = {{25.0 / 88 - 1e-9, false}, {25.0 / 88 + 1e-9, true}, {25.0 / 88, true}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct net net;
        struct walk walk;
        net_textbook(&net);
        walk_run(&walk, &net.task, rows[i].rate, 1);
        REQUIRE(walk.descent.last.layers[0].dead[2] == rows[i].dead, "row %zu", i);
        walk_free(&walk);
        net_free(&net);
    }
}

static void make_random(struct net *net)
{
    net_make(net, 3, (const size_t[]){4, 7, 3, 5}, 70);
    net->layers[1].activation = BP_ACTIVATION_SIGMOID;
    net->task.rules.round_decimals = 10;
    net_fill(net, 3);
}

/* True if the tensor of parameter i is frozen. */
static bool is_frozen(const struct net *net, const struct bp_frozen *frozen, size_t i)
{
    for (size_t k = 0; frozen; k++) {
        const struct bp_layer *layer = &net->layers[k];
        const size_t n_w = layer->n_in * layer->n_out;
        if (i < n_w)
            return frozen[k].w;
        if (i < n_w + layer->n_out)
            return frozen[k].b;
        i -= n_w + layer->n_out;
    }
    return false;
}

/* The same steps by hand: a pass, then every parameter less rate times gradient. */
static void descend_by_hand(struct net *net, double *losses, double rate, size_t steps,
                            const struct bp_frozen *frozen)
{
    double gradients[200];
    struct run run;
    for (size_t step = 0; step <= steps; step++) {
        run_backward(&run, &net->task);
        run_gradients(gradients, &run, &net->task);
        losses[step] = run.pass.loss;
        for (size_t i = 0; step < steps && i < net->n_parameters; i++)
            if (!is_frozen(net, frozen, i))
                net->numbers[i] -= rate * gradients[i];
        run_free(&run);
    }
}

TEST(test_steps_one_after_the_other)
{
    static const size_t all_steps[] = {1, 2, 3, 25};
    for (size_t i = 0; i < LENGTH(all_steps); i++) {
        const size_t steps = all_steps[i];
        struct net net;
        struct walk walk;
        double losses[26], after[200];
        make_random(&net);
        walk_run(&walk, &net.task, 0.125, steps);
        parameters_after(after, &walk);
        descend_by_hand(&net, losses, 0.125, steps, NULL);
        ck_assert(memcmp(losses, walk.descent.losses, (steps + 1) * sizeof *losses) == 0);
        ck_assert(memcmp(after, net.numbers, net.n_parameters * sizeof *after) == 0);
        ck_assert(losses[steps] < losses[0]);
        walk_free(&walk);
        net_free(&net);
    }
}

/* Each set of tensors: what is frozen stays bit for bit and is not counted, the others walk as they
 * would, and the first pass's gradients are those of all. */
TEST(test_frozen_tensors_stay)
{
    for (unsigned set = 0; set < 64; set++) {
        struct bp_frozen frozen[3];
        struct net net;
        struct walk walk;
        struct run run;
        double losses[4], posted[200], after[200], gradients[200], expected[200];
        size_t changed = 0;
        make_random(&net);
        net.numbers[0] = net.layers[1].b[0] = -0.0;
        for (size_t k = 0; k < 3; k++)
            frozen[k] = (struct bp_frozen){.w = set >> 2 * k & 1, .b = set >> 2 * k & 2};
        net_set(posted, net.n_parameters, net.numbers);
        run_backward(&run, &net.task);
        run_gradients(expected, &run, &net.task);
        walk_run_frozen(&walk, &net.task, 0.125, 3, frozen);
        parameters_after(after, &walk);
        run_gradients(gradients, &(struct run){.pass = walk.descent.first}, &net.task);
        ck_assert(memcmp(gradients, expected, net.n_parameters * sizeof *expected) == 0);
        descend_by_hand(&net, losses, 0.125, 3, frozen);
        ck_assert(memcmp(losses, walk.descent.losses, sizeof losses) == 0);
        ck_assert(memcmp(after, net.numbers, net.n_parameters * sizeof *after) == 0);
        for (size_t i = 0; i < net.n_parameters; i++) {
            changed += after[i] != posted[i];
            ck_assert(!is_frozen(&net, frozen, i) || same_bits(after[i], posted[i]));
        }
        ck_assert_uint_eq(walk.descent.changed, changed);
        ck_assert((changed == 0) == (set == 63));
        run_free(&run);
        walk_free(&walk);
        net_free(&net);
    }
}

/* An update that is not made cannot overflow. */
TEST(test_frozen_tensor_does_not_overflow)
{
    static const struct bp_frozen all[] = {{true, true}, {true, true}};
    struct net net;
    struct walk walk;
    make_chain(&net);
    walk_run_frozen(&walk, &net.task, 1e308, 2, all);
    ck_assert_uint_eq(walk.descent.changed, 0);
    walk_free(&walk);
    net_free(&net);
}

/* Layers without biases walk without them, frozen or not; they are no parameters. */
TEST(test_steps_without_biases)
{
    static const struct bp_frozen frozen[] = {{false, true}, {false, false}, {true, false}};
    for (size_t i = 0; i < 2; i++) {
        struct net net;
        struct walk walk;
        double losses[4], after[200];
        make_random(&net);
        for (size_t k = 0; k < 3; k += 2) {
            net_drop_biases(&net, k);
            /* their places compare equal to no biases at all */
            for (size_t j = 0; j < net.layers[k].n_out; j++)
                net.layers[k].w[net.layers[k].n_in * net.layers[k].n_out + j] = 0;
        }
        walk_run_frozen(&walk, &net.task, 0.125, 3, i ? frozen : NULL);
        parameters_after(after, &walk);
        descend_by_hand(&net, losses, 0.125, 3, i ? frozen : NULL);
        ck_assert(memcmp(losses, walk.descent.losses, sizeof losses) == 0);
        ck_assert(memcmp(after, net.numbers, net.n_parameters * sizeof *after) == 0);
        ck_assert_ptr_null(walk.descent.after.layers[0].b);
        ck_assert_uint_eq(walk.descent.changed, 4 * 7 + 7 * 3 + 3 + (i ? 0 : 3 * 5));
        walk_free(&walk);
        net_free(&net);
    }
}

/* The rate acts on the sum of the samples' gradients. */
TEST(test_steps_on_the_sum)
{
    struct net net;
    struct walk walk;
    double losses[4], after[200];
    make_random(&net);
    net.task.rules.reduction = BP_REDUCTION_SUM;
    walk_run(&walk, &net.task, 0.01, 3);
    parameters_after(after, &walk);
    descend_by_hand(&net, losses, 0.01, 3, NULL);
    ck_assert(memcmp(losses, walk.descent.losses, sizeof losses) == 0);
    ck_assert(memcmp(after, net.numbers, net.n_parameters * sizeof *after) == 0);
    walk_free(&walk);
    net_free(&net);
}

/* What comes back of the first pass speaks of the network as posted, the last of what became of it.
 */
TEST(test_first_and_last_are_the_two_ends)
{
    struct net net;
    struct walk walk;
    struct run run;
    double expected[200], got[200];
    make_random(&net);
    walk_run(&walk, &net.task, 0.5, 4);
    run_backward(&run, &net.task);
    run_gradients(expected, &run, &net.task);
    struct run first = {.pass = walk.descent.first};
    run_gradients(got, &first, &net.task);
    ck_assert(memcmp(expected, got, net.n_parameters * sizeof *got) == 0);
    ck_assert(memcmp(run.pass.counts, first.pass.counts, sizeof run.pass.counts) == 0);
    ck_assert(first.pass.rows == 70);
    ck_assert(memcmp(run.pass.layers[1].h, first.pass.layers[1].h, 70 * 3 * sizeof(double)) == 0);
    run_free(&run);

    struct bp_task moved = net.task;
    moved.network = walk.descent.after;
    run_backward(&run, &moved);
    ck_assert(run.pass.loss == walk.descent.last.loss);
    ck_assert(run.pass.loss == walk.descent.losses[4]);
    ck_assert(memcmp(run.pass.layers[0].dead, walk.descent.last.layers[0].dead, 7) == 0);
    run_free(&run);
    walk_free(&walk);
    net_free(&net);
}

TEST(test_posted_network_stays_as_it_is)
{
    struct net net;
    struct walk walk;
    make_random(&net);
    double before[200];
    net_set(before, net.n_parameters, net.numbers);
    walk_run(&walk, &net.task, 1, 3);
    ck_assert(memcmp(before, net.numbers, net.n_parameters * sizeof *before) == 0);
    walk_free(&walk);
    net_free(&net);
}

TEST(test_learning_rate_zero_changes_nothing)
{
    struct net net;
    struct walk walk;
    double after[200];
    make_random(&net);
    walk_run(&walk, &net.task, 0, 3);
    parameters_after(after, &walk);
    ck_assert_uint_eq(walk.descent.changed, 0);
    ck_assert(memcmp(after, net.numbers, net.n_parameters * sizeof *after) == 0);
    for (size_t step = 1; step <= 3; step++)
        ck_assert(walk.descent.losses[step] == walk.descent.losses[0]);
    walk_free(&walk);
    net_free(&net);
}

/* Only the bias learns: W1's gradient is 0, since x is. */
TEST(test_changed_counts_parameters)
{
    struct net net;
    struct walk walk;
    net_make(&net, 1, (const size_t[]){2, 3}, 1);
    net_set(net.layers[0].b, 3, (const double[]){1, 0, 1});
    walk_run(&walk, &net.task, 0.25, 1);
    ck_assert_uint_eq(walk.descent.changed, 2); /* b[1] has no error */
    walk_free(&walk);
    net_free(&net);
}

/* A change that comes back to where it started does not count. */
TEST(test_changed_compares_the_two_ends)
{
    struct net net;
    struct walk walk;
    net_make(&net, 1, (const size_t[]){1, 1}, 1);
    net_set(net.layers[0].b, 1, (const double[]){1});
    walk_run(&walk, &net.task, 1, 1); /* b: 1, -1, 1, ... */
    ck_assert_uint_eq(walk.descent.changed, 1);
    walk_free(&walk);
    walk_run(&walk, &net.task, 1, 2);
    ck_assert_uint_eq(walk.descent.changed, 0);
    walk_free(&walk);
    net_free(&net);
}

static atomic_bool cancelled;

static void *descend_in_a_thread(void *argument)
{
    struct walk *walk = argument;
    walk->overflow.step = 12345;
    ck_assert(!bp_descend(&walk->descent, &walk->overflow, walk->task));
    return NULL;
}

/* A cancelled descent ends between two steps, and that is not an overflow. */
TEST(test_cancelled_descent_ends)
{
    enum { STEPS = 1000000 }; /* minutes */
    struct net net;
    struct walk walk;
    pthread_t thread;
    net_make(&net, 2, (const size_t[]){400, 400, 400}, 2);
    net.task.cancelled = &cancelled;
    walk_make(&walk, &net.task, 0, STEPS, NULL);
    ck_assert_int_eq(pthread_create(&thread, NULL, descend_in_a_thread, &walk), 0);
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL); /* it has begun, as a rule */
    atomic_store(&cancelled, true);
    pthread_join(thread, NULL);
    ck_assert(isnan(walk.descent.losses[STEPS]));
    ck_assert_uint_eq(walk.overflow.step, 12345);
    walk_free(&walk);
    net_free(&net);
}

TEST(test_overflowing_update_names_its_step)
{
    struct net net;
    struct walk walk;
    make_chain(&net);
    walk_make(&walk, &net.task, 1e308, 2, NULL);
    ck_assert(!bp_descend(&walk.descent, &walk.overflow, &net.task));
    ck_assert_int_eq(walk.overflow.tensor, BP_TENSOR_W);
    ck_assert_uint_eq(walk.overflow.layer, 0);
    ck_assert_uint_eq(walk.overflow.step, 0);
    ck_assert_uint_eq(walk.overflow.sample, BP_WHOLE_BATCH);
    walk_free(&walk);
    net_free(&net);
}

TEST(test_carve_counts_what_it_cuts)
{
    for (size_t steps = 1; steps < 40; steps += 13) {
        struct net net;
        struct bp_layout count = {NULL, 0};
        struct bp_descent descent = {.learning_rate = 1, .steps = steps};
        make_random(&net);
        bp_descent_layout(&descent, &count, &net.task, 0);
        struct bp_layout cut = {block_of(count.used), 0};
        bp_descent_layout(&descent, &cut, &net.task, 0);
        ck_assert_uint_eq(cut.used, count.used);
        char *end = (char *)(descent.losses + steps + 1);
        ck_assert((char *)descent.losses >= cut.base && end <= cut.base + cut.used);
        ck_assert_ptr_ne(descent.after.layers[0].w, net.layers[0].w);
        free(cut.base);
        net_free(&net);
    }
}

SUITE("core/descent", test_gradients_are_taken_before_any_weight_is_changed, test_textbook_one_step,
      test_textbook_unit_dies_at_its_rate, test_steps_one_after_the_other, test_frozen_tensors_stay,
      test_frozen_tensor_does_not_overflow, test_steps_without_biases, test_steps_on_the_sum,
      test_first_and_last_are_the_two_ends, test_posted_network_stays_as_it_is,
      test_learning_rate_zero_changes_nothing, test_changed_counts_parameters,
      test_changed_compares_the_two_ends, test_cancelled_descent_ends,
      test_overflowing_update_names_its_step, test_carve_counts_what_it_cuts)
