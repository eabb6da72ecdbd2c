/* What reading JSON speaks of: values, places, limits, faults and characters. */
#ifndef BACKPROPD_JSON_H
#define BACKPROPD_JSON_H

#include "backpropd/text.h"

/* The bytes of the character at `at`, 0 if it is not UTF-8 (RFC 3629). A NUL stands at the end of
 * the text. Inline: readers ask it of each character beyond ASCII. */
static inline size_t bp_utf8_size(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    const unsigned char least = *c == 0xE0 ? 0xA0 : *c == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = *c == 0xED ? 0x9F : *c == 0xF4 ? 0x8F : 0xBF;
    const size_t more = *c < 0xE0 ? 1 : *c < 0xF0 ? 2 : 3;
    if (*c < 0xC2 || *c > 0xF4)
        return *c < 0x80;
    if (c[1] < least || c[1] > most)
        return 0;
    for (size_t i = 2; i <= more; i++)
        if ((c[i] & 0xC0) != 0x80)
            return 0;
    return 1 + more;
}

struct bp_value; /* a value of an open body; NULL stands for one that is not there */

enum bp_json_kind {
    BP_JSON_NULL,
    BP_JSON_BOOLEAN,
    BP_JSON_STRING,
    BP_JSON_NUMBER,
    BP_JSON_VECTOR, /* an array of numbers, perhaps empty */
    BP_JSON_MATRIX, /* an array of equally long arrays of numbers, at least one */
    BP_JSON_ARRAY,  /* any other array; numbers may be among its elements */
    BP_JSON_OBJECT
};

/* Why a body cannot be read. All from EMPTY on are faults of syntax, which have a place. */
enum bp_json_fault {
    BP_JSON_GOOD,
    BP_JSON_OVER_BUDGET, /* all of the budget is taken */
    BP_JSON_NO_MEMORY,   /* the machine has no more */
    BP_JSON_TOO_MANY,    /* more values or containers than the limits allow */
    BP_JSON_EMPTY,       /* nothing but white space */
    BP_JSON_ENDS_EARLY,
    BP_JSON_UNCLOSED_STRING,
    BP_JSON_NUL,
    BP_JSON_TOO_DEEP,
    BP_JSON_BYTE_ORDER_MARK,
    BP_JSON_BAD_UTF8,
    BP_JSON_CONTROL_CHARACTER, /* in a string, where it must be escaped */
    BP_JSON_BAD_ESCAPE,
    BP_JSON_HALF_PAIR, /* \uD800 to \uDFFF without the other half */
    BP_JSON_NUL_ESCAPE,
    BP_JSON_BAD_NUMBER,
    BP_JSON_NOT_FINITE, /* NaN, Infinity */
    BP_JSON_PYTHON,     /* True, False, None */
    BP_JSON_UNKNOWN_WORD,
    BP_JSON_SINGLE_QUOTES,
    BP_JSON_COMMENT,
    BP_JSON_UNQUOTED_NAME,
    BP_JSON_MISSING_NAME,
    BP_JSON_MISSING_COLON,
    BP_JSON_MISSING_COMMA,
    BP_JSON_MISSING_VALUE,
    BP_JSON_TRAILING_COMMA, /* the place is that of the bracket after it */
    BP_JSON_WRONG_BRACKET,  /* ] for } or } for ] */
    BP_JSON_TRAILING_TEXT,
    BP_JSON_REFUSED /* by the library alone; no text is known */
};

struct bp_json_limits {
    size_t depth;
    size_t values;     /* outside arrays of numbers, names included; each such array is one */
    size_t names;      /* of these */
    size_t nameless;   /* of these, the others */
    size_t containers; /* objects, and arrays of any kind */
    size_t objects;
};

struct bp_json {
    const struct bp_value *root; /* NULL if there is a fault */
    enum bp_json_fault fault;
    size_t line, column, offset; /* of a fault: from 1, from 1 in characters, from 0 in bytes */
    bool has_duplicates;         /* some object has two members of one name; the last is kept */

    /* how it is done */
    double *numbers;
    size_t n_numbers;
    struct bp_lift *lifts;
    size_t n_lifts;
    struct bp_text skeleton;
};

/* Numbers of a value, row by row. A number is 1 x 1, a vector 1 x n. */
struct bp_numbers {
    double *at; /* within the body's block; NULL if there are none */
    size_t rows, columns;
};

/*
 * A place in a body: a member or element of the place above it. Places are linked on the stack and
 * cost nothing until somebody needs the pointer. The step is `name`, then `number` unless that is
 * BP_NO_NUMBER: {up, "W", 1} is /W1, {up, "", 0} is /0.
 */
struct bp_place {
    const struct bp_place *up; /* NULL: the whole body */
    const char *name;
    size_t number;
};

#define BP_NO_NUMBER ((size_t)-1)

/* Who is told of a member whose name its object has had before. */
struct bp_json_listener {
    void (*duplicate)(void *context, const struct bp_place *object, const char *name);
    void *context;
};

#endif
