#include "member_names.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backpropd/suggest.h"

bool bp_is_known(const char *key, struct bp_names known)
{
    return bp_find_name(key, known.names, known.n) < known.n;
}

#define AS_WIRE(name, wire, read) wire,
static const char *const OPTION_NAMES[] = {BP_OPTIONS_READ(AS_WIRE)};
const struct bp_names bp_option_names = {OPTION_NAMES, sizeof OPTION_NAMES / sizeof *OPTION_NAMES};

static const char *const SAMPLE_NAMES[] = {"x", "y", "dL_dy_hat"};

struct bp_names bp_sample_names(const struct bp_operation *operation)
{
    const bool takes_gradients = operation->targets == BP_TARGETS_OR_GRADIENTS ||
                                 operation->targets == BP_TARGETS_ALL_OR_NONE;
    return (struct bp_names){SAMPLE_NAMES, takes_gradients ? 3 : 2};
}

/* --- tensors ---------------------------------------------------------------------------------- */

size_t bp_layer_number(const char *key)
{
    const size_t most = 1000000000;
    size_t k = 0;
    if ((*key != 'W' && *key != 'b') || key[1] < '1' || key[1] > '9')
        return 0;
    for (key++; *key >= '0' && *key <= '9'; key++)
        k = k < most ? k * 10 + (size_t)(*key - '0') : most;
    return *key == '\0' ? k : 0;
}

#define NAMES_SHOWN 16 /* layers whose names are offered to a misspelt one */

#define LAYER(k) "W" #k, "b" #k
static const char *const MEMBERS[1 + 2 * NAMES_SHOWN] = {
    "activations", LAYER(1),  LAYER(2),  LAYER(3),  LAYER(4),  LAYER(5),
    LAYER(6),      LAYER(7),  LAYER(8),  LAYER(9),  LAYER(10), LAYER(11),
    LAYER(12),     LAYER(13), LAYER(14), LAYER(15), LAYER(16)};

struct bp_names bp_network_names(size_t depth)
{
    return (struct bp_names){MEMBERS, 1 + bp_tensor_names(depth).n};
}

struct bp_names bp_tensor_names(size_t depth)
{
    return (struct bp_names){MEMBERS + 1, 2 * (depth < NAMES_SHOWN ? depth : NAMES_SHOWN)};
}

bool bp_read_tensor_name(const char *name, size_t depth, size_t *layer, bool *is_bias)
{
    const size_t k = bp_layer_number(name);
    *layer = k - 1;
    *is_bias = *name == 'b';
    return k >= 1 && k <= depth;
}

static const struct bp_names WEIGHTS =
    BP_NAMES("w", "weight", "weights", "kernel", "theta", "dw", "dldw", "gradw");
static const struct bp_names BIASES = BP_NAMES("b", "bias", "biases", "db", "dldb", "gradb");

/* Reads weights_1, bias1 or dL_dW1. Out: the letter and the number, 1 if the name has no number. */
static bool read_tensor_meant(const char *key, char *letter, long *k)
{
    const char *digits = key + strcspn(key, "0123456789");
    char word[16] = "";
    size_t n = 0;
    for (; key < digits && n + 1 < sizeof word; key++)
        if (!strchr("_- .[({^", *key))
            word[n++] = (char)tolower((unsigned char)*key);
    *k = *digits ? strtol(digits, NULL, 10) : 1;
    *letter = bp_is_known(word, WEIGHTS) ? 'W' : 'b';
    return *letter == 'W' || bp_is_known(word, BIASES);
}

bool bp_is_layer_zero(const char *key, char *letter)
{
    long k;
    return read_tensor_meant(key, letter, &k) && k == 0;
}

const char *bp_tensor_meant(const char *key, struct bp_names known)
{
    char letter, name[24];
    long k;
    if (!read_tensor_meant(key, &letter, &k))
        return NULL;
    snprintf(name, sizeof name, "%c%ld", letter, k);
    const size_t i = bp_find_name(name, known.names, known.n);
    return i < known.n ? known.names[i] : NULL;
}
