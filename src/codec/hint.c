#include "hint.h"

#include <math.h>
#include <string.h>

#include "backpropd/number_write.h"
#include "read_cell.h"

#define AS_WORDS(name, words) words,
const char *const bp_expected_words[] = {BP_EXPECTED(AS_WORDS)};

const char bp_hint_layers[] =
    "write each layer as two members, \"W1\": [[...]] and \"b1\": [...], then W2 and b2; all "
    "activations in one list, \"activations\": [...]";

#define SHOWN_NUMBERS 12

/* Numbers to be shown: how many there are, and the first of them. */
struct shown {
    size_t n;
    double numbers[SHOWN_NUMBERS];
};

static void show(struct shown *shown, const double *numbers, size_t n)
{
    for (size_t i = 0; i < n && shown->n + i < SHOWN_NUMBERS; i++)
        shown->numbers[shown->n + i] = numbers[i];
    shown->n += n;
}

/* All numbers of an array, at any depth, in the order of the text. */
static void flatten(struct shown *shown, const struct bp_json *json, const struct bp_value *value)
{
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    show(shown, numbers.at, numbers.rows * numbers.columns);
    for (size_t i = 0; i < bp_json_count_elements(value); i++)
        flatten(shown, json, bp_json_element(value, i));
}

/* In: before and after each number. */
static void say_numbers(struct bp_fault *fault, const struct shown *shown, const char *before,
                        const char *after)
{
    char number[BP_NUMBER_ROOM];
    bp_fault_say(fault, "[");
    for (size_t i = 0; i < shown->n && i < SHOWN_NUMBERS; i++) {
        *bp_number_write(number, isfinite(shown->numbers[i]) ? shown->numbers[i] : 0) = '\0';
        bp_fault_say(fault, "%s%s%s%s", i ? "," : "", before, number, after);
    }
    bp_fault_say(fault, shown->n > SHOWN_NUMBERS ? ",...]" : "]");
}

static bool is_number(enum bp_expected expected)
{
    return expected == BP_EXPECTED_NUMBER || expected == BP_EXPECTED_INTEGER ||
           expected == BP_EXPECTED_INTEGER_OR_NULL;
}

/* --- numbers of a sample or a layer ----------------------------------------------------------- */

static bool is_called(const struct bp_place *place, const char *name)
{
    return strcmp(place->name, name) == 0;
}

void bp_hint_count(struct bp_fault *fault, const struct bp_place *place, size_t needed)
{
    if (needed)
        bp_fault_say(fault, "; write %zu number%s in [ ]%s", needed, bp_plural(needed),
                     is_called(place, "x")   ? ", one for each input"
                     : is_called(place, "b") ? ", one for each unit of the layer"
                     : is_called(place, "y") ? ", one for each unit of the last layer"
                                             : "");
}

void bp_hint_class(struct bp_fault *fault, double number, size_t needed)
{
    const bool is_from_1 = number == (double)needed;
    struct shown shown = {.n = 0};
    if (needed < 2 || needed > SHOWN_NUMBERS || number != floor(number) || number < 0 ||
        number > (double)needed)
        return;
    for (size_t i = 0; i < needed; i++)
        shown.numbers[shown.n++] = (double)i + is_from_1 == number;
    bp_fault_say(fault, "; if %g is a class, counted from %d, write ", number, is_from_1);
    say_numbers(fault, &shown, "", "");
}

/* One number where an array of them fits. */
static void hint_number(struct bp_fault *fault, double number, const struct bp_place *place,
                        size_t needed)
{
    char written[BP_NUMBER_ROOM];
    struct shown shown = {.n = 0};
    if (needed <= 1) {
        bp_fault_say(fault, "; put [ ] around it");
        return;
    }
    bp_hint_count(fault, place, needed);
    if (is_called(place, "y"))
        bp_hint_class(fault, number, needed);
    if (!is_called(place, "b") || needed > SHOWN_NUMBERS)
        return;
    for (size_t i = 0; i < needed; i++)
        show(&shown, &number, 1);
    *bp_number_write(written, isfinite(number) ? number : 0) = '\0';
    bp_fault_say(fault, "; if all are %s, write ", written);
    say_numbers(fault, &shown, "", "");
}

/* --- strings ---------------------------------------------------------------------------------- */

static void hint_string(struct bp_fault *fault, const char *text, const struct bp_place *place,
                        enum bp_expected expected, size_t needed)
{
    const char first = text[strspn(text, " \t\r\n")];
    const bool is_body = !place->up;
    struct bp_typed_cell cell;
    char number[BP_NUMBER_ROOM];
    if (first == '[' || first == '{')
        bp_fault_say(fault, is_body
                                ? "; it was encoded twice: call json.dumps or JSON.stringify "
                                  "once, or take off the outer quotes and write \" for each \\\""
                                : "; leave out the quotes around it");
    else if (is_body)
        bp_fault_say(fault, "; if this is the name of a file, send what the file holds (with curl: "
                            "-d @body.json)");
    else if (place == &bp_place_options)
        bp_fault_say(fault, "; write it as {\"loss\": \"mse\"}");
    else if (expected == BP_EXPECTED_STRINGS && needed > 1)
        bp_fault_say(fault, "; write %zu names in [ ], one for each layer", needed);
    else if (expected == BP_EXPECTED_STRINGS || expected == BP_EXPECTED_NAMES)
        bp_fault_say(fault, "; put [ ] around it");
    else if (expected == BP_EXPECTED_NUMBERS)
        bp_hint_count(fault, place, needed);
    else if (is_number(expected) && !bp_cell_read_text(&cell, text, false)) {
        *bp_number_write(number, cell.value) = '\0';
        bp_fault_say(fault, "; write it without quotes: %s", number);
    }
}

/* --- arrays ----------------------------------------------------------------------------------- */

/* Rows that are one sample each. */
static void say_samples(struct bp_fault *fault, const struct bp_numbers *rows)
{
    bp_fault_say(fault, "; write one sample for each row: ");
    for (size_t i = 0; i < rows->rows && i < 2; i++) {
        struct shown shown = {.n = 0};
        show(&shown, rows->at + i * rows->columns, rows->columns);
        bp_fault_say(fault, i ? ", {\"x\": " : "{\"x\": ");
        say_numbers(fault, &shown, "", "");
        bp_fault_say(fault, ", \"y\": ...}");
    }
    bp_fault_say(fault, rows->rows > 2 ? ", ..." : "");
}

/* Arrays in an array where one of numbers is needed. */
static void hint_flat(struct bp_fault *fault, const struct bp_json *json,
                      const struct bp_value *value, const struct bp_place *place, size_t needed)
{
    const struct bp_numbers rows = bp_json_numbers(json, value);
    const bool may_be_rows = rows.rows > 1 && (needed ? rows.columns == needed : rows.columns > 1);
    struct shown shown = {.n = 0};
    flatten(&shown, json, value);
    if (shown.n == needed || (!needed && !may_be_rows)) {
        bp_fault_say(fault, "; flatten it: ");
        say_numbers(fault, &shown, "", "");
    } else if (may_be_rows && is_called(place, "x")) {
        say_samples(fault, &rows);
    } else if (may_be_rows && is_called(place, "y")) {
        bp_fault_say(fault, "; write one sample for each row, each with its own x and y");
    } else {
        bp_hint_count(fault, place, needed);
    }
}

/* A list of numbers where a matrix is needed: a row as long as it should be, or a column. */
static void hint_rows(struct bp_fault *fault, const struct bp_json *json,
                      const struct bp_value *value, size_t width)
{
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    const bool may_be_row = !width || width == numbers.columns;
    const bool may_be_column = !width || width == 1;
    struct shown shown = {.n = 0};
    show(&shown, numbers.at, numbers.columns);
    if (may_be_row) {
        bp_fault_say(fault, "; as one row it is [");
        say_numbers(fault, &shown, "", "");
        bp_fault_say(fault, "]");
    }
    if (may_be_column) {
        bp_fault_say(fault, may_be_row ? ", as one column " : "; as one column it is ");
        say_numbers(fault, &shown, "[", "]");
    }
    if (!may_be_row && !may_be_column)
        bp_fault_say(fault, "; write rows of %zu numbers", width);
}

/* True if an array holds nothing but one thing of the kind that is expected. */
static bool is_one(const struct bp_json *json, const struct bp_value *array,
                   enum bp_expected expected)
{
    const struct bp_value *only =
        bp_json_count_elements(array) == 1 ? bp_json_element(array, 0) : NULL;
    if (is_number(expected))
        return bp_json_kind(json, array) == BP_JSON_VECTOR &&
               bp_json_numbers(json, array).columns == 1;
    if (expected == BP_EXPECTED_STRING)
        return bp_json_string(only);
    return expected == BP_EXPECTED_OBJECT && only && bp_json_kind(json, only) == BP_JSON_OBJECT;
}

/* True if an array holds nothing but a network, not the first of a list of layers. */
static bool is_one_network(const struct bp_json *json, const struct bp_value *array)
{
    return is_one(json, array, BP_EXPECTED_OBJECT) &&
           bp_json_member(bp_json_element(array, 0), "W1");
}

static void hint_array(struct bp_fault *fault, const struct bp_json *json,
                       const struct bp_value *value, const struct bp_place *place,
                       enum bp_expected expected, size_t needed)
{
    const enum bp_json_kind kind = bp_json_kind(json, value);
    if (expected == BP_EXPECTED_NUMBERS)
        hint_flat(fault, json, value, place, needed);
    else if (expected == BP_EXPECTED_MATRIX && kind == BP_JSON_VECTOR)
        hint_rows(fault, json, value, needed);
    else if (expected == BP_EXPECTED_MATRIX)
        bp_fault_say(fault, "; leave out the outer [ ]");
    else if (place == &bp_place_network && !is_one_network(json, value))
        bp_fault_say(fault, "; %s", bp_hint_layers);
    else if (is_one(json, value, expected))
        bp_fault_say(fault, "; leave out the [ ] around it");
}

static void hint_object(struct bp_fault *fault, const struct bp_json *json,
                        const struct bp_value *object, const struct bp_place *place,
                        enum bp_expected expected, size_t needed)
{
    const struct bp_numbers rows = bp_json_numbers(json, bp_json_member(object, "x"));
    if (expected == BP_EXPECTED_OBJECTS && rows.rows > 1)
        say_samples(fault, &rows);
    else if (expected == BP_EXPECTED_OBJECTS)
        bp_fault_say(fault, "; put [ ] around it");
    else if (expected == BP_EXPECTED_NUMBERS)
        bp_hint_count(fault, place, needed);
}

static void hint_null(struct bp_fault *fault, const struct bp_place *place,
                      enum bp_expected expected, size_t needed)
{
    if (place == &bp_place_options || place == &bp_place_include)
        bp_fault_say(fault, "; or leave it out");
    else if (expected == BP_EXPECTED_NUMBERS)
        bp_hint_count(fault, place, needed);
    else if (place->up && is_called(place->up, "activations"))
        bp_fault_say(fault, "; for a layer without an activation write \"identity\"");
}

void bp_hint_kind(struct bp_fault *fault, const struct bp_json *json, const struct bp_value *value,
                  const struct bp_place *place, enum bp_expected expected, size_t needed)
{
    switch (bp_json_kind(json, value)) {
    case BP_JSON_STRING:
        hint_string(fault, bp_json_string(value), place, expected, needed);
        return;
    case BP_JSON_BOOLEAN:
        if (expected == BP_EXPECTED_NUMBER)
            bp_fault_say(fault, "; write %d", bp_json_is_true(value));
        return;
    case BP_JSON_NUMBER:
        if (expected == BP_EXPECTED_NUMBERS)
            hint_number(fault, *bp_json_numbers(json, value).at, place, needed);
        else if (expected == BP_EXPECTED_MATRIX && needed > 1)
            bp_fault_say(fault, "; write rows of %zu numbers", needed);
        else if (expected == BP_EXPECTED_MATRIX)
            bp_fault_say(fault, "; put [[ ]] around it");
        return;
    case BP_JSON_OBJECT:
        hint_object(fault, json, value, place, expected, needed);
        return;
    case BP_JSON_VECTOR:
    case BP_JSON_MATRIX:
    case BP_JSON_ARRAY:
        hint_array(fault, json, value, place, expected, needed);
        return;
    case BP_JSON_NULL:
        hint_null(fault, place, expected, needed);
        return;
    }
}

/* --- decimal commas --------------------------------------------------------------------------- */

#define DECIMALS_MAX 1e6 /* behind a comma */

/* True if two numbers may be one that was written with a comma. */
static bool is_pair(const double *two)
{
    return two[0] == floor(two[0]) && fabs(two[0]) < DECIMALS_MAX && two[1] == floor(two[1]) &&
           !signbit(two[1]) && two[1] < DECIMALS_MAX;
}

void bp_hint_decimal_comma(struct bp_fault *fault, const double *numbers, size_t n, size_t needed)
{
    const double *first = NULL, *fraction = NULL; /* 0,5 is a fraction */
    size_t n_pairs = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        const bool is_of_pixels = numbers[i] <= 1 && numbers[i + 1] <= 1;
        if (!is_pair(numbers + i))
            continue;
        first = first || is_of_pixels ? first : numbers + i;
        fraction = fraction || is_of_pixels || numbers[i] != 0 ? fraction : numbers + i;
        n_pairs++;
        i++;
    }
    const double *shown = fraction ? fraction : first;
    if (shown && n > needed && n_pairs >= n - needed &&
        (fraction || (n == 2 * needed && needed > 1)))
        bp_fault_say(fault, "; if %g,%g is one number, write it with a point: %g.%g", shown[0],
                     shown[1], shown[0], shown[1]);
}
