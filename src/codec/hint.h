/* What to do about a value that is not what is needed: words after the detail of its fault. */
#ifndef BACKPROPD_CODEC_HINT_H
#define BACKPROPD_CODEC_HINT_H

#include "backpropd/json_read.h"
#include "fault.h"

/* What a value may have to be: name in C, in words. */
#define BP_EXPECTED(X)                                                                             \
    X(NUMBER, "a number")                                                                          \
    X(INTEGER, "an integer")                                                                       \
    X(INTEGER_OR_NULL, "an integer or null")                                                       \
    X(BOOLEAN, "true or false")                                                                    \
    X(STRING, "a string")                                                                          \
    X(OBJECT, "an object")                                                                         \
    X(NUMBERS, "an array of numbers")                                                              \
    X(STRINGS, "an array of strings")                                                              \
    X(NAMES, "an array of names such as \"b1\"")                                                   \
    X(OBJECTS, "an array of objects")                                                              \
    X(MATRIX, "a matrix (an array of arrays of numbers)")

#define BP_AS_EXPECTED(name, words) BP_EXPECTED_##name,
enum bp_expected { BP_EXPECTED(BP_AS_EXPECTED) };
#undef BP_AS_EXPECTED

extern const char *const bp_expected_words[];

/* How a network is written, to those who wrote a list of layers. */
extern const char bp_hint_layers[];

/* Says how a value of the wrong kind becomes what is expected, if it can be told. `needed` is how
 * many elements of an array, or columns of a matrix, fit: 0 if unknown. */
void bp_hint_kind(struct bp_fault *fault, const struct bp_json *json, const struct bp_value *value,
                  const struct bp_place *place, enum bp_expected expected, size_t needed);

/* Says how many numbers fit, unless that is unknown. */
void bp_hint_count(struct bp_fault *fault, const struct bp_place *place, size_t needed);

/* Writes a target out of as many numbers as are needed, if the one number may be a class. */
void bp_hint_class(struct bp_fault *fault, double number, size_t needed);

/* Asks for decimal points if n numbers, more than are needed, may be numbers with decimal commas:
 * 0,5 is two. */
void bp_hint_decimal_comma(struct bp_fault *fault, const double *numbers, size_t n, size_t needed);

#endif
