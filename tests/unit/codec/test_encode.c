#include "random.h"
#include "replies.h"

/*
 * The textbook's replies to the last byte. The numbers were calculated with Python's floats, in the
 * written order of summation.
 */

#define SAMPLE_FORWARD                                                                             \
    "'z1':[0,-0.1,0.5],'h1':[0,0,0.5],'z2':[0.1,-0.1,-0.05,-0.25],"                                \
    "'y_hat':[0.1,-0.1,-0.05,-0.25],'loss':0.8962500000000001,'dead':{'h1':[true,true,false]}"
#define GRADIENTS                                                                                  \
    "'gradients':{'W1':[[0,0,0.44],[0,0,0],[0,0,0.44],[0,0,0.44]],'b1':[0,0,0.44],"                \
    "'W2':[[0,0,0,0],[0,0,0,0],[-0.225,-0.275,-0.0125,-0.3125]],'b2':[-0.45,-0.55,-0.025,-0.625]}"
#define PARAMETERS                                                                                 \
    "'parameters':{'total':31,'nonzero':12,'zero':19,"                                             \
    "'zero_because':{'neuron_dead':10,'source_dead':8,'input_zero':1}}"

static void require_reply(enum operation endpoint, const char *body, const char *expected)
{
    char *reply = reply_to(endpoint, body), *text = quoted(expected);
    ck_assert_str_eq(reply, text);
    free(text);
    free(reply);
}

TEST(test_textbook_forward)
{
    require_reply(FORWARD, TEXTBOOK,
                  "{'loss':0.8962500000000001,'dead':{'h1':[true,true,false]},"
                  "'samples':[{" SAMPLE_FORWARD "}]}");
}

TEST(test_textbook_backward)
{
    require_reply(
        BACKWARD, TEXTBOOK,
        "{'loss':0.8962500000000001," GRADIENTS ",'dead':{'h1':[true,true,false]}," PARAMETERS ","
        "'why_zero':{'W1':[['neuron_dead','neuron_dead',null],"
        "['neuron_dead','neuron_dead','input_zero'],['neuron_dead','neuron_dead',null],"
        "['neuron_dead','neuron_dead',null]],'b1':['neuron_dead','neuron_dead',null],"
        "'W2':[['source_dead','source_dead','source_dead','source_dead'],"
        "['source_dead','source_dead','source_dead','source_dead'],[null,null,null,null]],"
        "'b2':[null,null,null,null]},"
        "'samples':[{" SAMPLE_FORWARD ",'dL_dy_hat':[-0.45,-0.55,-0.025,-0.625],"
        "'dy_hat_dz2':[1,1,1,1],'dL_dz2':[-0.45,-0.55,-0.025,-0.625],"
        "'dL_dW2':[[0,0,0,0],[0,0,0,0],[-0.225,-0.275,-0.0125,-0.3125]],"
        "'dL_db2':[-0.45,-0.55,-0.025,-0.625],'dL_dh1':[-0.0975,-0.34750000000000003,0.44],"
        "'dh1_dz1':[0,0,1],'dL_dz1':[0,0,0.44],"
        "'dL_dW1':[[0,0,0.44],[0,0,0],[0,0,0.44],[0,0,0.44]],'dL_db1':[0,0,0.44],"
        "'dL_dx':[0.044000000000000004,-0.08800000000000001,0.22,-0.044000000000000004]}]}");
}

TEST(test_textbook_two_steps)
{
    require_reply(
        STEP, "{" TEXTBOOK_NETWORK "," TEXTBOOK_SAMPLES ",'learning_rate':0.5,'steps':2}",
        "{'network':{'W1':[[0.2,-0.5,-0.12],[-0.3,0.4,-0.2],[0.1,0.3,0.28],[-0.4,0.2,-0.32]],"
        "'b1':[0.1,-0.1,-0.22],'W2':[[0.3,-0.2,0.4,0.1],[-0.1,0.5,-0.3,0.2],"
        "[0.3125,-0.2625,0.10625000000000001,-0.34375]],'b2':[0.41875,0.53125,-0.065625,0.484375]},"
        "'loss_before':0.8962500000000001,'loss_after':0.2069384765625,"
        "'losses':[0.8962500000000001,0.367890625,0.2069384765625],'changed':12,"
        "'dead_before':{'h1':[true,true,false]},'dead_after':{'h1':[true,true,true]},"
        "'newly_dead':{'h1':[2]},'revived':{'h1':[]}," GRADIENTS "," PARAMETERS "}");
}

TEST(test_one_layer_by_its_names)
{
    require_reply(BACKWARD,
                  "{'network':{'W1':[[2]],'b1':[1],'activations':['relu']},"
                  "'samples':[{'x':[3],'y':[5]}],'options':{'loss':'half_sse'}}",
                  "{'loss':2,'gradients':{'W1':[[6]],'b1':[2]},'dead':{'y_hat':[false]},"
                  "'parameters':{'total':2,'nonzero':2,'zero':0,'zero_because':{}},"
                  "'why_zero':{'W1':[[null]],'b1':[null]},"
                  "'samples':[{'z1':[7],'y_hat':[7],'loss':2,'dead':{'y_hat':[false]},"
                  "'dL_dy_hat':[2],'dy_hat_dz1':[1],'dL_dz1':[2],'dL_dW1':[[6]],'dL_db1':[2],"
                  "'dL_dx':[4]}]}");
}

/* The loss of the batch only when each sample has a target; a sample's own when it has. */
TEST(test_forward_with_some_targets)
{
    require_reply(FORWARD,
                  "{'network':{'W1':[[2]],'b1':[1]},'samples':[{'x':[3]},{'x':[1],'y':[1]}]}",
                  "{'dead':{},'samples':[{'z1':[7],'y_hat':[7],'dead':{}},"
                  "{'z1':[3],'y_hat':[3],'loss':4,'dead':{}}]}");
}

TEST(test_nothing_included)
{
    require_reply(FORWARD,
                  "{'network':{'W1':[[2]],'b1':[1]},'samples':[{'x':[3],'y':[5]}],'include':[]}",
                  "{'loss':4,'dead':{}}");
    require_reply(BACKWARD,
                  "{'network':{'W1':[[2]],'b1':[1]},'samples':[{'x':[3],'y':[7]}],'include':[]}",
                  "{'loss':0,'gradients':{'W1':[[0]],'b1':[0]},'dead':{},"
                  "'parameters':{'total':2,'nonzero':0,'zero':2,'zero_because':{'error_zero':2}}}");
}

TEST(test_step_gives_activations_back)
{
    require_reply(STEP,
                  "{'network':{'W1':[[2]],'b1':[1],'activations':['tanh']},"
                  "'samples':[{'x':[0],'y':[0.5]}],'learning_rate':0,'include':['why_zero'],"
                  "'options':{'round_decimals':null}}",
                  "{'network':{'W1':[[2]],'b1':[1],'activations':['tanh']},"
                  "'loss_before':0.06843150243020903,'loss_after':0.06843150243020903,"
                  "'losses':[0.06843150243020903,0.06843150243020903],'changed':0,'dead_before':{},"
                  "'dead_after':{},'newly_dead':{},'revived':{},"
                  "'gradients':{'W1':[[0]],'b1':[0.21972566683519834]},"
                  "'parameters':{'total':2,'nonzero':1,'zero':1,'zero_because':{'input_zero':1}},"
                  "'why_zero':{'W1':[['input_zero']],'b1':[null]}}");
}

static void require_member(const json_t *reply, const char *name, const char *expected)
{
    char *got = json_dumps(json_object_get(reply, name), JSON_COMPACT | JSON_ENCODE_ANY);
    char *text = quoted(expected);
    REQUIRE(got && strcmp(got, text) == 0, "%s is %s, not %s", name, got, text);
    free(text);
    free(got);
}

/* --- softmax, layouts, null biases, own gradients, sums, frozen tensors
 * ---------------------------
 */

/* Two equal outputs of one half, so that all numbers can be seen. */
#define HALVES(w1, layout)                                                                         \
    "{'network':{'W1':" w1 ",'b1':null,'activations':['softmax']},'samples':[{'x':[4,0,2],"        \
    "'y':[1,0]}],'options':{'loss':'cross_entropy','layout':'" layout "'}"
#define HALVES_REPLY(dw, why)                                                                      \
    "{'loss':0.6931471805599453,'gradients':{'W1':" dw ",'b1':null},'dead':{},"                    \
    "'parameters':{'total':6,'nonzero':4,'zero':2,'zero_because':{'input_zero':2}},"               \
    "'why_zero':{'W1':" why ",'b1':null},'samples':[{'z1':[0,0],'y_hat':[0.5,0.5],"                \
    "'loss':0.6931471805599453,'dead':{},'dL_dy_hat':[-2,0],"                                      \
    "'dy_hat_dz1':[[0.25,-0.25],[-0.25,0.25]],'dL_dz1':[-0.5,0.5],'dL_dW1':" dw                    \
    ",'dL_db1':null,'dL_dx':[-1,0,2]}]}"

/* Of the two layouts the shapes of W alone differ. */
TEST(test_softmax_without_biases_in_both_layouts)
{
    require_reply(BACKWARD, HALVES("[[1,-1],[5,5],[-2,2]]", "in_out") "}",
                  HALVES_REPLY("[[-2,2],[0,0],[-1,1]]",
                               "[[null,null],['input_zero','input_zero'],[null,null]]"));
    require_reply(
        BACKWARD, HALVES("[[1,5,-2],[-1,5,2]]", "out_in") "}",
        HALVES_REPLY("[[-2,0,-1],[2,0,1]]", "[[null,'input_zero',null],[null,'input_zero',null]]"));
}

/* The network can be posted straight back: null biases and all, in the layout that was posted. */
TEST(test_step_in_the_shape_posted)
{
    require_reply(STEP, HALVES("[[1,5,-2],[-1,5,2]]", "out_in") ",'learning_rate':0,'include':[]}",
                  "{'network':{'W1':[[1,5,-2],[-1,5,2]],'b1':null,'activations':['softmax']},"
                  "'loss_before':0.6931471805599453,'loss_after':0.6931471805599453,"
                  "'losses':[0.6931471805599453,0.6931471805599453],'changed':0,'dead_before':{},"
                  "'dead_after':{},'newly_dead':{},'revived':{},"
                  "'gradients':{'W1':[[-2,0,-1],[2,0,1]],'b1':null},"
                  "'parameters':{'total':6,'nonzero':4,'zero':2,'zero_because':{'input_zero':2}}}");
}

/* y_hat[0] is exp(-800), which is 0: the error by y_hat is infinite, and that by z is -1. */
TEST(test_infinite_errors_are_null)
{
    json_t *reply =
        reply_read(BACKWARD, "{'network':{'W1':[[0,0]],'b1':[0,800],'activations':['softmax']},"
                             "'samples':[{'x':[1],'y':[1,0]}],'options':{'loss':'cross_entropy'}}");
    json_t *sample = json_array_get(json_object_get(reply, "samples"), 0);
    require_member(reply, "loss", "800");
    require_member(sample, "dL_dy_hat", "[null,0]");
    require_member(sample, "dL_dz1", "[-1,1]");
    json_decref(reply);
    reply = reply_read(
        BACKWARD, "{'network':{'W1':[[0,0]],'b1':[800,-800],'activations':['sigmoid']},"
                  "'samples':[{'x':[1],'y':[0,1]}],'options':{'loss':'binary_cross_entropy'}}");
    sample = json_array_get(json_object_get(reply, "samples"), 0);
    require_member(sample, "dL_dy_hat", "[null,null]");
    require_member(sample, "dL_dz1", "[0.5,-0.5]");
    json_decref(reply);
}

/* A sample with a gradient of its own has no loss, and then the batch has none; the gradients are
 * divided by the number of all samples, or not at all. */
TEST(test_own_gradient_in_a_batch)
{
    static const char *const options[] = {"", ",'options':{'reduction':'sum'}"};
    static const char *const gradients[] = {"{'W1':[[4]],'b1':[3]}", "{'W1':[[8]],'b1':[6]}"};
    for (size_t i = 0; i < LENGTH(options); i++) {
        char body[256];
        snprintf(body, sizeof body,
                 "{'network':{'W1':[[2]],'b1':[0]},'samples':[{'x':[1],'y':[0]},"
                 "{'x':[2],'dL_dy_hat':[2]}]%s}",
                 options[i]);
        json_t *reply = reply_read(BACKWARD, body);
        const json_t *samples = json_object_get(reply, "samples");
        ck_assert_ptr_null(json_object_get(reply, "loss"));
        require_member(reply, "gradients", gradients[i]);
        require_member(json_array_get(samples, 0), "loss", "4");
        ck_assert_ptr_null(json_object_get(json_array_get(samples, 1), "loss"));
        require_member(json_array_get(samples, 1), "dL_dy_hat", "[2]");
        json_decref(reply);
    }
}

/* loss, losses and gradients are sums; a sample's own values are what they are. */
TEST(test_sums)
{
#define TWO_SAMPLES                                                                                \
    "{'network':{'W1':[[2]],'b1':[0]},'samples':[{'x':[1],'y':[0]},{'x':[1],'y':[1]}],"            \
    "'options':{'reduction':'sum'}"
    json_t *reply = reply_read(BACKWARD, TWO_SAMPLES "}");
    require_member(reply, "loss", "5");
    require_member(reply, "gradients", "{'W1':[[6]],'b1':[6]}");
    require_member(json_array_get(json_object_get(reply, "samples"), 1), "loss", "1");
    require_member(json_array_get(json_object_get(reply, "samples"), 1), "dL_db1", "[2]");
    json_decref(reply);
    reply = reply_read(FORWARD, TWO_SAMPLES ",'include':[]}");
    require_member(reply, "loss", "5");
    json_decref(reply);
    reply = reply_read(STEP, TWO_SAMPLES ",'learning_rate':0.125}");
    require_member(reply, "losses", "[5,0.5]");
    require_member(reply, "loss_before", "5");
    require_member(reply, "loss_after", "0.5");
    require_member(reply, "network", "{'W1':[[1.25]],'b1':[-0.75]}");
    json_decref(reply);
#undef TWO_SAMPLES
}

/* Frozen tensors have gradients and reasons as ever; their values stay. */
TEST(test_frozen_tensors)
{
    json_t *reply = reply_read(STEP, "{'network':{'W1':[[2]],'b1':[-0.0]},'samples':[{'x':[1],"
                                     "'y':[0]}],'learning_rate':0.25,'frozen':['b1']}");
    require_member(reply, "network", "{'W1':[[1]],'b1':[0]}");
    require_member(reply, "gradients", "{'W1':[[4]],'b1':[4]}");
    require_member(reply, "changed", "1");
    json_decref(reply);
}

/* h1 goes from 1 to -1: of the two units above it, one lives on h1 > 0 and one on h1 < 0. */
TEST(test_newly_dead_and_revived)
{
    json_t *reply = reply_read(
        STEP, "{'network':{'W1':[[1]],'b1':[0],'W2':[[1,-1]],'b2':[0,0],'W3':[[1],[1]],'b3':[0],"
              "'activations':['identity','relu','identity']},'samples':[{'x':[1],'y':[0]}],"
              "'learning_rate':0.5}");
    require_member(reply, "dead_before", "{'h2':[false,true]}");
    require_member(reply, "dead_after", "{'h2':[true,false]}");
    require_member(reply, "newly_dead", "{'h2':[0]}");
    require_member(reply, "revived", "{'h2':[1]}");
    json_decref(reply);
}

#define THREE_RELUS                                                                                \
    "'network':{'W1':[[1,-1]],'b1':[0,0],'W2':[[1],[1]],'b2':[0],'W3':[[1,-1]],'b3':[0,0],"        \
    "'activations':['relu','relu','relu']}"

/* Each relu layer has its masks, the last one's under the name of its output. */
TEST(test_dead_of_each_layer)
{
    json_t *reply = reply_read(BACKWARD, "{" THREE_RELUS
                                         ",'samples':[{'x':[1],'y':[0,0]},{'x':[0],'y':[0,0]}]}");
    const json_t *samples = json_object_get(reply, "samples");
    require_member(reply, "dead", "{'h1':[false,true],'h2':[false],'y_hat':[false,true]}");
    require_member(json_array_get(samples, 0), "dead",
                   "{'h1':[false,true],'h2':[false],'y_hat':[false,true]}");
    require_member(json_array_get(samples, 1), "dead",
                   "{'h1':[true,true],'h2':[true],'y_hat':[true,true]}");
    json_decref(reply);
}

/* Every unit that lives dies of a step of 10. */
TEST(test_newly_dead_of_each_layer)
{
    json_t *reply =
        reply_read(STEP, "{" THREE_RELUS ",'samples':[{'x':[1],'y':[0,0]}],'learning_rate':10}");
    require_member(reply, "dead_before", "{'h1':[false,true],'h2':[false],'y_hat':[false,true]}");
    require_member(reply, "dead_after", "{'h1':[true,true],'h2':[true],'y_hat':[true,true]}");
    require_member(reply, "newly_dead", "{'h1':[0],'h2':[0],'y_hat':[0]}");
    require_member(reply, "revived", "{'h1':[],'h2':[],'y_hat':[]}");
    require_member(json_object_get(reply, "network"), "activations", "['relu','relu','relu']");
    json_decref(reply);
}

/* What stands in the reply for each sample is what it would get alone. */
TEST(test_samples_each_for_itself)
{
    static const char *const samples[] = {"{'x':[1,2],'y':[0,1]}", "{'x':[-3,0.5],'y':[2,-1]}",
                                          "{'x':[0,0],'y':[0,0]}", "{'x':[2,-2],'y':[1,1]}"};
    static const char network[] = "{'network':{'W1':[[1,-1,0.5],[2,0.25,-1]],'b1':[0.5,0,-1],"
                                  "'W2':[[1,-1],[2,0.5],[-1,1]],'b2':[0.25,-0.5]},'samples':[";
    for (int endpoint = FORWARD; endpoint <= STEP; endpoint++) {
        const char *rest = endpoint == STEP ? "],'learning_rate':1,'include':['samples']}" : "]}";
        char body[1024];
        snprintf(body, sizeof body, "%s%s,%s,%s,%s%s", network, samples[0], samples[1], samples[2],
                 samples[3], rest);
        json_t *whole = reply_read((enum operation)endpoint, body);
        for (size_t s = 0; s < LENGTH(samples); s++) {
            snprintf(body, sizeof body, "%s%s%s", network, samples[s], rest);
            json_t *alone = reply_read((enum operation)endpoint, body);
            ck_assert(json_equal(json_array_get(json_object_get(whole, "samples"), s),
                                 json_array_get(json_object_get(alone, "samples"), 0)));
            json_decref(alone);
        }
        json_decref(whole);
    }
}

/* Names of layers with two digits. */
TEST(test_twelve_layers_by_their_names)
{
    char body[1024] = "{'network':{";
    for (int k = 1; k <= 12; k++)
        sprintf(body + strlen(body), "%s'W%d':[[1]],'b%d':[0]", k > 1 ? "," : "", k, k);
    strcat(body, "},'samples':[{'x':[1],'y':[0]}]}");
    json_t *reply = reply_read(BACKWARD, body);
    const json_t *sample = json_array_get(json_object_get(reply, "samples"), 0);
    static const char *const names[] = {
        "z1",        "h9",          "z10",     "h10",     "h11",       "z12",     "y_hat",
        "dL_dy_hat", "dy_hat_dz12", "dL_dW12", "dL_dh11", "dh11_dz11", "dL_dz10", "dL_dh9",
        "dh10_dz10", "dL_db10",     "dL_dh1",  "dh1_dz1", "dL_dW1"};
    for (size_t i = 0; i < LENGTH(names); i++)
        REQUIRE(json_object_get(sample, names[i]), "%s is missing", names[i]);
    ck_assert_ptr_null(json_object_get(sample, "h12"));
    ck_assert_uint_eq(json_object_size(sample), 12 * 2 + 2 + 12 * 5 + 1);
    ck_assert_uint_eq(json_object_size(json_object_get(reply, "gradients")), 24);
    json_decref(reply);
}

/* --- random networks ---------------------------------------------------------------------------
 */

static void put_vector(char **at, uint64_t *seed, size_t n)
{
    *at += sprintf(*at, "[");
    for (size_t i = 0; i < n; i++)
        *at += sprintf(*at, "%s%d", i ? "," : "", (int)random_below(seed, 7) - 3);
    *at += sprintf(*at, "]");
}

/* Small whole numbers, zeros and negative ones among them: gradients of -0 are bound to come. */
static void random_body(char *at, uint64_t *seed, enum operation endpoint)
{
    size_t sizes[5], depth = 1 + random_below(seed, 4);
    for (size_t k = 0; k <= depth; k++)
        sizes[k] = 1 + random_below(seed, 5);
    at += sprintf(at, "{'network':{");
    for (size_t k = 1; k <= depth; k++) {
        at += sprintf(at, "%s'W%zu':[", k > 1 ? "," : "", k);
        for (size_t i = 0; i < sizes[k - 1]; i++) {
            at += sprintf(at, i ? "," : "");
            put_vector(&at, seed, sizes[k]);
        }
        at += sprintf(at, "],'b%zu':", k);
        put_vector(&at, seed, sizes[k]);
    }
    at += sprintf(at, "},'samples':[");
    for (size_t s = 0, n = 1 + random_below(seed, 4); s < n; s++) {
        at += sprintf(at, "%s{'x':", s ? "," : "");
        put_vector(&at, seed, sizes[0]);
        at += sprintf(at, ",'y':");
        put_vector(&at, seed, sizes[depth]);
        at += sprintf(at, "}");
    }
    sprintf(at, "]%s}", endpoint == STEP ? ",'learning_rate':0.001,'include':['samples']" : "");
}

TEST(test_no_reply_has_a_minus_zero)
{
    uint64_t seed = 1;
    for (int i = 0; i < 3000; i++) {
        const enum operation endpoint = (enum operation)(i % 3);
        char body[4096];
        random_body(body, &seed, endpoint);
        char *reply = reply_to(endpoint, body);
        for (const char *at = reply; (at = strstr(at, "-0")); at++)
            REQUIRE(at[2] == '.', "%s in the reply to %s", at, body);
        free(reply);
    }
}

/* The text is JSON, and says the same when it is read and written again. */
TEST(test_replies_are_json)
{
    uint64_t seed = 2;
    for (int i = 0; i < 600; i++) {
        const enum operation endpoint = (enum operation)(i % 3);
        char body[4096];
        random_body(body, &seed, endpoint);
        json_t *reply = reply_read(endpoint, body);
        ck_assert(json_is_object(reply));
        ck_assert(json_is_array(json_object_get(reply, "samples")));
        json_decref(reply);
    }
}

/* Each budget from nothing to enough: failed and said so, or the whole reply. */
TEST(test_every_budget)
{
    struct decoding d;
    size_t refused = 0;
    bool done = false;
    decode_good(&d, BACKWARD, TEXTBOOK);
    char *whole = reply_to(BACKWARD, TEXTBOOK);
    for (size_t limit = 0; !done; limit += 7) {
        struct bp_memory memory;
        struct bp_text text;
        budget_make(&memory, limit);
        bp_text_start(&text, &memory, limit / 3);
        reply_write(&text, &d.job);
        done = !text.failed;
        refused += !done;
        ck_assert(done ? text.size == strlen(whole) && memcmp(text.data, whole, text.size) == 0
                       : text.over_budget);
        bp_text_free(&text);
        budget_end(&memory);
    }
    ck_assert_uint_gt(refused, 100);
    free(whole);
    decoding_end(&d);
}

/* Rows of numbers of 25 characters, into texts that have to grow at any place. */
TEST(test_rows_of_the_longest_numbers)
{
    struct decoding d;
    char body[8192], *at = body + sprintf(body, "{'network':{'W1':[[0");
    for (int j = 1; j < 100; j++)
        at += sprintf(at, ",0");
    at += sprintf(at, "]],'b1':[0");
    for (int j = 1; j < 100; j++)
        at += sprintf(at, ",0");
    at += sprintf(at, "]},'samples':[{'x':[1.2345678901234567],'y':[");
    for (int j = 0; j < 100; j++)
        at += sprintf(at, "%s0.000%d", j ? "," : "", 100 + j);
    strcpy(at, "]}],'options':{'loss':'half_mse'}}");
    decode_good(&d, BACKWARD, body);
    char *whole = reply_to(BACKWARD, body);
    for (size_t capacity = 0; capacity < 3000; capacity += 97) {
        struct bp_text text;
        bp_text_start(&text, &d.memory, capacity);
        reply_write(&text, &d.job);
        ck_assert(!text.failed && text.size <= text.capacity);
        ck_assert_uint_eq(text.size, strlen(whole));
        ck_assert(memcmp(text.data, whole, text.size) == 0);
        bp_text_free(&text);
    }
    free(whole);
    decoding_end(&d);
}

/* As a rule a reply needs no growing; for numbers with all their digits too. */
TEST(test_start_has_room_for_the_whole_reply)
{
    uint64_t seed = 3;
    struct decoding d;
    struct bp_text text;
    char body[8192], *at = body + sprintf(body, "{'network':{'W1':[");
    for (size_t i = 0; i < 20; i++)
        at += sprintf(at, "%s[%.17g,%.17g,%.17g]", i ? "," : "", random_between(&seed, -1, 1),
                      random_between(&seed, -1, 1), random_between(&seed, -1, 1));
    at += sprintf(at, "],'b1':[0.1,0.2,0.3]},'samples':[{'y':[1,2,3],'x':[");
    for (size_t i = 0; i < 20; i++)
        at += sprintf(at, "%s%.17g", i ? "," : "", random_between(&seed, -1, 1));
    strcpy(at, "]}]}");
    decode_good(&d, BACKWARD, body);
    bp_text_start(&text, &d.memory, d.job.estimate.reply_bytes);
    const size_t capacity = text.capacity;
    reply_write(&text, &d.job);
    ck_assert_uint_eq(text.capacity, capacity);
    ck_assert_uint_gt(4 * text.size, capacity); /* and it is not four times too much */
    bp_text_free(&text);
    decoding_end(&d);
}

SUITE("codec/encode", test_softmax_without_biases_in_both_layouts, test_step_in_the_shape_posted,
      test_infinite_errors_are_null, test_own_gradient_in_a_batch, test_sums, test_frozen_tensors,
      test_textbook_forward, test_textbook_backward, test_textbook_two_steps,
      test_one_layer_by_its_names, test_forward_with_some_targets, test_nothing_included,
      test_step_gives_activations_back, test_newly_dead_and_revived, test_dead_of_each_layer,
      test_newly_dead_of_each_layer, test_samples_each_for_itself,
      test_twelve_layers_by_their_names, test_no_reply_has_a_minus_zero, test_replies_are_json,
      test_every_budget, test_rows_of_the_longest_numbers, test_start_has_room_for_the_whole_reply)
