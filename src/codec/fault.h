/* Noting faults in a body. */
#ifndef BACKPROPD_CODEC_FAULT_H
#define BACKPROPD_CODEC_FAULT_H

#include "backpropd/json.h"
#include "backpropd/problem.h"

/* The whole body, and places of the contract. */
extern const struct bp_place bp_place_body, bp_place_network, bp_place_samples, bp_place_options,
    bp_place_include;

/* Writes the pointer of a place: RFC 6901 in a URI fragment. A step that is too long to be shown
 * ends it: then it is the pointer of the place above. */
void bp_place_pointer(char pointer[BP_POINTER_MAX], const struct bp_place *place);

/*
 * Adds a fault at a place with a detail (a printf format), and returns it for expected, got and
 * suggestion to be set. Beyond BP_FAULTS_MAX it only counts; what it returns then is scratch.
 */
struct bp_fault *bp_fault_add(struct bp_problem *problem, enum bp_fault_code code,
                              const struct bp_place *place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds a fault about a member of the object at `object`; the detail is `says` and the name, of any
 * length and any characters. */
struct bp_fault *bp_fault_add_member(struct bp_problem *problem, enum bp_fault_code code,
                                     const struct bp_place *object, const char *name,
                                     const char *says);

/* Makes the problem INVALID_REQUEST, its detail that of the first fault. Returns false. */
bool bp_faults_finish(struct bp_problem *problem);

static inline const char *bp_plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static inline struct bp_fact bp_fact_number(double number)
{
    return (struct bp_fact){.kind = BP_FACT_NUMBER, .number = number};
}

static inline struct bp_fact bp_fact_text(const char *text)
{
    return (struct bp_fact){.kind = BP_FACT_TEXT, .text = text};
}

static inline struct bp_fact bp_fact_shape(size_t rows, size_t columns)
{
    return (struct bp_fact){.kind = BP_FACT_SHAPE, .shape = {(double)rows, (double)columns}};
}

/* Appends to the detail (a printf format). */
void bp_fault_say(struct bp_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Suggests the name that was meant, in the detail too. */
void bp_fault_suggest(struct bp_fault *fault, const char *meant);

/* Says which names are known, in `expected` and in the detail, there with `more` after them: of
 * many the first. Where the detail says what to do, `more` is NULL: then it does not list them. The
 * names are copied. */
void bp_fault_list_known(struct bp_fault *fault, const char *const *names, size_t n,
                         const char *more);

/* Copies what was got into the fault's own room, cut if need be. */
void bp_fault_got_text(struct bp_fault *fault, const char *text);

#endif
