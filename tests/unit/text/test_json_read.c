#include "reading.h"

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
    struct reading reading;
    size_t line, column;
    reading_start(&reading, body, size);
    const struct bp_json *json = &reading.json;
    REQUIRE(json->fault >= BP_JSON_EMPTY, "%s: fault %d", body, json->fault);
    REQUIRE(json->offset >= first && json->offset <= last, "%s: offset %zu, not %zu to %zu", body,
            json->offset, first, last);
    place(body, json->offset, &line, &column);
    REQUIRE(json->line == line && json->column == column,
            "%s: line %zu, column %zu; offset %zu is at %zu, %zu", body, json->line, json->column,
            json->offset, line, column);
    reading_end(&reading);
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
    struct reading reading;
    static const char body[] = "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\", 1,\n \"\xc3\xa9\", ?]";
    reading_start(&reading, body, sizeof body - 1);
    ck_assert_uint_eq(reading.json.line, 2);
    ck_assert_uint_eq(reading.json.column, 7);
    ck_assert_uint_eq(reading.json.offset, 24);
    reading_end(&reading);
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
    struct reading reading;
    reading_start(&reading, body, DEEP);
    ck_assert_int_eq(reading.json.fault, BP_JSON_TOO_DEEP);
    ck_assert_uint_eq(reading.json.offset, 8);
    reading_end(&reading);
    free(body);
}

/* Two faults, found by different parts of the code: the first one in the text is reported. */
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

/* --- invalid JSON: why -------------------------------------------------------------------------
 */

TEST(test_cause)
{
    static const struct {
        const char *body;
        enum bp_json_fault fault;
        size_t offset;
    } rows[] = {
        {"", BP_JSON_EMPTY, 0},
        {" \n", BP_JSON_EMPTY, 2},
        {"[1,2", BP_JSON_ENDS_EARLY, 4},
        {"{\"a\"", BP_JSON_ENDS_EARLY, 4},
        {"[[1", BP_JSON_ENDS_EARLY, 3},
        {"[\"a]", BP_JSON_UNCLOSED_STRING, 4},
        {"\"\\", BP_JSON_UNCLOSED_STRING, 2},
        {"[[[[[[[[[", BP_JSON_TOO_DEEP, 8},
        {"\xef\xbb\xbf[]", BP_JSON_BYTE_ORDER_MARK, 0},
        {"[\xef\xbb\xbf]", BP_JSON_MISSING_VALUE, 1},
        {"\"a\xc3(\"", BP_JSON_BAD_UTF8, 2},
        {"[\xff]", BP_JSON_BAD_UTF8, 1},
        {"[\"a\nb\"]", BP_JSON_CONTROL_CHARACTER, 3},
        {"[\"\\x\"]", BP_JSON_BAD_ESCAPE, 2},
        {"[\"\\u00g0\"]", BP_JSON_BAD_ESCAPE, 2},
        {"[\"\\ud834\"]", BP_JSON_HALF_PAIR, 2},
        {"[\"\\ud834\\u0061\"]", BP_JSON_HALF_PAIR, 2},
        {"[\"\\udd1e\"]", BP_JSON_HALF_PAIR, 2},
        {"{\"a\\u0000\":1}", BP_JSON_NUL_ESCAPE, 3},
        {"[1,01]", BP_JSON_BAD_NUMBER, 3},
        {"[0x10]", BP_JSON_BAD_NUMBER, 1},
        {"[.5]", BP_JSON_BAD_NUMBER, 1},
        {"[1.]", BP_JSON_BAD_NUMBER, 1},
        {"[+1]", BP_JSON_BAD_NUMBER, 1},
        {"[1_000]", BP_JSON_MISSING_COMMA, 2},
        {"[NaN]", BP_JSON_NOT_FINITE, 1},
        {"[1,Infinity]", BP_JSON_NOT_FINITE, 3},
        {"[-Infinity]", BP_JSON_NOT_FINITE, 1},
        {"[-nan]", BP_JSON_NOT_FINITE, 1},
        {"[True]", BP_JSON_PYTHON, 1},
        {"{\"a\": None}", BP_JSON_PYTHON, 6},
        {"[nulll]", BP_JSON_UNKNOWN_WORD, 1},
        {"[undefined]", BP_JSON_UNKNOWN_WORD, 1},
        {"['a']", BP_JSON_SINGLE_QUOTES, 1},
        {"{'a':1}", BP_JSON_SINGLE_QUOTES, 1},
        {"[1, // one\n2]", BP_JSON_COMMENT, 4},
        {"{/* a */}", BP_JSON_COMMENT, 1},
        {"[1 # one\n]", BP_JSON_COMMENT, 3},
        {"[] // end", BP_JSON_COMMENT, 3},
        {"{a:1}", BP_JSON_UNQUOTED_NAME, 1},
        {"{1:1}", BP_JSON_UNQUOTED_NAME, 1},
        {"{,}", BP_JSON_MISSING_NAME, 1},
        {"{[]}", BP_JSON_MISSING_NAME, 1},
        {"{\"a\" 1}", BP_JSON_MISSING_COLON, 5},
        {"{\"a\"}", BP_JSON_MISSING_COLON, 4},
        {"[1 2]", BP_JSON_MISSING_COMMA, 3},
        {"{\"a\":1 \"b\":2}", BP_JSON_MISSING_COMMA, 7},
        {"[,1]", BP_JSON_MISSING_VALUE, 1},
        {"[1,,2]", BP_JSON_MISSING_VALUE, 3},
        {"{\"a\":}", BP_JSON_MISSING_VALUE, 5},
        {"]", BP_JSON_MISSING_VALUE, 0},
        {"[1,]", BP_JSON_TRAILING_COMMA, 3},
        {"[\"a\" , ]", BP_JSON_TRAILING_COMMA, 7},
        {"{\"a\":1,}", BP_JSON_TRAILING_COMMA, 7},
        {"[1}", BP_JSON_WRONG_BRACKET, 2},
        {"{\"a\":1]", BP_JSON_WRONG_BRACKET, 6},
        {"[]]", BP_JSON_TRAILING_TEXT, 2},
        {"{} {}", BP_JSON_TRAILING_TEXT, 3},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct reading reading;
        reading_start(&reading, rows[i].body, strlen(rows[i].body));
        REQUIRE(reading.json.fault == rows[i].fault, "%s: fault %d, not %d", rows[i].body,
                reading.json.fault, rows[i].fault);
        REQUIRE(reading.json.offset == rows[i].offset, "%s: offset %zu", rows[i].body,
                reading.json.offset);
        reading_end(&reading);
    }
}

/* --- duplicate members -------------------------------------------------------------------------
 */

/* What a listener has heard: the pointers, as they are meant, each with a line's end. */
struct heard {
    char text[4096];
    size_t n;
};

static void add_place(char *text, const struct bp_place *place)
{
    if (place->up)
        add_place(text, place->up);
    const size_t length = strlen(text);
    if (!place->up)
        strcat(text, "#");
    else if (place->number == BP_NO_NUMBER)
        sprintf(text + length, "/%s", place->name);
    else
        sprintf(text + length, "/%s%zu", place->name, place->number);
}

static void hear(void *context, const struct bp_place *object, const char *name)
{
    struct heard *heard = context;
    add_place(heard->text, &(struct bp_place){object, name, BP_NO_NUMBER});
    strcat(heard->text, "\n");
    heard->n++;
}

static void require_duplicates(const char *body, const char *pointers)
{
    struct reading reading;
    struct heard heard = {"", 0};
    reading_start(&reading, body, strlen(body));
    ck_assert(reading.good);
    ck_assert(reading.json.has_duplicates == (*pointers != '\0'));
    ck_assert(bp_json_list_duplicates(&reading.json, &(struct bp_json_listener){hear, &heard}));
    ck_assert_str_eq(heard.text, pointers);
    reading_end(&reading);
}

TEST(test_no_duplicates)
{
    require_duplicates("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":1}]}", "");
    require_duplicates("[\"a\",\"a\"]", "");
    require_duplicates("{\"a\":1,\"A\":1,\"\":1,\" \":1}", "");
}

TEST(test_duplicates_everywhere)
{
    require_duplicates("{\"a\":1,\"a\":2}", "#/a\n");
    require_duplicates(" {\"a\":1 , \"a\" : 2 } ", "#/a\n");
    require_duplicates("{\"network\":{\"W1\":[[1,2],[3,4]],\"b1\":[1],\"W1\":[[1]]}}",
                       "#/network/W1\n");
    require_duplicates("{\"samples\":[{\"x\":[1]},{\"x\":[1],\"y\":[2],\"x\":[3]}]}",
                       "#/samples/1/x\n");
    require_duplicates("[1,[2,{\"a\":{},\"a\":[]}]]", "#/1/1/a\n");
    require_duplicates("[[1,2],{\"b\":null,\"b\":true}]", "#/1/b\n");
    require_duplicates("{\"x\":{\"y\":{\"z\":\"s\",\"z\":\"s\"}}}", "#/x/y/z\n");
}

TEST(test_duplicates_all_of_them_in_order)
{
    require_duplicates("{\"a\":1,\"a\":2,\"a\":3}", "#/a\n#/a\n");
    require_duplicates(
        "{\"a\":{\"b\":1,\"b\":2},\"c\":[{\"d\":1,\"d\":2}],\"a\":{\"e\":1,\"e\":2}}",
        "#/a/b\n#/c/0/d\n#/a\n#/a/e\n");
}

/* Names are compared as they are meant. */
TEST(test_duplicates_by_escapes)
{
    require_duplicates("{\"a\":1,\"\\u0061\":2}", "#/a\n");
    require_duplicates("{\"\\u00e9\":1,\"\xc3\xa9\":2}", "#/\xc3\xa9\n");
    require_duplicates("{\"a/b\":1,\"a\\/b\":2}", "#/a/b\n");
    require_duplicates("{\"~\":1,\"\\u007e\":2}", "#/~\n");
    require_duplicates("{\"\\\"\":1,\"\\u0022\":2}", "#/\"\n");
    require_duplicates("{\"\":1,\"\":2}", "#/\n");
    require_duplicates("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", "#/\xf0\x9f\x98\x80\n");
    require_duplicates("{\"a \":1,\"a\\u0020\":2}", "#/a \n");
}

/* Names that look like structure, in strings that do not end where they seem to. */
TEST(test_duplicates_among_misleading_names)
{
    require_duplicates("{\"}\":1,\"{\\\"a\\\":1}\":\"a\\\"\",\"b\":\"]\",\"b\":\"\\\\\"}", "#/b\n");
    require_duplicates("{\"a\":\"\\\"a\\\":1\",\"b\":[\"{\\\"a\\\"\"],\"a\":[[],{}]}", "#/a\n");
}

TEST(test_last_of_the_duplicates_is_kept)
{
    struct reading reading;
    reading_start(&reading, "{\"a\":\"first\",\"a\":\"last\"}", 24);
    ck_assert_str_eq(bp_json_string(bp_json_member(reading.json.root, "a")), "last");
    reading_end(&reading);
}

/* The skeleton is gone over again, and names are read by jansson: either may lack memory. */
TEST(test_duplicates_without_memory)
{
    char body[20000] = "{\"a\":0";
    for (size_t n = 0; n < 1500; n++)
        sprintf(body + strlen(body), ",\"%zu\":0", n % 1000);
    strcat(body, "}");
    for (size_t less = 1; less < 300000; less += 20000) {
        struct reading reading;
        struct heard heard = {"", 0};
        reading_start(&reading, body, strlen(body));
        reading.memory.limit = atomic_load(&reading.memory.used) + 300000 - less;
        const bool all =
            bp_json_list_duplicates(&reading.json, &(struct bp_json_listener){hear, &heard});
        if (all)
            ck_assert_uint_eq(heard.n, 500);
        else
            ck_assert_int_eq(reading.json.fault, BP_JSON_OVER_BUDGET);
        ck_assert(all || less > 1);
        reading_end(&reading);
    }
}

/* --- values ------------------------------------------------------------------------------------
 */

#define MANY_KINDS                                                                                 \
    "{\"n\":7,\"v\":[1,2],\"m\":[[1],[2]],\"s\":\"\\u0061\",\"a\":[true],\"o\":{\"p\":null},"      \
    "\"e\":[],"                                                                                    \
    "\"f\":false,\"z\":[[],[]]}"

TEST(test_kinds_and_what_they_hold)
{
    static const struct {
        const char *name;
        enum bp_json_kind kind;
        size_t rows, columns, elements, members;
        const char *string;
    } rows[] = {
        {"n", BP_JSON_NUMBER, 1, 1, 0, 0, NULL}, {"v", BP_JSON_VECTOR, 1, 2, 0, 0, NULL},
        {"m", BP_JSON_MATRIX, 2, 1, 0, 0, NULL}, {"s", BP_JSON_STRING, 0, 0, 0, 0, "a"},
        {"a", BP_JSON_ARRAY, 0, 0, 1, 0, NULL},  {"o", BP_JSON_OBJECT, 0, 0, 0, 1, NULL},
        {"e", BP_JSON_VECTOR, 1, 0, 0, 0, NULL}, {"f", BP_JSON_BOOLEAN, 0, 0, 0, 0, NULL},
        {"z", BP_JSON_MATRIX, 2, 0, 0, 0, NULL},
    };
    struct reading reading;
    reading_start(&reading, MANY_KINDS, strlen(MANY_KINDS));
    const struct bp_value *root = reading.json.root;
    struct bp_members m = bp_json_members(root);
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_value *value = bp_json_member(root, rows[i].name);
        ck_assert(bp_json_next(&m) && m.value == value);
        ck_assert_str_eq(m.name, rows[i].name);
        const struct bp_numbers numbers = bp_json_numbers(&reading.json, value);
        REQUIRE(bp_json_kind(&reading.json, value) == rows[i].kind, "%s is %d", m.name,
                bp_json_kind(&reading.json, value));
        REQUIRE(numbers.rows == rows[i].rows && numbers.columns == rows[i].columns,
                "%s has %zu x %zu", m.name, numbers.rows, numbers.columns);
        REQUIRE(bp_json_count_elements(value) == rows[i].elements, "%s", m.name);
        REQUIRE(bp_json_count_members(value) == rows[i].members, "%s", m.name);
        REQUIRE(!bp_json_string(value) == !rows[i].string, "%s", m.name);
        if (rows[i].string)
            ck_assert_str_eq(bp_json_string(value), rows[i].string);
    }
    ck_assert(!bp_json_next(&m));
    const struct bp_value *null = bp_json_member(bp_json_member(root, "o"), "p");
    ck_assert_int_eq(bp_json_kind(&reading.json, null), BP_JSON_NULL);
    reading_end(&reading);
}

/* What is not there is nothing, and asking it is allowed. */
TEST(test_values_that_are_not_there)
{
    struct reading reading;
    reading_start(&reading, MANY_KINDS, strlen(MANY_KINDS));
    const struct bp_value *root = reading.json.root, *n = bp_json_member(root, "n");
    ck_assert_ptr_null(bp_json_member(root, "N"));
    ck_assert_ptr_null(bp_json_member(n, "n"));
    ck_assert_ptr_null(bp_json_member(NULL, "n"));
    ck_assert_ptr_null(bp_json_element(bp_json_member(root, "a"), 1));
    ck_assert_ptr_null(bp_json_element(root, 0));
    ck_assert_ptr_null(bp_json_element(NULL, 0));
    ck_assert_ptr_null(bp_json_string(NULL));
    ck_assert_uint_eq(bp_json_count_elements(NULL) + bp_json_count_members(NULL), 0);
    for (struct bp_members m = bp_json_members(n); bp_json_next(&m);)
        ck_abort_msg("a number has the member %s", m.name);
    reading_end(&reading);
}

static void put_element(char *out, const struct bp_json *json, const struct bp_value *value)
{
    if (bp_json_kind(json, value) == BP_JSON_NUMBER)
        sprintf(out, "%g ", *bp_json_numbers(json, value).at);
    else if (bp_json_kind(json, value) == BP_JSON_STRING)
        sprintf(out, "'%s' ", bp_json_string(value));
    else
        sprintf(out, "%s ", bp_json_kind(json, value) == BP_JSON_NULL ? "null" : "?");
}

/* Answers that are given in part: null where there is none, and fractions as text. */
TEST(test_arrays_that_mix_numbers_strings_and_null)
{
    static const char body[] = "[[0.5, null, \"-39/400\", -1e-3], [1, 2, 3, 4], [null]]";
    struct reading reading;
    char got[200] = "";
    reading_start(&reading, body, sizeof body - 1);
    const struct bp_json *json = &reading.json;
    ck_assert_int_eq(bp_json_kind(json, json->root), BP_JSON_ARRAY);
    ck_assert_uint_eq(bp_json_count_elements(json->root), 3);
    const struct bp_value *first = bp_json_element(json->root, 0);
    ck_assert_int_eq(bp_json_kind(json, first), BP_JSON_ARRAY);
    for (size_t i = 0; i < bp_json_count_elements(first); i++)
        put_element(got + strlen(got), json, bp_json_element(first, i));
    ck_assert_str_eq(got, "0.5 null '-39/400' -0.001 ");
    const struct bp_numbers second = bp_json_numbers(json, bp_json_element(json->root, 1));
    ck_assert(second.columns == 4 && second.at[3] == 4);
    ck_assert_int_eq(bp_json_kind(json, bp_json_element(json->root, 2)), BP_JSON_ARRAY);
    reading_end(&reading);
}

TEST(test_numbers_outlive_the_body)
{
    struct reading reading;
    reading_start(&reading, "{\"a\":[1,2],\"b\":3}", 17);
    const double *a = bp_json_numbers(&reading.json, bp_json_member(reading.json.root, "a")).at;
    double *block = bp_json_take_numbers(&reading.json);
    bp_json_close(&reading.json);
    ck_assert(a[0] == 1 && a[1] == 2 && a[2] == 3);
    bp_memory_give(block);
    reading.json = (struct bp_json){.root = NULL};
    reading_end(&reading);
}

SUITE("text/json_read", test_position_of_a_wrong_token, test_position_behind_numbers,
      test_position_of_a_wrong_number, test_position_where_the_text_ends_too_early,
      test_position_inside_a_string, test_position_counts_characters_and_bytes,
      test_position_of_a_nul_byte, test_position_of_the_ninth_level, test_a_million_levels,
      test_position_of_the_first_fault, test_cause, test_no_duplicates, test_duplicates_everywhere,
      test_duplicates_all_of_them_in_order, test_duplicates_by_escapes,
      test_duplicates_among_misleading_names, test_last_of_the_duplicates_is_kept,
      test_duplicates_without_memory, test_kinds_and_what_they_hold, test_values_that_are_not_there,
      test_arrays_that_mix_numbers_strings_and_null, test_numbers_outlive_the_body)
