/* A body lifted and its skeleton loaded, and what the two of them say of a value. */
#ifndef TESTS_LIFTING_H
#define TESTS_LIFTING_H

#include <jansson.h>

#include "budget.h"
#include "codec/lift.h"
#include "codec/skeleton.h"

struct lifting {
    struct bp_memory memory;
    struct bp_lifted lifted;
    struct bp_problem problem;
    struct bp_fault faults[BP_FAULTS_ROOM];
    char *body;   /* owned: in memory of its own size, so that a reader beyond it is caught */
    json_t *root; /* owned: the skeleton's value, or NULL */
};

static inline void lifting_start(struct lifting *lifting, const char *body, size_t size)
{
    budget_make(&lifting->memory, BUDGET_ENOUGH);
    lifting->body = malloc(size + 1);
    memcpy(lifting->body, body, size);
    lifting->body[size] = '\0';
    memset(&lifting->problem, 0xA5, sizeof lifting->problem);
    lifting->problem.faults = lifting->faults;
    bp_lift_body(&lifting->lifted, lifting->body, size, SIZE_MAX, &lifting->memory);
}

/* Lifts and loads. To be freed with lifting_end. */
static inline void lifting_load(struct lifting *lifting, const char *body, size_t size)
{
    lifting_start(lifting, body, size);
    lifting->root = bp_skeleton_load(&lifting->problem, &lifting->lifted, lifting->body);
}

static inline void lifting_end(struct lifting *lifting)
{
    json_decref(lifting->root);
    bp_lifted_free(&lifting->lifted);
    budget_end(&lifting->memory);
    free(lifting->body);
}

/* True if the body is valid JSON, without duplicate members. */
static inline bool lifting_is_good(const struct lifting *lifting)
{
    return lifting->root && lifting->problem.n_faults == 0;
}

#endif
