#include "backpropd/json_read.h"
#include "bodies.h"
#include "codec/read_json.h"
#include "random.h"

struct read {
    struct bp_memory memory;
    struct bp_problem problem;
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_json json;
    bool good;
};

static void start_within(struct read *read, const char *body, size_t size, size_t memory)
{
    budget_make(&read->memory, memory);
    memset(&read->problem, 0xA5, sizeof read->problem);
    read->problem.faults = read->faults;
    read->good =
        bp_read_json(&read->json, &read->problem, body, size, &STANDARD, false, &read->memory);
}

static void start(struct read *read, const char *body, size_t size)
{
    start_within(read, body, size, BUDGET_ENOUGH);
}

static void end(struct read *read)
{
    bp_json_close(&read->json);
    budget_end(&read->memory);
}

/* --- invalid JSON ------------------------------------------------------------------------------
 */

/* Each cause of a fault in the text has words of its own, after the place. */
TEST(test_detail_says_where_and_why)
{
    static const struct {
        const char *body;
        size_t size;
        const char *detail;
    } rows[] = {
        {"", 0, "1, column 1: the body is empty"},
        {"[1,2", 4, "1, column 5: the text ends too early"},
        {"[\"a", 3, "1, column 4: the text ends within a string"},
        {"[1,\0]", 5, "1, column 4: a NUL byte"},
        {"\"\0\"", 3, "1, column 2: a NUL byte"},
        {"[[[[[[[[[1", 10, "1, column 9: nested deeper than 8 levels"},
        {"[1]\xef\xbb\xbf", 6, "1, column 4: the text goes on after its end"},
        {"\xef\xbb\xbf\xef\xbb\xbf[]", 8, "1, column 2: a byte order mark"},
        {"[\"\xff\"]", 5, "1, column 3: not UTF-8"},
        {"[\"\t\"]", 5, "1, column 3: a control character in a string"},
        {"[\"\\a\"]", 6, "1, column 3: not an escape that JSON knows"},
        {"[\"\\ud800\"]", 10, "1, column 3: half of a surrogate pair"},
        {"[\"\\u0000\"]", 10, "1, column 3: a NUL in a string"},
        {"[1,\n01]", 7, "2, column 1: not a number that JSON knows"},
        {"{\"a\":-}", 7, "1, column 6: not a number that JSON knows"},
        {"[NaN]", 5, "1, column 2: JSON has no NaN and no Infinity"},
        {"[None]", 6, "1, column 2: JSON spells it true, false or null"},
        {"[nul]", 5, "1, column 2: not a word that JSON knows"},
        {"{'a':1}", 7, "1, column 2: JSON has double quotes only"},
        {"//", 2, "1, column 1: JSON has no comments"},
        {"{a:1}", 5, "1, column 2: a name without double quotes"},
        {"{,}", 3, "1, column 2: a name is needed here"},
        {"{\"a\",1}", 7, "1, column 5: a colon is needed here"},
        {"[7.5, 8.5, true 9.5]", 20, "1, column 17: a comma or a closing bracket is needed here"},
        {"[,1]", 4, "1, column 2: a value is needed here"},
        {"[1,]", 4, "1, column 4: a comma stands before the closing bracket"},
        {"[1}", 3, "1, column 3: this bracket closes what another kind has opened"},
        {"1 2", 3, "1, column 3: the text goes on after its end"},
    };
    bool told[BP_JSON_REFUSED + 1] = {false};
    char expected[200];
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct read read;
        start(&read, rows[i].body, rows[i].size);
        ck_assert(!read.good);
        ck_assert_int_eq(read.problem.code, BP_PROBLEM_INVALID_JSON);
        ck_assert_uint_eq(read.problem.n_faults, 0);
        snprintf(expected, sizeof expected, "line %s", rows[i].detail);
        ck_assert_str_eq(read.problem.detail, expected);
        const size_t marked = rows[i].body[0] == '\xef' ? 3 : 0;
        ck_assert_uint_eq(read.problem.line, read.json.line);
        ck_assert_uint_eq(read.problem.column, read.json.column + (marked > 0));
        ck_assert_uint_eq(read.problem.offset, read.json.offset + marked);
        told[read.json.fault] = true;
        end(&read);
    }
    for (int fault = BP_JSON_EMPTY; fault < BP_JSON_REFUSED; fault++)
        REQUIRE(told[fault], "fault %d is not among the rows", fault);
}

/* A byte order mark before the text is skipped, and counts in the places of faults: as one
 * character of the first line, and as its bytes. */
TEST(test_byte_order_mark)
{
    static const char good[] = "\xef\xbb\xbf{\"a\":[1,2]}", bad[] = "\xef\xbb\xbf[1,\n2,x]",
                      cut[] = "\xef\xbb[]";
    struct read read;
    start(&read, good, sizeof good - 1);
    ck_assert(read.good);
    end(&read);
    start(&read, bad, sizeof bad - 1);
    ck_assert(!read.good && read.problem.line == 2 && read.problem.column == 3);
    ck_assert_uint_eq(read.problem.offset, 9);
    end(&read);
    start(&read, "\xef\xbb\xbf", 3);
    ck_assert(!read.good && read.problem.column == 2 && read.problem.offset == 3);
    end(&read);
    start(&read, cut, sizeof cut - 1);
    ck_assert(!read.good && read.problem.column == 1 && read.problem.offset == 0);
    end(&read);
}

/* --- duplicate members -------------------------------------------------------------------------
 */

TEST(test_duplicates_are_faults_in_order)
{
    static const char body[] =
        "{\"a\":{\"b\":1,\"b\":2},\"c\":[{\"d\":1,\"d\":2}],\"a\":{\"\xc3\xa9/\":1,"
        "\"\\u00e9\\/\":2}}";
    static const char *const pointers[] = {"#/a/b", "#/c/0/d", "#/a", "#/a/%C3%A9~1"};
    struct read read;
    start(&read, body, sizeof body - 1);
    ck_assert(read.good); /* for the other faults to be found too */
    ck_assert_uint_eq(read.problem.n_faults, LENGTH(pointers));
    for (size_t i = 0; i < LENGTH(pointers); i++) {
        ck_assert_int_eq(read.problem.faults[i].code, BP_FAULT_DUPLICATE_MEMBER);
        ck_assert_str_eq(read.problem.faults[i].pointer, pointers[i]);
    }
    ck_assert_str_eq(read.problem.faults[0].detail, "a second member \"b\"");
    end(&read);
}

TEST(test_duplicates_more_than_there_is_room_for)
{
    char body[2048] = "{\"a\":0";
    struct read read;
    for (int i = 0; i < 50; i++)
        strcat(body, ",\"a\":0");
    strcat(body, "}");
    start(&read, body, strlen(body));
    ck_assert(read.good);
    ck_assert_uint_eq(read.problem.n_faults, 50);
    end(&read);
}

/* --- other stops -------------------------------------------------------------------------------
 */

TEST(test_too_many_values_are_a_fault_of_the_body)
{
    const size_t n = 2 * BP_VALUES_MAX + 100;
    struct read read;
    char *body = malloc(n + 1);
    memcpy(body, "[ ", 2); /* it never ends, so it is not an array of numbers */
    for (size_t i = 2; i < n; i += 2)
        memcpy(body + i, i == 2 ? "[]" : ",0", 2);
    body[n] = '\0';
    start(&read, body, n);
    ck_assert(!read.good);
    ck_assert_int_eq(read.problem.code, BP_PROBLEM_INVALID_REQUEST);
    ck_assert_uint_eq(read.problem.n_faults, 1);
    ck_assert_str_eq(read.problem.faults[0].pointer, "#");
    ck_assert_int_eq(read.problem.faults[0].code, BP_FAULT_LIMIT_EXCEEDED);
    end(&read);
    free(body);
}

TEST(test_no_memory_is_said_as_such)
{
    struct read read;
    start_within(&read, "[1,2,3]", 7, 300);
    ck_assert(!read.good);
    ck_assert_int_eq(read.problem.code, BP_PROBLEM_OVERLOADED);
    end(&read);
}

SUITE("codec/read_json", test_byte_order_mark, test_detail_says_where_and_why,
      test_duplicates_are_faults_in_order, test_duplicates_more_than_there_is_room_for,
      test_too_many_values_are_a_fault_of_the_body, test_no_memory_is_said_as_such)
