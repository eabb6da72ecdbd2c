#include "backpropd/json_read.h"

#include "json_parse.h"
#include "json_tree.h"

/* A value is jansson's, but for its integers: these are indices of what was lifted. */
static const json_t *node_of(const struct bp_value *value)
{
    return (const json_t *)value;
}

static const struct bp_value *value_of(const json_t *node)
{
    return (const struct bp_value *)node;
}

static const struct bp_lift *lift_of(const struct bp_json *json, const struct bp_value *value)
{
    const json_t *node = node_of(value);
    return json_is_integer(node) ? &json->lifts[json_integer_value(node)] : NULL;
}

void bp_json_prepare(void)
{
    bp_tree_prepare();
}

static void find_place(struct bp_json *json, const char *body)
{
    json->line = json->column = 1;
    for (size_t i = 0; i < json->offset; i++) {
        if (body[i] == '\n') {
            json->line++;
            json->column = 1;
        } else {
            json->column += ((unsigned char)body[i] & 0xC0) != 0x80; /* characters, not bytes */
        }
    }
}

bool bp_json_open(struct bp_json *json, const char *body, size_t size,
                  const struct bp_json_limits *limits, struct bp_memory *memory)
{
    if (bp_json_parse(json, body, size, limits, memory, NULL)) {
        json->root = value_of(bp_tree_load(&json->skeleton, &json->has_duplicates, memory));
        json->fault = json->root ? BP_JSON_GOOD : bp_tree_fault(BP_JSON_REFUSED);
    }
    if (json->fault)
        find_place(json, body);
    return !json->fault;
}

void bp_json_close(struct bp_json *json)
{
    bp_tree_close();
    bp_json_parse_free(json);
}

double *bp_json_take_numbers(struct bp_json *json)
{
    double *numbers = json->numbers;
    json->numbers = NULL;
    return numbers;
}

/* The skeleton is gone over as a body of its own, in which no limit can be exceeded. */
bool bp_json_list_duplicates(struct bp_json *json, const struct bp_json_listener *listener)
{
    static const struct bp_json_limits none = {SIZE_MAX, SIZE_MAX, SIZE_MAX,
                                               SIZE_MAX, SIZE_MAX, SIZE_MAX};
    const struct bp_text *text = &json->skeleton;
    struct bp_json again;
    if (!bp_json_parse(&again, text->data, text->size, &none, text->memory, listener))
        json->fault = bp_tree_fault(again.fault);
    bp_json_parse_free(&again);
    return !json->fault;
}

enum bp_json_kind bp_json_kind(const struct bp_json *json, const struct bp_value *value)
{
    static const enum bp_json_kind kinds[] = {
        [JSON_OBJECT] = BP_JSON_OBJECT, [JSON_ARRAY] = BP_JSON_ARRAY,
        [JSON_STRING] = BP_JSON_STRING, [JSON_TRUE] = BP_JSON_BOOLEAN,
        [JSON_FALSE] = BP_JSON_BOOLEAN, [JSON_NULL] = BP_JSON_NULL};
    const struct bp_lift *lift = lift_of(json, value);
    return lift ? lift->kind : kinds[json_typeof(node_of(value))];
}

struct bp_numbers bp_json_numbers(const struct bp_json *json, const struct bp_value *value)
{
    const struct bp_lift *lift = lift_of(json, value);
    if (!lift)
        return (struct bp_numbers){NULL, 0, 0};
    /* of nothing but empty arrays there are no numbers at all */
    return (struct bp_numbers){json->numbers ? json->numbers + lift->first : NULL, lift->rows,
                               lift->columns};
}

const char *bp_json_string(const struct bp_value *value)
{
    return json_string_value(node_of(value));
}

bool bp_json_is_true(const struct bp_value *value)
{
    return json_is_true(node_of(value));
}

size_t bp_json_count_elements(const struct bp_value *array)
{
    return json_array_size(node_of(array));
}

size_t bp_json_count_members(const struct bp_value *object)
{
    return json_object_size(node_of(object));
}

const struct bp_value *bp_json_element(const struct bp_value *array, size_t i)
{
    return value_of(json_array_get(node_of(array), i));
}

const struct bp_value *bp_json_member(const struct bp_value *object, const char *name)
{
    return value_of(json_object_get(node_of(object), name));
}

struct bp_members bp_json_members(const struct bp_value *object)
{
    json_t *node = (json_t *)node_of(object);
    return (struct bp_members){.object = node, .at = json_object_iter(node)};
}

bool bp_json_next(struct bp_members *members)
{
    if (!members->at)
        return false;
    members->name = json_object_iter_key(members->at);
    members->value = value_of(json_object_iter_value(members->at));
    members->at = json_object_iter_next(members->object, members->at);
    return true;
}
