#include "json_tree.h"

#include <stdint.h>
#include <stdlib.h>

#define ALIGNMENT 16
#define SKELETON_MAX 1024 /* of those that are remembered */

/* jansson's allocators know no context, so the thread has to. */
static _Thread_local struct {
    bool failed; /* some memory was not to be had, whatever jansson says of it */
    bool over_budget;
    struct bp_memory *memory; /* NULL: the tree is not open */
    char *at, *end;
    char *last;        /* the newest block, which can be given back */
    char *chunks;      /* those beyond the first, newest first, linked at their start */
    size_t chunk_size; /* of the next one */
    json_t *root;      /* the last one, which lies in `first`; NULL if none is remembered */
    size_t size;
    char skeleton[SKELETON_MAX];
    _Alignas(ALIGNMENT) char first[BP_TREE_FIRST];
} tree;

/* A chunk starts with the pointer to the one before, padded so that blocks stay aligned. */
static bool add_chunk(size_t size)
{
    const size_t needed = size + ALIGNMENT;
    const size_t chunk_size = needed > tree.chunk_size ? needed : tree.chunk_size;
    char *chunk = bp_memory_take(tree.memory, chunk_size, &tree.over_budget);
    if (!chunk)
        return false;
    *(char **)chunk = tree.chunks;
    tree.chunks = chunk;
    tree.at = chunk + ALIGNMENT;
    tree.end = chunk + chunk_size;
    tree.chunk_size += tree.chunk_size / 4; /* of the last one little is unused */
    return true;
}

static void *take(size_t size)
{
    if (!tree.memory)
        return malloc(size);
    const size_t most = SIZE_MAX / 4, padded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > most || ((size_t)(tree.end - tree.at) < padded && !add_chunk(padded))) {
        tree.failed = true;
        return NULL;
    }
    tree.last = tree.at;
    tree.at += padded;
    return tree.last;
}

static void give(void *block)
{
    if (!tree.memory)
        free(block);
    else if (block && block == tree.last)
        tree.at = tree.last;
}

void bp_tree_prepare(void)
{
    json_set_alloc_funcs(take, give);
    json_object_seed(0); /* jansson makes the seed of its hash tables at first use, and unlocked */
}

void bp_tree_open(struct bp_memory *memory)
{
    tree.memory = memory;
    tree.at = tree.first;
    tree.end = tree.first + sizeof tree.first;
    tree.last = tree.chunks = NULL;
    tree.chunk_size = (size_t)4 * BP_TREE_FIRST;
    tree.failed = tree.over_budget = false;
    tree.root = NULL;
}

static void give_chunks_since(const char *older)
{
    while (tree.chunks != older) {
        char *chunk = tree.chunks;
        tree.chunks = *(char **)chunk;
        bp_memory_give(chunk);
    }
}

void bp_tree_close(void)
{
    give_chunks_since(NULL);
    tree.memory = NULL;
}

struct bp_tree_mark bp_tree_mark(void)
{
    return (struct bp_tree_mark){tree.at, tree.end, tree.chunks};
}

void bp_tree_go_back(const struct bp_tree_mark *mark)
{
    give_chunks_since(mark->chunks);
    tree.at = mark->at;
    tree.end = mark->end;
    tree.last = NULL;
}

enum bp_json_fault bp_tree_fault(enum bp_json_fault otherwise)
{
    if (!tree.failed)
        return otherwise;
    return tree.over_budget ? BP_JSON_OVER_BUDGET : BP_JSON_NO_MEMORY;
}

json_t *bp_tree_load(const struct bp_text *skeleton, bool *has_duplicates, struct bp_memory *memory)
{
    json_error_t error = {.line = 0}; /* jansson leaves the code alone when memory runs out */
    *has_duplicates = false;
    if (tree.root && skeleton->size == tree.size &&
        memcmp(skeleton->data, tree.skeleton, tree.size) == 0)
        return tree.root;
    bp_tree_open(memory);
    json_t *root = json_loadb(skeleton->data, skeleton->size,
                              JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &error);
    *has_duplicates = !root && json_error_code(&error) == json_error_duplicate_key;
    if (*has_duplicates)
        return json_loadb(skeleton->data, skeleton->size, JSON_DECODE_ANY, NULL);
    if (root && skeleton->size <= SKELETON_MAX && !tree.chunks && !tree.failed) {
        memcpy(tree.skeleton, skeleton->data, skeleton->size);
        tree.size = skeleton->size;
        tree.root = root;
    }
    return root;
}
