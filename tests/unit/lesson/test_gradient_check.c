/* The gradient check against an independent implementation, in Python: checks.txt. */
#include "backpropd/gradient_check.h"
#include "verdicts.h"

#define ENTRIES_MAX 400

/* verdict analytic numeric left right, as read; "-" is NaN. */
struct expected {
    bool given;
    unsigned verdict;
    double numbers[4];
};

#define AS_WIRE(name, wire) wire,
static const char *const VERDICTS[] = {BP_CHECK_VERDICTS(AS_WIRE)};
#undef AS_WIRE

static void read_entry(struct expected *entry, struct case_reader *in)
{
    entry->given = case_size(in);
    entry->verdict = CASE_WORD(VERDICTS, case_next(in));
    for (size_t n = 0; n < 4; n++)
        entry->numbers[n] = strcmp(case_next(in), "-") == 0 ? NAN : strtod(in->word, NULL);
}

static void *layout_check(struct bp_check *check, const struct bp_task *task)
{
    struct bp_layout layout = {NULL, 0};
    bp_check_layout(check, &layout, task);
    void *block = case_block(layout.used);
    layout = (struct bp_layout){block, 0};
    bp_check_layout(check, &layout, task);
    return block;
}

static void require_near(size_t n, size_t i, const char *what, double got, double expected)
{
    const double size = fabs(expected) > 1 ? fabs(expected) : 1;
    REQUIRE(fabs(got - expected) <= 1e-6 * size, "check %zu: %s of %zu is %.17g, not %.17g", n,
            what, i, got, expected);
}

static void require_entry(size_t n, size_t i, const struct bp_checked *got,
                          const struct expected *expected)
{
    require_near(n, i, "analytic", got->analytic, expected->numbers[0]);
    require_near(n, i, "numeric", got->numeric, expected->numbers[1]);
    REQUIRE(got->sides == !isnan(expected->numbers[2]), "check %zu: sides of %zu", n, i);
    if (got->sides) {
        require_near(n, i, "left", got->left, expected->numbers[2]);
        require_near(n, i, "right", got->right, expected->numbers[3]);
    }
    REQUIRE(got->verdict == expected->verdict, "check %zu: %zu is %s, not %s", n, i,
            VERDICTS[got->verdict], VERDICTS[expected->verdict]);
}

static void require_check(size_t n, struct case_task *task, struct case_reader *in)
{
    static struct expected expected[ENTRIES_MAX];
    struct bp_check check;
    size_t entries = 0, counts[BP_CHECK_COUNT] = {0};
    case_read_task(task, in);
    void *block = layout_check(&check, &task->task);
    while (strcmp(case_next(in), "end") != 0) {
        if (strcmp(in->word, "epsilon") == 0) {
            check.epsilon = case_number(in);
            continue;
        }
        REQUIRE(entries < check.n, "check %zu has too many entries", n);
        read_entry(&expected[entries], in);
        counts[expected[entries].verdict]++;
        if (expected[entries].given)
            check.gradients[entries] = expected[entries].numbers[0];
        entries++;
    }
    bp_check(&check);
    REQUIRE(entries == check.n, "check %zu has %zu entries, not %zu", n, check.n, entries);
    for (size_t i = 0; i < entries; i++)
        require_entry(n, i, &check.checked[i], &expected[i]);
    REQUIRE(memcmp(counts, check.counts, sizeof counts) == 0, "check %zu: counts", n);
    free(block);
}

TEST(test_verdicts_are_those_of_the_reference)
{
    static struct case_task task;
    char *text = case_read_file("tests/unit/lesson/checks.txt");
    struct case_reader in = {text, NULL};
    size_t n = 0;
    while (case_next(&in))
        require_check(n++, &task, &in);
    REQUIRE(n >= 40, "only %zu checks", n);
    free(text);
}

SUITE("lesson/gradient_check", test_verdicts_are_those_of_the_reference)
