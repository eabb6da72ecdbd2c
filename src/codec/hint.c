#include "hint.h"

#include <math.h>
#include <string.h>

#include "backpropd/number_write.h"
#include "read_cell.h"

#define SHOWN_NUMBERS 12

/* Numbers as they are shown: the first of many. */
struct shown {
    size_t n;
    double numbers[SHOWN_NUMBERS + 1];
};

static void show(struct shown *shown, const double *numbers, size_t n)
{
    for (size_t i = 0; i < n && shown->n <= SHOWN_NUMBERS; i++)
        shown->numbers[shown->n++] = numbers[i];
}

/* All numbers of an array of arrays, in the order of the text. */
static void flatten(struct shown *shown, const struct bp_json *json, const struct bp_value *value)
{
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    const size_t n = bp_json_count_elements(value);
    show(shown, numbers.at, numbers.rows * numbers.columns);
    for (size_t i = 0; i < n && shown->n <= SHOWN_NUMBERS; i++)
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

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* --- strings ---------------------------------------------------------------------------------- */

static void hint_string(struct bp_fault *fault, const char *text, const struct bp_place *place,
                        const char *expected)
{
    const char first = text[strspn(text, " \t\r\n")];
    const bool is_body = !place->up;
    struct bp_typed_cell cell;
    char number[BP_NUMBER_ROOM];
    if (first == '[' || first == '{')
        bp_fault_say(fault, is_body ? "; it was encoded twice: send the text in the quotes alone"
                                    : "; leave out the quotes around it");
    else if (is_body)
        bp_fault_say(fault, "; if this is the name of a file, send what the file holds (with curl: "
                            "-d @body.json)");
    else if (starts(expected, "an array of strings") || starts(expected, "an array of names"))
        bp_fault_say(fault, "; put [ ] around it");
    else if ((starts(expected, "a number") || starts(expected, "an integer")) &&
             !bp_cell_read_text(&cell, text, false)) {
        *bp_number_write(number, cell.value) = '\0';
        bp_fault_say(fault, "; write it without quotes: %s", number);
    }
}

/* --- arrays ----------------------------------------------------------------------------------- */

static const char SAMPLE[] = "; write a sample as {\"x\": [1, 0], \"y\": [1]}";

static void hint_flat(struct bp_fault *fault, const struct bp_json *json,
                      const struct bp_value *value)
{
    struct shown shown = {.n = 0};
    flatten(&shown, json, value);
    bp_fault_say(fault, "; flatten it: ");
    say_numbers(fault, &shown, "", "");
}

static void hint_rows(struct bp_fault *fault, const struct bp_json *json,
                      const struct bp_value *value)
{
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    struct shown shown = {.n = 0};
    show(&shown, numbers.at, numbers.columns);
    bp_fault_say(fault, "; as one row it is [");
    say_numbers(fault, &shown, "", "");
    bp_fault_say(fault, "], as one column ");
    say_numbers(fault, &shown, "[", "]");
}

/* True if an array holds nothing but one thing of the kind that is expected. */
static bool is_one(const struct bp_json *json, const struct bp_value *array, const char *expected)
{
    if (starts(expected, "a number") || starts(expected, "an integer"))
        return bp_json_kind(json, array) == BP_JSON_VECTOR &&
               bp_json_numbers(json, array).columns == 1;
    return starts(expected, "an object") && bp_json_count_elements(array) == 1 &&
           bp_json_kind(json, bp_json_element(array, 0)) == BP_JSON_OBJECT;
}

static void hint_array(struct bp_fault *fault, const struct bp_json *json,
                       const struct bp_value *value, const struct bp_place *place,
                       const char *expected)
{
    const enum bp_json_kind kind = bp_json_kind(json, value);
    if (starts(expected, "an array of numbers"))
        hint_flat(fault, json, value);
    else if (starts(expected, "a matrix") && kind == BP_JSON_VECTOR)
        hint_rows(fault, json, value);
    else if (starts(expected, "a matrix"))
        bp_fault_say(fault, "; leave out the outer [ ]");
    else if (is_one(json, value, expected))
        bp_fault_say(fault, "; leave out the [ ] around it");
    else if (place->up == &bp_place_samples || place == &bp_place_samples)
        bp_fault_say(fault, "%s", SAMPLE);
    else if (place == &bp_place_network)
        bp_fault_say(fault, "; write it as {\"W1\": [[...]], \"b1\": [...]}");
}

void bp_hint_kind(struct bp_fault *fault, const struct bp_json *json, const struct bp_value *value,
                  const struct bp_place *place, const char *expected)
{
    switch (bp_json_kind(json, value)) {
    case BP_JSON_STRING:
        hint_string(fault, bp_json_string(value), place, expected);
        return;
    case BP_JSON_BOOLEAN:
        if (starts(expected, "a number"))
            bp_fault_say(fault, "; write %d", bp_json_is_true(value));
        return;
    case BP_JSON_NUMBER:
        if (starts(expected, "an array of numbers"))
            bp_fault_say(fault, "; put [ ] around it");
        else if (starts(expected, "a matrix"))
            bp_fault_say(fault, "; put [[ ]] around it");
        else if (place->up == &bp_place_samples)
            bp_fault_say(fault, "%s", SAMPLE);
        return;
    case BP_JSON_OBJECT:
        if (starts(expected, "an array of objects"))
            bp_fault_say(fault, "; put [ ] around it");
        return;
    case BP_JSON_VECTOR:
    case BP_JSON_MATRIX:
    case BP_JSON_ARRAY:
        hint_array(fault, json, value, place, expected);
        return;
    case BP_JSON_NULL:
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
