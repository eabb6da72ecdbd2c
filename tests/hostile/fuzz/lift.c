/*
 * The lifting pass and what jansson makes of the rest, against jansson alone: the same verdict for
 * every text, and the same tree with the same bits for every text that both take.
 *
 * They differ where it is meant, and only there:
 *  - a NUL byte anywhere is refused; jansson alone takes one after a number;
 *  - nesting beyond BP_DEPTH_MAX is refused; jansson alone goes to 2,048;
 *  - a number beyond the largest double is read as an infinity, which the readers of a job refuse
 * where it stands; jansson alone refuses the text;
 *  - more than BP_VALUES_MAX values outside arrays of numbers are refused: no input here is as long
 * as that. Duplicate members are a fault on one side and an error on the other: both refuse.
 */
#include <math.h>

#include "backpropd/decode.h"
#include "backpropd/encode_problem.h"
#include "backpropd/limits.h"
#include "codec/fault.h"
#include "codec/skeleton.h"
#include "fuzz.h"

#define INPUT_MAX 65536 /* of two bytes a value at least */
_Static_assert(INPUT_MAX / 2 < BP_VALUES_MAX, "no input may reach that limit");

static size_t depth_of(const json_t *value)
{
    size_t deepest = 0, i;
    const char *key;
    json_t *inner;
    if (json_is_array(value)) {
        json_array_foreach((json_t *)value, i, inner)
        {
            const size_t depth = depth_of(inner);
            deepest = depth > deepest ? depth : deepest;
        }
        return deepest + 1;
    }
    if (!json_is_object(value))
        return 0;
    json_object_foreach((json_t *)value, key, inner) {
        const size_t depth = depth_of(inner);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest + 1;
}

static void same_numbers(const double *ours, size_t n, const json_t *plain)
{
    HOLDS(json_is_array(plain) && json_array_size(plain) == n, "%zu numbers were lifted", n);
    for (size_t i = 0; i < n; i++) {
        const json_t *number = json_array_get(plain, i);
        const double value = json_real_value(number);
        HOLDS(json_is_real(number) && memcmp(&value, &ours[i], sizeof value) == 0,
              "number %zu is %a, not %a", i, ours[i], value);
    }
}

static void same_lift(const struct bp_lifted *lifted, const struct bp_lift *lift,
                      const json_t *plain)
{
    /* of nothing but empty arrays there are no numbers at all */
    const double *numbers = lifted->numbers ? lifted->numbers + lift->first : NULL;
    switch (lift->kind) {
    case BP_LIFT_NUMBER: {
        const double value = json_real_value(plain);
        HOLDS(json_is_real(plain) && memcmp(&value, numbers, sizeof value) == 0, "%a, not %a",
              *numbers, value);
        return;
    }
    case BP_LIFT_VECTOR:
        HOLDS(lift->rows == 1, "%u rows of a vector", lift->rows);
        same_numbers(numbers, lift->columns, plain);
        return;
    case BP_LIFT_MATRIX:
        HOLDS(json_is_array(plain) && json_array_size(plain) == lift->rows, "%u rows were lifted",
              lift->rows);
        for (size_t i = 0; i < lift->rows; i++)
            same_numbers(lift->columns ? numbers + i * lift->columns : NULL, lift->columns,
                         json_array_get(plain, i));
        return;
    }
}

static void same_tree(const struct bp_lifted *lifted, const json_t *ours, const json_t *plain)
{
    size_t i;
    const char *key;
    json_t *inner;
    if (json_is_integer(ours)) {
        const json_int_t index = json_integer_value(ours);
        HOLDS(index >= 0 && (size_t)index < lifted->n_lifts, "index %lld", (long long)index);
        same_lift(lifted, bp_skeleton_lift(lifted, ours), plain);
        return;
    }
    HOLDS(json_typeof(ours) == json_typeof(plain), "another type");
    if (json_is_array(ours)) {
        HOLDS(json_array_size(ours) == json_array_size(plain), "another size");
        json_array_foreach((json_t *)ours, i, inner)
            same_tree(lifted, inner, json_array_get(plain, i));
    } else if (json_is_object(ours)) {
        HOLDS(json_object_size(ours) == json_object_size(plain), "another size");
        json_object_foreach((json_t *)ours, key, inner) {
            HOLDS(json_object_get(plain, key), "another member: %s", key);
            same_tree(lifted, inner, json_object_get(plain, key));
        }
    } else {
        HOLDS(json_equal(ours, plain), "another value");
    }
}

static bool has_infinity(const struct bp_lifted *lifted)
{
    for (size_t i = 0; i < lifted->n_numbers; i++)
        if (isinf(lifted->numbers[i]))
            return true;
    return false;
}

/* Line and column must be those of the offset, and the document JSON. */
static void check_problem(const struct bp_problem *problem, const char *body, size_t size)
{
    struct bp_memory memory;
    struct bp_text text;
    fuzz_memory(&memory, SIZE_MAX);
    bp_text_start(&text, &memory, 0);
    bp_encode_problem(&text, problem);
    json_decref(fuzz_own_json(text.data, text.size));
    bp_text_free(&text);
    if (problem->code != BP_PROBLEM_INVALID_JSON)
        return;
    size_t line = 1, column = 1;
    HOLDS(problem->offset <= size, "offset %zu of %zu", problem->offset, size);
    for (size_t i = 0; i < problem->offset; i++) {
        column += ((unsigned char)body[i] & 0xC0) != 0x80;
        line += body[i] == '\n';
        column = body[i] == '\n' ? 1 : column;
    }
    HOLDS(problem->line == line && problem->column == column, "%zu:%zu is not %zu:%zu",
          problem->line, problem->column, line, column);
}

static void compare(const struct bp_lifted *lifted, const json_t *ours, const json_t *plain,
                    const json_error_t *error, const char *body, size_t size)
{
    if (memchr(body, '\0', size)) {
        HOLDS(!ours, "a NUL is taken");
    } else if (ours && plain) {
        HOLDS(depth_of(plain) <= BP_DEPTH_MAX, "%zu levels are taken", depth_of(plain));
        same_tree(lifted, ours, plain);
    } else if (ours) {
        HOLDS(json_error_code(error) == json_error_numeric_overflow && has_infinity(lifted),
              "jansson alone refuses: %s", error->text);
    } else if (plain) {
        HOLDS(depth_of(plain) > BP_DEPTH_MAX, "jansson alone takes it: %s", body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bp_memory memory;
    struct bp_lifted lifted;
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    json_error_t error;
    if (size > INPUT_MAX)
        return 0;
    char *body = fuzz_text(data, size);
    fuzz_memory(&memory, SIZE_MAX);
    bp_lift_body(&lifted, body, size, SIZE_MAX, &memory);
    json_t *root = bp_skeleton_load(&problem, &lifted, body);
    json_t *plain = json_loadb(
        body, size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
    if (root && problem.n_faults > 0)
        bp_faults_finish(&problem);
    const bool is_good = root && problem.n_faults == 0;
    compare(&lifted, is_good ? root : NULL, plain, &error, body, size);
    if (!is_good)
        check_problem(&problem, body, size);
    json_decref(plain);
    json_decref(root);
    bp_lifted_free(&lifted);
    fuzz_memory_end(&memory);
    free(body);
    return 0;
}
