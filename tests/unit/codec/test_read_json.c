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
        {"", 0,
         "1, column 1, send a JSON object; the body is empty (with curl: -d @body.json; GET "
         "/examples/ lists bodies to start from)"},
        {"[1,2", 4,
         "1, column 5, after `[1,2`: write ] at the end of the text, which ends too early, or look "
         "why not "
         "all of it was sent"},
        {"[\"a", 3,
         "1, column 4, after `[\"a`: close the string that starts at `\"a` with a double quote"},
        {"[1,\0]", 5, "1, column 4, at `?]`: leave out the NUL byte; JSON is text"},
        {"\"\0\"", 3, "1, column 2, at `?\"`: leave out the NUL byte; JSON is text"},
        {"[[[[[[[[[1", 10,
         "1, column 9, at `[1`: leave out some brackets; at most 8 may be open at a time"},
        {"[1]\xef\xbb\xbf", 6,
         "1, column 4, at `?`: leave out the invisible character here, a byte order mark"},
        {"\xef\xbb\xbf\xef\xbb\xbf[]", 8,
         "1, column 2, at `?[]`: leave out the invisible character here, a second byte order mark "
         "(in an editor: Save "
         "as, encoding UTF-8 without BOM)"},
        {"[\"\xff\"]", 5,
         "1, column 3, at `?\"]`: save or send the text as UTF-8; this byte is of another "
         "encoding, as of a letter such "
         "as \xC3\xA4"},
        {"[\"\t\"]", 5,
         "1, column 3, after `[\"`, at `?\"]`: write \\n for a line break and \\t for a tab; a "
         "string ends "
         "on its line"},
        {"[\"\\a\"]", 6,
         "1, column 3, at `\\a\"]`: write \\\\ for a backslash; others are \\\" \\/ \\b \\f \\n "
         "\\r \\t \\uXXXX"},
        {"[\"\\ud800\"]", 10,
         "1, column 3, at `\\ud800\"]`: write the character itself; this is half of a surrogate "
         "pair"},
        {"[\"\\u0000\"]", 10,
         "1, column 3, at `\\u0000\"]`: leave out \\u0000; no string here may hold it"},
        {"[1,\n01]", 7, "2, column 1, at `01]`: leave out the zeros before the number"},
        {"{\"a\":-}", 7,
         "1, column 6, after `{\"a\":`, at `-}`: write the number as JSON does: -12.5 or 1e-3"},
        {"[NaN]", 5,
         "1, column 2, at `NaN]`: write the number that belongs here; JSON has no NaN and no "
         "Infinity (look where it comes from: a division by 0, an overflow or a missing value)"},
        {"[None]", 6,
         "1, column 2, at `None]`: write null; None is Python's (json.dumps(body) writes JSON, "
         "str(body) does not)"},
        {"[nul]", 5,
         "1, column 2, at `nul]`: put text in double quotes; the only words of JSON are true, "
         "false and null"},
        {"{'a':1}", 7,
         "1, column 2, at `'a':1}`: write double quotes; JSON has no single ones (Python: "
         "json.dumps(body) writes JSON, str(body) does not)"},
        {"//", 2, "1, column 1, at `//`: leave out the comment; JSON has no comments"},
        {"{a:1}", 5,
         "1, column 2, at `a:1}`: write the name in double quotes: \"a\" (where the shell has "
         "taken them away, put the body into a file and send -d @body.json)"},
        {"{,}", 3, "1, column 2, at `,}`: write a name in double quotes here"},
        {"{\"a\",1}", 7,
         "1, column 5, after `{\"a\"`, at `,1}`: give the name a value, \"name\": value; a list "
         "without "
         "names stands in [ ]"},
        {"[7.5, 8.5, true 9.5]", 20,
         "1, column 17, after `, 8.5, true `, at `9.5]`: put a comma before this"},
        {"[,1]", 4, "1, column 2, at `,1]`: leave out this comma, or put a value before it"},
        {"[1,]", 4,
         "1, column 4, after `[1,`, at `]`: leave out the comma before the closing bracket"},
        {"[1}", 3,
         "1, column 3, after `[1`, at `}`: write ] in place of this }; it closes the [ of `[1`"},
        {"1 2", 3,
         "1, column 3, at `2`: leave out what follows the end of the text; a body is one JSON "
         "object"},
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
    ck_assert_str_eq(read.problem.faults[0].detail,
                     "leave out one member \"b\": it stands here twice");
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
