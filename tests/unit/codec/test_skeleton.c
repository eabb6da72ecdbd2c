#include "lifting.h"

/* --- invalid JSON: where -----------------------------------------------------------------------
 */

struct position {
    const char *body;
    size_t first, last; /* offsets of the culprit's bytes: any of them will do */
};

/* Line and column as the contract counts them: from 1, the column in characters. */
static void place(const char *body, size_t offset, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (body[i] == '\n')
            ++*line, *column = 1;
        else if (((unsigned char)body[i] & 0xC0) != 0x80)
            ++*column;
    }
}

static void require_invalid(const char *body, size_t size, size_t first, size_t last)
{
    struct lifting lifting;
    char start[64];
    size_t line, column;
    lifting_load(&lifting, body, size);
    const struct bp_problem *problem = &lifting.problem;
    REQUIRE(!lifting.root && problem->code == BP_PROBLEM_INVALID_JSON, "%s", body);
    REQUIRE(problem->offset >= first && problem->offset <= last, "%s: offset %zu, not %zu to %zu",
            body, problem->offset, first, last);
    place(body, problem->offset, &line, &column);
    REQUIRE(problem->line == line && problem->column == column,
            "%s: line %zu, column %zu; offset %zu is at %zu, %zu", body, problem->line,
            problem->column, problem->offset, line, column);
    snprintf(start, sizeof start, "line %zu, column %zu: ", line, column);
    REQUIRE(strncmp(problem->detail, start, strlen(start)) == 0, "%s", problem->detail);
    REQUIRE(strlen(problem->detail) > strlen(start), "%s", problem->detail);
    lifting_end(&lifting);
}

static void require_positions(const struct position *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        require_invalid(rows[i].body, strlen(rows[i].body), rows[i].first, rows[i].last);
}

TEST(test_position_of_a_wrong_token)
{
    static const struct position rows[] = {
        {"[true,]", 6, 6},
        {"[1,]", 3, 3},
        {"[,1]", 1, 1},
        {"]", 0, 0},
        {"{\"a\":1,}", 7, 7},
        {"{\"a\":}", 5, 5},
        {"{\"a\" 1}", 5, 5},
        {"{\"a\",1}", 4, 4},
        {"{1:2}", 1, 1},
        {"{\"a\":1 \"b\":2}", 7, 9},
        {"[1 2]", 3, 3},
        {"[1.25e3 -7.5e-10]", 8, 15},
        {"[[1,2] [3,4]]", 7, 11},
        {"[1}", 2, 2},
        {"{\"a\":[1,2]]", 10, 10},
        {"[nul]", 1, 4},
        {"[NaN]", 1, 3},
        {"[-Infinity]", 1, 9},
        {"'a'", 0, 0},
        {"{} {}", 3, 3},
        {"[1] [2]", 4, 6},
        {"[1]\n\n  x", 7, 7},
        {"123 456", 4, 6},
        {"[true1]", 1, 5},
        {"// no comments\n1", 0, 1},
        {"[1, /* no */ 2]", 4, 5},
        {"\xef\xbb\xbf[1]", 0, 2},
    };
    require_positions(rows, LENGTH(rows));
}

/* Numbers are gone from the skeleton, and the text behind them has moved; yet the place is that
 * in the body. */
TEST(test_position_behind_numbers)
{
    static const struct position rows[] = {
        {"[123456789, 0.000000001, x]", 25, 25},
        {"{\"a\": [1,2,3,4,5,6,7,8,9], \"b\": [[1.5,2.5],[3.5,4.5]], \"c\": ?}", 60, 60},
        {"{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"j\":10,\"k\":"
         "11,}",
         69, 69},
        {"[\n  1000000,\n  2000000,\n  oops\n]", 26, 29},
        {"{\"W1\": [[1, 2],\n        [3, 4]]\n \"b1\": [1]}", 33, 36},
        {"[0.1,0.2,\"a\",0.3,,0.4]", 17, 17},
    };
    require_positions(rows, LENGTH(rows));
}

TEST(test_position_of_a_wrong_number)
{
    static const struct position rows[] = {
        {"[1,01]", 3, 4},          {"[1,2.]", 3, 5},   {"[1,.5]", 3, 4},
        {"[1,+5]", 3, 4},          {"[1,-]", 3, 4},    {"[1,1e]", 3, 5},
        {"{\"a\": 1.2.3}", 6, 10}, {"\n\n 1-2", 3, 5}, {"[[1,2],[3,4.e5]]", 10, 12},
        {"[0x10]", 1, 2},          {"[1a]", 1, 2},
    };
    require_positions(rows, LENGTH(rows));
}

TEST(test_position_where_the_text_ends_too_early)
{
    static const char *const bodies[] = {"",     " ",       "\n\n",    "[",
                                         "[1,2", "[1,",     "{\"a\":", "{\"a\":1,",
                                         "{",    "[[1,2],", "\"abc",   "[\"abc\", \"d"};
    for (size_t i = 0; i < LENGTH(bodies); i++)
        require_invalid(bodies[i], strlen(bodies[i]), strlen(bodies[i]), strlen(bodies[i]));
}

TEST(test_position_inside_a_string)
{
    static const struct position rows[] = {
        {"[\"a\nb\"]", 3, 3},         {"{\"a\": \"\tb\"}", 7, 7},  {"[1, \"\\x\"]", 5, 6},
        {"[\"ab\\u12g4\"]", 4, 8},    {"[\"\\ud800\"]", 1, 7},     {"[1, \"\\u0000\"]", 4, 10},
        {"[\"\xff\"]", 2, 2},         {"[\"abc\xc0\xaf\"]", 5, 5}, {"[1,2,\"\xed\xa0\x80\"]", 6, 6},
        {"[1,\n\"\xe2\x82\"]", 5, 5},
    };
    require_positions(rows, LENGTH(rows));
}

/* A column is a character, an offset is a byte. */
TEST(test_position_counts_characters_and_bytes)
{
    struct lifting lifting;
    static const char body[] = "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", 1,\n \"\xc3\xa9\", ?]";
    lifting_load(&lifting, body, sizeof body - 1);
    ck_assert_uint_eq(lifting.problem.line, 2);
    ck_assert_uint_eq(lifting.problem.column, 7);
    ck_assert_uint_eq(lifting.problem.offset, 24);
    lifting_end(&lifting);
}

TEST(test_position_of_a_nul_byte)
{
    static const struct {
        const char *body;
        size_t size, at;
    } rows[] = {{"\0", 1, 0},    {"[1\0,2]", 6, 2},  {"{\"a\0\":1}", 8, 3},
                {"[1]\0", 4, 3}, {"[1]\n \0", 6, 5}, {"{\"a\":[1,2],\n\0}", 14, 12}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        require_invalid(rows[i].body, rows[i].size, rows[i].at, rows[i].at);
}

TEST(test_position_of_the_ninth_level)
{
    static const struct position rows[] = {
        {"[[[[[[[[[1]]]]]]]]]", 8, 8},
        {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":[1]}}}}}}}}", 40, 40},
        {"[[[[[[[[{\"a\":1}]]]]]]]]", 8, 8},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[", 8, 8},
    };
    require_positions(rows, LENGTH(rows));
}

TEST(test_a_million_levels)
{
    enum { DEEP = 1000000 };
    char *body = malloc(DEEP + 1);
    memset(body, '[', DEEP);
    body[DEEP] = '\0';
    struct lifting lifting;
    lifting_load(&lifting, body, DEEP);
    ck_assert_int_eq(lifting.problem.code, BP_PROBLEM_INVALID_JSON);
    ck_assert_uint_eq(lifting.problem.offset, 8);
    lifting_end(&lifting);
    free(body);
}

/* Two faults, told by different rooms of the code: the first in the text is named. */
TEST(test_position_of_the_first_fault)
{
    static const struct position rows[] = {
        {"[1,,01]", 3, 3},
        {"[01,,1]", 1, 2},
        {"[true false, 1.]", 6, 10},
        {"[1., true false]", 1, 3},
        {"{\"a\" 1, \"b\": 01}", 5, 5},
        {"[[[[[[[[[,", 8, 8},
        {"{,[[[[[[[[[", 1, 1},
        {"{\"a\":1,\"a\":2,}", 13, 13},
        {"{\"a\":1,\"a\":2", 12, 12},
    };
    require_positions(rows, LENGTH(rows));
}

/* What the lifting stopped at is told by its own name, not as a text that ends there. */
TEST(test_detail_says_why)
{
    static const struct {
        const char *body;
        size_t size;
        const char *word;
    } rows[] = {{"[1,\0]", 5, "NUL"},       {"\"\0\"", 3, "NUL"},    {"[1,01]", 6, "number"},
                {"{\"a\":-}", 7, "number"}, {"[[[[[[[[[1", 10, "8"}, {"[1,2", 4, "ends"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct lifting lifting;
        lifting_load(&lifting, rows[i].body, rows[i].size);
        REQUIRE(strstr(lifting.problem.detail, rows[i].word), "row %zu: %s", i,
                lifting.problem.detail);
        lifting_end(&lifting);
    }
}

/* jansson's words quote what is near; near in the skeleton, that is: not what the user wrote. */
TEST(test_detail_quotes_nothing_of_the_skeleton)
{
    struct lifting lifting;
    static const char body[] = "[7.5, 8.5, true 9.5]";
    lifting_load(&lifting, body, sizeof body - 1);
    ck_assert_ptr_null(strstr(lifting.problem.detail, "near"));
    ck_assert_ptr_null(
        strpbrk(lifting.problem.detail + strlen("line 1, column 16: "), "0123456789"));
    lifting_end(&lifting);
}

/* --- duplicate members -------------------------------------------------------------------------
 */

static void require_duplicates(const char *body, const char *const *pointers)
{
    struct lifting lifting;
    size_t n = 0;
    lifting_load(&lifting, body, strlen(body));
    ck_assert_ptr_nonnull(lifting.root);
    for (; pointers[n]; n++) {
        const struct bp_fault *fault = &lifting.problem.faults[n];
        REQUIRE(n < lifting.problem.n_faults, "%s: %s is not found", body, pointers[n]);
        REQUIRE(strcmp(fault->pointer, pointers[n]) == 0, "%s: %s, not %s", body, fault->pointer,
                pointers[n]);
        ck_assert_int_eq(fault->code, BP_FAULT_DUPLICATE_MEMBER);
    }
    REQUIRE(lifting.problem.n_faults == n, "%s: %zu faults", body, lifting.problem.n_faults);
    lifting_end(&lifting);
}

#define DUPLICATES(body, ...) require_duplicates(body, (const char *const[]){__VA_ARGS__, NULL})

TEST(test_no_duplicates)
{
    DUPLICATES("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}", NULL);
    DUPLICATES("[\"a\",\"a\"]", NULL);
    DUPLICATES("{\"a\":1,\"A\":1,\"\":1,\" \":1}", NULL);
}

TEST(test_duplicates_everywhere)
{
    DUPLICATES("{\"a\":1,\"a\":2}", "#/a");
    DUPLICATES(" {\"a\":1 , \"a\" : 2 } ", "#/a");
    DUPLICATES("{\"network\":{\"W1\":[[1,2],[3,4]],\"b1\":[1],\"W1\":[[1]]}}", "#/network/W1");
    DUPLICATES("{\"samples\":[{\"x\":[1]},{\"x\":[1],\"y\":[2],\"x\":[3]}]}", "#/samples/1/x");
    DUPLICATES("[1,[2,{\"a\":{},\"a\":[]}]]", "#/1/1/a");
    DUPLICATES("[[1,2],{\"b\":null,\"b\":true}]", "#/1/b");
    DUPLICATES("{\"x\":{\"y\":{\"z\":\"s\",\"z\":\"s\"}}}", "#/x/y/z");
}

TEST(test_duplicates_all_of_them_in_order)
{
    DUPLICATES("{\"a\":1,\"a\":2,\"a\":3}", "#/a", "#/a");
    DUPLICATES("{\"a\":{\"b\":1,\"b\":2},\"c\":[{\"d\":1,\"d\":2}],\"a\":{\"e\":1,\"e\":2}}",
               "#/a/b", "#/c/0/d", "#/a", "#/a/e");
}

/* Names are compared as they are meant, and shown in the pointer's way. */
TEST(test_duplicates_by_escapes)
{
    DUPLICATES("{\"a\":1,\"\\u0061\":2}", "#/a");
    DUPLICATES("{\"\\u00e9\":1,\"\xc3\xa9\":2}", "#/%C3%A9");
    DUPLICATES("{\"a/b\":1,\"a\\/b\":2}", "#/a~1b");
    DUPLICATES("{\"~\":1,\"\\u007e\":2}", "#/~0");
    DUPLICATES("{\"\\\"\":1,\"\\u0022\":2}", "#/%22");
    DUPLICATES("{\"\":1,\"\":2}", "#/");
    DUPLICATES("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", "#/%F0%9F%98%80");
    DUPLICATES("{\"a \":1,\"a\\u0020\":2}", "#/a%20");
}

/* Names that look like structure, in strings that do not end where they seem to. */
TEST(test_duplicates_among_misleading_names)
{
    DUPLICATES("{\"}\":1,\"{\\\"a\\\":1}\":\"a\\\"\",\"b\":\"]\",\"b\":\"\\\\\"}", "#/b");
    DUPLICATES("{\"a\":\"\\\"a\\\":1\",\"b\":[\"{\\\"a\\\"\"],\"a\":[[],{}]}", "#/a");
}

TEST(test_duplicates_more_than_there_is_room_for)
{
    char body[2048] = "{\"a\":0";
    struct lifting lifting;
    for (int i = 0; i < 50; i++)
        strcat(body, ",\"a\":0");
    strcat(body, "}");
    lifting_load(&lifting, body, strlen(body));
    ck_assert_ptr_nonnull(lifting.root);
    ck_assert_uint_eq(lifting.problem.n_faults, 50);
    lifting_end(&lifting);
}

TEST(test_last_of_the_duplicates_is_kept)
{
    struct lifting lifting;
    lifting_load(&lifting, "{\"a\":\"first\",\"a\":\"last\"}", 24);
    ck_assert_str_eq(json_string_value(json_object_get(lifting.root, "a")), "last");
    lifting_end(&lifting);
}

/* --- other stops -------------------------------------------------------------------------------
 */

TEST(test_too_many_values_are_a_fault_of_the_body)
{
    struct bp_memory memory;
    struct bp_lifted lifted;
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    static const char body[] = "[{},{},{}]";
    budget_make(&memory, BUDGET_ENOUGH);
    bp_lift_body(&lifted, body, sizeof body - 1, 3, &memory);
    ck_assert_ptr_null(bp_skeleton_load(&problem, &lifted, body));
    ck_assert_int_eq(problem.code, BP_PROBLEM_INVALID_REQUEST);
    ck_assert_uint_eq(problem.n_faults, 1);
    ck_assert_str_eq(problem.faults[0].pointer, "#");
    ck_assert_int_eq(problem.faults[0].code, BP_FAULT_LIMIT_EXCEEDED);
    bp_lifted_free(&lifted);
    budget_end(&memory);
}

TEST(test_no_memory_is_said_as_such)
{
    struct bp_memory memory;
    struct bp_lifted lifted;
    struct bp_problem problem;
    static const char body[] = "[1,2,3]";
    budget_make(&memory, 300);
    bp_lift_body(&lifted, body, sizeof body - 1, 10, &memory);
    ck_assert_ptr_null(bp_skeleton_load(&problem, &lifted, body));
    ck_assert_int_eq(problem.code, BP_PROBLEM_OVERLOADED);
    bp_lifted_free(&lifted);
    budget_end(&memory);
}

TEST(test_lift_of_a_value)
{
    struct lifting lifting;
    static const char body[] = "{\"n\":7,\"v\":[1,2],\"m\":[[1],[2]],\"s\":\"0\",\"a\":[true]}";
    lifting_load(&lifting, body, sizeof body - 1);
    const struct bp_lift *n = bp_skeleton_lift(&lifting.lifted, json_object_get(lifting.root, "n"));
    const struct bp_lift *v = bp_skeleton_lift(&lifting.lifted, json_object_get(lifting.root, "v"));
    const struct bp_lift *m = bp_skeleton_lift(&lifting.lifted, json_object_get(lifting.root, "m"));
    ck_assert(n->kind == BP_LIFT_NUMBER && v->kind == BP_LIFT_VECTOR && m->kind == BP_LIFT_MATRIX);
    ck_assert(v->columns == 2 && m->rows == 2 && m->columns == 1);
    ck_assert_ptr_null(bp_skeleton_lift(&lifting.lifted, json_object_get(lifting.root, "s")));
    ck_assert_ptr_null(bp_skeleton_lift(&lifting.lifted, json_object_get(lifting.root, "a")));
    lifting_end(&lifting);
}

SUITE("codec/skeleton", test_position_of_a_wrong_token, test_position_behind_numbers,
      test_position_of_a_wrong_number, test_position_where_the_text_ends_too_early,
      test_position_inside_a_string, test_position_counts_characters_and_bytes,
      test_position_of_a_nul_byte, test_position_of_the_ninth_level, test_a_million_levels,
      test_position_of_the_first_fault, test_detail_says_why,
      test_detail_quotes_nothing_of_the_skeleton, test_no_duplicates, test_duplicates_everywhere,
      test_duplicates_all_of_them_in_order, test_duplicates_by_escapes,
      test_duplicates_among_misleading_names, test_duplicates_more_than_there_is_room_for,
      test_last_of_the_duplicates_is_kept, test_too_many_values_are_a_fault_of_the_body,
      test_no_memory_is_said_as_such, test_lift_of_a_value)
