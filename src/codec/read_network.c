#include "read_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A layer's members as they are read, before all shapes are known to agree. */
struct parts {
    size_t k;           /* from 1, as in W1 */
    size_t width_below; /* the length of b of the layer below, 0 if unknown */
    size_t width;       /* the length of b, 0 if unknown */
    struct bp_matrix w;
};

/* Reads "W12" or "b12": returns the number, or 0 if the key is no such name. */
static size_t layer_number(const char *key)
{
    const size_t most = 1000000000;
    size_t k = 0;
    if ((*key != 'W' && *key != 'b') || key[1] < '1' || key[1] > '9')
        return 0;
    for (key++; *key >= '0' && *key <= '9'; key++)
        k = k < most ? k * 10 + (size_t)(*key - '0') : most;
    return *key == '\0' ? k : 0;
}

size_t bp_count_layers(const struct bp_value *network, size_t limit)
{
    size_t depth = 1;
    for (struct bp_members m = bp_json_members(network); bp_json_next(&m);) {
        size_t k = layer_number(m.name);
        if (k > depth && k <= limit)
            depth = k;
    }
    return depth;
}

#define NAMES_SHOWN 16 /* layers whose names are offered to a misspelt one */

/* The names that a network's members may have. They are made only once something is misspelt. */
struct names {
    char text[2 * NAMES_SHOWN][8];
    const char *names[2 * NAMES_SHOWN + 1];
};

/* One layer more than there are, so that a misspelt last one finds its name. */
static struct bp_names make_names(struct names *store, size_t depth)
{
    size_t n = 0;
    for (size_t k = 1; k <= depth + 1 && k <= NAMES_SHOWN; k++)
        for (const char *letter = "Wb"; *letter; letter++) {
            snprintf(store->text[n], sizeof store->text[n], "%c%u", *letter, (unsigned)k);
            store->names[n] = store->text[n];
            n++;
        }
    store->names[n++] = "activations";
    return (struct bp_names){store->names, n};
}

/* Notes unknown members, and layers beyond the limit: false if there are any. */
static bool read_others(const struct bp_reader *reader, const struct bp_value *network)
{
    size_t deepest = 0;
    struct names names;
    struct bp_names known = {NULL, 0};
    for (struct bp_members m = bp_json_members(network); bp_json_next(&m);) {
        size_t k = layer_number(m.name);
        deepest = k > deepest ? k : deepest;
        if (k || strcmp(m.name, "activations") == 0)
            continue;
        if (!known.n) /* not made for nothing, and not for each */
            known = make_names(&names, reader->job->task.network.depth);
        bp_read_unknown(reader, &bp_place_network, m.name, known);
    }
    return deepest <= reader->limits->layers ||
           bp_read_limit(reader, &bp_place_network, "layers", reader->limits->layers, deepest);
}

/* The member W or b of layer k; a fault and NULL if it is missing. */
static const struct bp_value *get_member(const struct bp_reader *reader,
                                         const struct bp_value *network, const char *letter,
                                         size_t k)
{
    char name[24] = {*letter, (char)('0' + k), '\0'};
    struct names names;
    if (k > 9)
        snprintf(name, sizeof name, "%s%zu", letter, k);
    const struct bp_value *member = bp_json_member(network, name);
    if (!member)
        bp_read_missing(reader, network, &bp_place_network, name,
                        make_names(&names, reader->job->task.network.depth));
    return member;
}

static void read_width(struct bp_reader *reader, const struct bp_value *network,
                       struct parts *parts)
{
    struct bp_layer *layer = &reader->job->task.network.layers[parts->k - 1];
    const struct bp_place at = {&bp_place_network, "b", parts->k};
    const struct bp_value *b = get_member(reader, network, "b", parts->k);
    if (!b || !bp_read_vector(reader, b, &at, &layer->b, &layer->n_out))
        return;
    parts->width = layer->n_out;
    if (layer->n_out > reader->limits->units)
        bp_read_limit(reader, &at, "units", reader->limits->units, layer->n_out);
}

static void read_weights(struct bp_reader *reader, const struct bp_value *network,
                         struct parts *parts)
{
    struct bp_layer *layer = &reader->job->task.network.layers[parts->k - 1];
    const struct bp_place at = {&bp_place_network, "W", parts->k};
    const struct bp_value *w = get_member(reader, network, "W", parts->k);
    if (w)
        parts->w = bp_read_matrix(reader, w, &at, parts->width);
    if (parts->k == 1 && parts->w.usable && parts->w.rows > reader->limits->units)
        bp_read_limit(reader, &at, "inputs", reader->limits->units, parts->w.rows);
    layer->w = parts->w.numbers;
    layer->n_in = parts->w.rows;
}

/* Notes that Wk has the wrong number of rows or columns, as the b of layer `above` or below it
 * says. */
static void wrong_side(const struct bp_reader *reader, size_t k, const char *side, size_t got,
                       size_t b, size_t width)
{
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH, &(struct bp_place){&bp_place_network, "W", k},
        "%zu %s%s, but b%zu has %zu unit%s, so W%zu needs %zu %s%s", got, side, bp_plural(got), b,
        width, bp_plural(width), k, width, side, bp_plural(width));
    fault->expected = bp_fact_number((double)width);
    fault->got = bp_fact_number((double)got);
}

static void transposed(const struct bp_reader *reader, const struct parts *parts, size_t n_in)
{
    const struct bp_matrix *w = &parts->w;
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH,
        &(struct bp_place){&bp_place_network, "W", parts->k},
        "%zu x %zu, but W%zu needs %zu x %zu (fan-in x fan-out); the transposed matrix would fit",
        w->rows, w->columns, parts->k, n_in, parts->width);
    fault->expected = bp_fact_shape(n_in, parts->width);
    fault->got = bp_fact_shape(w->rows, w->columns);
}

/* Compares Wk with the widths on both its sides. Returns the fan-in that it should have. */
static size_t check_shape(const struct bp_reader *reader, const struct parts *parts)
{
    const struct bp_matrix *w = &parts->w;
    const size_t n_in = parts->width_below ? parts->width_below : w->rows;
    const bool columns_differ = w->usable && parts->width && w->columns != parts->width;
    const bool rows_differ = w->rows_known && parts->width_below && w->rows != parts->width_below;
    const bool turned_fits = w->usable && w->rows == parts->width &&
                             w->columns == parts->width_below && (columns_differ || rows_differ);
    if (turned_fits) {
        transposed(reader, parts, parts->width_below);
        return parts->width_below;
    }
    if (rows_differ)
        wrong_side(reader, parts->k, "row", w->rows, parts->k - 1, parts->width_below);
    if (columns_differ)
        wrong_side(reader, parts->k, "column", w->columns, parts->k, parts->width);
    return w->rows_known ? n_in : 0;
}

static const struct bp_place ACTIVATIONS = {&bp_place_network, "activations", BP_NO_NUMBER};

static void read_activations(struct bp_reader *reader, const struct bp_value *value)
{
    struct bp_network *network = &reader->job->task.network;
    size_t n, index;
    for (size_t k = 0; k < network->depth; k++)
        network->layers[k].activation =
            k + 1 < network->depth ? BP_ACTIVATION_RELU : BP_ACTIVATION_IDENTITY;
    if (!value)
        return;
    reader->job->posted_activations = true;
    if (!bp_is_array(reader, value, &n)) {
        bp_read_wrong(reader, value, &ACTIVATIONS, "an array of strings");
        return;
    }
    for (size_t k = 0; k < n; k++)
        if (bp_read_name(reader, bp_json_element(value, k), &(struct bp_place){&ACTIVATIONS, "", k},
                         bp_activation_names, BP_ACTIVATION_COUNT, &index) &&
            k < network->depth)
            network->layers[k].activation = (enum bp_activation)index;
    if (n != network->depth) {
        struct bp_fault *fault = bp_fault_add(
            reader->problem, BP_FAULT_SHAPE_MISMATCH, &ACTIVATIONS, "%zu name%s for %zu layer%s", n,
            bp_plural(n), network->depth, bp_plural(network->depth));
        fault->expected = bp_fact_number((double)network->depth);
        fault->got = bp_fact_number((double)n);
    }
}

static size_t read_layers(struct bp_reader *reader, const struct bp_value *network, size_t first_x)
{
    size_t n_x = 0, width_below = 0, parameters = 0;
    for (size_t k = 1; k <= reader->job->task.network.depth; k++) {
        struct parts parts = {.k = k, .width_below = width_below};
        read_width(reader, network, &parts);
        read_weights(reader, network, &parts);
        /* nothing below W1 says its fan-in; where x has as many numbers as W1 has columns, W1 is
         * taken for a transposed one */
        if (k == 1 && parts.w.usable && parts.w.columns == first_x)
            parts.width_below = parts.w.rows == parts.width ? first_x : 0;
        size_t n_in = check_shape(reader, &parts);
        n_x = k == 1 ? n_in : n_x;
        width_below = parts.width;
        parameters += (n_in + 1) * parts.width;
    }
    if (parameters > reader->limits->parameters)
        bp_read_limit(reader, &bp_place_network, "parameters", reader->limits->parameters,
                      parameters);
    return n_x;
}

struct bp_lengths bp_read_network(struct bp_reader *reader, const struct bp_value *network,
                                  size_t first_x)
{
    const struct bp_network *read = &reader->job->task.network;
    struct bp_lengths lengths = {0, 0};
    if (bp_json_kind(reader->json, network) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, network, &bp_place_network, "an object");
        return lengths;
    }
    lengths.x = read_layers(reader, network, first_x);
    read_activations(reader, bp_json_member(network, "activations"));
    if (read_others(reader, network))
        lengths.y = read->layers[read->depth - 1].n_out;
    return lengths;
}
