/*
 * Threads that a calculation may share its work with. The core makes none: whoever calls it brings
 * a team, or none.
 */
#ifndef BACKPROPD_TEAM_H
#define BACKPROPD_TEAM_H

#include <stddef.h>

/* A piece of work on the rows begin <= i < end of whatever `cls` describes. */
typedef void bp_part(void *cls, size_t begin, size_t end);

struct bp_team {
    /* Has part(cls, ...) done for ranges that make up the rows 0 <= i < n, each once, in any order
     * and in several threads at once; returns when all are done. Cannot fail. */
    void (*share)(const struct bp_team *team, bp_part *part, void *cls, size_t n);
};

#endif
