#include <stdarg.h>
#include <stdint.h>

#include "random.h"
#include "reading.h"
#include "trees.h"

/*
 * The heart of this file: whatever the text, what can be read through the door is what plain
 * jansson reads, and the two agree on what is JSON. Where they are meant to differ is written in
 * require_agreement, and nowhere else.
 */

static bool is_overflow(const json_error_t *error)
{
    return json_error_code(error) == json_error_numeric_overflow;
}

/* Returns whether the text is good. */
static bool require_agreement(const char *body, size_t size)
{
    struct reading reading;
    json_error_t error = {.text = ""};
    json_t *plain = json_loadb(body, size, PLAIN, &error);
    reading_start(&reading, body, size);
    const bool good = reading.good && !reading.json.has_duplicates;
    REQUIRE(reading.json.fault != BP_JSON_REFUSED, "jansson alone refuses %.*s", (int)size, body);
    if (memchr(body, '\0', size) || tree_depth(plain) > DEPTH)
        REQUIRE(!reading.good, "accepted, with a NUL or too deep: %.*s", (int)size, body);
    else if (!plain && is_overflow(&error))
        REQUIRE(!good || tree_has_infinity(&reading.json), "no infinity in %.*s", (int)size, body);
    else
        REQUIRE(good == (plain != NULL), "%s, but jansson says %s: %.*s",
                good ? "accepted" : "refused", error.text, (int)size, body);
    if (good && plain)
        REQUIRE(tree_same(&reading.json, reading.json.root, plain), "%.*s is not what it is",
                (int)size, body);
    reading_end(&reading);
    json_decref(plain);
    return good;
}

static void require_all(const char *const *texts, size_t n, bool good)
{
    for (size_t i = 0; i < n; i++)
        REQUIRE(require_agreement(texts[i], strlen(texts[i])) == good, "%s: %s",
                good ? "refused" : "accepted", texts[i]);
}

TEST(test_good_texts_by_hand)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1.5e3",
        "true",
        "null",
        "\"\"",
        "\"text\"",
        "[]",
        "{}",
        "[[]]",
        "[[],[]]",
        "[[],[1]]",
        "[[1],[]]",
        "[1]",
        "[1,2,3]",
        "[ 1 , 2 ]",
        "[[1,2],[3,4]]",
        "[[1,2],[3]]",
        "[[1],2]",
        "[1,[2]]",
        "[1,\"a\"]",
        "[\"a\",1]",
        "[1,null]",
        "[true,1]",
        "[[1],[true]]",
        "[[1,[2]]]",
        "[[[1]]]",
        "[[[1],[2]],[[3],[4]]]",
        "[[1,2],null]",
        "[{},[1]]",
        "[[],{}]",
        "{\"a\":1}",
        "{\"a\":[1],\"b\":[[2]]}",
        "{\"0\":1,\"1\":0}",
        "[\"0\",\"1\",2]",
        "{\"a\":{\"a\":{\"a\":1}}}",
        " \t\r\n[ \n1\t,\r2 ] \n",
        "[\n[ ]\n]",
        "[[ 1 ] , [ 2 ] ]",
        "[0,1,\"2 \",3]",
        "[1e400]",
        "[-1e400,1]",
        "[1e-400]",
        "[0.1,1E5,1e+5,1e-5]",
        "\"\\u0061\\n\\\"\\\\\"",
        "[\"]\",1]",
        "[\"[1,2\",1]",
        "{\"[1]\":[1]}",
        "[\"\\\\\",1]",
        "[\"\\\"\",1]",
        "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
        "[[[[[[[[1]]]]]]]]",
        "[[[[[[[[]]]]]]]]",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}",
        "[[[[[[[{}]]]]]]]",
        "[[[[[[[1,true]]]]]]]",
        "[[[[[[[[1,true]]]]]]]]",
        "[9007199254740993,123456789012345678901234567890]",
    };
    /* 1e400 is good here, and an infinity: that it is out of range is said with its pointer */
    require_all(texts, LENGTH(texts), true);
}

TEST(test_bad_texts_by_hand)
{
    static const char *const texts[] = {
        "",
        " ",
        "[",
        "]",
        "{",
        "}",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1,,2]",
        "[[1]",
        "[[1],",
        "[[1],]",
        "[1]]",
        "[[1]]]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\" 1}",
        "{\"a\":1}}",
        "[1}",
        "{\"a\":1]",
        "01",
        "[01]",
        "[1.]",
        "[.5]",
        "[+1]",
        "[-]",
        "[--1]",
        "[1e]",
        "[1e+]",
        "[0x10]",
        "[1-2]",
        "[1+2]",
        "[1.2.3]",
        "[NaN]",
        "[Infinity]",
        "[-Infinity]",
        "[nul]",
        "[nulll]",
        "[True]",
        "[tru e]",
        "[1a]",
        "[a1]",
        "[true1]",
        "[1true]",
        "true1",
        "1true",
        "[true-1]",
        "[1\"a\"]",
        "[\"a\"1]",
        "[1[2]]",
        "[[1][2]]",
        "[[1]2]",
        "1 2",
        "[] []",
        "[1] x",
        "{} {}",
        "\"abc",
        "[\"abc]",
        "\"\\\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u0000\"",
        "{\"\\u0000\":1}",
        "\"\n\"",
        "\"\t\"",
        "\"\x01\"",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"\xf4\x90\x80\x80\"",
        "\"\xe2\x82\"",
        "\xef\xbb\xbf[1]",
        "[1]\xff",
        "[1,\xff]",
        "[1,\x01 2]",
        "[1\f]",
        "'a'",
        "['a']",
        "// c\n1",
        "/* c */ 1",
        "[1] // c",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"b\":[],\"b\":[]}]",
        "{\"a\":{\"x\":1,\"x\":1}}",
        "[[[[[[[[[1]]]]]]]]]",
        "[[[[[[[[[]]]]]]]]]",
        "[[[[[[[[{}]]]]]]]]",
        "[[[[[[[[1,[]]]]]]]]]",
        "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":[]}}}}}}}}",
    };
    require_all(texts, LENGTH(texts), false);
}

TEST(test_nul_bytes_are_refused_everywhere)
{
    static const char body[] = "{\"a\": [1, 2.5], \"b\": [true, \"x\\n\"], \"c\": -1e5}";
    char with[sizeof body + 1];
    for (size_t at = 0; at < sizeof body; at++) {
        memcpy(with, body, at);
        with[at] = '\0';
        memcpy(with + at + 1, body + at, sizeof body - at);
        ck_assert(!require_agreement(with, sizeof body)); /* inserted */
        memcpy(with, body, sizeof body);
        with[at] = '\0';
        if (at < sizeof body - 1)
            ck_assert(!require_agreement(with, sizeof body - 1)); /* replaced */
    }
}

/* Every beginning of a good text is a bad one. */
TEST(test_cut_texts)
{
    static const char body[] =
        "{\"W1\": [[0.5, -1e5], [2, 3]], \"x\": [1, \"a\\u00e9\"], \"y\": [], "
        "\"z\": {\"k\": null}}";
    for (size_t size = 0; size < sizeof body - 1; size++)
        ck_assert(!require_agreement(body, size));
    ck_assert(require_agreement(body, sizeof body - 1));
}

/* --- made texts --------------------------------------------------------------------------------
 */

struct made {
    char text[8192];
    size_t size;
    uint64_t seed;
};

__attribute__((format(printf, 2, 3))) static void put(struct made *made, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(made->text + made->size, sizeof made->text - made->size, format, arguments);
    va_end(arguments);
    made->size += (size_t)n;
    REQUIRE(made->size < sizeof made->text, "the text is too long");
}

static void put_space(struct made *made)
{
    static const char *const spaces[] = {"", "", "", "", " ", "\n", "\t", "\r\n ", "    "};
    put(made, "%s", spaces[random_below(&made->seed, LENGTH(spaces))]);
}

static void put_number(struct made *made)
{
    static const char *const numbers[] = {"0",       "-0",     "0.0",  "-1",     "10e0",
                                          "1e-400",  "5e-324", "1E+2", "0.1",    "1e-310",
                                          "3.14159", "1e22",   "1e23", "-0.0e-9"};
    uint64_t *seed = &made->seed;
    switch (random_below(seed, 40)) {
    case 0:
        put(made, "1e%zu", 300 + random_below(seed, 20));
        return;
    case 1:
        put(made, "%llu", (unsigned long long)random_bits(seed));
        return;
    case 2:
        put(made, "%.17g", random_wide(seed));
        return;
    default:
        put(made, "%s", numbers[random_below(seed, LENGTH(numbers))]);
    }
}

static void put_string(struct made *made)
{
    static const char *const strings[] = {"",
                                          "a",
                                          "W1",
                                          "x",
                                          "0",
                                          "[1]",
                                          "\\u0061",
                                          "\\\\",
                                          "\\\"",
                                          "\\n",
                                          "]",
                                          "{\\\"b\\\":1}",
                                          "\xc3\xa9",
                                          "\\ud83d\\ude00",
                                          "true",
                                          "1,2",
                                          "\xe2\x82\xac"};
    put(made, "\"%s\"", strings[random_below(&made->seed, LENGTH(strings))]);
}

static void put_vector(struct made *made, size_t n)
{
    put(made, "[");
    put_space(made);
    for (size_t i = 0; i < n; i++) {
        put(made, i ? "," : "");
        put_space(made);
        put_number(made);
        put_space(made);
    }
    put(made, "]");
}

/* A matrix as a rule; sometimes a row has a length of its own. */
static void put_matrix(struct made *made)
{
    size_t rows = 1 + random_below(&made->seed, 3), columns = random_below(&made->seed, 4);
    put(made, "[");
    for (size_t i = 0; i < rows; i++) {
        put(made, i ? "," : "");
        put_space(made);
        put_vector(made, random_below(&made->seed, 12) ? columns : random_below(&made->seed, 4));
        put_space(made);
    }
    put(made, "]");
}

static void put_value(struct made *made, size_t room);

static void put_array(struct made *made, size_t room)
{
    put(made, "[");
    for (size_t i = 0, n = random_below(&made->seed, 4); i < n; i++) {
        put(made, i ? "," : "");
        put_value(made, room - 1);
    }
    put(made, "]");
}

static void put_object(struct made *made, size_t room)
{
    put(made, "{");
    put_space(made);
    for (size_t i = 0, n = random_below(&made->seed, 4); i < n; i++) {
        put(made, i ? "," : "");
        put_space(made);
        if (random_below(&made->seed, 20))
            put(made, "\"k%zu\"", i);
        else
            put_string(made); /* now and then twice the same */
        put_space(made);
        put(made, ":");
        put_value(made, room - 1);
    }
    put(made, "}");
}

static void put_value(struct made *made, size_t room)
{
    static const char *const literals[] = {"true", "false", "null"};
    put_space(made);
    switch (random_below(&made->seed, room > 2 ? 10 : room > 1 ? 7 : room > 0 ? 5 : 3)) {
    case 0:
        put_number(made);
        break;
    case 1:
        put_string(made);
        break;
    case 2:
        put(made, "%s", literals[random_below(&made->seed, LENGTH(literals))]);
        break;
    case 3:
    case 4:
        put_vector(made, random_below(&made->seed, 5));
        break;
    case 5:
    case 6:
        put_matrix(made);
        break;
    case 7:
    case 8:
        put_object(made, room);
        break;
    default:
        put_array(made, room);
    }
    put_space(made);
}

TEST(test_made_texts)
{
    struct made made;
    size_t good = 0;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        made.seed = seed;
        made.size = 0;
        put_value(&made, 2 + seed % 8); /* nine deep at most: one too many */
        good += require_agreement(made.text, made.size);
    }
    ck_assert_uint_gt(good, 15000);
    ck_assert_uint_lt(good, 20000); /* duplicates among them */
}

static void mutate(struct made *made)
{
    static const char bytes[] = "{}[],:\"\\0123456789.eE+-tfnul \n\t\r/'\0\x01\x7f\x80\xc3\xff";
    uint64_t *seed = &made->seed;
    const size_t at = random_below(seed, made->size);
    const char byte = random_below(seed, 8) ? bytes[random_below(seed, sizeof bytes - 1)]
                                            : (char)random_bits(seed);
    switch (random_below(seed, 4)) {
    case 0:
        memmove(made->text + at, made->text + at + 1, made->size - at - 1);
        made->size--;
        return;
    case 1:
        memmove(made->text + at + 1, made->text + at, made->size - at);
        made->size++;
        made->text[at] = byte;
        return;
    case 2: /* two neighbours change places */
        if (at + 1 < made->size) {
            char first = made->text[at];
            made->text[at] = made->text[at + 1];
            made->text[at + 1] = first;
        }
        return;
    default:
        made->text[at] = byte;
    }
}

TEST(test_mutated_texts)
{
    size_t good = 0, all = 0;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct made made = {.seed = seed};
        put_value(&made, 2 + seed % 6);
        for (int i = 0; i < 20 && made.size < 600; i++, all++) {
            struct made mutant = made;
            mutant.seed = made.seed + (uint64_t)i;
            for (uint64_t n = 1 + seed % 3; n > 0 && mutant.size > 0; n--)
                mutate(&mutant);
            good += require_agreement(mutant.text, mutant.size);
        }
    }
    REQUIRE(all > 50000 && good > all / 20 && good < all / 2, "%zu of %zu are good", good, all);
}

/* --- what goes where ---------------------------------------------------------------------------
 */

static void require_skeleton(const char *body, const char *expected)
{
    struct reading reading;
    reading_start(&reading, body, strlen(body));
    ck_assert_str_eq(reading.json.skeleton.data, expected);
    reading_end(&reading);
}

/* What is lifted is small in the skeleton: that is what lifting is for. */
TEST(test_whole_vectors_and_matrices_are_lifted)
{
    require_skeleton("7", "0");
    require_skeleton(" [1,\n2,3] ", "0");
    require_skeleton("[[1,2],[3,4]]", "0");
    require_skeleton("{\"W\" : [[1,2],[3,4]],\t\"b\":[5,6],\"r\":7 }", "{\"W\":0,\"b\":1,\"r\":2}");
    require_skeleton("[[1,2], [3]]", "[0,1]"); /* ragged: row by row */
    require_skeleton("[1,\" a \",2]", "[0,\" a \",1]");
    require_skeleton("[]", "0");
    require_skeleton("[[[1]]]", "[0]");
    require_skeleton("[{\"x\":[1]},{\"x\":[2]}]", "[{\"x\":0},{\"x\":1}]");
}

TEST(test_numbers_that_are_given_up_leave_no_trace)
{
    struct reading reading;
    static const char body[] = "[[1,2,3,4,\"a\"],[5]]";
    reading_start(&reading, body, sizeof body - 1);
    ck_assert_uint_eq(reading.json.n_numbers, 5); /* 1 to 4 once, and 5 */
    ck_assert_uint_eq(reading.json.n_lifts, 5);
    reading_end(&reading);
}

/* --- limits ------------------------------------------------------------------------------------
 */

/* n times the piece, in one array that is no matrix. Returns what is wrong. */
static enum bp_json_fault read_many(const char *piece, size_t n, size_t containers)
{
    const size_t length = strlen(piece);
    struct reading reading;
    char *body = malloc(n * (length + 1) + 8), *at = body;
    memcpy(at, "[null", 5);
    at += 5;
    for (size_t i = 0; i < n; i++, at += length + 1) {
        *at = ',';
        memcpy(at + 1, piece, length);
    }
    *at++ = ']';
    *at = '\0';
    reading_start_within(
        &reading, body, (size_t)(at - body),
        (struct bp_json_limits){DEPTH, VALUES, VALUES, VALUES, containers, SIZE_MAX});
    enum bp_json_fault fault = reading.json.fault;
    reading_end(&reading);
    free(body);
    return fault;
}

TEST(test_values_are_counted)
{
    static const char *const pieces[] = {"0", "\"\"", "true", "[]", "[1,2]", "[[1],[2]]"};
    for (size_t i = 0; i < LENGTH(pieces); i++) {
        /* the array itself and its null are two values more */
        ck_assert_int_eq(read_many(pieces[i], VALUES - 2, SIZE_MAX), BP_JSON_GOOD);
        ck_assert_int_eq(read_many(pieces[i], VALUES - 1, SIZE_MAX), BP_JSON_TOO_MANY);
    }
}

TEST(test_containers_are_counted)
{
    static const struct {
        const char *piece;
        size_t containers;
    } rows[] = {{"{}", 1}, {"[true]", 1}, {"[{}]", 2}, {"{\"a\":[null]}", 2}, {"[[1],2]", 2}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const size_t needed = 1 + 100 * rows[i].containers;
        ck_assert_int_eq(read_many(rows[i].piece, 100, needed), BP_JSON_GOOD);
        ck_assert_int_eq(read_many(rows[i].piece, 100, needed - 1), BP_JSON_TOO_MANY);
    }
    /* a matrix is one, with all its rows */
    ck_assert_int_eq(read_many("[[1,2],[3,4]]", 1000, 1001), BP_JSON_GOOD);
    ck_assert_int_eq(read_many("[[1,2],[3,4]]", 1000, 1000), BP_JSON_TOO_MANY);
}

/* A long array that turns out to be none of numbers must not be read again and again. */
TEST(test_many_numbers_then_something_else)
{
    enum { N = 150000 };
    char *body = malloc(2 * N + 32);
    size_t size = 0;
    memcpy(body, "[[[[[[[", 7);
    for (size = 7; size < 7 + 2 * N; size += 2)
        memcpy(body + size, "1,", 2);
    memcpy(body + size, "true]]]]]]]", 12);
    ck_assert(require_agreement(body, size + 11));
    free(body);
}

/* With every budget from nothing to enough: refused, or as it should be, and nothing is lost. */
TEST(test_memory_runs_out_anywhere)
{
    static const char body[] = "{\"W1\": [[1,2,3],[4,5,6]], \"b1\": [1,2,3], \"a\": [\"relu\"], "
                               "\"s\": [{\"x\": [1,2], \"y\": [3]}, {\"x\": [1,2], \"y\": [3]}], "
                               "\"m\": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20, null]}";
    size_t refused = 0;
    for (size_t limit = 0;; limit += 8) {
        struct bp_memory memory;
        struct bp_json json;
        budget_make(&memory, limit);
        bool whole = bp_json_open(
            &json, body, sizeof body - 1,
            &(struct bp_json_limits){DEPTH, VALUES, VALUES, VALUES, SIZE_MAX, SIZE_MAX}, &memory);
        if (!whole)
            ck_assert_int_eq(json.fault, BP_JSON_OVER_BUDGET);
        else
            ck_assert_uint_eq(json.n_numbers, 6 + 3 + 3 + 3 + 20);
        bp_json_close(&json);
        budget_end(&memory);
        if (whole)
            break;
        refused++;
    }
    ck_assert_uint_gt(refused, 50);
}

SUITE("text/json_parse", test_good_texts_by_hand, test_bad_texts_by_hand,
      test_nul_bytes_are_refused_everywhere, test_cut_texts, test_made_texts, test_mutated_texts,
      test_whole_vectors_and_matrices_are_lifted, test_numbers_that_are_given_up_leave_no_trace,
      test_values_are_counted, test_containers_are_counted, test_many_numbers_then_something_else,
      test_memory_runs_out_anywhere)
