#include "lift.h"

#include <string.h>

#include "backpropd/limits.h"
#include "backpropd/number.h"

struct lifter {
    struct bp_lifted *out;
    struct bp_memory *memory;
    const char *body;
    const char *at;
    const char *end;
    size_t numbers_capacity;
    size_t lifts_capacity;
    size_t depth;
    size_t values;     /* that go to jansson */
    size_t containers; /* objects and arrays, lifted ones too */
    size_t containers_max;
};

static bool stop(struct lifter *l, enum bp_lift_stop why)
{
    l->out->stop = why;
    l->out->stopped_at = (size_t)(l->at - l->body);
    return false;
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static inline const char *skip_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

static bool make_room(struct lifter *l, void **array, size_t *capacity, size_t first, size_t size)
{
    size_t more = *capacity ? *capacity + *capacity / 2 : first;
    void *moved = bp_memory_resize(l->memory, *array, more * size, &l->out->over_budget);
    if (!moved)
        return stop(l, BP_LIFT_NO_MEMORY);
    *array = moved;
    *capacity = more;
    return true;
}

static bool push_number(struct lifter *l, double value)
{
    void *numbers = l->out->numbers;
    if (l->out->n_numbers == l->numbers_capacity) {
        if (!make_room(l, &numbers, &l->numbers_capacity, (size_t)(l->end - l->body) / 5 + 16,
                       sizeof value))
            return false;
        l->out->numbers = numbers;
    }
    l->out->numbers[l->out->n_numbers++] = value;
    return true;
}

static bool count_value(struct lifter *l)
{
    return ++l->values <= BP_VALUES_MAX || stop(l, BP_LIFT_TOO_MANY);
}

static bool count_container(struct lifter *l)
{
    return ++l->containers <= l->containers_max || stop(l, BP_LIFT_TOO_MANY);
}

/* Puts an entry into the table for what ends at `end`, and its index into the skeleton. */
static bool push_lift(struct lifter *l, struct bp_lift lift, const char *end)
{
    void *lifts = l->out->lifts;
    if (l->out->n_lifts == l->lifts_capacity) {
        if (!make_room(l, &lifts, &l->lifts_capacity, 8, sizeof lift))
            return false;
        l->out->lifts = lifts;
    }
    lift.source_begin = (uint32_t)(l->at - l->body);
    lift.source_end = (uint32_t)(end - l->body);
    lift.skeleton_begin = (uint32_t)l->out->skeleton.size;
    bp_text_put_size(&l->out->skeleton, l->out->n_lifts);
    bp_text_putc(&l->out->skeleton, ' '); /* or two neighbours would read as one index */
    lift.skeleton_end = (uint32_t)l->out->skeleton.size;
    l->out->lifts[l->out->n_lifts++] = lift;
    l->at = end;
    return count_value(l);
}

/*
 * Reads an array of numbers at its '['. Returns where it ends, or NULL if it holds anything but
 * numbers, or memory has run out.
 */
static const char *read_vector(struct lifter *l, const char *at)
{
    at = skip_space(at + 1);
    if (*at == ']')
        return at + 1;
    for (;;) {
        double value;
        at = bp_number_read(&value, at, l->end);
        if (!at || !push_number(l, value))
            return NULL;
        at = skip_space(at);
        if (*at == ']')
            return at + 1;
        if (*at != ',')
            return NULL;
        at = skip_space(at + 1);
    }
}

/* Reads an array of arrays of numbers, all of one length, likewise. */
static const char *read_matrix(struct lifter *l, struct bp_lift *lift, const char *at)
{
    at = skip_space(at + 1);
    for (;;) {
        size_t before = l->out->n_numbers;
        at = *at == '[' ? read_vector(l, at) : NULL;
        if (!at)
            return NULL;
        size_t columns = l->out->n_numbers - before;
        if (lift->rows++ == 0)
            lift->columns = (uint32_t)columns;
        if (columns != lift->columns)
            return NULL;
        at = skip_space(at);
        if (*at == ']')
            return at + 1;
        if (*at != ',')
            return NULL;
        at = skip_space(at + 1);
    }
}

/* Lifts the array at `at` if it is one of numbers or a matrix. False if it is neither, with nothing
 * changed, or if the pass has stopped. */
static bool lift_array(struct lifter *l)
{
    const char *inner = skip_space(l->at + 1);
    const bool is_matrix = *inner == '[';
    struct bp_lift lift = {.kind = is_matrix ? BP_LIFT_MATRIX : BP_LIFT_VECTOR,
                           .first = (uint32_t)l->out->n_numbers};
    if (l->depth + 1 + is_matrix > BP_DEPTH_MAX)
        return false;
    const char *end = is_matrix ? read_matrix(l, &lift, l->at) : read_vector(l, l->at);
    if (!end) {
        l->out->n_numbers = lift.first;
        return false;
    }
    if (!is_matrix) {
        lift.rows = 1;
        lift.columns = (uint32_t)(l->out->n_numbers - lift.first);
    }
    return count_container(l) && push_lift(l, lift, end);
}

static bool copy(struct lifter *l, const char *end)
{
    bp_text_put(&l->out->skeleton, l->at, (size_t)(end - l->at));
    l->at = end;
    return true;
}

static bool copy_open(struct lifter *l)
{
    if (l->depth == BP_DEPTH_MAX)
        return stop(l, BP_LIFT_DEPTH);
    l->depth++;
    return count_container(l) && count_value(l) && copy(l, l->at + 1);
}

static bool copy_close(struct lifter *l)
{
    l->depth -= l->depth > 0; /* one too many is for jansson to find */
    return copy(l, l->at + 1);
}

/* Copies a string as it stands; an unclosed one ends with the body. */
static bool copy_string(struct lifter *l)
{
    const char *at = l->at + 1;
    while (*at != '"' && *at) {
        at += *at == '\\' && at[1] ? 2 : 1;
    }
    return count_value(l) && copy(l, *at == '"' ? at + 1 : at);
}

/* True for what numbers start with, right and wrong ones. */
static bool starts_number(char c)
{
    return is_digit(c) || c == '-' || c == '+' || c == '.';
}

static bool lift_number(struct lifter *l)
{
    double value;
    const char *end = bp_number_read(&value, l->at, l->end);
    if (!end)
        return stop(l, BP_LIFT_MALFORMED);
    struct bp_lift lift = {BP_LIFT_NUMBER, (uint32_t)l->out->n_numbers, 1, 1, 0, 0, 0, 0};
    return push_number(l, value) && push_lift(l, lift, end);
}

/* Copies a run of anything else (literals, commas, colons, white space, garbage). Letters take the
 * digits after them along: they are one token, if a wrong one. */
static bool copy_run(struct lifter *l)
{
    const char *at = l->at;
    if (is_space(*at))
        return copy(l, skip_space(at));
    if (!is_letter(*at))
        return copy(l, at + 1);
    while (is_digit(*at) || is_letter(*at))
        at++;
    return count_value(l) && copy(l, at);
}

static bool lift_next(struct lifter *l)
{
    switch (*l->at) {
    case '[':
        return lift_array(l) || (l->out->stop == BP_LIFT_WHOLE && copy_open(l));
    case '{':
        return copy_open(l);
    case ']':
    case '}':
        return copy_close(l);
    case '"':
        return copy_string(l);
    case '\0':
        return stop(l, BP_LIFT_NUL);
    default:
        return starts_number(*l->at) ? lift_number(l) : copy_run(l);
    }
}

void bp_lift_body(struct bp_lifted *lifted, const char *body, size_t size, size_t containers_max,
                  struct bp_memory *memory)
{
    struct lifter l = {.out = lifted,
                       .memory = memory,
                       .body = body,
                       .at = body,
                       .end = body + size,
                       .containers_max = containers_max};
    *lifted = (struct bp_lifted){.stop = BP_LIFT_WHOLE, .stopped_at = size};
    bp_text_start(&lifted->skeleton, memory, 256);
    while (l.at < l.end && lift_next(&l))
        continue;
    bp_text_putc(&lifted->skeleton, '\0'); /* ends it for readers, but is not part of it */
    lifted->skeleton.size--;
    if (lifted->skeleton.failed) {
        lifted->stop = BP_LIFT_NO_MEMORY;
        lifted->over_budget = lifted->skeleton.over_budget;
    }
}

void bp_lifted_free(struct bp_lifted *lifted)
{
    bp_memory_give(lifted->numbers);
    bp_memory_give(lifted->lifts);
    bp_text_free(&lifted->skeleton);
}
