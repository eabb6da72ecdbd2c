#include "backpropd/suggest.h"
#include "codec/fault.h"
#include "suite.h"

/* --- pointers ----------------------------------------------------------------------------------
 */

static const char *pointer_of(const struct bp_place *place)
{
    static char pointer[BP_POINTER_MAX];
    memset(pointer, '#', sizeof pointer);
    bp_place_pointer(pointer, place);
    ck_assert_ptr_nonnull(memchr(pointer, '\0', sizeof pointer));
    return pointer;
}

static const char *pointer_of_member(const char *name)
{
    return pointer_of(&(struct bp_place){&bp_place_body, name, BP_NO_NUMBER});
}

TEST(test_pointer_of_the_whole_body)
{
    ck_assert_str_eq(pointer_of(&bp_place_body), "#");
}

TEST(test_pointer_step_by_step)
{
    const struct bp_place sample = {&bp_place_samples, "", 12};
    const struct bp_place x = {&sample, "x", BP_NO_NUMBER};
    const struct bp_place number = {&x, "", 0};
    const struct bp_place w = {&bp_place_network, "W", 3};
    const struct bp_place row = {&w, "", 1}, entry = {&row, "", 20};
    ck_assert_str_eq(pointer_of(&bp_place_network), "#/network");
    ck_assert_str_eq(pointer_of(&bp_place_samples), "#/samples");
    ck_assert_str_eq(pointer_of(&bp_place_options), "#/options");
    ck_assert_str_eq(pointer_of(&bp_place_include), "#/include");
    ck_assert_str_eq(pointer_of(&sample), "#/samples/12");
    ck_assert_str_eq(pointer_of(&x), "#/samples/12/x");
    ck_assert_str_eq(pointer_of(&number), "#/samples/12/x/0");
    ck_assert_str_eq(pointer_of(&entry), "#/network/W3/1/20");
}

/* RFC 6901: ~ and / first; then RFC 3986: what a fragment does not take is percent-encoded. */
TEST(test_pointer_escapes)
{
    static const struct {
        const char *name, *pointer;
    } rows[] = {
        {"", "#/"},
        {"plain-._~", "#/plain-._~0"},
        {"a/b", "#/a~1b"},
        {"~", "#/~0"},
        {"~1", "#/~01"},
        {"/~/", "#/~1~0~1"},
        {"100%", "#/100%25"},
        {"%2F", "#/%252F"},
        {"a b", "#/a%20b"},
        {"\"", "#/%22"},
        {"\\", "#/%5C"},
        {"#", "#/%23"},
        {"<i>", "#/%3Ci%3E"},
        {"[0]{}", "#/%5B0%5D%7B%7D"},
        {"^`|", "#/%5E%60%7C"},
        {"!$&'()*+,;=:@?", "#/!$&'()*+,;=:@?"},
        {"\n\t\x7f", "#/%0A%09%7F"},
        {"\xc3\xa9", "#/%C3%A9"},
        {"\xe2\x82\xac", "#/%E2%82%AC"},
        {"\xf0\x9f\x98\x80", "#/%F0%9F%98%80"},
        {"__proto__", "#/__proto__"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++)
        ck_assert_str_eq(pointer_of_member(rows[i].name), rows[i].pointer);
}

TEST(test_pointer_of_a_long_name)
{
    char name[4096], expected[4096] = "#/";
    memset(name, 'n', sizeof name);
    name[40] = '\0';
    strcat(expected, name);
    ck_assert_str_eq(pointer_of_member(name), expected);
    name[40] = 'n';
    name[sizeof name - 1] = '\0';
    ck_assert_str_eq(pointer_of_member(name), "#"); /* that of the object in which it stands */
}

/* 40 bytes at their worst have room; a name that is too long ends the pointer for all below it. */
TEST(test_pointer_at_its_longest)
{
    char name[42] = "", expected[BP_POINTER_MAX] = "#/";
    for (int i = 0; i < 40; i++) {
        strcat(name, "\x80");
        strcat(expected, "%80");
    }
    ck_assert_str_eq(pointer_of_member(name), expected);
    const struct bp_place first = {&bp_place_network, name, BP_NO_NUMBER};
    const struct bp_place second = {&first, name, BP_NO_NUMBER};
    const struct bp_place third = {&second, "x", BP_NO_NUMBER};
    char of_first[BP_POINTER_MAX];
    strcpy(of_first, pointer_of(&first));
    ck_assert_uint_eq(strlen(of_first), strlen("#/network/") + 120);
    ck_assert_str_eq(pointer_of(&second), of_first);
    ck_assert_str_eq(pointer_of(&third), of_first);
    strcat(name, "x");
    const struct bp_place sample = {&bp_place_samples, "", 4};
    const struct bp_place hidden = {&sample, name, BP_NO_NUMBER};
    const struct bp_place below = {&hidden, "", 1};
    ck_assert_str_eq(pointer_of(&hidden), "#/samples/4");
    ck_assert_str_eq(pointer_of(&below), "#/samples/4");
}

/* To the last character that has room, and not one further. */
TEST(test_pointer_that_just_fits)
{
    static const char letters[] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
    for (size_t last = 30; last < 40; last++) {
        char expected[2 * BP_POINTER_MAX] = "#";
        struct bp_place places[5];
        const struct bp_place *up = &bp_place_body;
        for (size_t i = 0; i < LENGTH(places); i++) {
            const char *name = letters + (i + 1 < LENGTH(places) ? 0 : 40 - last);
            places[i] = (struct bp_place){up, name, BP_NO_NUMBER};
            up = &places[i];
            if (strlen(expected) + 1 + strlen(name) < BP_POINTER_MAX)
                sprintf(expected + strlen(expected), "/%s", name);
        }
        ck_assert_str_eq(pointer_of(up), expected);
    }
}

/* Eight levels is as deep as a body goes. */
TEST(test_pointer_of_the_deepest_place)
{
    struct bp_place places[8];
    const struct bp_place *up = &bp_place_body;
    for (size_t i = 0; i < LENGTH(places); i++) {
        places[i] = (struct bp_place){up, i % 2 ? "" : "member", i % 2 ? i : BP_NO_NUMBER};
        up = &places[i];
    }
    ck_assert_str_eq(pointer_of(up), "#/member/1/member/3/member/5/member/7");
}

/* --- faults ------------------------------------------------------------------------------------
 */

static struct bp_problem blank(void)
{
    static struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem;
    memset(&problem, 0xA5, sizeof problem);
    memset(faults, 0xA5, sizeof faults);
    problem.faults = faults;
    problem.n_faults = 0;
    return problem;
}

TEST(test_add_sets_everything)
{
    struct bp_problem problem = blank();
    struct bp_fault *fault =
        bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_samples, "%d of %s", 3, "them");
    ck_assert_ptr_eq(fault, &problem.faults[0]);
    ck_assert_uint_eq(problem.n_faults, 1);
    ck_assert_int_eq(fault->code, BP_FAULT_EMPTY);
    ck_assert_str_eq(fault->pointer, "#/samples");
    ck_assert_str_eq(fault->detail, "3 of them");
    ck_assert_int_eq(fault->expected.kind, BP_FACT_NONE);
    ck_assert_int_eq(fault->got.kind, BP_FACT_NONE);
    ck_assert_str_eq(fault->suggestion, "");
}

TEST(test_add_cuts_a_long_detail)
{
    struct bp_problem problem = blank();
    char text[2 * BP_DETAIL_MAX];
    memset(text, 'd', sizeof text);
    text[sizeof text - 1] = '\0';
    struct bp_fault *fault = bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_body, "%s", text);
    ck_assert_uint_eq(strlen(fault->detail), BP_DETAIL_MAX - 1);
    bp_fault_suggest(fault, "network");
    ck_assert_uint_eq(strlen(fault->detail), BP_DETAIL_MAX - 1);
    ck_assert_str_eq(fault->suggestion, "network");
}

TEST(test_add_beyond_the_room_only_counts)
{
    struct bp_problem problem = blank();
    for (size_t i = 0; i < 500; i++) {
        struct bp_place place = {&bp_place_samples, "", i};
        struct bp_fault *fault =
            bp_fault_add(&problem, BP_FAULT_WRONG_TYPE, &place, "fault %zu", i);
        fault->got = bp_fact_number((double)i); /* must always have somewhere to go */
        bp_fault_got_text(fault, "got");
        bp_fault_suggest(fault, "suggestion");
    }
    ck_assert_uint_eq(problem.n_faults, 500);
    for (size_t i = 0; i < BP_FAULTS_MAX; i++) {
        char pointer[32];
        snprintf(pointer, sizeof pointer, "#/samples/%zu", i);
        ck_assert_str_eq(problem.faults[i].pointer, pointer);
    }
    ck_assert(!bp_faults_finish(&problem));
    ck_assert_str_eq(problem.detail,
                     "#/samples/0: fault 0; did you mean \"suggestion\"? (and 499 more)");
}

TEST(test_finish_gives_the_first_detail)
{
    struct bp_problem problem = blank();
    bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_samples, "at least one");
    ck_assert(!bp_faults_finish(&problem));
    ck_assert_int_eq(problem.code, BP_PROBLEM_INVALID_REQUEST);
    ck_assert_str_eq(problem.detail, "#/samples: at least one");
    bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_body, "another");
    bp_faults_finish(&problem);
    ck_assert_str_eq(problem.detail, "#/samples: at least one (and 1 more)");
}

TEST(test_finish_has_room_for_the_longest)
{
    struct bp_problem problem = blank();
    char name[41] = "", text[BP_DETAIL_MAX];
    memset(name, '\x80', 40);
    memset(text, 'd', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const struct bp_place place = {&bp_place_samples, name, BP_NO_NUMBER};
    bp_fault_add(&problem, BP_FAULT_EMPTY, &place, "%s", text);
    problem.n_faults = SIZE_MAX;
    bp_faults_finish(&problem);
    ck_assert_uint_lt(strlen(problem.detail), sizeof problem.detail);
    ck_assert_ptr_nonnull(strstr(problem.detail, text));
}

TEST(test_add_member_names_it)
{
    struct bp_problem problem = blank();
    struct bp_fault *fault =
        bp_fault_add_member(&problem, BP_FAULT_UNKNOWN_MEMBER, &bp_place_options, "a/b", "unknown");
    ck_assert_str_eq(fault->pointer, "#/options/a~1b");
    ck_assert_str_eq(fault->detail, "unknown \"a/b\"");
}

/* What is shown of a name ends with a whole character, and says how much more there is. */
TEST(test_add_member_with_a_long_name)
{
    for (size_t shift = 0; shift < 4; shift++) {
        struct bp_problem problem = blank();
        char name[128] = "";
        memset(name, 'a', shift);
        for (int i = 0; i < 20; i++)
            strcat(name, "\xf0\x9f\x98\x80");
        struct bp_fault *fault = bp_fault_add_member(&problem, BP_FAULT_UNKNOWN_MEMBER,
                                                     &bp_place_options, name, "unknown");
        char expected[160];
        const int shown = (int)(shift + (40 - shift) / 4 * 4);
        snprintf(expected, sizeof expected, "unknown \"%.*s...\" (%zu bytes)", shown, name,
                 strlen(name));
        ck_assert_str_eq(fault->detail, expected);
        ck_assert_str_eq(fault->pointer, "#/options");
    }
}

TEST(test_got_text_is_cut_to_whole_characters)
{
    struct bp_problem problem = blank();
    struct bp_fault *fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_body, "x");
    char text[100];
    bp_fault_got_text(fault, "short");
    ck_assert_int_eq(fault->got.kind, BP_FACT_TEXT);
    ck_assert_str_eq(fault->got.text, "short");
    memset(text, 'a', 39);
    strcpy(text + 39, "\xc3\xa9 and more");
    bp_fault_got_text(fault, text);
    text[39] = '\0';
    strcat(text, "...");
    ck_assert_str_eq(fault->got.text, text);
}

TEST(test_suggest)
{
    struct bp_problem problem = blank();
    struct bp_fault *fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_body, "x");
    bp_fault_suggest(fault, "relu");
    ck_assert_str_eq(fault->detail, "x; did you mean \"relu\"?");
    ck_assert_str_eq(fault->suggestion, "relu");
}

TEST(test_facts)
{
    struct bp_fact number = bp_fact_number(1.5), text = bp_fact_text("t");
    struct bp_fact shape = bp_fact_shape(2, 3);
    ck_assert(number.kind == BP_FACT_NUMBER && number.number == 1.5);
    ck_assert(text.kind == BP_FACT_TEXT && strcmp(text.text, "t") == 0);
    ck_assert(shape.kind == BP_FACT_SHAPE && shape.shape[0] == 2 && shape.shape[1] == 3);
}

TEST(test_known_names_are_listed)
{
    static const char *const names[] = {"a", "b"};
    struct bp_problem problem = blank();
    struct bp_fault *fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_body, "x");
    bp_fault_list_known(fault, names, 2, " and so on");
    ck_assert_str_eq(fault->detail, "x; known here: a, b and so on");
    ck_assert(fault->expected.kind == BP_FACT_WORDS && fault->expected.n_names == 2);
    ck_assert_mem_eq(fault->expected.text, "a\0b", 4);
    fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_body, "x");
    bp_fault_suggest(fault, "a");
    bp_fault_list_known(fault, names, 1, NULL);
    ck_assert_str_eq(fault->detail, "x; did you mean \"a\"?");
}

/* Of many names the first are shown, whole, and how many more there are. */
TEST(test_known_names_beyond_the_room)
{
    static const char name[] = "aaaaaaaaaaaaaaaaaaaaaaa"; /* 23 */
    const char *names[100];
    struct bp_problem problem = blank();
    struct bp_fault *fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_body, "x");
    for (size_t i = 0; i < LENGTH(names); i++)
        names[i] = name;
    bp_fault_list_known(fault, names, LENGTH(names), "");
    ck_assert_uint_eq(fault->expected.n_names, 16); /* 400 / 24 */
    const char *at = fault->detail, *end = NULL;
    size_t shown = 0;
    for (; (at = strstr(at, name)); at += sizeof name, shown++)
        end = at + sizeof name - 1;
    ck_assert_uint_eq(shown, 9);
    ck_assert_str_eq(end, " and 91 more");
    for (size_t i = 0; i < LENGTH(names); i++)
        names[i] = "";
    bp_fault_list_known(fault, names, LENGTH(names), "");
    ck_assert_uint_eq(fault->expected.n_names, BP_WORDS_MAX);
}

/* --- near misses -------------------------------------------------------------------------------
 */

static const char *const NAMES[] = {"network", "samples", "options", "include", "learning_rate",
                                    "steps",   "x",       "y",       "W1",      "b1"};

TEST(test_near_misses)
{
    static const struct {
        const char *misspelt, *name; /* NULL: nothing is near */
    } rows[] = {
        {"network", "network"},
        {"lerning_rate", "learning_rate"},   /* lost */
        {"learning__rate", "learning_rate"}, /* added */
        {"learning-rate", "learning_rate"},  /* wrong */
        {"laerning_rate", "learning_rate"},  /* swapped */
        {"elarning_rtae", "learning_rate"},
        {"leraning_rtae", "learning_rate"}, /* swapped twice */
        {"learnngrate", "learning_rate"},
        {"LEARNING_RATE", "learning_rate"}, /* capitals */
        {"learningRate", "learning_rate"},
        {"Sampels", "samples"},
        {"sample", "samples"},
        {"smaple", "samples"}, /* two in a word of six */
        {"sampl", NULL},       /* two in a word of five */
        {"tesp", NULL},
        {"setps", "steps"},
        {"setpss", NULL}, /* the name has five letters */
        {"step", "steps"},
        {"stpes", "steps"},
        {"w1", "W1"},
        {"B1", "b1"},
        {"X", "x"},
        {"learn_rte", NULL}, /* four lost */
        {"net", NULL},
        {"", NULL},
        {"z", NULL}, /* a name of one letter resembles anything */
        {"xx", NULL},
        {"momentum", NULL},
        {"__proto__", NULL},
        {"\xc3\xa9", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *near = bp_suggest(rows[i].misspelt, NAMES, LENGTH(NAMES));
        REQUIRE(rows[i].name ? near && strcmp(near, rows[i].name) == 0 : !near,
                "\"%s\" resembles %s", rows[i].misspelt, near ? near : "nothing");
    }
}

TEST(test_nearest_of_several)
{
    static const char *const names[] = {"half_mse", "mse", "sse", "half_sse"};
    ck_assert_str_eq(bp_suggest("half_ssse", names, LENGTH(names)), "half_sse");
    ck_assert_str_eq(bp_suggest("hlaf_mse", names, LENGTH(names)), "half_mse");
    ck_assert_str_eq(bp_suggest("MSE", names, LENGTH(names)), "mse");
    ck_assert_ptr_null(bp_suggest("mse", names, 0));
}

/* What functions are called here; a value that is near one may be another function. */
static const char *const FUNCTIONS[] = {
    "relu", "leaky_relu", "sigmoid",  "tanh",     "identity",      "softmax",
    "mse",  "sse",        "half_mse", "half_sse", "cross_entropy", "binary_cross_entropy"};

TEST(test_no_function_for_another)
{
    static const char *const others[] = {
        "elu",       "gelu",     "selu",     "silu",       "relu6",       "celu",       "prelu",
        "rrelu",     "crelu",    "glu",      "relu2",      "leaky_elu",   "leaky_selu", "tan",
        "atanh",     "sinh",     "tanh1",    "hard_tanh",  "softmin",     "softmax2d",  "softmax1",
        "softplus",  "softsign", "sigmoid1", "logsigmoid", "log_softmax", "mae",        "rmse",
        "msle",      "nmse",     "mape",     "mpe",        "sae",         "ssr",        "half_mae",
        "half_rmse", "half_se",  "huber",    "hinge",      "cosine",      "kl",         "",
        "mish",      "swish",    "sin",      "step",       "entropy"};
    for (size_t i = 0; i < LENGTH(others); i++) {
        const char *near = bp_suggest_value(others[i], FUNCTIONS, LENGTH(FUNCTIONS));
        REQUIRE(!near, "\"%s\" is taken for %s", others[i], near);
        REQUIRE(!bp_suggest_synonym(others[i], FUNCTIONS, LENGTH(FUNCTIONS)),
                "\"%s\" has a synonym", others[i]);
    }
}

TEST(test_near_misses_of_values)
{
    static const struct {
        const char *misspelt, *name;
    } rows[] = {
        {"rleu", "relu"},
        {"ReLU", "relu"},
        {"erlu", "relu"},
        {"Tanh", "tanh"},
        {"tahn", "tanh"},
        {"LeakyReLU", "leaky_relu"},
        {"leaky-relu", "leaky_relu"},
        {"leacky_rleu", "leaky_relu"},
        {"leaki_relu", "leaky_relu"},
        {"sigmiod", "sigmoid"},
        {"sigmod", "sigmoid"},
        {"sigmoidd", "sigmoid"},
        {"sigmiodd", NULL}, /* two */
        {"softmxa", "softmax"},
        {"mes", "mse"},
        {"MSE", "mse"},
        {"hlaf_mse", "half_mse"},
        {"halfMSE", "half_mse"},
        {"half_ssse", NULL},
        {"crossentropy", "cross_entropy"},
        {"cros_entrpy", "cross_entropy"},
        {"BinaryCrossEntropy", "binary_cross_entropy"},
        {"binary cross entropy", "binary_cross_entropy"},
        {"binary_cross", NULL},
        {"__", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *near = bp_suggest_value(rows[i].misspelt, FUNCTIONS, LENGTH(FUNCTIONS));
        REQUIRE(rows[i].name ? near && strcmp(near, rows[i].name) == 0 : !near,
                "\"%s\" resembles %s", rows[i].misspelt, near ? near : "nothing");
    }
}

TEST(test_synonyms)
{
    static const char *const names[] = {
        "relu",          "leaky_relu",           "sigmoid", "tanh", "mse",
        "identity",      "cross_entropy",        "steps",   "x",    "y",
        "learning_rate", "binary_cross_entropy", "frozen"};
    static const struct {
        const char *other, *name;
    } rows[] = {
        {"linear", "identity"},
        {"none", "identity"},
        {"None", "identity"},
        {"logistic", "sigmoid"},
        {"logsig", "sigmoid"},
        {"tansig", "tanh"},
        {"leaky", "leaky_relu"},
        {"mean_squared_error", "mse"},
        {"MeanSquaredError", "mse"},
        {"mse_loss", "mse"},
        {"MSELoss", "mse"},
        {"bce", "binary_cross_entropy"},
        {"log_loss", "binary_cross_entropy"},
        {"ce", "cross_entropy"},
        {"categorical_cross_entropy", "cross_entropy"},
        {"lr", "learning_rate"},
        {"eta", "learning_rate"},
        {"\xCE\xB7", "learning_rate"},
        {"alpha", "learning_rate"},
        {"epochs", "steps"},
        {"iterations", "steps"},
        {"target", "y"},
        {"label", "y"},
        {"t", "y"},
        {"output", "y"},
        {"input", "x"},
        {"inputs", "x"},
        {"features", "x"},
        {"relu", NULL}, /* known */
        {"", NULL},
        {"_", NULL},
        {"lrs", NULL},
        {"l", NULL},
        {"momentum", NULL},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *name = bp_suggest_synonym(rows[i].other, names, LENGTH(names));
        REQUIRE(rows[i].name ? name && strcmp(name, rows[i].name) == 0 : !name, "\"%s\" means %s",
                rows[i].other, name ? name : "nothing");
    }
    ck_assert_ptr_null(bp_suggest_synonym("lr", FUNCTIONS, LENGTH(FUNCTIONS))); /* not known here */
}

TEST(test_nearest_of_the_longest_names)
{
    static const char *const names[] = {"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"};
    char misspelt[42];
    memset(misspelt, 'n', sizeof misspelt);
    misspelt[40] = '\0';
    misspelt[0] = 'm';
    ck_assert_str_eq(bp_suggest(misspelt, names, 1), names[0]);
    misspelt[40] = 'n';
    misspelt[41] = '\0';
    ck_assert_ptr_null(bp_suggest(misspelt, names, 1)); /* too long to be looked at */
}

TEST(test_long_names_resemble_nothing)
{
    char name[100000];
    memset(name, 'n', sizeof name);
    for (size_t length = 30; length < 60; length++) {
        name[length] = '\0';
        ck_assert_ptr_null(bp_suggest(name, NAMES, LENGTH(NAMES)));
        name[length] = 'n';
    }
    name[sizeof name - 1] = '\0';
    ck_assert_ptr_null(bp_suggest(name, NAMES, LENGTH(NAMES)));
}

SUITE("codec/fault", test_pointer_of_the_whole_body, test_pointer_step_by_step,
      test_pointer_escapes, test_pointer_of_a_long_name, test_pointer_at_its_longest,
      test_pointer_that_just_fits, test_pointer_of_the_deepest_place, test_add_sets_everything,
      test_add_cuts_a_long_detail, test_add_beyond_the_room_only_counts,
      test_finish_gives_the_first_detail, test_finish_has_room_for_the_longest,
      test_add_member_names_it, test_add_member_with_a_long_name,
      test_got_text_is_cut_to_whole_characters, test_suggest, test_facts,
      test_known_names_are_listed, test_known_names_beyond_the_room, test_near_misses,
      test_no_function_for_another, test_near_misses_of_values, test_synonyms,
      test_nearest_of_several, test_nearest_of_the_longest_names, test_long_names_resemble_nothing)
