#include "reader.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/suggest.h"

static bool is_kind(const struct bp_reader *reader, const struct bp_value *value,
                    enum bp_json_kind kind)
{
    return bp_json_kind(reader->json, value) == kind;
}

/* True for `[]`. */
static bool is_empty(const struct bp_reader *reader, const struct bp_value *value)
{
    return is_kind(reader, value, BP_JSON_VECTOR) && !bp_json_numbers(reader->json, value).columns;
}

/* True if all elements of an array are matrices or arrays of numbers. */
static bool holds_arrays(const struct bp_reader *reader, const struct bp_value *array)
{
    for (size_t i = 0; i < bp_json_count_elements(array); i++) {
        const enum bp_json_kind kind = bp_json_kind(reader->json, bp_json_element(array, i));
        if (kind != BP_JSON_VECTOR && kind != BP_JSON_MATRIX)
            return false;
    }
    return true;
}

/* What a value is, in words. */
static const char *describe(const struct bp_reader *reader, const struct bp_value *value)
{
    static const char *const words[] = {
        [BP_JSON_NULL] = "null",       [BP_JSON_BOOLEAN] = "a boolean",
        [BP_JSON_STRING] = "a string", [BP_JSON_NUMBER] = "a number",
        [BP_JSON_MATRIX] = "a matrix", [BP_JSON_VECTOR] = "an array of numbers",
        [BP_JSON_ARRAY] = "an array",  [BP_JSON_OBJECT] = "an object"};
    if (is_kind(reader, value, BP_JSON_ARRAY) && holds_arrays(reader, value))
        return "an array of arrays";
    return is_empty(reader, value) ? "an empty array" : words[bp_json_kind(reader->json, value)];
}

void *bp_read_take(struct bp_reader *reader, size_t size)
{
    assert(!reader->job->block);
    reader->job->block = bp_memory_take(reader->memory, size, &reader->over_budget);
    reader->lacks_memory = !reader->job->block;
    return reader->job->block;
}

struct bp_fault *bp_read_wrong_kind(const struct bp_reader *reader, const struct bp_value *value,
                                    const struct bp_place *place, enum bp_expected expected,
                                    size_t needed)
{
    const char *got = describe(reader, value);
    struct bp_fault *fault =
        bp_fault_add(reader->problem, BP_FAULT_WRONG_TYPE, place, "write %s here, not %s",
                     bp_expected_words[expected], got);
    fault->expected = bp_fact_text(bp_expected_words[expected]);
    fault->got = bp_fact_text(got);
    if (reader->problem->n_faults <= BP_FAULTS_MAX) /* what is not listed needs no help */
        bp_hint_kind(fault, reader->json, value, place, expected, needed);
    return fault;
}

bool bp_read_wrong(const struct bp_reader *reader, const struct bp_value *value,
                   const struct bp_place *place, enum bp_expected expected)
{
    bp_read_wrong_kind(reader, value, place, expected, 0);
    return false;
}

static bool too_large(const struct bp_reader *reader, const struct bp_place *place)
{
    bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, place,
                 "the number is beyond the largest double, about 1.8e308");
    return false;
}

static bool empty(const struct bp_reader *reader, const struct bp_place *place,
                  enum bp_expected expected, size_t needed)
{
    struct bp_fault *fault =
        bp_fault_add(reader->problem, BP_FAULT_EMPTY, place, "write %s here, not an empty array",
                     bp_expected_words[expected]);
    fault->expected = bp_fact_text(bp_expected_words[expected]);
    fault->got = bp_fact_number(0);
    bp_hint_count(fault, place, needed);
    return false;
}

bool bp_read_number(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, double *number)
{
    if (!is_kind(reader, value, BP_JSON_NUMBER))
        return bp_read_wrong(reader, value, place, BP_EXPECTED_NUMBER);
    *number = *bp_json_numbers(reader->json, value).at;
    return isfinite(*number) || too_large(reader, place);
}

bool bp_read_within(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, double least, double most, double *number)
{
    double got;
    struct bp_fault *fault;
    if (!bp_read_number(reader, value, place, &got))
        return false;
    if (got >= least && got <= most) {
        *number = got;
        return true;
    }
    if (most == BP_NO_UPPER_BOUND)
        fault = bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, place,
                             "write a number of %g or more", least);
    else
        fault = bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, place,
                             "write a number from %g to %g", least, most);
    fault->got = bp_fact_number(got);
    return false;
}

bool bp_read_integer(const struct bp_reader *reader, const struct bp_value *value,
                     const struct bp_place *place, size_t least, size_t most,
                     enum bp_fault_code most_fault, size_t *integer)
{
    double number;
    struct bp_fault *fault;
    if (!bp_json_numbers(reader->json, value).rows)
        return bp_read_wrong(reader, value, place, BP_EXPECTED_INTEGER);
    if (!bp_read_number(reader, value, place, &number))
        return false;
    if (number >= (double)least && number <= (double)most && number == floor(number)) {
        *integer = (size_t)number;
        return true;
    }
    if (number != floor(number)) {
        fault = bp_fault_add(reader->problem, BP_FAULT_WRONG_TYPE, place, "write an integer");
        fault->expected = bp_fact_text("an integer");
    } else {
        bool low = number < (double)least;
        fault = bp_fault_add(reader->problem, low ? BP_FAULT_OUT_OF_RANGE : most_fault, place,
                             "must be at %s %zu", low ? "least" : "most", low ? least : most);
        fault->expected = bp_fact_number((double)(low ? least : most));
    }
    fault->got = bp_fact_number(number);
    return false;
}

/* Notes each number of a vector or matrix that is not finite. */
static bool all_finite(const struct bp_reader *reader, const struct bp_numbers *numbers,
                       bool is_matrix, const struct bp_place *place)
{
    bool finite = true;
    for (size_t i = 0; i < numbers->rows * numbers->columns; i++) {
        if (isfinite(numbers->at[i]))
            continue;
        struct bp_place row = {place, "", i / numbers->columns};
        struct bp_place element = {is_matrix ? &row : place, "", i % numbers->columns};
        finite = too_large(reader, &element);
    }
    return finite;
}

/* What is no vector: of an array that is meant as one each element that is no number is a fault. */
static bool no_vector(const struct bp_reader *reader, const struct bp_value *value,
                      const struct bp_place *place, size_t needed)
{
    double ignored;
    if (!is_kind(reader, value, BP_JSON_ARRAY) || holds_arrays(reader, value))
        bp_read_wrong_kind(reader, value, place, BP_EXPECTED_NUMBERS, needed);
    else
        for (size_t i = 0; i < bp_json_count_elements(value); i++)
            bp_read_number(reader, bp_json_element(value, i), &(struct bp_place){place, "", i},
                           &ignored);
    return false;
}

bool bp_read_vector(const struct bp_reader *reader, const struct bp_value *value,
                    const struct bp_place *place, size_t needed, double **vector, size_t *n)
{
    const struct bp_numbers numbers = bp_json_numbers(reader->json, value);
    if (!is_kind(reader, value, BP_JSON_VECTOR))
        return no_vector(reader, value, place, needed);
    if (numbers.columns == 0)
        return empty(reader, place, BP_EXPECTED_NUMBERS, needed);
    *vector = numbers.at;
    *n = numbers.columns;
    return all_finite(reader, &numbers, false, place);
}

static size_t row_length(const struct bp_reader *reader, const struct bp_value *rows, size_t i)
{
    return bp_json_numbers(reader->json, bp_json_element(rows, i)).columns;
}

static bool has_row_of(const struct bp_reader *reader, const struct bp_value *rows, size_t width)
{
    for (size_t i = 0; i < bp_json_count_elements(rows); i++)
        if (row_length(reader, rows, i) == width)
            return true;
    return false;
}

/* Rows that are each an array of numbers, but not all of one length. */
static void ragged(const struct bp_reader *reader, const struct bp_value *rows,
                   const struct bp_place *place, size_t width)
{
    if (width == 0 || !has_row_of(reader, rows, width))
        width = row_length(reader, rows, 0);
    for (size_t i = 0; i < bp_json_count_elements(rows); i++) {
        size_t n = row_length(reader, rows, i);
        if (n == width)
            continue;
        struct bp_fault *fault =
            bp_fault_add(reader->problem, BP_FAULT_RAGGED_MATRIX, &(struct bp_place){place, "", i},
                         "write %zu number%s in this row, not %zu: all rows of a matrix are "
                         "equally long",
                         width, bp_plural(width), n);
        fault->expected = bp_fact_number((double)width);
        fault->got = bp_fact_number((double)n);
        bp_hint_decimal_comma(fault, bp_json_numbers(reader->json, bp_json_element(rows, i)).at, n,
                              width);
    }
}

/* An array that is no matrix: something among its rows is wrong. */
static struct bp_matrix read_rows(const struct bp_reader *reader, const struct bp_value *array,
                                  const struct bp_place *place, size_t width)
{
    bool all_vectors = true;
    for (size_t i = 0; i < bp_json_count_elements(array); i++) {
        double *row;
        size_t n;
        all_vectors &= bp_read_vector(reader, bp_json_element(array, i),
                                      &(struct bp_place){place, "", i}, width, &row, &n);
    }
    if (all_vectors)
        ragged(reader, array, place, width);
    return (struct bp_matrix){.rows = bp_json_count_elements(array)};
}

struct bp_matrix bp_read_matrix(const struct bp_reader *reader, const struct bp_value *value,
                                const struct bp_place *place, size_t width)
{
    const struct bp_numbers numbers = bp_json_numbers(reader->json, value);
    const bool has_one_matrix = bp_json_count_elements(value) == 1 &&
                                is_kind(reader, bp_json_element(value, 0), BP_JSON_MATRIX);
    if (is_kind(reader, value, BP_JSON_ARRAY) && !has_one_matrix)
        return read_rows(reader, value, place, width);
    if (is_empty(reader, value))
        empty(reader, place, BP_EXPECTED_MATRIX, 0);
    else if (!is_kind(reader, value, BP_JSON_MATRIX))
        bp_read_wrong_kind(reader, value, place, BP_EXPECTED_MATRIX, width);
    else if (numbers.columns == 0)
        empty(reader, &(struct bp_place){place, "", 0}, BP_EXPECTED_NUMBERS, width);
    else
        return (struct bp_matrix){.usable = all_finite(reader, &numbers, true, place),
                                  .rows = numbers.rows,
                                  .columns = numbers.columns,
                                  .numbers = numbers.at};
    return (struct bp_matrix){.usable = false};
}

static void unknown_value(const struct bp_reader *reader, const struct bp_place *place,
                          const char *got, const char *const *names, size_t n)
{
    const char *meant = bp_suggest_synonym(got, names, n);
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_UNKNOWN_VALUE, place, "%s", "");
    if (reader->problem->n_faults > BP_FAULTS_MAX)
        return;
    meant = meant ? meant : bp_suggest_value(got, names, n);
    bp_fault_got_text(fault, got);
    bp_fault_say(fault, meant ? "unknown value \"%s\"" : "\"%s\" is not available",
                 fault->own_text);
    if (meant)
        bp_fault_suggest(fault, meant);
    bp_fault_list_known(fault, names, n, meant ? NULL : "");
    if (bp_suggest_note(got))
        bp_fault_say(fault, "%s%s", meant ? " " : "; ", bp_suggest_note(got));
}

bool bp_read_name(const struct bp_reader *reader, const struct bp_value *value,
                  const struct bp_place *place, const char *const *names, size_t n, size_t *index)
{
    const char *got = bp_json_string(value);
    if (!got)
        return bp_read_wrong(reader, value, place, BP_EXPECTED_STRING);
    *index = bp_find_name(got, names, n);
    if (*index == n)
        unknown_value(reader, place, got, names, n);
    return *index < n;
}

bool bp_is_array(const struct bp_reader *reader, const struct bp_value *value, size_t *n)
{
    *n = bp_json_count_elements(value);
    return is_kind(reader, value, BP_JSON_ARRAY) || is_empty(reader, value);
}

static void exceeds(const struct bp_reader *reader, const struct bp_place *place, const char *what,
                    size_t limit, size_t got)
{
    const bool is_counted = got != SIZE_MAX; /* or an estimate beyond counting */
    struct bp_fault *fault = is_counted
                                 ? bp_fault_add(reader->problem, BP_FAULT_LIMIT_EXCEEDED, place,
                                                "%zu %s, but the limit is %zu", got, what, limit)
                                 : bp_fault_add(reader->problem, BP_FAULT_LIMIT_EXCEEDED, place,
                                                "far too many %s; the limit is %zu", what, limit);
    fault->expected = bp_fact_number((double)limit);
    if (is_counted)
        fault->got = bp_fact_number((double)got);
}

bool bp_read_limit(const struct bp_reader *reader, const struct bp_place *place, const char *what,
                   size_t limit, size_t got)
{
    if (got > limit)
        exceeds(reader, place, what, limit, got);
    return got <= limit;
}

#define COUNTED_MAX 0x1p53 /* a double counts no further one by one */

bool bp_read_work_limit(const struct bp_reader *reader, const struct bp_place *place, double work)
{
    const size_t limit = reader->limits->work;
    const bool is_within = work <= (double)limit;
    if (!is_within)
        exceeds(reader, place, "multiply-adds of work", limit,
                work < COUNTED_MAX ? (size_t)work : SIZE_MAX);
    return is_within;
}
