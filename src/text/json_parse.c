#include "json_parse.h"

#include <jansson.h>
#include <string.h>

#include "backpropd/number_read.h"
#include "json_tree.h"

struct pass {
    struct bp_json *json;
    struct bp_json_limits left; /* of what the text may hold: values are those that go to jansson */
    const struct bp_json_listener *listener;
    const char *body;
    const char *at;
    const char *end;
    size_t numbers_capacity;
    size_t lifts_capacity;
};

/* --- faults --- */

static inline const char *skip_space(const char *at)
{
    while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
        at++;
    return at;
}

static bool stop(struct pass *p, enum bp_json_fault fault, const char *at)
{
    p->json->fault = fault;
    p->json->offset = (size_t)(at - p->body);
    return false;
}

static bool out_of_memory(struct pass *p, bool over_budget)
{
    return stop(p, over_budget ? BP_JSON_OVER_BUDGET : BP_JSON_NO_MEMORY, p->at);
}

/* Stops at what may not stand here: where its first character does not say what it is, `otherwise`
 * tells what is wrong. */
static bool refuse(struct pass *p, enum bp_json_fault otherwise)
{
    const char *at = p->at;
    if (at == p->end)
        return stop(p, skip_space(p->body) == at ? BP_JSON_EMPTY : BP_JSON_ENDS_EARLY, at);
    if (*at == '\0')
        return stop(p, BP_JSON_NUL, at);
    if (*at == '\'')
        return stop(p, BP_JSON_SINGLE_QUOTES, at);
    if (*at == '#' || (*at == '/' && (at[1] == '/' || at[1] == '*')))
        return stop(p, BP_JSON_COMMENT, at);
    if (at == p->body && strncmp(at, "\xEF\xBB\xBF", 3) == 0)
        return stop(p, BP_JSON_BYTE_ORDER_MARK, at);
    if (!bp_utf8_size(at))
        return stop(p, BP_JSON_BAD_UTF8, at);
    return stop(p, otherwise, at);
}

/* --- numbers --- */

static inline bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Returns the array with room for half as many entries more, at first for `first`; or NULL. */
static void *make_room(struct pass *p, void *array, size_t *capacity, size_t first, size_t size)
{
    bool over_budget;
    const size_t more = *capacity ? *capacity + *capacity / 2 : first;
    void *moved = bp_memory_resize(p->json->skeleton.memory, array, more * size, &over_budget);
    if (moved)
        *capacity = more;
    else
        out_of_memory(p, over_budget);
    return moved;
}

static bool push_number(struct pass *p, double value)
{
    if (p->json->n_numbers == p->numbers_capacity) {
        const size_t first = (size_t)(p->end - p->body) / 5 + 16;
        double *numbers =
            make_room(p, p->json->numbers, &p->numbers_capacity, first, sizeof *numbers);
        if (!numbers)
            return false;
        p->json->numbers = numbers;
    }
    p->json->numbers[p->json->n_numbers++] = value;
    return true;
}

static bool take_one(struct pass *p, size_t *left)
{
    return (*left)-- > 0 || stop(p, BP_JSON_TOO_MANY, p->at);
}

static bool count_value(struct pass *p)
{
    return take_one(p, &p->left.values) && take_one(p, &p->left.nameless);
}

/* Puts an entry into the table for what ends at `end`, and its index into the skeleton. */
static bool push_lift(struct pass *p, struct bp_lift lift, const char *end)
{
    if (p->json->n_lifts == p->lifts_capacity) {
        struct bp_lift *lifts = make_room(p, p->json->lifts, &p->lifts_capacity, 16, sizeof *lifts);
        if (!lifts)
            return false;
        p->json->lifts = lifts;
    }
    bp_text_put_size(&p->json->skeleton, p->json->n_lifts);
    p->json->lifts[p->json->n_lifts++] = lift;
    p->at = end;
    return count_value(p);
}

/* Goes from an element to the next one, or past the bracket that ends the array; NULL if neither is
 * there. */
static inline const char *next_element(const char *at, bool *goes_on)
{
    at = skip_space(at);
    *goes_on = *at == ',';
    if (*goes_on)
        return skip_space(at + 1);
    return *at == ']' ? at + 1 : NULL;
}

/*
 * Reads an array of numbers at its '['. Returns where it ends, or NULL if it holds anything but
 * numbers, or memory has run out.
 */
static const char *read_vector(struct pass *p, const char *at)
{
    bool goes_on;
    at = skip_space(at + 1);
    if (*at == ']')
        return at + 1;
    do {
        double value;
        at = bp_number_read(&value, at, p->end);
        if (!at || !push_number(p, value))
            return NULL;
        at = next_element(at, &goes_on);
    } while (goes_on);
    return at;
}

/* Reads an array of arrays of numbers, all of one length, likewise. */
static const char *read_matrix(struct pass *p, struct bp_lift *lift, const char *at)
{
    bool goes_on;
    at = skip_space(at + 1);
    do {
        size_t before = p->json->n_numbers;
        at = *at == '[' ? read_vector(p, at) : NULL;
        if (!at)
            return NULL;
        size_t columns = p->json->n_numbers - before;
        if (lift->rows++ == 0)
            lift->columns = (uint32_t)columns;
        if (columns != lift->columns)
            return NULL;
        at = next_element(at, &goes_on);
    } while (goes_on);
    return at;
}

/* Lifts the array at hand if it is one of numbers or a matrix. False if it is neither, with nothing
 * changed, or if the pass has stopped. */
static bool lift_array(struct pass *p)
{
    const bool is_matrix = *skip_space(p->at + 1) == '[';
    struct bp_lift lift = {is_matrix ? BP_JSON_MATRIX : BP_JSON_VECTOR,
                           (uint32_t)p->json->n_numbers, !is_matrix, 0};
    if (p->left.depth < 1U + is_matrix)
        return false;
    const char *end = is_matrix ? read_matrix(p, &lift, p->at) : read_vector(p, p->at);
    if (!end) {
        p->json->n_numbers = lift.first;
        return false;
    }
    if (!is_matrix)
        lift.columns = (uint32_t)(p->json->n_numbers - lift.first);
    return take_one(p, &p->left.containers) && push_lift(p, lift, end);
}

static bool lift_number(struct pass *p)
{
    double value;
    const struct bp_lift lift = {BP_JSON_NUMBER, (uint32_t)p->json->n_numbers, 1, 1};
    const char *end = bp_number_read(&value, p->at, p->end);
    if (!end && is_letter(p->at[1]) && (*p->at == '-' || *p->at == '+'))
        return stop(p, BP_JSON_NOT_FINITE, p->at);
    if (!end || is_letter(*end))
        return stop(p, BP_JSON_BAD_NUMBER, p->at);
    return push_number(p, value) && push_lift(p, lift, end);
}

/* --- strings and words --- */

/* Reads four hexadecimal digits; false if there are not as many. */
static bool read_unit(unsigned *unit, const char *at)
{
    *unit = 0;
    for (int i = 0; i < 4; i++) {
        const char c = at[i], letter = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            *unit = *unit * 16 + (unsigned)(c - '0');
        else if (letter >= 'a' && letter <= 'f')
            *unit = *unit * 16 + (unsigned)(letter - 'a') + 10;
        else
            return false;
    }
    return true;
}

/* Goes past the escape at *at. */
static bool skip_escape(struct pass *p, const char **at)
{
    const char *escape = *at;
    unsigned unit, other;
    if (escape[1] == '\0') { /* no string may hold it: copy_string says so */
        *at = escape + 1;
        return true;
    }
    if (escape[1] != 'u') {
        *at = escape + 2;
        return strchr("\"\\/bfnrt", escape[1]) || stop(p, BP_JSON_BAD_ESCAPE, escape);
    }
    if (!read_unit(&unit, escape + 2))
        return stop(p, BP_JSON_BAD_ESCAPE, escape);
    if (unit == 0)
        return stop(p, BP_JSON_NUL_ESCAPE, escape);
    *at = escape + 6;
    if (unit < 0xD800 || unit > 0xDFFF)
        return true;
    *at = escape + 12;
    return (unit < 0xDC00 && escape[6] == '\\' && escape[7] == 'u' &&
            read_unit(&other, escape + 8) && other >= 0xDC00 && other <= 0xDFFF) ||
           stop(p, BP_JSON_HALF_PAIR, escape);
}

/* Stops at a byte that no string may hold, or where the text ends within one. */
static bool refuse_in_string(struct pass *p, const char *at)
{
    if (at == p->end)
        return stop(p, BP_JSON_UNCLOSED_STRING, at);
    return stop(p, *at ? BP_JSON_CONTROL_CHARACTER : BP_JSON_NUL, at);
}

static void copy(struct pass *p, const char *end)
{
    bp_text_put(&p->json->skeleton, p->at, (size_t)(end - p->at));
    p->at = end;
}

static void copy_character(struct pass *p)
{
    bp_text_putc(&p->json->skeleton, *p->at++);
}

/* Copies a string as it stands. */
static bool copy_string(struct pass *p)
{
    const char *at = p->at + 1;
    while (*at != '"') {
        if ((unsigned char)*at < 0x20)
            return refuse_in_string(p, at);
        if (*at == '\\') {
            if (!skip_escape(p, &at))
                return false;
            continue;
        }
        const bool is_ascii = (unsigned char)*at < 0x80;
        const size_t n = is_ascii ? 1 : bp_utf8_size(at);
        if (n == 0)
            return stop(p, BP_JSON_BAD_UTF8, at);
        at += n;
    }
    copy(p, at + 1);
    return true;
}

static bool copy_word(struct pass *p)
{
    static const struct {
        const char *text;
        enum bp_json_fault fault;
    } words[] = {{"true", BP_JSON_GOOD},           {"false", BP_JSON_GOOD},
                 {"null", BP_JSON_GOOD},           {"NaN", BP_JSON_NOT_FINITE},
                 {"Infinity", BP_JSON_NOT_FINITE}, {"nan", BP_JSON_NOT_FINITE},
                 {"inf", BP_JSON_NOT_FINITE},      {"True", BP_JSON_PYTHON},
                 {"False", BP_JSON_PYTHON},        {"None", BP_JSON_PYTHON}};
    const char *end = p->at;
    enum bp_json_fault fault = BP_JSON_UNKNOWN_WORD;
    while (is_letter(*end) || (*end >= '0' && *end <= '9') || *end == '_')
        end++;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].text) == (size_t)(end - p->at) &&
            memcmp(words[i].text, p->at, (size_t)(end - p->at)) == 0)
            fault = words[i].fault;
    if (fault != BP_JSON_GOOD)
        return stop(p, fault, p->at);
    copy(p, end);
    return count_value(p);
}

/* --- objects and arrays --- */

static bool copy_open(struct pass *p)
{
    if (p->left.depth == 0)
        return stop(p, BP_JSON_TOO_DEEP, p->at);
    p->left.depth--;
    copy_character(p);
    return take_one(p, &p->left.containers) && count_value(p);
}

static bool copy_close(struct pass *p)
{
    p->left.depth++;
    copy_character(p);
    return true;
}

/* Copies what stands after an element or a member: a comma, or the bracket that closes. */
static bool copy_separator(struct pass *p, char close, bool *goes_on)
{
    p->at = skip_space(p->at);
    *goes_on = *p->at == ',';
    if (*p->at == close)
        return copy_close(p);
    if (*p->at == ']' || *p->at == '}')
        return stop(p, BP_JSON_WRONG_BRACKET, p->at);
    if (!*goes_on)
        return refuse(p, BP_JSON_MISSING_COMMA);
    copy_character(p);
    p->at = skip_space(p->at);
    return *p->at != close || stop(p, BP_JSON_TRAILING_COMMA, p->at);
}

static bool copy_name(struct pass *p)
{
    const char c = *p->at;
    const bool is_name = is_letter(c) || c == '_' || c == '-' || (c >= '0' && c <= '9');
    if (c != '"')
        return refuse(p, is_name ? BP_JSON_UNQUOTED_NAME : BP_JSON_MISSING_NAME);
    return copy_string(p) && take_one(p, &p->left.values) && take_one(p, &p->left.names);
}

static bool copy_colon(struct pass *p)
{
    p->at = skip_space(p->at);
    if (*p->at != ':')
        return refuse(p, BP_JSON_MISSING_COLON);
    copy_character(p);
    return true;
}

/* Tells of the name that ends here if its object has had it. What jansson takes for it is not given
 * back one by one, but when the object ends. */
static bool note_name(struct pass *p, json_t **seen, struct bp_place *member, const char *begin)
{
    const json_t *name = json_loadb(begin, (size_t)(p->at - begin), JSON_DECODE_ANY, NULL);
    *seen = *seen ? *seen : json_object();
    member->name = json_string_value(name);
    if (json_object_get(*seen, member->name))
        p->listener->duplicate(p->listener->context, member->up, member->name);
    return json_object_set_new(*seen, member->name, json_true()) == 0 || out_of_memory(p, false);
}

static bool copy_value(struct pass *p, const struct bp_place *place);

static bool copy_members(struct pass *p, const struct bp_place *place)
{
    json_t *seen = NULL;
    bool goes_on;
    do {
        struct bp_place member = {place, "", BP_NO_NUMBER};
        const char *begin = p->at;
        if (!copy_name(p) || (p->listener && !note_name(p, &seen, &member, begin)) ||
            !copy_colon(p) || !copy_value(p, &member) || !copy_separator(p, '}', &goes_on))
            return false;
    } while (goes_on);
    return true;
}

static bool copy_object(struct pass *p, const struct bp_place *place)
{
    const struct bp_tree_mark mark = bp_tree_mark();
    if (!take_one(p, &p->left.objects) || !copy_open(p))
        return false;
    p->at = skip_space(p->at);
    if (*p->at == '}')
        return copy_close(p);
    const bool good = copy_members(p, place);
    if (p->listener)
        bp_tree_go_back(&mark);
    return good;
}

static bool copy_array(struct pass *p, const struct bp_place *place)
{
    struct bp_place element = {place, "", 0};
    bool goes_on;
    if (lift_array(p) || p->json->fault)
        return !p->json->fault;
    if (!copy_open(p))
        return false;
    do {
        if (!copy_value(p, &element) || !copy_separator(p, ']', &goes_on))
            return false;
        element.number++;
    } while (goes_on);
    return true;
}

/* The recursion ends at the limit of depth. */
static bool copy_value(struct pass *p, const struct bp_place *place)
{
    p->at = skip_space(p->at);
    const char c = *p->at;
    if (c == '[')
        return copy_array(p, place);
    if (c == '{')
        return copy_object(p, place);
    if (c == '"')
        return copy_string(p) && count_value(p);
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.')
        return lift_number(p);
    return is_letter(c) ? copy_word(p) : refuse(p, BP_JSON_MISSING_VALUE);
}

bool bp_json_parse(struct bp_json *json, const char *body, size_t size,
                   const struct bp_json_limits *limits, struct bp_memory *memory,
                   const struct bp_json_listener *listener)
{
    static const struct bp_place whole = {NULL, "", BP_NO_NUMBER};
    struct pass p = {.json = json,
                     .left = *limits,
                     .listener = listener,
                     .body = body,
                     .at = body,
                     .end = body + size};
    *json = (struct bp_json){.fault = BP_JSON_GOOD};
    bp_text_start(&json->skeleton, memory, 256);
    if (!copy_value(&p, &whole))
        return false;
    p.at = skip_space(p.at);
    if (p.at < p.end)
        return refuse(&p, BP_JSON_TRAILING_TEXT);
    bp_text_putc(&json->skeleton, '\0'); /* ends it for readers, but is not part of it */
    json->skeleton.size--;
    return !json->skeleton.failed || out_of_memory(&p, json->skeleton.over_budget);
}

void bp_json_parse_free(struct bp_json *json)
{
    bp_memory_give(json->numbers);
    bp_memory_give(json->lifts);
    bp_text_free(&json->skeleton);
}
