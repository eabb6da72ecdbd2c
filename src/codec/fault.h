/* Noting faults in a body. */
#ifndef BACKPROPD_CODEC_FAULT_H
#define BACKPROPD_CODEC_FAULT_H

#include "backpropd/problem.h"

/* The pointer of a member or element below another. */
struct bp_pointer {
    char text[BP_POINTER_MAX];
};

struct bp_pointer bp_pointer_of(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The pointer of a member by its name, of any characters: RFC 6901 in a URI fragment. A name too
 * long for a pointer gives the parent's. */
struct bp_pointer bp_pointer_member(const char *parent, const char *name);

/*
 * Adds a fault at `pointer` with a detail (a printf format), and returns it for expected, got and
 * suggestion to be set. Beyond BP_FAULTS_MAX it only counts; what it returns then is scratch.
 */
struct bp_fault *bp_fault_add(struct bp_problem *problem, enum bp_fault_code code,
                              const char *pointer, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a fault about a member of the object at `parent`; the detail is `says` and the name, of any
 * length and any characters. */
struct bp_fault *bp_fault_add_member(struct bp_problem *problem, enum bp_fault_code code,
                                     const char *parent, const char *name, const char *says);

/* Makes the problem INVALID_REQUEST, its detail that of the first fault. Returns false. */
bool bp_faults_finish(struct bp_problem *problem);

struct bp_fact bp_fact_number(double number);
struct bp_fact bp_fact_text(const char *text);
struct bp_fact bp_fact_shape(size_t rows, size_t columns);
struct bp_fact bp_fact_names(const char *const *names, size_t n);

/* The nearest of the names to a misspelt one, or NULL if none is near: at most two letters
 * added, lost, swapped or wrong, capitals apart. */
const char *bp_nearest_name(const char *misspelt, const char *const *names, size_t n);

/* Suggests the near miss, in the detail too; nothing if it is NULL. */
void bp_fault_suggest(struct bp_fault *fault, const char *near);

/* Copies what was got into the fault's own room, cut if need be. */
void bp_fault_got_text(struct bp_fault *fault, const char *text);

#endif
