/* What the door says of a body, compared with what plain jansson reads. */
#ifndef TESTS_TREES_H
#define TESTS_TREES_H

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "backpropd/json_read.h"

#define PLAIN (JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL)

static inline size_t tree_depth(const json_t *value)
{
    size_t deepest = 0;
    const char *key;
    json_t *inner;
    if (!json_is_array(value) && !json_is_object(value))
        return 0;
    for (size_t i = 0; i < json_array_size(value); i++) {
        size_t depth = tree_depth(json_array_get(value, i));
        deepest = depth > deepest ? depth : deepest;
    }
    json_object_foreach((json_t *)value, key, inner) {
        size_t depth = tree_depth(inner);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

static inline bool tree_same_number(double number, const json_t *plain)
{
    const double value = json_real_value(plain);
    return json_is_real(plain) && memcmp(&number, &value, sizeof value) == 0;
}

static inline bool tree_same_vector(const double *numbers, size_t n, const json_t *plain)
{
    bool all = json_is_array(plain) && json_array_size(plain) == n;
    for (size_t i = 0; all && i < n; i++)
        all = tree_same_number(numbers[i], json_array_get(plain, i));
    return all;
}

static inline bool tree_same_matrix(struct bp_numbers numbers, const json_t *plain)
{
    bool all = json_is_array(plain) && json_array_size(plain) == numbers.rows && numbers.rows > 0;
    for (size_t i = 0; all && i < numbers.rows; i++)
        all = tree_same_vector(numbers.columns ? numbers.at + i * numbers.columns : NULL,
                               numbers.columns, json_array_get(plain, i));
    return all;
}

static inline bool tree_same(const struct bp_json *json, const struct bp_value *value,
                             const json_t *plain);

static inline bool tree_same_array(const struct bp_json *json, const struct bp_value *array,
                                   const json_t *plain)
{
    const size_t n = bp_json_count_elements(array);
    bool all = json_is_array(plain) && json_array_size(plain) == n && !bp_json_element(array, n);
    for (size_t i = 0; all && i < n; i++)
        all = tree_same(json, bp_json_element(array, i), json_array_get(plain, i));
    return all;
}

/* The order of the members is the same too. */
static inline bool tree_same_object(const struct bp_json *json, const struct bp_value *object,
                                    const json_t *plain)
{
    struct bp_members m = bp_json_members(object);
    const char *key;
    json_t *inner;
    if (!json_is_object(plain) || json_object_size(plain) != bp_json_count_members(object))
        return false;
    json_object_foreach((json_t *)plain, key, inner) {
        if (!bp_json_next(&m) || strcmp(m.name, key) != 0 || !tree_same(json, m.value, inner) ||
            bp_json_member(object, key) != m.value)
            return false;
    }
    return !bp_json_next(&m);
}

/* True if the value is what plain jansson has read, with the same bits of each number. */
static inline bool tree_same(const struct bp_json *json, const struct bp_value *value,
                             const json_t *plain)
{
    const struct bp_numbers numbers = bp_json_numbers(json, value);
    if (numbers.at && numbers.at + numbers.rows * numbers.columns > json->numbers + json->n_numbers)
        return false;
    switch (bp_json_kind(json, value)) {
    case BP_JSON_NULL:
        return json_is_null(plain);
    case BP_JSON_BOOLEAN:
        return json_is_boolean(plain);
    case BP_JSON_STRING:
        return json_is_string(plain) &&
               strcmp(json_string_value(plain), bp_json_string(value)) == 0;
    case BP_JSON_NUMBER:
        return numbers.rows == 1 && numbers.columns == 1 && tree_same_number(*numbers.at, plain);
    case BP_JSON_VECTOR:
        return numbers.rows == 1 && tree_same_vector(numbers.at, numbers.columns, plain);
    case BP_JSON_MATRIX:
        return tree_same_matrix(numbers, plain);
    case BP_JSON_ARRAY:
        return tree_same_array(json, value, plain);
    case BP_JSON_OBJECT:
        return tree_same_object(json, value, plain);
    }
    return false;
}

static inline bool tree_has_infinity(const struct bp_json *json)
{
    for (size_t i = 0; i < json->n_numbers; i++)
        if (isinf(json->numbers[i]))
            return true;
    return false;
}

#endif
