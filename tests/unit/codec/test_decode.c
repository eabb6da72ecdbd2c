#include <math.h>
#include <stdint.h>

#include "bodies.h"
#include "codec/operations/step.h"
#include "random.h"

#define NETWORK "'network':{'W1':[[1,2],[3,4],[5,6]],'b1':[7,8]}" /* 3 inputs, 2 outputs */
#define SAMPLES "'samples':[{'x':[1,2,3],'y':[1,2]}]"
#define SAMPLES_FOR(x, y) "'samples':[{'x':[" x "],'y':[" y "]}]"
#define WITH(rest) "{" NETWORK "," SAMPLES "," rest "}"
/* one layer with this activation */
#define NETWORK_ENDING(activation)                                                                 \
    "'network':{'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'activations':['" activation "']}"
#define ENDING(activation, options, y)                                                             \
    "{" NETWORK_ENDING(activation) "," SAMPLES_FOR("1,2,3", y) ",'options':" options "}"

/* --- good bodies -------------------------------------------------------------------------------
 */

static void require_numbers(const double *got, const double *expected, size_t n)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(same_bits(got[i], expected[i]), "number %zu is %g, not %g", i, got[i], expected[i]);
}

#define NUMBERS(got, ...)                                                                          \
    require_numbers(got, (const double[]){__VA_ARGS__},                                            \
                    sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

TEST(test_textbook_is_read_as_it_stands)
{
    struct decoding d;
    decode_good(&d, BACKWARD, TEXTBOOK);
    const struct bp_task *task = &d.job.task;
    ck_assert_uint_eq(task->network.depth, 2);
    const struct bp_layer *first = &task->network.layers[0], *last = &task->network.layers[1];
    ck_assert(first->n_in == 4 && first->n_out == 3 && last->n_in == 3 && last->n_out == 4);
    NUMBERS(first->w, 0.2, -0.5, 0.1, -0.3, 0.4, -0.2, 0.1, 0.3, 0.5, -0.4, 0.2, -0.1);
    NUMBERS(first->b, 0.1, -0.1, 0);
    NUMBERS(last->w, 0.3, -0.2, 0.4, 0.1, -0.1, 0.5, -0.3, 0.2, 0.2, -0.4, 0.1, -0.5);
    NUMBERS(last->b, 0, 0.1, -0.1, 0);
    ck_assert_uint_eq(task->n_samples, 1);
    NUMBERS(task->samples[0].x, 1, 0, 1, 1);
    NUMBERS(task->samples[0].y, 1, 1, 0, 1);
    ck_assert(d.job.n_targets == d.job.task.n_samples);
    decoding_end(&d);
}

static const struct bp_step_request *step_of(const struct bp_job *job)
{
    return job->own;
}

TEST(test_defaults)
{
    static const bool included[] = {[FORWARD] = true, [BACKWARD] = true, [STEP] = false};
    for (int endpoint = FORWARD; endpoint <= STEP; endpoint++) {
        struct decoding d;
        decode_good(&d, (enum operation)endpoint,
                    endpoint == STEP ? WITH("'learning_rate':0.5") : "{" NETWORK "," SAMPLES "}");
        ck_assert_ptr_eq(d.job.operation, bp_operations[endpoint]);
        ck_assert_int_eq(d.job.task.rules.loss, BP_LOSS_MSE);
        ck_assert_int_eq(d.job.task.rules.round_decimals, 10);
        ck_assert_double_eq(d.job.task.rules.relu_at_zero, 0);
        ck_assert(!!(d.job.include & BP_PART_SAMPLES) == included[endpoint]);
        ck_assert(!!(d.job.include & BP_PART_WHY_ZERO) == included[endpoint]);
        ck_assert(!d.job.posted_activations);
        ck_assert_int_eq(d.job.task.network.layers[0].activation, BP_ACTIVATION_IDENTITY);
        if (endpoint == STEP)
            ck_assert(step_of(&d.job)->steps == 1 && step_of(&d.job)->learning_rate == 0.5);
        decoding_end(&d);
    }
}

TEST(test_default_activations_of_a_deep_network)
{
    struct decoding d;
    decode_good(&d, FORWARD,
                "{'network':{'b3':[1],'W3':[[1]],'W2':[[1],[1]],'b2':[1],'b1':[1,1],'W1':[[1,1]]},"
                "'samples':[{'x':[1]}]}");
    ck_assert_uint_eq(d.job.task.network.depth, 3);
    ck_assert_int_eq(d.job.task.network.layers[0].activation, BP_ACTIVATION_RELU);
    ck_assert_int_eq(d.job.task.network.layers[1].activation, BP_ACTIVATION_RELU);
    ck_assert_int_eq(d.job.task.network.layers[2].activation, BP_ACTIVATION_IDENTITY);
    decoding_end(&d);
}

TEST(test_activations_as_posted)
{
    for (size_t i = 0; i < BP_ACTIVATION_COUNT; i++) {
        struct decoding d;
        char body[256];
        snprintf(body, sizeof body,
                 "{'network':{'W1':[[1]],'b1':[1],'W2':[[1]],'b2':[1],'activations':['%s','%s']},"
                 "'samples':[{'x':[1]}]}",
                 bp_activation_names[i == BP_ACTIVATION_SOFTMAX ? BP_ACTIVATION_TANH : i],
                 bp_activation_names[i]);
        decode_good(&d, FORWARD, body);
        ck_assert(d.job.posted_activations);
        ck_assert_uint_eq(d.job.task.network.layers[0].activation,
                          i == BP_ACTIVATION_SOFTMAX ? BP_ACTIVATION_TANH : i);
        ck_assert_uint_eq(d.job.task.network.layers[1].activation, i);
        decoding_end(&d);
    }
}

TEST(test_options_as_posted)
{
    struct decoding d;
    decode_good(&d, BACKWARD,
                WITH("'options':{'round_decimals':null,'relu_at_zero':0.25,'loss':'half_sse'}"));
    ck_assert_int_eq(d.job.task.rules.round_decimals, BP_NO_ROUNDING);
    ck_assert_double_eq(d.job.task.rules.relu_at_zero, 0.25);
    ck_assert_int_eq(d.job.task.rules.loss, BP_LOSS_HALF_SSE);
    decoding_end(&d);
    for (int decimals = 0; decimals <= 15; decimals++) {
        char body[256];
        snprintf(body, sizeof body, WITH("'options':{'round_decimals':%d.0}"), decimals);
        decode_good(&d, BACKWARD, body);
        ck_assert_int_eq(d.job.task.rules.round_decimals, decimals);
        decoding_end(&d);
    }
    for (size_t loss = 0; loss < BP_LOSS_COUNT; loss++) {
        static const char *const goes_with[] = {[BP_LOSS_CROSS_ENTROPY] = "softmax",
                                                [BP_LOSS_BINARY_CROSS_ENTROPY] = "sigmoid",
                                                [BP_LOSS_SUM_BINARY_CROSS_ENTROPY] = "sigmoid"};
        char body[256];
        snprintf(body, sizeof body, ENDING("%s", "{'loss':'%s'}", "0,1"),
                 goes_with[loss] ? goes_with[loss] : "relu", bp_loss_names[loss]);
        decode_good(&d, BACKWARD, body);
        ck_assert_uint_eq(d.job.task.rules.loss, loss);
        decoding_end(&d);
    }
}

TEST(test_include_as_posted)
{
    static const struct {
        const char *include;
        bool samples, why_zero;
    } rows[] = {{"[]", false, false},
                {"['samples']", true, false},
                {"['why_zero']", false, true},
                {"['why_zero','samples','why_zero']", true, true}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (int endpoint = FORWARD; endpoint <= STEP; endpoint++) {
            struct decoding d;
            char body[256];
            snprintf(body, sizeof body, WITH("'include':%s%s"), rows[i].include,
                     endpoint == STEP ? ",'learning_rate':0" : "");
            decode_good(&d, (enum operation)endpoint, body);
            ck_assert(!!(d.job.include & BP_PART_SAMPLES) == rows[i].samples);
            ck_assert(!!(d.job.include & BP_PART_WHY_ZERO) == rows[i].why_zero);
            decoding_end(&d);
        }
}

TEST(test_learning_rate_and_steps_as_posted)
{
    struct decoding d;
    decode_good(&d, STEP, WITH("'steps':1e2,'learning_rate':-0"));
    ck_assert_uint_eq(step_of(&d.job)->steps, 100);
    ck_assert(step_of(&d.job)->learning_rate == 0);
    decoding_end(&d);
    decode_good(&d, STEP, WITH("'learning_rate':1e308,'steps':1.0"));
    ck_assert_uint_eq(step_of(&d.job)->steps, 1);
    ck_assert(step_of(&d.job)->learning_rate == 1e308);
    decoding_end(&d);
}

/* Integers, 10.0 and 1e1 are the same thing; the nearest double is taken, and 1e-400 is 0. */
TEST(test_numbers_in_every_spelling)
{
    struct decoding d;
    decode_good(&d, FORWARD,
                "{'network':{'W1':[[10],[10.0],[1e1],[1E+1],[100e-1],[9007199254740993]],"
                "'b1':[1e-400]},'samples':[{'x':[-0,5e-324,0.1,1e308,-1.5e-3,0e9]}]}");
    NUMBERS(d.job.task.network.layers[0].w, 10, 10, 10, 10, 10, 9007199254740992);
    NUMBERS(d.job.task.network.layers[0].b, 0);
    NUMBERS(d.job.task.samples[0].x, -0.0, 5e-324, 0.1, 1e308, -0.0015, 0);
    decoding_end(&d);
}

TEST(test_targets_may_be_missing_in_forward)
{
    struct decoding d;
    decode_good(&d, FORWARD,
                "{" NETWORK
                ",'samples':[{'y':[1,2],'x':[1,2,3]},{'x':[4,5,6]},{'x':[7,8,9],'y':[3,4]}]}");
    ck_assert(d.job.n_targets < d.job.task.n_samples);
    ck_assert_uint_eq(d.job.task.n_samples, 3);
    NUMBERS(d.job.task.samples[1].x, 4, 5, 6);
    ck_assert_ptr_null(d.job.task.samples[1].y);
    NUMBERS(d.job.task.samples[2].y, 3, 4);
    decoding_end(&d);
}

/* --- faults ------------------------------------------------------------------------------------
 */

/* True if the line is what was expected, or goes on with facts that were not asked for. */
static bool matches(const char *line, const char *expected, size_t length)
{
    return strncmp(line, expected, length) == 0 && (line[length] == ' ' || line[length] == '\0');
}

/* Every line of `expected` is a fault, and there is no other. Their order is another test's. */
static void require_faults(struct decoding *d, const char *expected)
{
    json_t *document = document_of(&d->problem);
    const size_t n = json_array_size(json_object_get(document, "errors"));
    size_t n_expected = 0;
    ck_assert(!d->good);
    REQUIRE(d->problem.code == BP_PROBLEM_INVALID_REQUEST, "%s: %s", d->body, d->problem.detail);
    for (const char *at = expected; *at; at += strspn(at, "\n"), n_expected++) {
        const size_t length = strcspn(at, "\n");
        char line[512] = "";
        bool found = false;
        for (size_t i = 0; i < n && !found; i++) {
            fault_line(line, sizeof line, document, i);
            found = matches(line, at, length);
        }
        REQUIRE(found, "%s lacks the fault %.*s; the last is %s", d->body, (int)length, at, line);
        at += length;
    }
    REQUIRE(n == n_expected, "%s has %zu faults, the first: %s", d->body, n, d->problem.detail);
    json_decref(document);
}

struct bad {
    enum operation endpoint;
    const char *body, *faults;
};

static void require_all(const struct bad *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct decoding d;
        decode(&d, rows[i].endpoint, rows[i].body);
        require_faults(&d, rows[i].faults);
        decoding_end(&d);
    }
}

struct limited {
    enum operation endpoint;
    size_t offset; /* of the limit in bp_limits */
    size_t fits;   /* the least value that lets the body pass */
    const char *body, *fault;
};
#define LIMIT(name) offsetof(struct bp_limits, name)

static void require_limits(const struct limited *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct bp_limits limits = STANDARD;
        size_t *limit = (size_t *)((char *)&limits + rows[i].offset);
        struct decoding d;
        *limit = rows[i].fits;
        decode_within(&d, rows[i].endpoint, rows[i].body, &limits);
        REQUIRE(d.good, "row %zu: %s", i, d.problem.detail);
        decoding_end(&d);
        --*limit;
        decode_within(&d, rows[i].endpoint, rows[i].body, &limits);
        require_faults(&d, rows[i].fault);
        decoding_end(&d);
    }
}

TEST(test_top_level)
{
    static const struct bad rows[] = {
        {FORWARD, "[]", "wrong_type #"},
        {FORWARD, "1", "wrong_type #"},
        {FORWARD, "[[1,2],[3,4]]", "wrong_type #"},
        {FORWARD, "'x'", "wrong_type #"},
        {FORWARD, "null", "wrong_type #"},
        {FORWARD, "[{}]", "wrong_type #"},
        {FORWARD, "{}", "missing_member #/network\nmissing_member #/samples"},
        {STEP, "{}",
         "missing_member #/network\nmissing_member #/samples\nmissing_member #/learning_rate"},
        {FORWARD, "{" NETWORK "}", "missing_member #/samples"},
        {FORWARD, "{" SAMPLES "}", "missing_member #/network"},
        {FORWARD, WITH("'momentum':1"), "unknown_member #/momentum"},
        {FORWARD, WITH("'option':{}"),
         "unknown_member #/option "
         "expected=[\"network\",\"samples\",\"options\",\"include\"] "
         "suggestion=\"options\""},
        {FORWARD, WITH("'__proto__':1"), "unknown_member #/__proto__"},
        {FORWARD, WITH("'a/b~c %':1"), "unknown_member #/a~1b~0c%20%25"},
        {FORWARD, WITH("'learning_rate':1"), "unknown_member #/learning_rate"},
        {BACKWARD, WITH("'learning_rate':1,'steps':2"),
         "unknown_member #/learning_rate\nunknown_member #/steps"},
        {STEP, WITH("'lerning_rate':1"),
         "unknown_member #/lerning_rate "
         "expected=[\"network\",\"samples\",\"options\",\"include\",\"learning_rate\",\"steps\","
         "\"frozen\"] "
         "suggestion=\"learning_rate\""},
        {FORWARD, "{'netwrok':{}," SAMPLES "}",
         "unknown_member #/netwrok "
         "expected=[\"network\",\"samples\",\"options\",\"include\"] "
         "suggestion=\"network\""},
        {FORWARD,
         WITH("'"
              "network"
              "':5"),
         "duplicate_member #/network\nwrong_type #/network"},
    };
    require_all(rows, LENGTH(rows));
}

#define NET(network) "{'network':" network "," SAMPLES_FOR("1,2,3", "1,2") "}"

TEST(test_members_of_the_network)
{
    static const struct bad rows[] = {
        {FORWARD, NET("5"), "wrong_type #/network"},
        {FORWARD, NET("[]"), "wrong_type #/network"},
        {FORWARD, NET("null"), "wrong_type #/network"},
        {FORWARD, NET("{}"), "missing_member #/network/W1\nmissing_member #/network/b1"},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]]}"), "missing_member #/network/b1"},
        {FORWARD, NET("{'b1':[1,2]}"), "missing_member #/network/W1"},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'W3':[[1,2],[3,4]],'b3':[1,2]}"),
         "missing_member #/network/W2"},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'W4':[[1,2],[3,4]],'b4':[1,2]}"),
         "missing_member #/network/W2\nmissing_member #/network/b2\n"
         "missing_member #/network/W3\nmissing_member #/network/b3"},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'bias':[1]}"),
         "unknown_member #/network/bias"},
        {FORWARD, NET("{'w1':[[1,2],[3,4],[5,6]],'b1':[1,2]}"),
         "unknown_member #/network/w1 "
         "expected=[\"activations\",\"W1\",\"b1\",\"W2\",\"b2\"] "
         "suggestion=\"W1\""},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'activation':['relu']}"),
         "unknown_member #/network/activation "
         "expected=[\"activations\",\"W1\",\"b1\",\"W2\",\"b2\"] "
         "suggestion=\"activations\""},
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'W1':[[1,2],[3,4],[5,6]]}"),
         "duplicate_member #/network/W1"},
    };
    require_all(rows, LENGTH(rows));
}

/* Names that only look like a layer's. */
TEST(test_members_that_are_no_layers)
{
    static const char *const names[] = {"W0",  "W01", "b-1", "W1x", "W",    "b",
                                        "W 1", "c1",  "W+1", "b1.", "W1e1", "W0x1"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct decoding d;
        char body[256];
        snprintf(body, sizeof body, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'%s':[1]}"),
                 names[i]);
        decode(&d, FORWARD, body);
        ck_assert(!d.good);
        ck_assert_uint_eq(d.problem.n_faults, 1);
        ck_assert_int_eq(d.problem.faults[0].code, BP_FAULT_UNKNOWN_MEMBER);
        decoding_end(&d);
    }
}

#define W1(w1) NET("{'W1':" w1 ",'b1':[1,2]}")
#define B1(b1) NET("{'W1':[[1,2],[3,4],[5,6]],'b1':" b1 "}")

TEST(test_matrices)
{
    static const struct bad rows[] = {
        {FORWARD, W1("5"), "wrong_type #/network/W1"},
        {FORWARD, W1("null"), "wrong_type #/network/W1"},
        {FORWARD, W1("'x'"), "wrong_type #/network/W1"},
        {FORWARD, W1("{}"), "wrong_type #/network/W1"},
        {FORWARD, W1("[1,2]"), "wrong_type #/network/W1"},
        {FORWARD, W1("[]"), "empty #/network/W1"},
        {FORWARD, W1("[[]]"), "empty #/network/W1/0"},
        {FORWARD, W1("[[1,2],[],[3,4]]"), "empty #/network/W1/1"},
        {FORWARD, W1("[[1,2],[3],[5,6]]"), "ragged_matrix #/network/W1/1 expected=2 got=1"},
        {FORWARD, W1("[[1],[3,4],[5,6]]"), "ragged_matrix #/network/W1/0 expected=2 got=1"},
        {FORWARD, W1("[[1,2,3],[3,4],[5,6,7]]"),
         "ragged_matrix #/network/W1/0 expected=2 got=3\n"
         "ragged_matrix #/network/W1/2 expected=2 got=3"},
        /* no row is as long as b1: then the first says how long rows are */
        {FORWARD, NET("{'W1':[[1,2],[3],[5]],'b1':[1,2,3]}"),
         "ragged_matrix #/network/W1/1 expected=2 got=1\n"
         "ragged_matrix #/network/W1/2 expected=2 got=1\nshape_mismatch #/samples/0/y"},
        {FORWARD, W1("[[1,2],[3,null],[5,6]]"), "wrong_type #/network/W1/1/1"},
        {FORWARD, W1("[[1,2],[3,'4'],['5',true]]"),
         "wrong_type #/network/W1/1/1\nwrong_type #/network/W1/2/0\nwrong_type #/network/W1/2/1"},
        {FORWARD, W1("[[1,2],null,[5,6]]"), "wrong_type #/network/W1/1"},
        {FORWARD, W1("[[1,2],4,[5,6]]"), "wrong_type #/network/W1/1"},
        {FORWARD, W1("[[1,2],[3,4],{}]"), "wrong_type #/network/W1/2"},
        {FORWARD, W1("[[1,2],[3,[4]],[5,6]]"), "wrong_type #/network/W1/1/1"},
        {FORWARD, W1("[[1e400,2],[3,4],[5,6]]"), "out_of_range #/network/W1/0/0"},
        {FORWARD, W1("[[1,1e400],[3,4],[-1e999,6]]"),
         "out_of_range #/network/W1/0/1\nout_of_range #/network/W1/2/0"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_vectors)
{
    static const struct bad rows[] = {
        {FORWARD, B1("5"), "wrong_type #/network/b1"},
        {FORWARD, B1("[[1,2]]"), "wrong_type #/network/b1"},
        {FORWARD, B1("'1,2'"), "wrong_type #/network/b1"},
        {FORWARD, B1("[]"), "empty #/network/b1"},
        {FORWARD, B1("[1,null]"), "wrong_type #/network/b1/1"},
        {FORWARD, B1("[true,{}]"), "wrong_type #/network/b1/0\nwrong_type #/network/b1/1"},
        {FORWARD, B1("[1e309,2]"), "out_of_range #/network/b1/0"},
        {FORWARD, B1("[1,1e309]"), "out_of_range #/network/b1/1"},
        {FORWARD,
         B1("[1,2"
            ",3]"),
         "shape_mismatch #/network/b1 expected=2 got=3"},
    };
    require_all(rows, LENGTH(rows));
}

#define TWO(w1, b1, w2, b2, x, y)                                                                  \
    "{'network':{'W1':" w1 ",'b1':" b1 ",'W2':" w2 ",'b2':" b2 "}," SAMPLES_FOR(x, y) "}"

TEST(test_shapes)
{
    static const struct bad rows[] = {
        /* the width of a layer is what two agree on, here b1 and the targets */
        {FORWARD, W1("[[1,2,3],[3,4,5],[5,6,7]]"), "shape_mismatch #/network/W1 expected=2 got=3"},
        /* W2's rows with b1 */
        {FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1],[2]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W2 expected=3 got=2"},
        {FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1],[2],[3],[4]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W2 expected=3 got=4"},
        /* rows and columns are two causes */
        {FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1,2],[2,3]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W2 expected=3 got=2\nshape_mismatch #/network/W2 expected=1 "
         "got=2"},
        /* unless the matrix lies on its side: that is one */
        {FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1,2,3],[4,5,6]]", "[1,2]", "1", "1,2"),
         "shape_mismatch #/network/W2 expected=[3,2] got=[2,3]"},
        {FORWARD, TWO("[[1],[2]]", "[1,2]", "[[1],[2]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W1 expected=[1,2] got=[2,1]"},
        /* x with W1's rows, y with the last b */
        {FORWARD, "{" NETWORK "," SAMPLES_FOR("1,2", "1,2") "}",
         "shape_mismatch #/samples/0/x expected=3 got=2"},
        {FORWARD, "{" NETWORK "," SAMPLES_FOR("1,2,3,4", "1") "}",
         "shape_mismatch #/samples/0/x expected=3 got=4\nshape_mismatch #/samples/0/y expected=2 "
         "got=1"},
        {FORWARD, "{" NETWORK ",'samples':[{'x':[1,2,3]},{'x':[1]},{'x':[1,2,3],'y':[1,2,3]}]}",
         "shape_mismatch #/samples/1/x expected=3 got=1\nshape_mismatch #/samples/2/y expected=2 "
         "got=3"},
        /* a transposed square matrix cannot be detected */
        {FORWARD, TWO("[[1,2],[3,4]]", "[1,2]", "[[1,2],[3,4]]", "[1,2]", "1,2", "1"),
         "shape_mismatch #/samples/0/y expected=2 got=1"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_shapes_in_words)
{
    struct decoding d;
    decode(&d, FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1],[2]]", "[1]", "1", "1"));
    ck_assert_str_eq(d.problem.faults[0].detail, "give W2 3 rows, not 2: b1 has 3 numbers");
    ck_assert_str_eq(d.problem.detail, "#/network/W2: give W2 3 rows, not 2: b1 has 3 numbers");
    decoding_end(&d);
    decode(&d, FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1,2,3],[4,5,6]]", "[1,2]", "1", "1,2"));
    ck_assert_ptr_nonnull(strstr(d.problem.faults[0].detail, "transpose W2"));
    decoding_end(&d);
    decode(&d, FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1],[2]]", "[1]", "1", "1"));
    ck_assert_ptr_null(strstr(d.problem.faults[0].detail, "transpose W2"));
    decoding_end(&d);
}

/* What is broken tells no shape: nothing is compared with it. */
TEST(test_one_cause_one_fault)
{
    static const struct bad rows[] = {
        {FORWARD, TWO("[[1,2]]", "[1,null]", "[[1],[2],[3]]", "[1]", "1", "1"),
         "wrong_type #/network/b1/1"},
        {FORWARD, TWO("[[1,null]]", "[1,2,3]", "[[1],[2],[3]]", "[1]", "1", "1"),
         "wrong_type #/network/W1/0/1"},
        {FORWARD, TWO("'W'", "[1,2]", "[[1],[2]]", "[1]", "1,2,3,4", "1"),
         "wrong_type #/network/W1"},
        {FORWARD, TWO("[[1,2]]", "[1,2]", "[[1],[2]]", "5", "1", "1,2,3"),
         "wrong_type #/network/b2"},
        {FORWARD, TWO("[[1,2,3]]", "[1,2]", "[[1],[2]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W1 expected=2 got=3"},
    };
    require_all(rows, LENGTH(rows));
}

#define ACTIVATIONS(names)                                                                         \
    "{'network':{'W1':[[1]],'b1':[1],'W2':[[1]],'b2':[1],'activations':" names                     \
    "}," SAMPLES_FOR("1", "1") "}"

TEST(test_activations)
{
    static const struct bad rows[] = {
        {FORWARD, ACTIVATIONS("'relu'"), "wrong_type #/network/activations"},
        {FORWARD, ACTIVATIONS("null"), "wrong_type #/network/activations"},
        {FORWARD, ACTIVATIONS("[]"), "shape_mismatch #/network/activations expected=2 got=0"},
        {FORWARD, ACTIVATIONS("['relu']"), "shape_mismatch #/network/activations expected=2 got=1"},
        {FORWARD, ACTIVATIONS("['relu','relu','relu']"),
         "shape_mismatch #/network/activations expected=2 got=3"},
        {FORWARD, ACTIVATIONS("['relu',null]"), "wrong_type #/network/activations/1"},
        {FORWARD, ACTIVATIONS("['relu',1]"), "wrong_type #/network/activations/1"},
        {FORWARD, ACTIVATIONS("['Relu','sigmiod']"),
         "unknown_value #/network/activations/0 "
         "expected=[\"relu\",\"leaky_relu\",\"sigmoid\",\"tanh\","
         "\"identity\",\"softmax\"] got=\"Relu\" suggestion=\"relu\"\n"
         "unknown_value #/network/activations/1 "
         "expected=[\"relu\",\"leaky_relu\",\"sigmoid\",\"tanh\","
         "\"identity\",\"softmax\"] got=\"sigmiod\" suggestion=\"sigmoid\""},
        {FORWARD, ACTIVATIONS("['gelu']"),
         "unknown_value #/network/activations/0\n"
         "shape_mismatch #/network/activations expected=2 got=1"},
    };
    require_all(rows, LENGTH(rows));
}

#define ONLY_SAMPLES(samples) "{" NETWORK ",'samples':" samples "}"

TEST(test_samples)
{
    static const struct bad rows[] = {
        {FORWARD, ONLY_SAMPLES("5"), "wrong_type #/samples"},
        {FORWARD, ONLY_SAMPLES("{}"), "wrong_type #/samples"},
        {FORWARD, ONLY_SAMPLES("null"), "wrong_type #/samples"},
        {FORWARD, ONLY_SAMPLES("[]"), "empty #/samples"},
        {FORWARD, ONLY_SAMPLES("[null]"), "wrong_type #/samples/0"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3]},7]"), "wrong_type #/samples/1"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3]},[1,2,3]]"), "wrong_type #/samples/1"},
        {FORWARD, ONLY_SAMPLES("[{}]"), "missing_member #/samples/0/x"},
        {BACKWARD, ONLY_SAMPLES("[{}]"),
         "missing_member #/samples/0/x\nmissing_member #/samples/0/y"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'y':[1,2]},{'x':[1,2,3]}]"),
         "missing_member #/samples/1/y"},
        {STEP, "{" NETWORK ",'samples':[{'x':[1,2,3]}],'learning_rate':1}",
         "missing_member #/samples/0/y"},
        {FORWARD, ONLY_SAMPLES("[{'x':[]}]"), "empty #/samples/0/x"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'y':[]}]"), "empty #/samples/0/y"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'y':null}]"), "wrong_type #/samples/0/y"},
        {FORWARD, ONLY_SAMPLES("[{'x':[[1,2,3]]}]"), "wrong_type #/samples/0/x"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,'3']}]"), "wrong_type #/samples/0/x/2"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,1e309]}]"), "out_of_range #/samples/0/x/2"},
        {FORWARD, ONLY_SAMPLES("[{'X':[1,2,3]}]"),
         "unknown_member #/samples/0/X "
         "expected=[\"x\",\"y\"] "
         "suggestion=\"x\""},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'label':1}]"), "unknown_member #/samples/0/label"},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'x':[1,2]}]"),
         "duplicate_member #/samples/0/x\nshape_mismatch #/samples/0/x"},
    };
    require_all(rows, LENGTH(rows));
}

#define OPTIONS(options) WITH("'options':" options)

TEST(test_options)
{
    static const struct bad rows[] = {
        {FORWARD, OPTIONS("[]"), "wrong_type #/options"},
        {FORWARD, OPTIONS("null"), "wrong_type #/options"},
        {FORWARD, OPTIONS("{'rounding':1}"), "unknown_member #/options/rounding"},
        {FORWARD, OPTIONS("{'round_decimal':1}"),
         "unknown_member #/options/round_decimal "
         "expected=[\"round_decimals\",\"relu_at_zero\",\"loss\",\"reduction\",\"layout\"] "
         "suggestion=\"round_decimals\""},
        {FORWARD, OPTIONS("{'round_decimals':-1}"), "out_of_range #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':16}"), "out_of_range #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':1e400}"), "out_of_range #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':1.5}"), "wrong_type #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':'10'}"), "wrong_type #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':[10]}"), "wrong_type #/options/round_decimals"},
        {FORWARD, OPTIONS("{'round_decimals':true}"), "wrong_type #/options/round_decimals"},
        {FORWARD, OPTIONS("{'relu_at_zero':-0.1}"), "out_of_range #/options/relu_at_zero"},
        {FORWARD, OPTIONS("{'relu_at_zero':1.0000001}"), "out_of_range #/options/relu_at_zero"},
        {FORWARD, OPTIONS("{'relu_at_zero':1e400}"), "out_of_range #/options/relu_at_zero"},
        {FORWARD, OPTIONS("{'relu_at_zero':null}"), "wrong_type #/options/relu_at_zero"},
        {FORWARD, OPTIONS("{'relu_at_zero':[0]}"), "wrong_type #/options/relu_at_zero"},
        {FORWARD, OPTIONS("{'loss':'mes'}"),
         "unknown_value #/options/loss expected=[\"mse\",\"sse\",\"half_mse\",\"half_sse\","
         "\"cross_entropy\",\"binary_cross_entropy\",\"sum_binary_cross_entropy\"] "
         "got=\"mes\" suggestion=\"mse\""},
        {FORWARD, OPTIONS("{'loss':1}"), "wrong_type #/options/loss"},
        {FORWARD, OPTIONS("{'loss':null}"), "wrong_type #/options/loss"},
        {FORWARD, OPTIONS("{'loss':'mse','loss':'mse'}"), "duplicate_member #/options/loss"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_include)
{
    static const struct bad rows[] = {
        {FORWARD, WITH("'include':'samples'"), "wrong_type #/include"},
        {FORWARD, WITH("'include':{}"), "wrong_type #/include"},
        {FORWARD, WITH("'include':null"), "wrong_type #/include"},
        {FORWARD, WITH("'include':['sample']"),
         "unknown_value #/include/0 expected=[\"samples\",\"why_zero\"] got=\"sample\" "
         "suggestion=\"samples\""},
        {FORWARD, WITH("'include':['samples','gradients']"), "unknown_value #/include/1"},
        {FORWARD, WITH("'include':['samples',1]"), "wrong_type #/include/1"},
        {FORWARD, WITH("'include':['samples',null,[]]"),
         "wrong_type #/include/1\nwrong_type #/include/2"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_learning_rate_and_steps)
{
    static const struct bad rows[] = {
        {STEP, "{" NETWORK "," SAMPLES "}", "missing_member #/learning_rate"},
        {STEP, WITH("'learning_rate':-1e-9"), "out_of_range #/learning_rate"},
        {STEP, WITH("'learning_rate':1e400"), "out_of_range #/learning_rate"},
        {STEP, WITH("'learning_rate':'0.1'"), "wrong_type #/learning_rate"},
        {STEP, WITH("'learning_rate':null"), "wrong_type #/learning_rate"},
        {STEP, WITH("'learning_rate':[0.1]"), "wrong_type #/learning_rate"},
        {STEP, WITH("'learning_rate':0.1,'steps':0"), "out_of_range #/steps expected=1 got=0"},
        {STEP, WITH("'learning_rate':0.1,'steps':-3"), "out_of_range #/steps expected=1 got=-3"},
        {STEP, WITH("'learning_rate':0.1,'steps':2.5"), "wrong_type #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':1e-3"), "wrong_type #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':null"), "wrong_type #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':'5'"), "wrong_type #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':[5]"), "wrong_type #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':1e6"),
         "limit_exceeded #/steps expected=100000 got=1000000"},
        {STEP, WITH("'learning_rate':0.1,'steps':1e300"), "limit_exceeded #/steps"},
        {STEP, WITH("'learning_rate':0.1,'steps':1e400"), "out_of_range #/steps"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_members_of_step_alone_in_words)
{
    static const char *const names[] = {"learning_rate", "steps", "frozen"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        struct decoding d;
        char body[256];
        snprintf(body, sizeof body, WITH("'%s':1"), names[i]);
        decode(&d, BACKWARD, body);
        ck_assert_uint_eq(d.problem.n_faults, 1);
        ck_assert_ptr_nonnull(strstr(d.problem.faults[0].detail, "/step"));
        decoding_end(&d);
    }
}

/* --- softmax, losses with a logarithm, layouts, null biases, own gradients, frozen tensors
 * --------
 */

TEST(test_incompatible)
{
#define DEEP(activations, loss, y)                                                                 \
    "{'network':{'W1':[[1]],'b1':[1],'W2':[[1]],'b2':[1],'W3':[[1]],'b3':[1],'activations':"       \
    "[" activations "]}," SAMPLES_FOR("1", y) ",'options':{'loss':'" loss "'}}"
    static const struct bad rows[] = {
        {FORWARD, OPTIONS("{'loss':'cross_entropy'}"),
         "incompatible #/options/loss expected=\"softmax\" got=\"identity\""},
        {BACKWARD, ENDING("sigmoid", "{'loss':'cross_entropy'}", "0,1"),
         "incompatible #/options/loss expected=\"softmax\" got=\"sigmoid\""},
        {FORWARD, ENDING("softmax", "{'loss':'binary_cross_entropy'}", "0,1"),
         "incompatible #/options/loss expected=\"sigmoid\" got=\"softmax\""},
        {FORWARD, ENDING("tanh", "{'loss':'sum_binary_cross_entropy'}", "0,1"),
         "incompatible #/options/loss expected=\"sigmoid\" got=\"tanh\""},
        /* even where no sample has y */
        {FORWARD,
         "{" NETWORK ",'samples':[{'x':[1,2,3]}],'options':{'loss':'binary_cross_entropy'}}",
         "incompatible #/options/loss"},
        {BACKWARD,
         "{" NETWORK ",'samples':[{'x':[1,2,3],'dL_dy_hat':[1,2]}],"
         "'options':{'loss':'cross_entropy'}}",
         "incompatible #/options/loss"},
        /* then it is unknown which y are meant */
        {FORWARD, ENDING("relu", "{'loss':'cross_entropy'}", "-1,2"),
         "incompatible #/options/loss"},
        {FORWARD, ENDING("relu", "{'loss':'binary_cross_entropy'}", "-1,2"),
         "incompatible #/options/loss"},
        {FORWARD, DEEP("'softmax','relu','softmax'", "cross_entropy", "-1"),
         "incompatible #/network/activations/0"},
        {FORWARD, DEEP("'softmax','softmax','relu'", "mse", "1"),
         "incompatible #/network/activations/0\nincompatible #/network/activations/1"},
        {FORWARD, DEEP("'relu','softmax','relu'", "cross_entropy", "1"),
         "incompatible #/network/activations/1\nincompatible #/options/loss"},
        /* a faulty activation or loss may be the mistake */
        {FORWARD, DEEP("'softmax','relu','sofmax'", "cross_entropy", "-1"),
         "unknown_value #/network/activations/2"},
        {FORWARD, DEEP("'relu','sigmoid'", "binary_cross_entropy", "-1"),
         "shape_mismatch #/network/activations"},
        {FORWARD, DEEP("'relu','relu',null", "cross_entropy", "-1"),
         "wrong_type #/network/activations/2"},
        {FORWARD, DEEP("'relu','relu','relu'", "crossentropy", "-1"),
         "unknown_value #/options/loss expected=[\"mse\",\"sse\",\"half_mse\",\"half_sse\","
         "\"cross_entropy\",\"binary_cross_entropy\",\"sum_binary_cross_entropy\"] "
         "got=\"crossentropy\" suggestion=\"cross_entropy\""},
        {FORWARD, "{'network':5," SAMPLES_FOR("1", "-1") ",'options':{'loss':'cross_entropy'}}",
         "wrong_type #/network"},
        {FORWARD, "{" SAMPLES_FOR("1", "-1") ",'options':{'loss':'cross_entropy'}}",
         "missing_member #/network"},
    };
    require_all(rows, LENGTH(rows));
#undef DEEP
}

TEST(test_ranges_of_targets)
{
#define Y(activation, loss, y) ENDING(activation, "{'loss':'" loss "'}", y)
    static const struct bad rows[] = {
        {FORWARD, Y("softmax", "cross_entropy", "1,-1e-300"),
         "out_of_range #/samples/0/y/1 got=-1e-300"},
        {BACKWARD, Y("softmax", "cross_entropy", "-1,-2"),
         "out_of_range #/samples/0/y/0 got=-1\nout_of_range #/samples/0/y/1 got=-2"},
        {FORWARD, Y("sigmoid", "binary_cross_entropy", "-0.5,1.5"),
         "out_of_range #/samples/0/y/0 got=-0.5\nout_of_range #/samples/0/y/1 got=1.5"},
        {BACKWARD, Y("sigmoid", "sum_binary_cross_entropy", "1.0000000000000002,0"),
         "out_of_range #/samples/0/y/0"},
        {STEP,
         "{" NETWORK_ENDING("sigmoid") ",'samples':[{'x':[1,2,3],'y':[0,1]},"
                                       "{'x':[1,2,3],'y':[0,2]}],'options':{'loss':'binary_cross_"
                                       "entropy'},'learning_rate':1}",
         "out_of_range #/samples/1/y/1 got=2"},
        /* of the wrong length too */
        {FORWARD, Y("softmax", "cross_entropy", "-1,0,0"),
         "shape_mismatch #/samples/0/y\nout_of_range #/samples/0/y/0"},
    };
    static const char *const good[] = {Y("softmax", "cross_entropy", "0,0"),
                                       Y("softmax", "cross_entropy", "-0,7"),
                                       Y("softmax", "mse", "-1,2"),
                                       Y("sigmoid", "binary_cross_entropy", "0,1"),
                                       Y("sigmoid", "sum_binary_cross_entropy", "0.5,-0"),
                                       Y("sigmoid", "sse", "-1,2")};
    require_all(rows, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(good); i++) {
        struct decoding d;
        decode_good(&d, i % 2 ? FORWARD : BACKWARD, good[i]);
        decoding_end(&d);
    }
#undef Y
}

TEST(test_own_gradients)
{
    static const struct bad rows[] = {
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'y':[1,2],'dL_dy_hat':[1,2]}]"),
         "incompatible #/samples/0/dL_dy_hat"},
        {BACKWARD,
         "{" NETWORK_ENDING(
             "softmax") ",'samples':[{'x':[1,2,3],'y':[-1,2],'dL_dy_hat':[1,2]},"
                        "{'x':[1,2,3],'y':[1,-2]}],'options':{'loss':'cross_entropy'}}",
         "incompatible #/samples/0/dL_dy_hat\nout_of_range #/samples/1/y/1"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[1,2,3]}]"),
         "shape_mismatch #/samples/0/dL_dy_hat expected=2 got=3"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':null}]"),
         "wrong_type #/samples/0/dL_dy_hat"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[]}]"), "empty #/samples/0/dL_dy_hat"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[1,1e309]}]"),
         "out_of_range #/samples/0/dL_dy_hat/1"},
        {BACKWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dl_dy_hat':[1,2]}]"),
         "unknown_member #/samples/0/dl_dy_hat "
         "expected=[\"x\",\"y\",\"dL_dy_hat\"] "
         "suggestion=\"dL_dy_hat\""},
        {FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[1,2]}]"),
         "unknown_member #/samples/0/dL_dy_hat"},
        {STEP,
         "{" NETWORK ",'samples':[{'x':[1,2,3],'y':[1,2],'dL_dy_hat':[1,2]}],"
         "'learning_rate':1}",
         "unknown_member #/samples/0/dL_dy_hat"},
        {STEP, "{" NETWORK ",'samples':[{'x':[1,2,3],'dL_dy_hat':[1,2]}],'learning_rate':1}",
         "unknown_member #/samples/0/dL_dy_hat"},
        /* where it is not known it says nothing of the width: b1 does */
        {FORWARD,
         "{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1],'dL_dy_hat':[1,2,3]}]}",
         "shape_mismatch #/network/W1 expected=2 got=3\nunknown_member #/samples/0/dL_dy_hat"},
        {BACKWARD,
         "{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1],'dL_dy_hat':[1,2,3]}]}",
         "shape_mismatch #/network/b1 expected=3 got=2"},
    };
    struct decoding d;
    require_all(rows, LENGTH(rows));
    decode_good(&d, BACKWARD,
                ONLY_SAMPLES("[{'x':[1,2,3],'y':[1,2]},{'dL_dy_hat':[3,4],'x':[4,5,6]}]"));
    ck_assert_uint_eq(d.job.n_targets, 1);
    ck_assert_ptr_null(d.job.task.samples[0].dl_dy_hat);
    ck_assert_ptr_null(d.job.task.samples[1].y);
    NUMBERS(d.job.task.samples[1].dl_dy_hat, 3, 4);
    decoding_end(&d);
    decode(&d, FORWARD, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[1,2]}]"));
    ck_assert_ptr_nonnull(strstr(d.problem.faults[0].detail, "/backward"));
    decoding_end(&d);
}

/* The width of a layer: two of b's length, W's columns and the rows above agree; else b; else W. */
TEST(test_widths)
{
    static const struct bad rows[] = {
        {FORWARD, TWO("[[1,2,3]]", "[1,2]", "[[1],[2],[3]]", "[1]", "1", "1"),
         "shape_mismatch #/network/b1 expected=3 got=2"},
        {FORWARD, TWO("[[1,2]]", "[1,2,3]", "[[1],[2],[3]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W1 expected=3 got=2"},
        {FORWARD, TWO("[[1,2,3]]", "[1,2,3]", "[[1],[2]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W2 expected=3 got=2"},
        {FORWARD, TWO("[[1,2,3]]", "[1,2]", "[[1],[2],[3],[4]]", "[1]", "1", "1"),
         "shape_mismatch #/network/W1 expected=2 got=3\n"
         "shape_mismatch #/network/W2 expected=2 got=4"},
        {FORWARD, TWO("[[1]]", "[1]", "[[1,2,3]]", "[1,2]", "1", "1,2,3"),
         "shape_mismatch #/network/b2 expected=3 got=2"},
        {FORWARD, TWO("[[1]]", "[1]", "[[1,2,3]]", "[1,2]", "1", "1,2"),
         "shape_mismatch #/network/W2 expected=2 got=3"},
        {FORWARD, TWO("[[1]]", "[1]", "[[1,2,3]]", "[1,2,3]", "1", "1,2"),
         "shape_mismatch #/samples/0/y expected=3 got=2"},
        {FORWARD, TWO("[[1]]", "[1]", "[[1,2,3]]", "[1,2]", "1", "1,2,3,4"),
         "shape_mismatch #/network/W2 expected=2 got=3\n"
         "shape_mismatch #/samples/0/y expected=2 got=4"},
        /* null biases: W and what is above */
        {FORWARD, TWO("[[1,2,3]]", "null", "[[1],[2]]", "null", "1", "1"),
         "shape_mismatch #/network/W2 expected=3 got=2"},
        {FORWARD, TWO("[[1,2,3]]", "null", "[[1],[2],[3]]", "null", "1", "1,2"),
         "shape_mismatch #/samples/0/y expected=1 got=2"},
        /* without a usable b two sizes are left; if they differ, either may be right */
        {FORWARD, TWO("[[1,2,3]]", "5", "[[1],[2]]", "[1]", "1", "1"), "wrong_type #/network/b1"},
        {FORWARD, TWO("[[1,2]]", "5", "[[1],[2]]", "[1]", "1,2", "1,2"),
         "wrong_type #/network/b1\nshape_mismatch #/samples/0/x expected=1 got=2\n"
         "shape_mismatch #/samples/0/y expected=1 got=2"},
        {FORWARD, "{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1]}]}",
         "shape_mismatch #/network/W1 expected=2 got=3"},
        /* a sample after the first bears no witness */
        {FORWARD,
         "{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1]},{'x':[1],'y':[1,2,3]}]}",
         "shape_mismatch #/network/W1 expected=2 got=3\n"
         "shape_mismatch #/samples/1/y expected=2 got=3"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_widths_in_words)
{
    static const struct {
        const char *body, *detail;
    } rows[] = {
        {TWO("[[1,2,3]]", "[1,2]", "[[1],[2],[3]]", "[1]", "1", "1"),
         "give b1 3 numbers, not 2: W1's columns and W2's rows say that layer 1 has 3 units"},
        {TWO("[[1]]", "[1]", "[[1,2,3]]", "[1,2]", "1", "1,2,3"),
         "give b2 3 numbers, not 2: W2's columns and the targets say that layer 2 has 3 units"},
        {TWO("[[1,2,3]]", "null", "[[1],[2]]", "null", "1", "1"),
         "give W2 3 rows, not 2: layer 1 has 3 units"},
        {TWO("[[1,2]]", "[1,2]", "[[1],[2]]", "null", "1", "1,2"),
         "give y 1 number, not 2: one for each unit of the last layer (layer 2 has 1)"},
        {TWO("[[1,2]]", "[1,2]", "[[1],[2]]", "[1]", "1", "1,2"),
         "give y 1 number, not 2: one for each unit of the last layer (b2 has 1)"},
        {"{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1],'y':[1,2,3]},"
         "{'x':[1],'y':[1,2]}]}",
         "give b1 3 numbers, not 2: W1's columns and the targets say that layer 1 has 3 units"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct decoding d;
        decode(&d, FORWARD, rows[i].body);
        ck_assert(!d.good);
        ck_assert_str_eq(d.faults[0].detail, rows[i].detail);
        decoding_end(&d);
    }
}

/* b1 is not as long as its layer is wide, so a message does not send a reader there. */
TEST(test_width_of_a_layer_is_not_told_by_a_wrong_b)
{
    struct decoding d;
    decode(&d, FORWARD,
           "{'network':{'W1':[[1,2,3]],'b1':[1,2]},'samples':[{'x':[1],'y':[1,2,3]},"
           "{'x':[1],'y':[1,2]}]}");
    ck_assert_uint_eq(d.problem.n_faults, 2);
    ck_assert_str_eq(
        d.faults[1].detail,
        "give y 3 numbers, not 2: one for each unit of the last layer (layer 1 has 3)");
    decoding_end(&d);
}

#define LAID(layout, network, x, y)                                                                \
    "{'network':{" network "}," SAMPLES_FOR(x, y) ",'options':{'layout':'" layout "'}}"
#define OUT_IN_NET "'W1':[[1,3,5],[2,4,6]],'b1':[7,8],'W2':[[1,2]],'b2':[9]"
#define IN_OUT_NET "'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W2':[[1],[2]],'b2':[9]"

/* What comes out of decoding is the same, whichever way it was posted. */
TEST(test_layouts)
{
    static const char *const bodies[] = {LAID("in_out", IN_OUT_NET, "1,2,3", "1"),
                                         LAID("out_in", OUT_IN_NET, "1,2,3", "1")};
    for (size_t i = 0; i < LENGTH(bodies); i++) {
        struct decoding d;
        decode_good(&d, BACKWARD, bodies[i]);
        const struct bp_layer *layers = d.job.task.network.layers;
        ck_assert(d.job.is_out_in == (i == 1));
        ck_assert(layers[0].n_in == 3 && layers[0].n_out == 2);
        ck_assert(layers[1].n_in == 2 && layers[1].n_out == 1);
        NUMBERS(layers[0].w, 1, 2, 3, 4, 5, 6);
        NUMBERS(layers[0].b, 7, 8);
        NUMBERS(layers[1].w, 1, 2);
        decoding_end(&d);
    }
}

TEST(test_faults_of_layouts)
{
    static const struct bad rows[] = {
        {FORWARD, LAID("out_in", IN_OUT_NET, "1,2,3", "1"),
         "shape_mismatch #/network/W1 expected=[2,3] got=[3,2]\n"
         "shape_mismatch #/network/W2 expected=[1,2] got=[2,1]"},
        {FORWARD, LAID("in_out", OUT_IN_NET, "1,2,3", "1"),
         "shape_mismatch #/network/W1 expected=[3,2] got=[2,3]\n"
         "shape_mismatch #/network/W2 expected=[2,1] got=[1,2]"},
        /* though two of three say that layer 1 has 2 units: b1 is right once all are transposed */
        {FORWARD,
         LAID("in_out",
              "'W1':[[1,2],[3,4],[5,6]],'b1':[7,8,9],'W2':[[1,2,3],[4,5,6]],"
              "'b2':[1,2]",
              "1,2", "1,2"),
         "shape_mismatch #/network/W1 expected=[2,3] got=[3,2]\n"
         "shape_mismatch #/network/W2 expected=[3,2] got=[2,3]"},
        /* one matrix on its side, in either layout */
        {FORWARD,
         LAID("in_out", "'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W2':[[1,2]],'b2':[9]", "1,2,3", "1"),
         "shape_mismatch #/network/W2 expected=[2,1] got=[1,2]"},
        {FORWARD,
         LAID("out_in", "'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W2':[[1,2]],'b2':[9]", "1,2,3", "1"),
         "shape_mismatch #/network/W1 expected=[2,3] got=[3,2]"},
        {FORWARD,
         LAID("out_in", "'W1':[[1,3,5],[2,4,6]],'b1':[7,8],'W2':[[1,2,3]],'b2':[9]", "1,2,3", "1"),
         "shape_mismatch #/network/W2 expected=2 got=3"},
        {FORWARD,
         LAID("out_in", "'W1':[[1,3,5],[2,4,6],[1,1,1]],'b1':[7,8],'W2':[[1,2]],'b2':[9]", "1,2,3",
              "1"),
         "shape_mismatch #/network/W1 expected=2 got=3"},
        {FORWARD, LAID("out_in", OUT_IN_NET, "1,2", "1"),
         "shape_mismatch #/samples/0/x expected=3 got=2"},
        {FORWARD, LAID("out_in", "'W1':[[1,3,5],[2,4]],'b1':[7,8]", "1,2,3", "1,2"),
         "ragged_matrix #/network/W1/1 expected=3 got=2"},
        /* of a faulty layout nothing follows */
        {FORWARD, LAID("inout", OUT_IN_NET, "1,2,3,4", "1,2"),
         "unknown_value #/options/layout expected=[\"in_out\",\"out_in\"] got=\"inout\" "
         "suggestion=\"in_out\""},
        {FORWARD,
         "{'network':{" OUT_IN_NET "}," SAMPLES_FOR("1,2,3", "1") ",'options':{'layout':null}}",
         "wrong_type #/options/layout"},
        {FORWARD, LAID("x", "'W1':[[1,2,3],[3]],'b1':[1],'W2':[[1,2]],'b2':[null]", "1", "'1'"),
         "ragged_matrix #/network/W1/1 expected=3 got=1\nwrong_type #/network/b2/0\n"
         "wrong_type #/samples/0/y/0\nunknown_value #/options/layout"},
    };
    require_all(rows, LENGTH(rows));
}

TEST(test_a_transposed_matrix_is_told_of_layouts)
{
    static const char *const bodies[] = {LAID("in_out", OUT_IN_NET, "1,2,3", "1"),
                                         LAID("out_in", IN_OUT_NET, "1,2,3", "1")};
    static const char *const names[] = {"options.layout to \"out_in\"",
                                        "options.layout to \"in_out\""};
    for (size_t i = 0; i < LENGTH(bodies); i++) {
        struct decoding d;
        decode(&d, FORWARD, bodies[i]);
        ck_assert_uint_eq(d.problem.n_faults, 2);
        for (size_t fault = 0; fault < d.problem.n_faults; fault++)
            REQUIRE(strstr(d.faults[fault].detail, names[i]), "%s", d.faults[fault].detail);
        decoding_end(&d);
    }
}

/* The other layout would turn the matrix that fits. */
TEST(test_one_matrix_on_its_side_is_not_told_of_layouts)
{
    struct decoding d;
    decode(
        &d, FORWARD,
        LAID("in_out", "'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W2':[[1,2]],'b2':[9]", "1,2,3", "1"));
    ck_assert_uint_eq(d.problem.n_faults, 1);
    ck_assert_str_eq(d.faults[0].detail,
                     "transpose W2: it is 1 x 2 and fits transposed, as 2 x 1 (fan-in x fan-out)");
    decoding_end(&d);
}

/* In the order of the layers, each with its other faults. */
TEST(test_transposed_matrices_among_other_faults)
{
    struct decoding d;
    decode(
        &d, FORWARD,
        LAID("in_out", "'W1':[[1,3,5],[2,4,6]],'b1':[7,8],'W2':[[1,2]],'b2':[null]", "1,2,3", "1"));
    static const char *const pointers[] = {"#/network/W1", "#/network/b2/0", "#/network/W2"};
    ck_assert_uint_eq(d.problem.n_faults, LENGTH(pointers));
    for (size_t i = 0; i < LENGTH(pointers); i++)
        ck_assert_str_eq(d.faults[i].pointer, pointers[i]);
    decoding_end(&d);
}

TEST(test_null_biases)
{
    struct decoding d;
    decode_good(&d, STEP,
                "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':null,'W2':[[1],[2]],'b2':[9]},"
                "'samples':[{'x':[1,2,3],'y':[1]}],'learning_rate':1,'frozen':['b1']}");
    ck_assert_ptr_null(d.job.task.network.layers[0].b);
    NUMBERS(d.job.task.network.layers[1].b, 9);
    ck_assert_uint_eq(bp_network_parameters(&d.job.task.network), 9);
    decoding_end(&d);
    static const struct bad rows[] = {
        {FORWARD, NET("{'W1':[[1,2],[3,4],[5,6]]}"), "missing_member #/network/b1"},
        {FORWARD, NET("{'W1':null,'b1':null}"), "wrong_type #/network/W1"},
    };
    require_all(rows, LENGTH(rows));
}

/* A layer that is too wide is reported where its width stands. */
TEST(test_units_without_biases)
{
    struct bp_limits limits = STANDARD;
    struct decoding d;
    limits.units = 2;
    decode_within(&d, FORWARD,
                  "{'network':{'W1':[[1,2,3]],'b1':null,'W2':[[1],[2],[3]],'b2':[9]},"
                  "'samples':[{'x':[1]}]}",
                  &limits);
    require_faults(&d, "limit_exceeded #/network/W1 expected=2 got=3");
    decoding_end(&d);
}

TEST(test_reductions)
{
    static const struct {
        const char *body;
        enum bp_reduction reduction;
    } good[] = {{OPTIONS("{}"), BP_REDUCTION_MEAN},
                {OPTIONS("{'reduction':'mean'}"), BP_REDUCTION_MEAN},
                {OPTIONS("{'reduction':'sum'}"), BP_REDUCTION_SUM}};
    static const struct bad rows[] = {
        {FORWARD, OPTIONS("{'reduction':'none'}"),
         "unknown_value #/options/reduction expected=[\"mean\",\"sum\"] got=\"none\""},
        {FORWARD, OPTIONS("{'reduction':null}"), "wrong_type #/options/reduction"},
        {FORWARD, OPTIONS("{'redution':'sum'}"),
         "unknown_member #/options/redution "
         "expected=[\"round_decimals\",\"relu_at_zero\",\"loss\",\"reduction\",\"layout\"] "
         "suggestion=\"reduction\""},
    };
    for (size_t i = 0; i < LENGTH(good); i++) {
        struct decoding d;
        decode_good(&d, BACKWARD, good[i].body);
        ck_assert_int_eq(d.job.task.rules.reduction, good[i].reduction);
        decoding_end(&d);
    }
    require_all(rows, LENGTH(rows));
}

#define FROZEN(names)                                                                              \
    "{'network':{'W1':[[1]],'b1':[1],'W2':[[1]],'b2':null}," SAMPLES_FOR(                          \
        "1", "1") ",'learning_rate':1,'frozen':" names "}"

TEST(test_frozen)
{
    static const struct bad rows[] = {
        {STEP, FROZEN("['W3']"),
         "unknown_value #/frozen/0 expected=[\"W1\",\"b1\",\"W2\",\"b2\"] got=\"W3\""},
        {STEP, FROZEN("['b1','w1','activations','W01','W0','b','gradients.W1']"),
         "unknown_value #/frozen/1 expected=[\"W1\",\"b1\",\"W2\",\"b2\"] got=\"w1\" "
         "suggestion=\"W1\"\nunknown_value #/frozen/2\n"
         "unknown_value #/frozen/3\nunknown_value #/frozen/4\nunknown_value #/frozen/5\n"
         "unknown_value #/frozen/6"},
        {STEP, FROZEN("'b1'"), "wrong_type #/frozen"},
        {STEP, FROZEN("null"), "wrong_type #/frozen"},
        {STEP, FROZEN("{'b1':true}"), "wrong_type #/frozen"},
        {STEP, FROZEN("['W1',1]"), "wrong_type #/frozen/1"},
        {STEP, FROZEN("[null,['W1']]"), "wrong_type #/frozen/0\nwrong_type #/frozen/1"},
        {FORWARD, WITH("'frozen':[]"), "unknown_member #/frozen"},
        {BACKWARD, WITH("'frozen':['b1']"), "unknown_member #/frozen"},
        /* which tensors there are is not known */
        {STEP, "{" SAMPLES ",'learning_rate':1,'frozen':['W2']}", "missing_member #/network"},
        {STEP, "{'network':[]," SAMPLES ",'learning_rate':1,'frozen':['W2','x']}",
         "wrong_type #/network\nunknown_value #/frozen/1"},
        {STEP,
         "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W17':[[1]],'b17':[1]}," SAMPLES
         ",'learning_rate':1,'frozen':['W17','b17']}",
         "limit_exceeded #/network"},
    };
    static const struct {
        const char *body;
        bool w1, b1, w2, b2;
    } good[] = {{FROZEN("[]"), false, false, false, false},
                {FROZEN("['b1','b2']"), false, true, false, true},
                {FROZEN("['W2','W2','W1']"), true, false, true, false}};
    require_all(rows, LENGTH(rows));
    for (size_t i = 0; i < LENGTH(good); i++) {
        struct decoding d;
        decode_good(&d, STEP, good[i].body);
        const struct bp_frozen *frozen = step_of(&d.job)->frozen;
        ck_assert(frozen[0].w == good[i].w1 && frozen[0].b == good[i].b1);
        ck_assert(frozen[1].w == good[i].w2 && frozen[1].b == good[i].b2);
        decoding_end(&d);
    }
}

/* Softmax's matrix counts N x N a sample, dL_dx as many as x, null biases none, a given gradient no
 * loss. */
TEST(test_numbers_in_the_reply)
{
    static const struct limited rows[] = {
        /* gradients 6; z1 y_hat loss 5; dL_dy_hat dL_dz1 dL_dW1 10, dy_hat_dz1 4, dL_dx 3 */
        {BACKWARD, LIMIT(reply_numbers), 28,
         "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':null,'activations':['softmax']}," SAMPLES "}",
         "limit_exceeded #/include expected=27 got=28"},
        /* gradients 8; z1 y_hat 4; dL_dy_hat dy_hat_dz1 dL_dz1 dL_dW1 dL_db1 14, dL_dx 3 */
        {BACKWARD, LIMIT(reply_numbers), 29, ONLY_SAMPLES("[{'x':[1,2,3],'dL_dy_hat':[1,2]}]"),
         "limit_exceeded #/include expected=28 got=29"},
        {FORWARD, LIMIT(reply_numbers), 5,
         "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':null,'activations':['softmax']}," SAMPLES "}",
         "limit_exceeded #/include expected=4 got=5"},
        /* the network 6, gradients 6, losses 2 */
        {STEP, LIMIT(reply_numbers), 14,
         "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':null,'activations':['softmax']}," SAMPLES
         ",'learning_rate':1}",
         "limit_exceeded #/include expected=13 got=14"},
        {FORWARD, LIMIT(parameters), 6, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':null}"),
         "limit_exceeded #/network expected=5 got=6"},
    };
    require_limits(rows, LENGTH(rows));
}

/* --- all at once -------------------------------------------------------------------------------
 */

TEST(test_all_faults_in_order)
{
    static const char body[] =
        "{'steps':0,'learning_rate':-1,'include':['x'],'options':{'loss':'l'},'samples':[{'y':5},"
        "{'x':'x'}],'extra':1,'network':{'W3':[[1]],'b3':5,'b2':[1,1],'W2':[[1]],'b1':'b',"
        "'W1':[[1,2],[3]],'activations':[null],'other':1}}";
    /* by part, and in the network by layer */
    static const char *const parts[] = {"/network/", "/samples/", "/options/", "/include/", "/"};
    struct decoding d;
    size_t part = 0, layer = 1;
    decode(&d, STEP, body);
    ck_assert_uint_ge(d.problem.n_faults, 13);
    ck_assert_uint_le(d.problem.n_faults, BP_FAULTS_MAX);
    for (size_t i = 0; i < d.problem.n_faults; i++) {
        const char *pointer = d.problem.faults[i].pointer + 1;
        while (part < LENGTH(parts) && strncmp(pointer, parts[part], strlen(parts[part])) != 0)
            part++;
        REQUIRE(part < LENGTH(parts), "fault %zu, #%s, comes too late", i, pointer);
        for (size_t earlier = 0; earlier < part;
             earlier++) /* the last part's prefix is everyone's */
            REQUIRE(strncmp(pointer, parts[earlier], strlen(parts[earlier])) != 0,
                    "fault %zu, #%s, comes too late", i, pointer);
        if (part != 0 || (pointer[9] != 'W' && pointer[9] != 'b'))
            continue;
        const size_t k = (size_t)(pointer[10] - '0');
        REQUIRE(k >= layer, "fault %zu, #%s, comes too late", i, pointer);
        layer = k;
    }
    ck_assert_uint_eq(part, 4);
    ck_assert_uint_eq(layer, 3);
    decoding_end(&d);
}

TEST(test_faults_of_samples_in_order)
{
    struct decoding d;
    decode(&d, BACKWARD, ONLY_SAMPLES("[{'x':[1]},5,{'y':[1,2,3],'x':[]},{'z':1}]"));
    static const char *const pointers[] = {"#/samples/0/x", "#/samples/0/y", "#/samples/1",
                                           "#/samples/2/x", "#/samples/2/y", "#/samples/3/x",
                                           "#/samples/3/y", "#/samples/3/z"};
    ck_assert_uint_eq(d.problem.n_faults, LENGTH(pointers));
    for (size_t i = 0; i < LENGTH(pointers); i++)
        ck_assert_str_eq(d.problem.faults[i].pointer, pointers[i]);
    decoding_end(&d);
}

TEST(test_more_faults_than_are_listed)
{
    struct decoding d;
    decode(&d, FORWARD,
           ONLY_SAMPLES("[1,2,{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},null,{},{}]"));
    json_t *document = document_of(&d.problem);
    ck_assert_uint_eq(d.problem.n_faults, 23);
    ck_assert_uint_eq(json_array_size(json_object_get(document, "errors")), 20);
    ck_assert(json_is_true(json_object_get(document, "truncated")));
    ck_assert_ptr_nonnull(strstr(d.problem.detail, "(and 22 more)"));
    json_decref(document);
    decoding_end(&d);
}

/* Row 57: a hundred thousand unknown keys. */
TEST(test_hundred_thousand_unknown_members)
{
    enum { KEYS = 90000 };
    char *body = malloc(KEYS * 16 + 256), *at = body + sprintf(body, "{" NETWORK "," SAMPLES);
    for (int i = 0; i < KEYS; i++)
        at += sprintf(at, ",'k%d':0", i);
    strcpy(at, "}");
    struct decoding d;
    decode(&d, FORWARD, body);
    ck_assert_uint_eq(d.problem.n_faults, KEYS);
    ck_assert_str_eq(d.problem.faults[0].pointer, "#/k0");
    decoding_end(&d);
    free(body);
}

TEST(test_invalid_json_is_another_problem)
{
    struct decoding d;
    decode(&d, FORWARD, "{" NETWORK ",}");
    ck_assert(!d.good);
    ck_assert_int_eq(d.problem.code, BP_PROBLEM_INVALID_JSON);
    ck_assert_uint_eq(d.problem.offset, strlen("{" NETWORK ","));
    decoding_end(&d);
}

/* --- limits ------------------------------------------------------------------------------------
 */

/* The work of a body is what its job was estimated at, and one multiply-add less does not do. */
TEST(test_limit_of_work)
{
    static const struct {
        enum operation endpoint;
        const char *body, *member;
    } rows[] = {{FORWARD, TEXTBOOK, "samples"},
                {BACKWARD, TEXTBOOK, "samples"},
                {STEP, WITH("'learning_rate':1,'steps':5"), "steps"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct bp_limits limits = STANDARD;
        struct decoding d;
        char fault[128];
        decode_good(&d, rows[i].endpoint, rows[i].body);
        limits.work = (size_t)d.job.estimate.work;
        decoding_end(&d);
        decode_within(&d, rows[i].endpoint, rows[i].body, &limits);
        REQUIRE(d.good, "row %zu: %s", i, d.problem.detail);
        decoding_end(&d);
        limits.work--;
        decode_within(&d, rows[i].endpoint, rows[i].body, &limits);
        snprintf(fault, sizeof fault, "limit_exceeded #/%s expected=%zu got=%zu", rows[i].member,
                 limits.work, limits.work + 1);
        require_faults(&d, fault);
        decoding_end(&d);
    }
}

TEST(test_each_limit)
{
    static const char two[] =
        "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'W2':[[1],[2]],'b2':[1]},"
        "'samples':[{'x':[1,2,3],'y':[1]},{'x':[1,2,3],'y':[1]}]}";
    static const struct limited rows[] = {
        {FORWARD, LIMIT(layers), 2, two, "limit_exceeded #/network expected=1 got=2"},
        {FORWARD, LIMIT(units), 3, two, "limit_exceeded #/network/W1 expected=2 got=3"},
        {FORWARD, LIMIT(units), 2,
         "{'network':{'W1':[[1,2]],'b1':[1,2]}," SAMPLES_FOR("1", "1,2") "}",
         "limit_exceeded #/network/b1 expected=1 got=2"},
        {FORWARD, LIMIT(parameters), 11, two, "limit_exceeded #/network expected=10 got=11"},
        {FORWARD, LIMIT(samples), 2, two, "limit_exceeded #/samples expected=1 got=2"},
        {STEP, LIMIT(steps), 5, WITH("'learning_rate':1,'steps':5"),
         "limit_exceeded #/steps expected=4 got=5"},
        /* z1 h1 z2 y_hat loss: 2 + 2 + 1 + 1 + 1, twice */
        {FORWARD, LIMIT(reply_numbers), 14, two, "limit_exceeded #/include expected=13 got=14"},
        /* and of each of two layers dL_dh, dh_dz, dL_dz, dL_dW, dL_db; dL_dx; and the batch's
         * gradients */
        {BACKWARD, LIMIT(reply_numbers), 71, two, "limit_exceeded #/include expected=70 got=71"},
        {STEP, LIMIT(reply_numbers), 22, WITH("'learning_rate':1,'steps':5"),
         "limit_exceeded #/include expected=21 got=22"},
    };
    require_limits(rows, LENGTH(rows));
}

/* W999999999999999999999999 is a layer, if an absurd one; nothing is made as large as that. */
TEST(test_absurd_layer_numbers)
{
    static const char *const numbers[] = {"17", "1000000", "4294967297", "18446744073709551617",
                                          "999999999999999999999999999999"};
    for (size_t i = 0; i < LENGTH(numbers); i++) {
        struct decoding d;
        char body[256];
        snprintf(body, sizeof body, NET("{'W1':[[1,2],[3,4],[5,6]],'b1':[1,2],'W%s':[[1]]}"),
                 numbers[i]);
        decode(&d, FORWARD, body);
        require_faults(&d, "limit_exceeded #/network expected=16");
        decoding_end(&d);
    }
}

TEST(test_values_outside_numeric_arrays_are_limited)
{
    enum { N = BP_VALUES_MAX + 10 };
    char *body = malloc(3 * N + 256), *at = body + sprintf(body, "{" NETWORK ",'samples':[null");
    for (int i = 0; i < N; i++)
        at += sprintf(at, ",''");
    strcpy(at, "]}");
    struct decoding d;
    decode(&d, FORWARD, body);
    require_faults(&d, "limit_exceeded #");
    decoding_end(&d);
    free(body);
}

TEST(test_objects_are_limited)
{
    const size_t most = 2 * STANDARD.samples + 64;
    for (size_t n = most; n <= most + 1; n++) { /* with the body itself */
        char *body = malloc(3 * n + 64), *at = body + sprintf(body, "{'samples':[0");
        struct decoding d;
        for (size_t i = 1; i < n; i++)
            at += sprintf(at, ",{}");
        strcpy(at, "]}");
        decode(&d, FORWARD, body);
        ck_assert_str_eq(d.problem.faults[0].pointer, n > most ? "#" : "#/network");
        decoding_end(&d);
        free(body);
    }
}

/* As many samples as there may be, and everything wrong with each: that is no hostile body yet. */
TEST(test_each_sample_may_be_wrong)
{
    struct bp_limits limits = STANDARD;
    const size_t n = limits.samples;
    limits.units = 8; /* whatever else is allowed must not make up for it */
    char *body = malloc(n * 32 + 256), *at = body + sprintf(body, "{" NETWORK ",'samples':[");
    for (size_t s = 0; s < n; s++)
        at += sprintf(at, "%s{'x':[1,2,''],'y':[1,'']}", s ? "," : "");
    strcpy(at, "]}");
    struct decoding d;
    decode_within(&d, FORWARD, body, &limits);
    ck_assert_uint_eq(d.problem.n_faults, 2 * n);
    ck_assert_str_eq(d.problem.faults[0].pointer, "#/samples/0/x/2");
    ck_assert_str_eq(d.problem.faults[1].pointer, "#/samples/0/y/1");
    decoding_end(&d);
    free(body);
}

/* --- memory ------------------------------------------------------------------------------------
 */

#define STEP_BODY                                                                                  \
    "{'network':{'W1':[[1,2],[3,4],[5,6]],'b1':[7,8],'activations':['tanh']}," SAMPLES             \
    ",'options':{'loss':'sse'},'include':['samples'],'learning_rate':0.5}"
#define FAULTY_BODY                                                                                \
    "{'network':{'W1':[[1,2],[3]],'b1':[7,8],'b1':[1]},'samples':[{'x':[1,null]}],'ste\\u0070s':"  \
    "1}"

static const char *const BODIES[] = {STEP_BODY, FAULTY_BODY, "[]", "{'a':{'a':1,'a':[1,2,'x']}}"};

static bool is_as_without_trouble(const struct decoding *d, size_t body)
{
    return d->good ? body == 0 : body != 0 && d->problem.code == BP_PROBLEM_INVALID_REQUEST;
}

/* Every budget from nothing to enough: `overloaded`, or the answer; and nothing stays taken. */
TEST(test_every_budget)
{
    for (size_t i = 0; i < LENGTH(BODIES); i++) {
        struct bp_limits limits = STANDARD;
        size_t refused = 0;
        bool done = false;
        for (limits.memory_bytes = 0; !done; limits.memory_bytes++) {
            struct decoding d;
            decode_within(&d, STEP, BODIES[i], &limits);
            done = d.good || d.problem.code != BP_PROBLEM_OVERLOADED;
            refused += !done;
            REQUIRE(!done || is_as_without_trouble(&d, i), "%s with %zu bytes: %s", BODIES[i],
                    limits.memory_bytes, d.problem.detail);
            decoding_end(&d);
        }
        ck_assert_uint_gt(refused, 200);
    }
}

/* A hostile body takes at most 16 times its size in memory, jansson's share included, or 6 MiB. */
static void require_little_memory(const char *piece, size_t size)
{
    char *body = malloc(size + 64), *at = body + sprintf(body, "{'samples':[null,");
    struct bp_limits limits = STANDARD;
    struct decoding d;
    while (at < body + size)
        at += sprintf(at, "%s", piece);
    strcpy(at, "1]}");
    limits.memory_bytes = 16 * size > 6 << 20 ? 16 * size : 6 << 20;
    decode_within(&d, FORWARD, body, &limits);
    REQUIRE(d.problem.code == BP_PROBLEM_INVALID_REQUEST, "%zu bytes of %s: %s", size, piece,
            d.problem.detail);
    decoding_end(&d);
    free(body);
}

TEST(test_hostile_bodies_take_little_memory)
{
    static const char *const pieces[] = {"[],",
                                         "{},",
                                         "'',",
                                         "0,",
                                         "true,",
                                         "[0],",
                                         "[[]],",
                                         "[[0],1],",
                                         "[0,null],",
                                         "{'':0},",
                                         "'a',0,",
                                         "[{}],",
                                         "[0,''],",
                                         "{'x':[0]},",
                                         "[[0],[]],",
                                         "null,",
                                         "[[],0],",
                                         "{'x':0,'x':0},",
                                         "'\\u00e9',",
                                         "'a',",
                                         "'aa',",
                                         "{'a':'b'},",
                                         "{'a':0,'b':0,'c':0,'d':0},",
                                         "'a',null,"};
    static const size_t sizes[] = {32768,  49152,  65536,   98304,   131072, 200000,
                                   262144, 524288, 1000000, 1048576, 2000000};
    for (size_t i = 0; i < LENGTH(pieces); i++)
        for (size_t k = 0; k < LENGTH(sizes); k++)
            require_little_memory(pieces[i], sizes[k]);
}

/* The bound must not reach what is valid: as many of the smallest samples as there may be. */
TEST(test_smallest_samples_are_within_all_limits)
{
    char *body = malloc(STANDARD.samples * 32 + 256);
    char *at = body + sprintf(body, "{'network':{'W1':[[1]],'b1':[0]},'include':[],'samples':[");
    for (size_t s = 0; s < STANDARD.samples; s++)
        at += sprintf(at, "%s{'x':[1],'y':[1]}", s ? "," : "");
    strcpy(at, "]}");
    struct decoding d;
    decode_good(&d, BACKWARD, body);
    decoding_end(&d);
    free(body);
}

/* Memory is freed and taken again, and what is taken in jansson's name counts against the budget.
 */
TEST(test_budget_counts_all_memory)
{
    enum { N = 5000 };
    char *body = malloc(N * 16 + 256), *at = body + sprintf(body, "{" NETWORK "," SAMPLES);
    size_t refused = 0;
    for (int i = 0; i < N; i++)
        at += sprintf(at, ",'k%d':0", i);
    strcpy(at, "}");
    struct bp_limits limits = STANDARD;
    bool done = false;
    for (limits.memory_bytes = 1000; !done; limits.memory_bytes += limits.memory_bytes / 64) {
        struct decoding d;
        decode_within(&d, FORWARD, body, &limits);
        done = d.problem.code != BP_PROBLEM_OVERLOADED;
        refused += !done;
        REQUIRE(!done || d.problem.code == BP_PROBLEM_INVALID_REQUEST, "with %zu bytes: %s",
                limits.memory_bytes, d.problem.detail);
        decoding_end(&d);
    }
    ck_assert_uint_gt(limits.memory_bytes, 16 * N); /* or jansson's names were not counted */
    ck_assert_uint_gt(refused, 100);
    free(body);
}

SUITE("codec/decode", test_textbook_is_read_as_it_stands, test_defaults,
      test_default_activations_of_a_deep_network, test_activations_as_posted,
      test_options_as_posted, test_include_as_posted, test_learning_rate_and_steps_as_posted,
      test_numbers_in_every_spelling, test_targets_may_be_missing_in_forward, test_top_level,
      test_members_of_the_network, test_members_that_are_no_layers, test_matrices, test_vectors,
      test_shapes, test_shapes_in_words, test_one_cause_one_fault, test_activations, test_samples,
      test_options, test_include, test_learning_rate_and_steps, test_members_of_step_alone_in_words,
      test_incompatible, test_ranges_of_targets, test_own_gradients, test_widths,
      test_widths_in_words, test_width_of_a_layer_is_not_told_by_a_wrong_b, test_layouts,
      test_faults_of_layouts, test_a_transposed_matrix_is_told_of_layouts,
      test_one_matrix_on_its_side_is_not_told_of_layouts,
      test_transposed_matrices_among_other_faults, test_null_biases, test_units_without_biases,
      test_reductions, test_frozen, test_numbers_in_the_reply, test_all_faults_in_order,
      test_faults_of_samples_in_order, test_more_faults_than_are_listed,
      test_hundred_thousand_unknown_members, test_invalid_json_is_another_problem, test_each_limit,
      test_limit_of_work, test_absurd_layer_numbers, test_values_outside_numeric_arrays_are_limited,
      test_objects_are_limited, test_each_sample_may_be_wrong,
      test_hostile_bodies_take_little_memory, test_smallest_samples_are_within_all_limits,
      test_every_budget, test_budget_counts_all_memory)
