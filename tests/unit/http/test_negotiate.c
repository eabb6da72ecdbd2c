#include "http/negotiate.h"

#include "suite.h"

enum { NONE = -1, JSON, HTML, PLAIN };
static const char *const TYPES[] = {"application/json", "text/html; charset=utf-8", "text/plain",
                                    NULL};

struct row {
    const char *accept;
    int wanted;
};

static void require_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct bp_head head = {.accept = {rows[i].accept}, .n_accept = 1};
        const int got = bp_negotiate(&head, TYPES);
        REQUIRE(got == rows[i].wanted, "%s: %d", rows[i].accept, got);
    }
}

TEST(test_any_will_do)
{
    static const struct row rows[] = {
        {"", JSON}, {" ,, ", JSON}, {"*/*", JSON}, {"*/*;q=0.001", JSON}, {"application/*", JSON},
    };
    const struct bp_head without = {.n_accept = 0};
    ck_assert_int_eq(bp_negotiate(&without, TYPES), JSON);
    require_rows(rows, LENGTH(rows));
}

TEST(test_highest_q_wins)
{
    static const struct row rows[] = {
        {"text/html", HTML},
        {"TEXT/HTML", HTML},
        {"text/plain", PLAIN},
        {"text/html, application/json", JSON},
        {"text/html, application/json;q=0.9", HTML},
        {"text/plain;q=0.8, text/html;q=0.8, application/json;q=0.7", HTML},
        {"text/plain;q=0.501, text/html;q=0.5", PLAIN},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", HTML},
        {"text/*", HTML},
        {"text/plain;q=0.1,text/plain;q=0.9,text/html;q=0.5", PLAIN},
        {"text/html;q=1.000;level=1, */*;q=0.999",
         HTML}, /* what follows q is not part of the type */
        {"text/html ; Q=0.5 , text/plain ; q=0.6", PLAIN},
    };
    require_rows(rows, LENGTH(rows));
}

/* A range that names a type more closely decides about it, whatever its q. */
TEST(test_most_specific_range_decides)
{
    static const struct row rows[] = {
        {"*/*, application/json;q=0.5", HTML},
        {"application/json;q=0, */*", HTML},
        {"text/*;q=0.9, text/html;q=0.1, */*;q=0.5", PLAIN},
        {"text/html;q=0.2, text/html;charset=utf-8;q=0.9, text/plain;q=0.5", HTML},
        {"text/html;charset=\"UTF-8\"", HTML},
        {"text/html;charset=latin1, text/plain;q=0.1", PLAIN},
        {"text/html;charset=utf-8;level=1, text/plain;q=0.1", PLAIN},
        {"text/plain;charset=utf-8, */*;q=0.1", JSON}, /* a type without it is another */
    };
    require_rows(rows, LENGTH(rows));
}

TEST(test_none_acceptable)
{
    static const struct row rows[] = {
        {"image/png", NONE},
        {"*/*;q=0", NONE},
        {"*/*;q=0.000", NONE},
        {"application/jsonx, text/htm", NONE},
        {"text/html;q=0, text/*;q=0, application/*;q=0.0", NONE},
        {"text/ht*", NONE},
    };
    require_rows(rows, LENGTH(rows));
}

/* A malformed header has the same effect as none. */
TEST(test_malformed)
{
    static const struct row rows[] = {
        {"text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
         JSON}, /* of Java's URLConnection */
        {"text", JSON},
        {"text/", JSON},
        {"/html", JSON},
        {"*", JSON},
        {"*/html", JSON},
        {"text/html text/plain", JSON},
        {"text/html;q", JSON},
        {"text/html;q=", JSON},
        {"text/html;q=.5", JSON},
        {"text/html;q=2", JSON},
        {"text/html;q=1.1", JSON},
        {"text/html;q=0.1234", JSON},
        {"text/html;q=-1", JSON},
        {"text/html;q=0,5", JSON},
        {"text/html;q=x", JSON},
        {"text/html;charset=\"utf-8", JSON},
        {"text/html; charset", JSON},
        {"text/html/x", JSON},
        {"image/png;;q=0.5;=", JSON},
    };
    require_rows(rows, LENGTH(rows));
}

/* Several lines are one list; if there are more than are kept, any type is accepted. */
TEST(test_several_lines)
{
    struct bp_head head = {.accept = {"image/png", "text/plain;q=0.5", "", "text/html;q=0.4"},
                           .n_accept = 4};
    ck_assert_int_eq(BP_ACCEPT_MAX, 4);
    ck_assert_int_eq(bp_negotiate(&head, TYPES), PLAIN);
    head.accept[3] = "text/";
    ck_assert_int_eq(bp_negotiate(&head, TYPES), JSON);
    head.accept[3] = "text/html";
    head.n_accept = 5;
    ck_assert_int_eq(bp_negotiate(&head, TYPES), JSON);
}

SUITE("http/negotiate", test_any_will_do, test_highest_q_wins, test_most_specific_range_decides,
      test_none_acceptable, test_malformed, test_several_lines)
