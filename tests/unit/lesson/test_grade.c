/* The referee against verdicts of an independent implementation, in Python: verdicts.txt. */
#include "networks.h"
#include "verdicts.h"

/* --- what is expected, line by line
 * ---------------------------------------------------------------- */

static void require_score(size_t n, const struct bp_grade *grade, struct case_reader *in)
{
    const double score = case_number(in), zero = case_number(in);
    const int decimals = (int)case_number(in);
    REQUIRE(grade->score == score, "case %zu: score %.17g, not %.17g", n, grade->score, score);
    REQUIRE(grade->all_zero_score == zero, "case %zu: zeros score %.17g, not %.17g", n,
            grade->all_zero_score, zero);
    REQUIRE(grade->decimals == decimals, "case %zu: decimals %d, not %d", n, grade->decimals,
            decimals);
}

static void require_marks(size_t n, const struct bp_grade *grade, size_t i, const char *marks)
{
    static const char letters[] = "_rfw";
    const struct bp_step *step = &grade->steps.list[i];
    const size_t cells = step->rows * step->n;
    REQUIRE(strlen(marks) == cells, "case %zu: step %zu has %zu cells, not %zu", n, i, cells,
            strlen(marks));
    for (size_t j = 0; j < cells; j++)
        REQUIRE(letters[grade->marks[step->first + j]] == marks[j],
                "case %zu: step %zu, cell %zu: %c, not %c", n, i, j,
                letters[grade->marks[step->first + j]], marks[j]);
}

static void require_verdict(size_t n, const struct bp_grade *grade, struct case_reader *in)
{
    const size_t i = case_size(in);
    const struct bp_step_verdict *verdict = &grade->verdicts[i];
    const unsigned status = CASE_WORD(CASE_STATUSES, case_next(in));
    const unsigned reason = CASE_WORD(CASE_CODES, case_next(in));
    const double credit = case_number(in), weight = case_number(in);
    REQUIRE(verdict->counted, "case %zu: step %zu is not counted", n, i);
    REQUIRE(verdict->status == status, "case %zu: step %zu is %s, not %s", n, i,
            CASE_STATUSES[verdict->status], CASE_STATUSES[status]);
    REQUIRE(verdict->reason == reason, "case %zu: step %zu is %s: %s, not %s", n, i,
            CASE_STATUSES[verdict->status], CASE_CODES[verdict->reason], CASE_CODES[reason]);
    REQUIRE(verdict->credit == credit, "case %zu: step %zu has credit %.17g, not %.17g", n, i,
            verdict->credit, credit);
    REQUIRE(verdict->weight == weight, "case %zu: step %zu weighs %.17g, not %.17g", n, i,
            verdict->weight, weight);
    require_marks(n, grade, i, case_next(in));
}

static void write_found(char *text, size_t size, const struct bp_grade *grade, size_t f)
{
    const struct bp_found *found = &grade->found[f];
    size_t used = (size_t)snprintf(text, size, "%s", CASE_CODES[found->code]);
    for (size_t i = 0; i < found->n_steps; i++)
        used += (size_t)snprintf(text + used, size - used, "%c%zu", i ? ',' : ' ', found->steps[i]);
    for (size_t i = 0; i < found->n_equals; i++)
        used += (size_t)snprintf(text + used, size - used, "%c%s", i ? ',' : ' ',
                                 CASE_CODES[found->equals[i].code]);
    used += (size_t)snprintf(text + used, size - used, "%s %s", found->n_equals ? "" : " -",
                             CASE_CODES[found->with]);
    size_t i = grade->steps.n;
    while (found->at != BP_NO_CELL && grade->steps.list[--i].first > found->at)
        ;
    if (found->at == BP_NO_CELL)
        snprintf(text + used, size - used, " -");
    else
        snprintf(text + used, size - used, " %zu.%zu", i, found->at - grade->steps.list[i].first);
}

static void require_found(size_t n, const struct bp_grade *grade, size_t f, struct case_reader *in)
{
    char got[4000], expected[4000];
    size_t used = 0;
    for (size_t i = 0; i < 5; i++)
        used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", i ? " " : "",
                                 case_next(in));
    REQUIRE(f < grade->n_found, "case %zu: %s is not found", n, expected);
    write_found(got, sizeof got, grade, f);
    REQUIRE(strcmp(got, expected) == 0, "case %zu: found \"%s\", not \"%s\"", n, got, expected);
}

/* --- one case
 * ----------------------------------------------------------------------------------------- */

static void require_case(size_t n, struct case_task *task, struct case_reader *in)
{
    struct bp_grade grade;
    size_t counted = 0, verdicts = 0, n_found = 0;
    bool graded = false;
    case_read_task(task, in);
    void *block = case_layout(&grade, task);
    while (strcmp(case_next(in), "end") != 0) {
        const bool asks = strcmp(in->word, "marking") == 0 || strcmp(in->word, "weight") == 0 ||
                          strcmp(in->word, "answer") == 0;
        if (!asks && !graded) {
            bp_grade(&grade);
            graded = true;
        }
        if (strcmp(in->word, "marking") == 0) {
            grade.marking.decimals = (int)case_number(in);
            grade.marking.rtol = case_number(in);
            grade.marking.follow_through = case_number(in);
            grade.marking.pairs = case_number(in) != 0;
        } else if (strcmp(in->word, "weight") == 0) {
            const size_t i = case_size(in);
            grade.marking.weights[i] = case_number(in);
        } else if (strcmp(in->word, "answer") == 0) {
            case_read_answer(&grade, in);
        } else if (strcmp(in->word, "score") == 0) {
            require_score(n, &grade, in);
        } else if (strcmp(in->word, "verdict") == 0) {
            require_verdict(n, &grade, in);
            verdicts++;
        } else {
            require_found(n, &grade, n_found++, in);
        }
    }
    for (size_t i = 0; i < grade.steps.n; i++)
        counted += grade.verdicts[i].counted;
    REQUIRE(counted == verdicts, "case %zu: %zu steps count, not %zu", n, counted, verdicts);
    REQUIRE(grade.n_found == n_found, "case %zu: %zu found, not %zu", n, grade.n_found, n_found);
    free(block);
}

TEST(test_verdicts_are_those_of_the_reference)
{
    static struct case_task task;
    char *text = case_read_file("tests/unit/lesson/verdicts.txt");
    struct case_reader in = {text, NULL};
    size_t n = 0;
    while (case_next(&in))
        require_case(n++, &task, &in);
    REQUIRE(n > 400 || getenv("VERDICTS"), "only %zu cases", n);
    free(text);
}

/* --- answers of any kind
 * --------------------------------------------------------------------------- */

static int16_t random_places(uint64_t *seed)
{
    static const int16_t places[] = {BP_PLACES_BLANK, BP_PLACES_EXACT, 0, 1, 2, 3, 9, 300, 1100};
    return places[random_below(seed, LENGTH(places))];
}

static void answer_at_random(struct bp_grade *grade, uint64_t *seed)
{
    static const double values[] = {0, -0.0, 1, -1, 0.5, 1e-300, -1e300, 1.7e308, 123.456};
    const size_t most = LENGTH(values);
    const bool few = random_below(seed, 2);
    for (size_t i = 0; i < grade->steps.n; i++) {
        const struct bp_step *step = &grade->steps.list[i];
        grade->answers.asked[i] = i == 0 || random_below(seed, 2);
        for (size_t j = step->first; j < step->first + step->rows * step->n; j++) {
            if (!grade->answers.asked[i])
                continue;
            grade->answers.values[j] = few ? 1 : values[random_below(seed, most)];
            grade->answers.places[j] = random_places(seed);
        }
        if (random_below(seed, 4) == 0)
            grade->marking.weights[i] = random_below(seed, 2) ? 1.7e308 : 1e-300;
    }
}

static bool is_share(double v)
{
    return v >= 0 && v <= 1;
}

TEST(test_answers_of_any_kind_are_graded)
{
    for (uint64_t i = 0; i < 400; i++) {
        struct net net;
        struct bp_grade grade;
        struct bp_layout layout = {NULL, 0};
        uint64_t seed = i;
        const size_t sizes[] = {1 + i % 4, 1 + i / 4 % 4, 1 + i / 16 % 4};
        net_make(&net, 1 + i % 2, sizes, 1 + i % 3);
        net_fill(&net, i);
        if (i % 5 == 0) /* numbers beyond the largest double on the way */
            for (size_t n = 0; n < net.n_parameters; n++)
                net.numbers[n] *= 1e200;
        const enum bp_loss loss = net.task.rules.loss = (enum bp_loss)(i % BP_LOSS_COUNT);
        if (bp_loss_needs(loss) != BP_ACTIVATION_ANY)
            net.layers[net.task.network.depth - 1].activation = bp_loss_needs(loss);
        bp_grade_layout(&grade, &layout, &net.task, 0.1);
        layout = (struct bp_layout){block_of(layout.used), 0};
        bp_grade_layout(&grade, &layout, &net.task, 0.1);
        answer_at_random(&grade, &seed);
        bp_grade(&grade);
        REQUIRE(is_share(grade.score), "answer %d scores %g", (int)i, grade.score);
        for (size_t n = 0; n < grade.steps.n; n++)
            REQUIRE(is_share(grade.verdicts[n].credit), "answer %d: credit %g", (int)i,
                    grade.verdicts[n].credit);
        free(layout.base);
        net_free(&net);
    }
}

SUITE("lesson/grade", test_verdicts_are_those_of_the_reference, test_answers_of_any_kind_are_graded)
