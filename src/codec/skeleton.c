#include "skeleton.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/limits.h"
#include "fault.h"

/* Where a token of the skeleton ends that starts at `at`. */
static size_t token_end(const struct bp_text *skeleton, size_t at)
{
    const size_t start = at;
    if (skeleton->data[at] == '"') {
        for (at++; at < skeleton->size && skeleton->data[at] != '"'; at++)
            at += skeleton->data[at] == '\\';
        return at + 1;
    }
    while (at < skeleton->size && isalnum((unsigned char)skeleton->data[at]))
        at++;
    return at > start ? at : at + 1;
}

/* Where the token starts in which a reader has come as far as `position`. */
static size_t token_start(const struct bp_text *skeleton, size_t position)
{
    size_t at = 0, end = 0;
    while (end < position && end < skeleton->size) {
        at = end;
        end = token_end(skeleton, at);
    }
    return at;
}

/* An offset in the skeleton as one in the body. */
static size_t source_offset(const struct bp_lifted *lifted, size_t at)
{
    size_t skeleton = 0, source = 0;
    for (size_t i = 0; i < lifted->n_lifts; i++) {
        const struct bp_lift *lift = &lifted->lifts[i];
        if (lift->skeleton_begin > at)
            break;
        if (lift->skeleton_end > at)
            return lift->source_begin;
        skeleton = lift->skeleton_end;
        source = lift->source_end;
    }
    return source + (at - skeleton);
}

static bool set_invalid_json(struct bp_problem *problem, const char *body, size_t offset,
                             const char *says, int length)
{
    size_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (body[i] == '\n') {
            line++;
            column = 1;
        } else {
            column += ((unsigned char)body[i] & 0xC0) != 0x80; /* characters, not bytes */
        }
    }
    problem->line = line;
    problem->column = column;
    problem->offset = offset;
    return bp_problem_set(problem, BP_PROBLEM_INVALID_JSON, "line %zu, column %zu: %.*s", line,
                          column, length, says);
}

static bool set_stop(struct bp_problem *problem, const struct bp_lifted *lifted, const char *body)
{
    const char *says = NULL;
    switch (lifted->stop) {
    case BP_LIFT_NUL:
        says = "a NUL byte";
        break;
    case BP_LIFT_DEPTH:
        says = "nested deeper than 8 levels";
        break;
    case BP_LIFT_MALFORMED:
        says = "not a number that JSON knows";
        break;
    case BP_LIFT_TOO_MANY:
        bp_fault_add(problem, BP_FAULT_LIMIT_EXCEEDED, &bp_place_body,
                     "more values outside arrays of numbers than any network needs")
            ->expected = bp_fact_number(BP_VALUES_MAX);
        return bp_faults_finish(problem);
    case BP_LIFT_NO_MEMORY:
        return bp_problem_set_memory(problem, lifted->over_budget);
    case BP_LIFT_WHOLE:
        return true;
    }
    return set_invalid_json(problem, body, lifted->stopped_at, says, (int)strlen(says));
}

/* Where in the body jansson's error is: within a string the very byte is known (a wrong escape has
 * been read), elsewhere the token that should not be there. */
static size_t error_offset(const struct bp_lifted *lifted, const json_error_t *error)
{
    const size_t position = (size_t)error->position;
    const bool in_escape = strstr(error->text, "escape");
    const bool in_string = in_escape || json_error_code(error) == json_error_invalid_utf8 ||
                           strstr(error->text, "control") || strstr(error->text, "newline");
    return source_offset(lifted, in_string ? position - in_escape
                                           : token_start(&lifted->skeleton, position));
}

static bool set_jansson_error(struct bp_problem *problem, const struct bp_lifted *lifted,
                              const char *body, const json_error_t *error)
{
    const enum json_error_code code = json_error_code(error);
    const char *says = code == json_error_null_character ? "a NUL in a string" : error->text;
    /* jansson quotes what is near; that is the skeleton's text, not the user's */
    const char *near = strstr(says, " near ");
    const size_t length = near ? (size_t)(near - says) : strlen(says);
    if (code == json_error_out_of_memory)
        return bp_problem_set_memory(problem, false);
    if (code == json_error_premature_end_of_input)
        return set_invalid_json(problem, body, lifted->stopped_at, "the text ends too early", 23);
    return set_invalid_json(problem, body, error_offset(lifted, error), says, (int)length);
}

/*
 * The search for duplicate members, in a skeleton that is known to be valid otherwise: jansson
 * refuses them, but names only the first, and without a pointer.
 */
struct walk {
    struct bp_problem *problem;
    const char *at;
    const char *end;
    bool failed; /* memory has run out */
};

static void skip(struct walk *walk, const char *characters)
{
    walk->at += strspn(walk->at, characters);
}

/* A member's name as it is meant, escapes read by jansson: "a" and "\u0061" are one. */
static json_t *read_name(struct walk *walk)
{
    json_error_t error;
    json_t *name = json_loadb(walk->at, (size_t)(walk->end - walk->at),
                              JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK, &error);
    walk->failed = !name;
    if (name)
        walk->at += error.position;
    return name;
}

static void walk_value(struct walk *walk, const struct bp_place *place);

static void walk_member(struct walk *walk, json_t *seen, const struct bp_place *place)
{
    json_t *name = read_name(walk);
    if (walk->failed)
        return;
    const char *key = json_string_value(name);
    if (json_object_get(seen, key))
        bp_fault_add_member(walk->problem, BP_FAULT_DUPLICATE_MEMBER, place, key,
                            "a second member");
    walk->failed = json_object_set_new(seen, key, json_true()) != 0;
    skip(walk, ": \n\r\t");
    walk_value(walk, &(struct bp_place){place, key, BP_NO_NUMBER});
    json_decref(name);
}

static void walk_object(struct walk *walk, const struct bp_place *place)
{
    json_t *seen = json_object();
    walk->failed = !seen;
    for (skip(walk, "{ \n\r\t"); !walk->failed && *walk->at != '}'; skip(walk, ", \n\r\t"))
        walk_member(walk, seen, place);
    walk->at++;
    json_decref(seen);
}

static void walk_array(struct walk *walk, const struct bp_place *place)
{
    size_t i = 0;
    walk->at++;
    for (skip(walk, " \n\r\t"); !walk->failed && *walk->at != ']'; skip(walk, ", \n\r\t"))
        walk_value(walk, &(struct bp_place){place, "", i++});
    walk->at++;
}

/* Notes every duplicate member below the value at hand, and goes past it. The recursion ends at
 * BP_DEPTH_MAX. */
static void walk_value(struct walk *walk, const struct bp_place *place)
{
    switch (*walk->at) {
    case '{':
        walk_object(walk, place);
        return;
    case '[':
        walk_array(walk, place);
        return;
    case '"':
        json_decref(read_name(walk));
        return;
    default:
        walk->at += strcspn(walk->at, ",]} \n\r\t");
    }
}

/* Notes every duplicate member of a skeleton; false if memory has run out. */
static bool note_duplicates(struct bp_problem *problem, const struct bp_text *skeleton)
{
    struct walk walk = {problem, skeleton->data, skeleton->data + skeleton->size, false};
    skip(&walk, " \n\r\t");
    walk_value(&walk, &bp_place_body);
    return !walk.failed || bp_problem_set_memory(problem, false);
}

json_t *bp_skeleton_load(struct bp_problem *problem, const struct bp_lifted *lifted,
                         const char *body)
{
    json_error_t error = {.line = 0}; /* jansson leaves the code alone when memory runs out */
    json_t *root;
    const struct bp_text *skeleton = &lifted->skeleton;

    problem->n_faults = 0;
    if (lifted->stop == BP_LIFT_NO_MEMORY || lifted->stop == BP_LIFT_TOO_MANY) {
        set_stop(problem, lifted, body);
        return NULL;
    }
    root = json_loadb(skeleton->data, skeleton->size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
                      &error);
    if (!root && json_error_code(&error) == json_error_duplicate_key) {
        root = json_loadb(skeleton->data, skeleton->size, JSON_DECODE_ANY, &error);
        if (root && !note_duplicates(problem, skeleton)) {
            json_decref(root);
            return NULL;
        }
    }
    /* Whatever comes first in the text is the fault: jansson's, or what stopped the lifting. */
    bool ends_early = !root && json_error_code(&error) == json_error_premature_end_of_input;
    if (lifted->stop != BP_LIFT_WHOLE && (root || ends_early))
        set_stop(problem, lifted, body);
    else if (!root)
        set_jansson_error(problem, lifted, body, &error);
    else
        return root;
    json_decref(root);
    return NULL;
}
