#include "read_answers.h"

#include <stdio.h>

#include "backpropd/json_write.h"
#include "member_names.h"
#include "read_cell.h"
#include "read_marking.h"
#include "unknown.h"

static const struct bp_place ANSWERS = {&bp_place_body, "answers", BP_NO_NUMBER};
static const struct bp_place SAMPLES = {&ANSWERS, "samples", BP_NO_NUMBER};

/* Members of the replies that are no steps: they are read over. */
static const struct bp_names READ_OVER[BP_ANSWER_PARTS] = {
    [BP_ANSWER_TOP] = BP_NAMES("why_zero", "loss_before", "loss_after", "losses", "changed",
                               "dead_before", "dead_after", "newly_dead", "revived"),
    [BP_ANSWER_SAMPLES] = BP_NAMES("dead"),
    [BP_ANSWER_PARAMETERS] = BP_NAMES("total", "zero_because"),
    [BP_ANSWER_NETWORK] = BP_NAMES("activations"),
};
static const char *const COUNTS[] = {"nonzero", "zero"};
#define MISFIT_MAX 160 /* bytes that say why something cannot be read */
#define COUNTS_N (sizeof COUNTS / sizeof *COUNTS)

/* The `own` of the job. */
static struct bp_grading *grading_of(const struct bp_reader *reader)
{
    return reader->job->own;
}

/* --- cells ------------------------------------------------------------------------------------ */

/* What stands in the place of a cell. */
struct typed {
    enum bp_json_kind kind;
    double number;
    const struct bp_value *value; /* NULL of a number among numbers, and of a row of a matrix */
};

static struct typed typed_value(const struct bp_reader *reader, const struct bp_value *value)
{
    const struct bp_json *json = reader->json;
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    return (struct typed){bp_json_kind(json, value), numbers.columns ? *numbers.at : 0, value};
}

/* An element of an array of any kind. */
static struct typed typed_element(const struct bp_reader *reader, const struct bp_value *array,
                                  size_t i)
{
    const struct bp_numbers numbers = bp_json_numbers(reader->json, array);
    switch (bp_json_kind(reader->json, array)) {
    case BP_JSON_VECTOR:
        return (struct typed){BP_JSON_NUMBER, numbers.at[i], NULL};
    case BP_JSON_MATRIX:
        return (struct typed){BP_JSON_VECTOR, 0, NULL};
    default:
        return typed_value(reader, bp_json_element(array, i));
    }
}

static const char *read_typed(struct bp_typed_cell *cell, const struct typed *typed,
                              enum bp_step_kind kind)
{
    if (kind == BP_STEP_DEAD) {
        *cell = (struct bp_typed_cell){bp_json_is_true(typed->value), BP_PLACES_EXACT};
        return typed->kind == BP_JSON_BOOLEAN ? NULL : "true or false is needed here";
    }
    if (typed->kind == BP_JSON_NUMBER)
        return bp_cell_read_number(cell, typed->number, kind == BP_STEP_COUNTS);
    if (typed->kind == BP_JSON_STRING)
        return bp_cell_read_text(cell, bp_json_string(typed->value), kind == BP_STEP_COUNTS);
    return typed->kind == BP_JSON_BOOLEAN ? "a number is needed here, not true or false"
                                          : "a number is needed here, or a text that holds one";
}

static void note_unreadable(struct bp_reader *reader, size_t step, const struct bp_place *place,
                            const char *detail)
{
    struct bp_text *notes = &reader->job->notes;
    char pointer[BP_POINTER_MAX];
    bp_place_pointer(pointer, place);
    grading_of(reader)->grade.answers.unreadable[step] = true;
    bp_put_open(notes, '{');
    bp_put_member_string(notes, "pointer", pointer);
    bp_put_member_string(notes, "detail", detail);
    bp_text_putc(notes, '}');
}

/* Beside a text stands what is wrong with it. One that is too long is not said again. */
static void note_cell(struct bp_reader *reader, size_t step, const struct bp_place *place,
                      const struct typed *typed, const char *wrong)
{
    char detail[4 * BP_CELL_TEXT_MAX + MISFIT_MAX];
    if (typed->kind == BP_JSON_STRING && bp_cell_text_fits(bp_json_string(typed->value))) {
        snprintf(detail, sizeof detail, "\"%s\": %s", bp_json_string(typed->value), wrong);
        wrong = detail;
    }
    note_unreadable(reader, step, place, wrong);
}

static void read_cell(struct bp_reader *reader, size_t step, size_t cell, const struct typed *typed,
                      const struct bp_place *place)
{
    struct bp_answers *answers = &grading_of(reader)->grade.answers;
    struct bp_typed_cell read;
    if (typed->kind == BP_JSON_NULL ||
        (typed->kind == BP_JSON_STRING && !*bp_json_string(typed->value)))
        return; /* it is blank */
    const char *wrong = read_typed(&read, typed, grading_of(reader)->grade.steps.list[step].kind);
    if (wrong) {
        note_cell(reader, step, place, typed, wrong);
        return;
    }
    answers->values[cell] = read.value;
    answers->places[cell] = (int16_t)read.places;
}

/* --- shapes ----------------------------------------------------------------------------------- */

static bool is_list(const struct bp_reader *reader, const struct bp_value *value)
{
    const enum bp_json_kind kind = bp_json_kind(reader->json, value);
    return kind == BP_JSON_VECTOR || kind == BP_JSON_MATRIX || kind == BP_JSON_ARRAY;
}

static size_t length_of(const struct bp_reader *reader, const struct bp_value *list)
{
    const struct bp_numbers numbers = bp_json_numbers(reader->json, list);
    switch (bp_json_kind(reader->json, list)) {
    case BP_JSON_VECTOR:
        return numbers.columns;
    case BP_JSON_MATRIX:
        return numbers.rows;
    default:
        return bp_json_count_elements(list);
    }
}

/* The lists among the elements of a list, and their length if it is one and the same. */
struct rows {
    size_t n, columns;
    bool are_even;
};

static struct rows rows_of(const struct bp_reader *reader, const struct bp_value *list)
{
    const struct bp_numbers numbers = bp_json_numbers(reader->json, list);
    struct rows rows = {0, 0, true};
    if (bp_json_kind(reader->json, list) == BP_JSON_MATRIX)
        return (struct rows){numbers.rows, numbers.columns, true};
    for (size_t i = 0; i < bp_json_count_elements(list); i++) {
        const struct bp_value *row = bp_json_element(list, i);
        if (!is_list(reader, row))
            continue;
        const size_t columns = length_of(reader, row);
        rows.are_even = rows.are_even && (rows.n == 0 || columns == rows.columns);
        rows.columns = columns;
        rows.n++;
    }
    return rows;
}

static bool misfits_list(char why[MISFIT_MAX], const struct bp_reader *reader,
                         const struct bp_value *value, size_t n)
{
    const char *numbers = n == 1 ? "number is" : "numbers are";
    if (!is_list(reader, value))
        snprintf(why, MISFIT_MAX, "%zu %s needed here, in square brackets", n, numbers);
    else if (rows_of(reader, value).n)
        snprintf(why, MISFIT_MAX, "%zu %s needed here, in one list", n, numbers);
    else if (length_of(reader, value) != n)
        snprintf(why, MISFIT_MAX, "%zu %s needed here, not %zu", n, numbers,
                 length_of(reader, value));
    else
        return false;
    return true;
}

static bool misfits_table(char why[MISFIT_MAX], const struct bp_reader *reader,
                          const struct bp_value *value, const struct bp_step *step)
{
    const bool is_out_in = reader->job->is_out_in;
    const struct bp_grid grid = bp_step_grid(step, is_out_in);
    const size_t n = length_of(reader, value);
    const struct rows rows = rows_of(reader, value);
    const bool is_exchanged = n == grid.columns && rows.columns == grid.rows;
    const bool all_lists = rows.n == n && n > 0;
    if (all_lists && rows.are_even && n == grid.rows && rows.columns == grid.columns)
        return false;
    int length = snprintf(why, MISFIT_MAX, "%zu list%s of %zu number%s needed here", grid.rows,
                          bp_plural(grid.rows), grid.columns,
                          grid.rows == 1      ? grid.columns == 1 ? " is" : "s is"
                          : grid.columns == 1 ? " are"
                                              : "s are");
    char *more = why + length;
    const size_t room = MISFIT_MAX - (size_t)length;
    if (all_lists && !rows.are_even)
        snprintf(more, room, "; the lists given are not of one length");
    else if (all_lists)
        snprintf(more, room, ", not %zu of %zu%s%s", n, rows.columns,
                 is_exchanged ? ": rows and columns are exchanged" : "",
                 !is_exchanged || !bp_step_is_weights(step) ? ""
                 : is_out_in                                ? " (layout is out_in)"
                                                            : " (layout is in_out)");
    return true;
}

/* --- a row of a step -------------------------------------------------------------------------- */

static void read_cells(struct bp_reader *reader, size_t step, size_t first,
                       const struct bp_value *value, const struct bp_place *place)
{
    const struct bp_step *of = &grading_of(reader)->grade.steps.list[step];
    const struct bp_grid grid = bp_step_grid(of, reader->job->is_out_in);
    const struct bp_numbers numbers = bp_json_numbers(reader->json, value);
    const bool is_table = bp_step_shape(of) == BP_SHAPE_TABLE;
    for (size_t p = 0; p < grid.rows; p++) {
        const struct bp_value *list = is_table ? bp_json_element(value, p) : value;
        const struct bp_place row = {place, "", p};
        for (size_t q = 0; q < grid.columns; q++) {
            const struct typed typed =
                numbers.columns
                    ? (struct typed){BP_JSON_NUMBER, numbers.at[p * grid.columns + q], NULL}
                    : typed_element(reader, list, q);
            read_cell(reader, step, first + p * grid.down + q * grid.across, &typed,
                      &(struct bp_place){is_table ? &row : place, "", q});
        }
    }
}

/* Reads a step's cells of one sample, or of the batch. */
static void read_row(struct bp_reader *reader, size_t step, size_t row,
                     const struct bp_value *value, const struct bp_place *place)
{
    const struct bp_step *of = &grading_of(reader)->grade.steps.list[step];
    const enum bp_step_shape shape = bp_step_shape(of);
    const size_t first = of->first + row * of->n;
    const struct typed typed = typed_value(reader, value);
    char why[MISFIT_MAX] = "one number is needed here, not a list";
    if (typed.kind == BP_JSON_NULL)
        return;
    if (shape == BP_SHAPE_NUMBER  ? is_list(reader, value)
        : shape == BP_SHAPE_TABLE ? misfits_table(why, reader, value, of)
                                  : misfits_list(why, reader, value, of->n))
        note_unreadable(reader, step, place, why);
    else if (shape == BP_SHAPE_NUMBER)
        read_cell(reader, step, first, &typed, place);
    else
        read_cells(reader, step, first, value, place);
}

/* --- members ---------------------------------------------------------------------------------- */

/* The members that a part may have: its steps, and others. Returns how many. */
static size_t list_members(const struct bp_reader *reader, enum bp_answer_part part)
{
    const struct bp_grade *grade = &grading_of(reader)->grade;
    const char **known = grading_of(reader)->names.some;
    size_t n = 0;
    for (size_t i = 0; i < grade->steps.n && part != BP_ANSWER_PARAMETERS; i++)
        if (bp_answer_part(&grade->steps.list[i]) == part)
            known[n++] = bp_step_member(grading_of(reader)->names.of[i]);
    for (size_t i = 0; i < COUNTS_N && part == BP_ANSWER_PARAMETERS; i++)
        known[n++] = COUNTS[i];
    for (size_t i = 1; i < BP_ANSWER_PARTS && part == BP_ANSWER_TOP; i++)
        known[n++] = bp_answer_part_names[i];
    for (size_t i = 0; i < READ_OVER[part].n; i++)
        known[n++] = READ_OVER[part].names[i];
    return n;
}

static void unknown_member(const struct bp_reader *reader, const struct bp_members *member,
                           const struct bp_place *place, struct bp_names known)
{
    size_t layer;
    if (place == &ANSWERS ||
        !bp_names_null_bias(&reader->job->task.network, member->name, &layer)) {
        bp_read_unknown(reader, place, member->name, member->value, known);
        return;
    }
    if (bp_json_kind(reader->json, member->value) != BP_JSON_NULL)
        bp_fault_add(reader->problem, BP_FAULT_UNKNOWN_MEMBER,
                     &(struct bp_place){place, member->name, BP_NO_NUMBER},
                     "layer %zu has no biases", layer);
}

/* True if it is an object; null asks for nothing. All that it may have is looked up first: most
 * answers have nothing else. */
static bool check_members(const struct bp_reader *reader, const struct bp_value *object,
                          const struct bp_place *place, enum bp_answer_part part)
{
    const struct bp_names known = {grading_of(reader)->names.some, list_members(reader, part)};
    size_t n_known = 0;
    if (!object || bp_json_kind(reader->json, object) == BP_JSON_NULL)
        return false;
    if (bp_json_kind(reader->json, object) != BP_JSON_OBJECT)
        return bp_read_wrong(reader, object, place, BP_EXPECTED_OBJECT);
    for (size_t i = 0; i < known.n; i++)
        n_known += bp_json_member(object, known.names[i]) != NULL;
    if (n_known == bp_json_count_members(object))
        return true;
    for (struct bp_members m = bp_json_members(object); bp_json_next(&m);)
        if (!bp_is_known(m.name, known))
            unknown_member(reader, &m, place, known);
    return true;
}

/* --- parts ------------------------------------------------------------------------------------ */

static void read_step(struct bp_reader *reader, size_t step, size_t row,
                      const struct bp_value *object, const struct bp_place *place)
{
    const char *member = bp_step_member(grading_of(reader)->names.of[step]);
    const struct bp_value *value = bp_json_member(object, member);
    if (!value)
        return;
    grading_of(reader)->grade.answers.asked[step] = true;
    read_row(reader, step, row, value, &(struct bp_place){place, member, BP_NO_NUMBER});
}

static void read_sample_step(struct bp_reader *reader, size_t step, const struct bp_value *samples)
{
    for (size_t s = 0; s < bp_json_count_elements(samples); s++)
        read_step(reader, step, s, bp_json_element(samples, s),
                  &(struct bp_place){&SAMPLES, "", s});
}

static void read_counts(struct bp_reader *reader, size_t step, const struct bp_value *parameters,
                        const struct bp_place *place)
{
    for (size_t i = 0; i < COUNTS_N; i++) {
        const struct bp_value *value = bp_json_member(parameters, COUNTS[i]);
        if (!value)
            continue;
        const struct typed typed = typed_value(reader, value);
        grading_of(reader)->grade.answers.asked[step] = true;
        read_cell(reader, step, grading_of(reader)->grade.steps.list[step].first + i, &typed,
                  &(struct bp_place){place, COUNTS[i], BP_NO_NUMBER});
    }
}

/* True if answers.samples can be read. */
static bool check_samples(struct bp_reader *reader, const struct bp_value *samples)
{
    const size_t most = reader->job->task.n_samples;
    size_t n;
    if (!samples || bp_json_kind(reader->json, samples) == BP_JSON_NULL)
        return false;
    if (!bp_is_array(reader, samples, &n))
        return bp_read_wrong(reader, samples, &SAMPLES, BP_EXPECTED_OBJECTS);
    if (n > most) {
        struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, &SAMPLES,
                                              "%zu entries, but there %s %zu sample%s", n,
                                              most == 1 ? "is" : "are", most, bp_plural(most));
        fault->expected = bp_fact_number((double)most);
        fault->got = bp_fact_number((double)n);
        return false;
    }
    for (size_t s = 0; s < n; s++)
        check_members(reader, bp_json_element(samples, s), &(struct bp_place){&SAMPLES, "", s},
                      BP_ANSWER_SAMPLES);
    return true;
}

/* A network cannot be asked for where there is no step of descent. */
static bool check_network(struct bp_reader *reader, const struct bp_value *network,
                          const struct bp_place *place)
{
    const bool is_asked = network && bp_json_kind(reader->json, network) != BP_JSON_NULL;
    if (!is_asked || grading_of(reader)->learning_rate >= 0)
        return check_members(reader, network, place, BP_ANSWER_NETWORK);
    if (!bp_json_member(reader->root, "learning_rate")) /* else it has a fault already */
        bp_fault_add(reader->problem, BP_FAULT_MISSING_MEMBER,
                     &(struct bp_place){&bp_place_body, "learning_rate", BP_NO_NUMBER},
                     "the member \"learning_rate\" is missing: answers.network needs it")
            ->expected = bp_fact_text("learning_rate");
    return false;
}

/* The members of answers that can be read, NULL where one cannot. */
static void find_parts(struct bp_reader *reader, const struct bp_value *answers,
                       const struct bp_value *parts[BP_ANSWER_PARTS])
{
    parts[BP_ANSWER_TOP] = answers;
    check_members(reader, answers, &ANSWERS, BP_ANSWER_TOP);
    for (size_t part = 1; part < BP_ANSWER_PARTS; part++) {
        const struct bp_place place = {&ANSWERS, bp_answer_part_names[part], BP_NO_NUMBER};
        const struct bp_value *value = bp_json_member(answers, bp_answer_part_names[part]);
        const bool is_good = part == BP_ANSWER_SAMPLES ? check_samples(reader, value)
                             : part == BP_ANSWER_NETWORK
                                 ? check_network(reader, value, &place)
                                 : check_members(reader, value, &place, (enum bp_answer_part)part);
        parts[part] = is_good ? value : NULL;
    }
}

static void read_steps(struct bp_reader *reader, const struct bp_value *answers)
{
    const struct bp_steps *steps = &grading_of(reader)->grade.steps;
    const struct bp_value *parts[BP_ANSWER_PARTS];
    find_parts(reader, answers, parts);
    for (size_t i = 0; i < steps->n; i++) {
        const enum bp_answer_part part = bp_answer_part(&steps->list[i]);
        const struct bp_place place = {&ANSWERS, bp_answer_part_names[part], BP_NO_NUMBER};
        if (!parts[part])
            continue;
        if (part == BP_ANSWER_SAMPLES)
            read_sample_step(reader, i, parts[part]);
        else if (part == BP_ANSWER_PARAMETERS)
            read_counts(reader, i, parts[part], &place);
        else
            read_step(reader, i, 0, parts[part], part == BP_ANSWER_TOP ? &ANSWERS : &place);
    }
}

void bp_read_answers(struct bp_reader *reader, const struct bp_value *answers, bool is_laid_out)
{
    if (answers && bp_json_kind(reader->json, answers) != BP_JSON_OBJECT)
        bp_read_wrong(reader, answers, &ANSWERS, BP_EXPECTED_OBJECT);
    else if (answers && is_laid_out)
        read_steps(reader, answers);
}
