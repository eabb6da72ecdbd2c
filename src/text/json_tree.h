/*
 * jansson's part of reading: the tree of a skeleton. A thread has one.
 *
 * The last tree is remembered. Bodies of one shape have the same skeleton, whatever their numbers
 * and white space, and a client that posts thousands of them posts few shapes. Figures for the
 * textbook request, which takes 2.8 us and 47,300 instructions without a socket, 18 us with one:
 * this earns 1.1 us and 17,200 instructions.
 *
 * jansson's memory is taken by moving a pointer and given back all at once. This earns little time
 * (4,100 instructions, 0.1 us, and only where nothing is remembered). It stays for two reasons: the
 * memory that a hostile body costs counts against the budget of all requests, and the remembered
 * tree lies in the thread's own memory, so that nothing has to give it back when the thread ends.
 */
#ifndef BACKPROPD_TEXT_JSON_TREE_H
#define BACKPROPD_TEXT_JSON_TREE_H

#include <jansson.h>

#include "backpropd/json.h"

#define BP_TREE_FIRST 4096 /* bytes a thread has for small trees, whatever the budget */

/* Makes jansson take its memory from its thread's tree where one is open, or else from malloc. To
 * be called once, before there are threads. */
void bp_tree_prepare(void);

/* Opens this thread's tree; what was remembered is gone. None must be open. */
void bp_tree_open(struct bp_memory *memory);

/* Closes it, if one is open: all that jansson took since is gone, but for what is remembered. */
void bp_tree_close(void);

/* The fault if jansson was refused memory since the tree was opened; else `otherwise`. */
enum bp_json_fault bp_tree_fault(enum bp_json_fault otherwise);

/* Where an open tree's memory has come to; going back to it gives all back that jansson has taken
 * since, none of which may be in use. */
struct bp_tree_mark {
    char *at, *end, *chunks;
};

struct bp_tree_mark bp_tree_mark(void);
void bp_tree_go_back(const struct bp_tree_mark *mark);

/*
 * Returns the tree of a skeleton, or NULL if memory has run out or jansson refuses it. It is not to
 * be decref'ed: it stands until bp_tree_close, which must follow.
 *
 * Out: has_duplicates, whether an object has two members of one name; of these the last is kept.
 */
json_t *bp_tree_load(const struct bp_text *skeleton, bool *has_duplicates,
                     struct bp_memory *memory);

#endif
