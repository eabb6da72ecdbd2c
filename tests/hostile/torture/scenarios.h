/* What is going on while a call fails: what clients send, and to what kind of server. */
#ifndef TESTS_TORTURE_SCENARIOS_H
#define TESTS_TORTURE_SCENARIOS_H

#include <stdbool.h>
#include <stddef.h>

#include "../../support/standard_limits.h"

enum scenario_form {
    FORM_RAW,     /* the text as it is */
    FORM_POST,    /* a POST of the text to the path */
    FORM_CHUNKED, /* the same, in chunks of some size */
    FORM_SPLIT,   /* the same with a length, in several writes */
    FORM_GZIP,    /* the same, its reply compressed */
    FORM_WAITING, /* the same, the body after a 100 Continue may have come */
};

enum scenario_end {
    END_READ,  /* the client reads its replies and goes */
    END_LEAVE, /* it goes without reading */
};

struct scenario {
    const char *name;
    enum scenario_form form;
    const char *path, *text; /* ' stands for " in a body */
    size_t samples;          /* the body's sample is there so often, 0: once */
    unsigned status; /* of the last reply without faults, so that nothing is tested by mistake */
    size_t replies;  /* 0: one */
    size_t clients;  /* 0: one */
    bool in_turn;    /* clients one after the other, and none leaves; else all at once */
    bool is_head;
    bool varies; /* a reply's body tells what has happened so far */
    enum scenario_end end;
    struct bp_limits limits; /* those that are not 0 replace the defaults */
};

/* Two that serve elsewhere, too: a request that is answered at once, and one for the pool. */
enum { SCENARIO_LIGHT, SCENARIO_POOL };

extern const struct scenario scenarios[];
extern const size_t n_scenarios;

/* The bytes that one client sends. To be freed. */
char *scenario_request(const struct scenario *scenario, size_t *size);

#endif
