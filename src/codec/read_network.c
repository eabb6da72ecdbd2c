#include "read_network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "member_names.h"
#include "unknown.h"

size_t bp_count_layers(const struct bp_reader *reader)
{
    size_t depth = 1;
    for (struct bp_members m = bp_json_members(reader->network); bp_json_next(&m);) {
        size_t k = bp_layer_number(m.name);
        if (k > depth && k <= reader->limits->layers)
            depth = k;
    }
    return depth;
}

/* One layer more than there are, so that a misspelt last one finds its name. */
static struct bp_names known_members(const struct bp_reader *reader)
{
    return bp_network_names(reader->job->task.network.depth + 1);
}

/* One fault for all layers: each is called what it is not. */
static void layer_zero(const struct bp_reader *reader, const char *key, char letter,
                       struct bp_names known)
{
    struct bp_fault *fault =
        bp_fault_add_member(reader->problem, BP_FAULT_UNKNOWN_MEMBER, &bp_place_network, key,
                            "layers count from 1, so there is no");
    bp_fault_say(fault, ": rename W0, b0 to W1, b1, and number each layer after it one higher");
    snprintf(fault->suggestion, sizeof fault->suggestion, "%c1", letter);
    bp_fault_list_known(fault, known.names, known.n, NULL);
}

/* Notes unknown members, and layers beyond the limit: false if there are any. */
static bool read_others(const struct bp_reader *reader)
{
    const struct bp_names known = known_members(reader);
    size_t deepest = 0, n_zeros = 0;
    for (struct bp_members m = bp_json_members(reader->network); bp_json_next(&m);) {
        size_t k = bp_layer_number(m.name);
        char letter;
        deepest = k > deepest ? k : deepest;
        if (k || strcmp(m.name, "activations") == 0)
            continue;
        if (!bp_is_layer_zero(m.name, &letter))
            bp_read_unknown(reader, &bp_place_network, m.name, m.value, known);
        else if (n_zeros++ == 0)
            layer_zero(reader, m.name, letter, known);
    }
    return bp_read_limit(reader, &bp_place_network, "layers", reader->limits->layers, deepest);
}

/* Looks each layer's members up once, since much is asked about them. */
static void find_layers(struct bp_reader *reader)
{
    for (struct bp_members m = bp_json_members(reader->network); bp_json_next(&m);) {
        const size_t k = bp_layer_number(m.name);
        char letter;
        reader->has_layer_zero |= k == 0 && bp_is_layer_zero(m.name, &letter);
        if (k < 1 || k > reader->job->task.network.depth)
            continue;
        if (*m.name == 'W')
            reader->layers[k - 1].w = m.value;
        else
            reader->layers[k - 1].b = m.value;
    }
}

/* True if layer k alone is left out between others, and none of its members is misspelt. */
static bool is_left_out(const struct bp_reader *reader, size_t k)
{
    const struct bp_layer_values *values = reader->layers + k - 1;
    char w[24], b[24];
    if (k == reader->job->task.network.depth || values[0].w || values[0].b ||
        !(values[1].w || values[1].b) || (k > 1 && !values[-1].w && !values[-1].b))
        return false;
    snprintf(w, sizeof w, "W%zu", k);
    snprintf(b, sizeof b, "b%zu", k);
    return !bp_is_misspelt(reader->network, w, known_members(reader)) &&
           !bp_is_misspelt(reader->network, b, known_members(reader));
}

static void say_left_out(const struct bp_reader *reader, struct bp_fault *fault, size_t k)
{
    const bool is_last = k + 1 == reader->job->task.network.depth;
    fault->detail[0] = '\0';
    bp_fault_say(
        fault, "there is no layer %zu: rename W%zu, b%zu to W%zu, b%zu%s, or add W%zu and b%zu", k,
        k + 1, k + 1, k, k, is_last ? "" : ", and number each layer after it one lower", k, k);
}

/* The member W or b of layer k; a fault and NULL if it is missing. */
static const struct bp_value *get_member(const struct bp_reader *reader, char letter, size_t k)
{
    const struct bp_layer_values *values = &reader->layers[k - 1];
    const struct bp_value *member = letter == 'W' ? values->w : values->b;
    char name[24];
    if (member || reader->has_layer_zero)
        return member;
    const bool left_out = is_left_out(reader, k);
    if (left_out && letter == 'b')
        return NULL;
    snprintf(name, sizeof name, "%c%zu", letter, k);
    struct bp_fault *fault =
        bp_read_missing(reader, reader->network, &bp_place_network, name, known_members(reader));
    if (fault && left_out)
        say_left_out(reader, fault, k);
    return NULL;
}

/* The sizes of a layer as its members have them, 0 where they do not tell. */
struct sides {
    bool has_b;             /* not null */
    size_t b;               /* its length */
    size_t fan_in, fan_out; /* the sides of W */
};

static struct sides sides_of(const struct bp_reader *reader, size_t k, bool is_out_in)
{
    const struct bp_value *w = reader->layers[k - 1].w, *b = reader->layers[k - 1].b;
    const struct bp_numbers shape = bp_json_numbers(reader->json, w);
    struct sides sides = {.has_b = !b || bp_json_kind(reader->json, b) != BP_JSON_NULL};
    if (b && bp_json_kind(reader->json, b) == BP_JSON_VECTOR)
        sides.b = bp_json_numbers(reader->json, b).columns;
    if (shape.columns == 0 || bp_json_kind(reader->json, w) != BP_JSON_MATRIX)
        return sides;
    sides.fan_in = is_out_in ? shape.columns : shape.rows;
    sides.fan_out = is_out_in ? shape.rows : shape.columns;
    return sides;
}

/* What two of three say: b, W's fan-out, the layer above. Or else b, or W where b is null; 0 if b
 * is missing or broken, so that nothing is held against a guess. */
static size_t agreed(const struct sides *sides, size_t above)
{
    const bool two_say_fan_out = sides->fan_out && sides->fan_out == above && sides->b != above;
    return two_say_fan_out || !sides->has_b ? sides->fan_out : sides->b;
}

/* True if all that a layer's members tell of its sizes is what was settled. */
static bool agrees(const struct bp_layer *layer, const struct sides *sides)
{
    return (!sides->b || sides->b == layer->n_out) &&
           (!sides->fan_out || sides->fan_out == layer->n_out) &&
           (!sides->fan_in || sides->fan_in == layer->n_in);
}

/* The width of each layer, in n_out of the job's layers, and of what is below, in n_in. It is what
 * the members agree on, see openapi.yaml. True if all members agree on it, the first x too. */
static bool settle_widths(const struct bp_reader *reader, bool is_out_in, struct bp_lengths first)
{
    const size_t depth = reader->job->task.network.depth;
    struct bp_layer *layers = reader->job->task.network.layers;
    const struct sides lowest = sides_of(reader, 1, is_out_in);
    struct sides here = lowest;
    bool all_agree = true;
    for (size_t k = 1; k <= depth; k++) {
        const struct sides above =
            k < depth ? sides_of(reader, k + 1, is_out_in) : (struct sides){0};
        layers[k - 1].n_in = k == 1 ? here.fan_in : layers[k - 2].n_out;
        layers[k - 1].n_out = agreed(&here, k < depth ? above.fan_in : first.y);
        all_agree = all_agree && agrees(&layers[k - 1], &here);
        here = above;
    }
    /* only W1 tells how long x is, unless it would fit x when transposed */
    if (lowest.fan_in == layers[0].n_out && lowest.fan_out == first.x)
        layers[0].n_in = first.x;
    return all_agree && (!lowest.fan_in || !first.x || lowest.fan_in == first.x);
}

/* How the sides of W are called, in the layout that was posted. */
static const char *side_name(const struct bp_reader *reader, bool is_fan_in)
{
    return is_fan_in == !reader->job->is_out_in ? "row" : "column";
}

bool bp_is_width_of_b(const struct bp_reader *reader, size_t k)
{
    const struct sides sides = sides_of(reader, k, reader->job->is_out_in);
    return sides.b == reader->job->task.network.layers[k - 1].n_out;
}

/* True if b alone says how wide layer k is: then b may be the mistake. */
static bool b_is_alone(const struct bp_reader *reader, size_t k)
{
    const struct bp_network *network = &reader->job->task.network;
    const struct bp_value *sample = bp_json_element(reader->samples, 0);
    if (!bp_is_width_of_b(reader, k))
        return false;
    if (k == network->depth)
        return !bp_json_member(sample, "y") && !bp_json_member(sample, "dL_dy_hat");
    return sides_of(reader, k + 1, reader->job->is_out_in).fan_in != network->layers[k - 1].n_out;
}

/* Notes that W has the wrong number of rows or columns, for the width of layer `of`. */
static void wrong_side(const struct bp_reader *reader, size_t k, bool is_fan_in,
                       const struct bp_matrix *w, size_t of)
{
    const bool is_rows = is_fan_in == !reader->job->is_out_in;
    const size_t got = is_rows ? w->rows : w->columns;
    const size_t width = reader->job->task.network.layers[of - 1].n_out;
    const char *side = side_name(reader, is_fan_in);
    char witness[64];
    snprintf(witness, sizeof witness,
             bp_is_width_of_b(reader, of) ? "b%zu has %zu number%s" : "layer %zu has %zu unit%s",
             of, width, bp_plural(width));
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH, &(struct bp_place){&bp_place_network, "W", k},
        "give W%zu %zu %s%s, not %zu: %s", k, width, side, bp_plural(width), got, witness);
    fault->expected = bp_fact_number((double)width);
    fault->got = bp_fact_number((double)got);
    if (!is_fan_in && b_is_alone(reader, k))
        bp_fault_say(fault, "; or give b%zu %zu number%s", k, got, bp_plural(got));
    if (!is_rows && w->numbers)
        bp_hint_decimal_comma(fault, w->numbers, got, width);
}

/* In: all, true if every matrix fits once it is transposed: square ones are meant, too, so that
 * the layout comes first. */
static void transposed(const struct bp_reader *reader, size_t k, const struct bp_matrix *w,
                       bool all)
{
    const bool is_out_in = reader->job->is_out_in;
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH,
                                          &(struct bp_place){&bp_place_network, "W", k}, "%s", "");
    if (all)
        bp_fault_say(fault, "set options.layout to \"%s\", or transpose every matrix: W%zu",
                     is_out_in ? "in_out" : "out_in", k);
    else
        bp_fault_say(fault, "transpose W%zu: it", k);
    bp_fault_say(fault, " is %zu x %zu and fits transposed, as %zu x %zu (%s)", w->rows, w->columns,
                 w->columns, w->rows, is_out_in ? "fan-out x fan-in" : "fan-in x fan-out");
    fault->expected = bp_fact_shape(w->columns, w->rows);
    fault->got = bp_fact_shape(w->rows, w->columns);
}

/* Compares W with the widths on both its sides. */
static void check_sides(const struct bp_reader *reader, size_t k, const struct bp_matrix *w)
{
    const struct bp_layer *layer = &reader->job->task.network.layers[k - 1];
    const bool is_out_in = reader->job->is_out_in;
    const size_t fan_in = is_out_in ? w->columns : w->rows;
    const size_t fan_out = is_out_in ? w->rows : w->columns;
    const bool in_differs = layer->n_in && fan_in && fan_in != layer->n_in;
    const bool out_differs = layer->n_out && fan_out && fan_out != layer->n_out;
    if (!in_differs && !out_differs)
        return;
    if (fan_in == layer->n_out && fan_out == layer->n_in) {
        transposed(reader, k, w, false);
        return;
    }
    if (in_differs)
        wrong_side(reader, k, true, w, k - 1);
    if (out_differs)
        wrong_side(reader, k, false, w, k);
}

static void wrong_bias(const struct bp_reader *reader, const struct bp_place *at, size_t k,
                       size_t got)
{
    const struct bp_network *network = &reader->job->task.network;
    const size_t width = network->layers[k - 1].n_out;
    char above[40] = "the targets";
    if (k < network->depth)
        snprintf(above, sizeof above, "W%zu's %ss", k + 1, side_name(reader, true));
    struct bp_fault *fault = bp_fault_add(
        reader->problem, BP_FAULT_SHAPE_MISMATCH, at,
        "give b%zu %zu number%s, not %zu: W%zu's %ss and %s say that layer %zu has %zu unit%s", k,
        width, bp_plural(width), got, k, side_name(reader, false), above, k, width,
        bp_plural(width));
    fault->expected = bp_fact_number((double)width);
    fault->got = bp_fact_number((double)got);
    bp_hint_decimal_comma(fault, network->layers[k - 1].b, got, width);
}

/* What the sizes of a network are held against: nothing, if its layout is not known; the widths
 * that its members agree on; or each other, if they agree once each matrix is transposed. Then that
 * is the only fault of its shapes, told of each one. */
enum measure { NO_SIZES, SIZES, TRANSPOSED_SIZES };

/* Settles the widths, and so that the transposed matrices fit if all of them do. */
static enum measure settle(const struct bp_reader *reader, struct bp_lengths first)
{
    const bool is_out_in = reader->job->is_out_in;
    if (settle_widths(reader, is_out_in, first))
        return SIZES;
    if (settle_widths(reader, !is_out_in, first))
        return TRANSPOSED_SIZES;
    settle_widths(reader, is_out_in, first);
    return SIZES;
}

/* How many biases fit, where there is no list of them: what W says, if nothing else does. */
static size_t width_for_hint(const struct bp_reader *reader, size_t k, const struct bp_value *b,
                             enum measure measure)
{
    const size_t width = reader->job->task.network.layers[k - 1].n_out;
    if (measure != SIZES)
        return 0;
    if (width || bp_json_kind(reader->json, b) == BP_JSON_VECTOR)
        return width;
    return sides_of(reader, k, reader->job->is_out_in).fan_out;
}

/* Reads b, which may be null: a layer without biases. */
static void read_biases(struct bp_reader *reader, size_t k, enum measure measure)
{
    struct bp_layer *layer = &reader->job->task.network.layers[k - 1];
    const struct bp_place at = {&bp_place_network, "b", k};
    const struct bp_value *b = get_member(reader, 'b', k);
    size_t n = layer->n_out;
    if (b && bp_json_kind(reader->json, b) != BP_JSON_NULL &&
        bp_read_vector(reader, b, &at, width_for_hint(reader, k, b, measure), &layer->b, &n) &&
        measure == SIZES && layer->n_out && n != layer->n_out)
        wrong_bias(reader, &at, k, n);
    bp_read_limit(
        reader, layer->b && n == layer->n_out ? &at : &(struct bp_place){&bp_place_network, "W", k},
        "units", reader->limits->units, layer->n_out);
}

static void read_weights(struct bp_reader *reader, size_t k, enum measure measure)
{
    struct bp_layer *layer = &reader->job->task.network.layers[k - 1];
    const struct bp_place at = {&bp_place_network, "W", k};
    const struct bp_value *value = get_member(reader, 'W', k);
    const bool is_out_in = reader->job->is_out_in != (measure == TRANSPOSED_SIZES);
    const size_t width = is_out_in ? layer->n_in : layer->n_out;
    struct bp_matrix w = {.usable = false};
    if (value)
        w = bp_read_matrix(reader, value, &at, measure == NO_SIZES ? 0 : width);
    layer->w = w.numbers;
    if (k == 1)
        bp_read_limit(reader, &at, "inputs", reader->limits->units, layer->n_in);
    if (measure == SIZES)
        check_sides(reader, k, &w);
    if (w.columns && measure == TRANSPOSED_SIZES && w.rows != w.columns)
        transposed(reader, k, &w, true);
}

static size_t read_layers(struct bp_reader *reader, struct bp_lengths first)
{
    const enum measure settled = settle(reader, first);
    const enum measure measure =
        reader->layout_is_faulty || reader->has_layer_zero ? NO_SIZES : settled;
    for (size_t k = 1; k <= reader->job->task.network.depth; k++) {
        read_biases(reader, k, measure);
        read_weights(reader, k, measure);
    }
    bp_read_limit(reader, &bp_place_network, "parameters", reader->limits->parameters,
                  bp_network_parameters(&reader->job->task.network));
    return measure == SIZES ? reader->job->task.network.layers[0].n_in : 0;
}

/* A derivative of softmax is a matrix, which only the last layer is made for. */
static void check_softmax(struct bp_reader *reader, const struct bp_place *place)
{
    const struct bp_network *network = &reader->job->task.network;
    for (size_t k = 0; k + 1 < network->depth; k++) {
        if (network->layers[k].activation != BP_ACTIVATION_SOFTMAX)
            continue;
        bp_fault_add(
            reader->problem, BP_FAULT_INCOMPATIBLE, &(struct bp_place){place, "", k},
            "give layer %zu, a hidden one, another activation; only the last layer can have "
            "softmax",
            k + 1);
        reader->softmax_is_hidden = true;
    }
}

void bp_read_activations(struct bp_reader *reader, const struct bp_value *value,
                         const struct bp_place *place)
{
    struct bp_network *network = &reader->job->task.network;
    const size_t faults_before = reader->problem->n_faults;
    size_t n, index;
    for (size_t k = 0; k < network->depth; k++)
        network->layers[k].activation =
            k + 1 < network->depth ? BP_ACTIVATION_RELU : BP_ACTIVATION_IDENTITY;
    if (!value)
        return;
    reader->job->posted_activations = true;
    const bool is_array = bp_is_array(reader, value, &n);
    if (!is_array)
        bp_read_wrong_kind(reader, value, place, BP_EXPECTED_STRINGS, network->depth);
    for (size_t k = 0; k < n; k++)
        if (bp_read_name(reader, bp_json_element(value, k), &(struct bp_place){place, "", k},
                         bp_activation_names, BP_ACTIVATION_COUNT, &index) &&
            k < network->depth)
            network->layers[k].activation = (enum bp_activation)index;
    if (is_array && n != network->depth && !reader->has_layer_zero) {
        struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_SHAPE_MISMATCH, place,
                                              "write %zu name%s, not %zu: one for each layer%s",
                                              network->depth, bp_plural(network->depth), n,
                                              n > network->depth ? ", and none for the input" : "");
        fault->expected = bp_fact_number((double)network->depth);
        fault->got = bp_fact_number((double)n);
    }
    reader->activations_are_faulty =
        reader->problem->n_faults != faults_before || reader->has_layer_zero;
    if (!reader->activations_are_faulty)
        check_softmax(reader, place);
}

struct bp_lengths bp_read_network(struct bp_reader *reader, struct bp_lengths first)
{
    const struct bp_value *network = reader->network;
    struct bp_lengths lengths = {0, 0};
    if (bp_json_kind(reader->json, network) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, network, &bp_place_network, BP_EXPECTED_OBJECT);
        reader->activations_are_faulty = true;
        return lengths;
    }
    find_layers(reader);
    lengths.x = read_layers(reader, first);
    bp_read_activations(reader, bp_json_member(network, "activations"),
                        &(struct bp_place){&bp_place_network, "activations", BP_NO_NUMBER});
    if (read_others(reader) && !reader->layout_is_faulty && !reader->has_layer_zero)
        lengths.y = bp_network_last(&reader->job->task.network)->n_out;
    return lengths;
}

bool bp_turn_weights(struct bp_reader *reader)
{
    struct bp_job *job = reader->job;
    const struct bp_network *network = &job->task.network;
    size_t n_weights = 0;
    if (!job->is_out_in || !reader->network || job->weights)
        return true;
    for (size_t k = 0; k < network->depth; k++)
        n_weights += bp_layer_weights(&network->layers[k]);
    double *at = bp_memory_take(reader->memory, n_weights * sizeof *at, &reader->over_budget);
    job->weights = at;
    for (size_t k = 0; at && k < network->depth; k++) {
        struct bp_layer *layer = &network->layers[k];
        for (size_t i = 0; i < layer->n_in; i++)
            for (size_t j = 0; j < layer->n_out; j++)
                at[i * layer->n_out + j] = layer->w[j * layer->n_in + i];
        layer->w = at;
        at += bp_layer_weights(layer);
    }
    reader->lacks_memory = !job->weights;
    return job->weights;
}
