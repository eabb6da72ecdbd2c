/*
 * Reading JSON: the one door. A body is opened, walked and closed.
 *
 * Numbers are never values of their own: each number, array of numbers and matrix lies as doubles
 * in one block, and is read there. Everything else is an object, an array, a string or a literal.
 * A value stands until its body is closed. A thread has one body open at a time.
 */
#ifndef BACKPROPD_JSON_READ_H
#define BACKPROPD_JSON_READ_H

#include "backpropd/json.h"

/* To be called once, before there are threads. */
void bp_json_prepare(void);

/*
 * Opens a body. Returns false if it cannot be read: then json->fault says why.
 *
 * Out: json, to be closed whatever is returned.
 * In: body, size < 2^32 bytes and a NUL after them;
 *     limits, what it may hold;
 *     memory, where it comes from.
 */
bool bp_json_open(struct bp_json *json, const char *body, size_t size,
                  const struct bp_json_limits *limits, struct bp_memory *memory);

void bp_json_close(struct bp_json *json);

/* The block of all numbers, which outlives the body then: to be given back with bp_memory_give. */
double *bp_json_take_numbers(struct bp_json *json);

/* Tells of each duplicate, in the order of the text. Names are compared as they are meant: "a" and
 * "\u0061" are one. False if memory has run out: json->fault is set then. */
bool bp_json_list_duplicates(struct bp_json *json, const struct bp_json_listener *listener);

enum bp_json_kind bp_json_kind(const struct bp_json *json, const struct bp_value *value);

/* What a number, vector or matrix holds; nothing for any other value. */
struct bp_numbers bp_json_numbers(const struct bp_json *json, const struct bp_value *value);

/* The text of a string; NULL for any other value. */
const char *bp_json_string(const struct bp_value *value);

/* True of `true` alone. */
bool bp_json_is_true(const struct bp_value *value);

/* How many elements an ARRAY has, how many members an OBJECT has; 0 for any other value. */
size_t bp_json_count_elements(const struct bp_value *array);
size_t bp_json_count_members(const struct bp_value *object);

/* An element of an ARRAY; NULL beyond its end, or for any other value. */
const struct bp_value *bp_json_element(const struct bp_value *array, size_t i);

/* A member of an OBJECT; NULL if it has none of this name, or for any other value. */
const struct bp_value *bp_json_member(const struct bp_value *object, const char *name);

/* An object's members in the order of the text; none of any other value:
 * for (struct bp_members m = bp_json_members(object); bp_json_next(&m);) ... m.name, m.value */
struct bp_members {
    void *object, *at;
    const char *name;
    const struct bp_value *value;
};

struct bp_members bp_json_members(const struct bp_value *object);
bool bp_json_next(struct bp_members *members);

#endif
