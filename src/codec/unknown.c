#include "unknown.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/suggest.h"
#include "member_names.h"

/* --- what is meant ---------------------------------------------------------------------------- */

/* The only name that is the key with a number behind it, as z1 is z where there is no z2. */
static const char *numbered(const char *key, struct bp_names known)
{
    const size_t n = strlen(key);
    const char *found = NULL;
    for (size_t i = 0; i < known.n; i++) {
        const char *name = known.names[i];
        if (strncmp(name, key, n) != 0 || !name[n] || name[n + strspn(name + n, "0123456789")])
            continue;
        if (found)
            return NULL;
        found = name;
    }
    return found;
}

/* The name among those known here, NULL if none is meant. */
static const char *meant(const char *key, struct bp_names known)
{
    const char *name = bp_suggest_synonym(key, known.names, known.n);
    if (!name)
        name = bp_tensor_meant(key, known);
    if (!name)
        name = bp_suggest(key, known.names, known.n);
    return name ? name : numbered(key, known);
}

/* --- where it belongs ------------------------------------------------------------------------- */

enum home { NOWHERE, BODY, NETWORK, SAMPLE, OPTIONS };

static enum home home_at(const struct bp_place *object)
{
    return object == &bp_place_body                    ? BODY
           : object == &bp_place_network               ? NETWORK
           : object == &bp_place_options               ? OPTIONS
           : object && object->up == &bp_place_samples ? SAMPLE
                                                       : NOWHERE;
}

/* The object that is a home: of samples the one of this number. NULL if it is not there. */
static const struct bp_value *object_of(const struct bp_reader *reader, enum home home,
                                        size_t sample)
{
    const struct bp_value *const objects[] = {[NOWHERE] = NULL,
                                              [BODY] = reader->root,
                                              [NETWORK] = reader->network,
                                              [SAMPLE] = bp_json_element(reader->samples, sample),
                                              [OPTIONS] = bp_json_member(reader->root, "options")};
    return objects[home];
}

/* Where the operation knows a member of this name. */
static enum home home_of(const struct bp_reader *reader, const char *name)
{
    const struct bp_operation *operation = reader->job->operation;
    const bool has_network = bp_is_known("network", operation->members);
    if (bp_is_known(name, operation->members))
        return BODY;
    if (bp_is_known(name, bp_option_names))
        return OPTIONS;
    if (has_network && (bp_is_known(name, bp_network_names(0)) || bp_layer_number(name)))
        return NETWORK;
    return has_network && bp_is_known(name, bp_sample_names(operation)) ? SAMPLE : NOWHERE;
}

/* A member that belongs into another object. */
struct misplaced {
    const char *name; /* the key itself, or what it means */
    enum home home;   /* NOWHERE: it is not misplaced */
};

static struct misplaced misplaced(const struct bp_reader *reader, enum home here, const char *key)
{
    const struct bp_names lists[] = {reader->job->operation->members, bp_option_names,
                                     bp_network_names(0), bp_sample_names(reader->job->operation)};
    struct misplaced found = {key, home_of(reader, key)};
    for (size_t i = 0; i < sizeof lists / sizeof *lists && found.home == NOWHERE; i++) {
        const char *name = bp_suggest_synonym(key, lists[i].names, lists[i].n);
        if (name)
            found = (struct misplaced){name, home_of(reader, name)};
    }
    if (here == NOWHERE || found.home == here)
        found.home = NOWHERE;
    return found;
}

/* In: a value that may be one of several samples' in rows. */
static void say_sample(struct bp_fault *fault, const struct bp_reader *reader, const char *name,
                       const struct bp_value *value)
{
    const bool is_matrix = bp_json_kind(reader->json, value) == BP_JSON_MATRIX;
    const size_t n = bp_json_count_elements(reader->samples);
    if (!n)
        bp_fault_say(fault, "write it as \"samples\": [{\"x\": [...], \"y\": [...]}]%s",
                     is_matrix ? ", one sample for each row" : "");
    else if (n == 1)
        bp_fault_say(fault, "move it into the sample");
    else
        bp_fault_say(fault, "write it into each sample: each needs its own \"%s\"", name);
}

static void say_home(struct bp_fault *fault, const struct bp_reader *reader, const char *key,
                     const struct misplaced *member, const struct bp_value *value)
{
    static const char *const pointers[] = {[BODY] = "#/",
                                           [NETWORK] = "#/network/",
                                           [SAMPLE] = "#/samples/0/",
                                           [OPTIONS] = "#/options/"};
    if (strcmp(key, member->name) != 0)
        bp_fault_say(fault, "; call it \"%s\", and ", member->name);
    else
        bp_fault_say(fault, "; ");
    if (member->home == SAMPLE)
        say_sample(fault, reader, member->name, value);
    else if (member->home == NETWORK && !reader->network)
        bp_fault_say(fault, "write it as \"network\": {\"W1\": [[...]], \"b1\": [...]}");
    else if (member->home == OPTIONS && !bp_json_member(reader->root, "options"))
        bp_fault_say(fault, "write it as \"options\": {\"%s\": ...}", member->name);
    else
        bp_fault_say(fault, "move it %s",
                     member->home == BODY      ? "to the top level, beside network"
                     : member->home == NETWORK ? "into network"
                                               : "into options");
    if (member->home != SAMPLE || bp_json_count_elements(reader->samples) <= 1)
        snprintf(fault->suggestion, sizeof fault->suggestion, "%s%.20s", pointers[member->home],
                 member->name);
}

/* --- what else there is to say ---------------------------------------------------------------- */

/* Says which operation takes the member here: the first one. False if none does. */
static bool say_operation(struct bp_fault *fault, enum home here, const char *key)
{
    for (const struct bp_operation *const *other = bp_operations; *other; other++) {
        const struct bp_names known = here == BODY ? (*other)->members : bp_sample_names(*other);
        if ((here == BODY || here == SAMPLE) && bp_is_known(key, known)) {
            bp_fault_say(fault, "; leave it out, or post to %s, which takes it", (*other)->path);
            return true;
        }
    }
    return false;
}

static bool uses_leaky_relu(const struct bp_reader *reader)
{
    const struct bp_value *activations = bp_json_member(reader->network, "activations");
    for (size_t i = 0; i < bp_json_count_elements(activations) && i < BP_FAULTS_MAX; i++) {
        const char *name = bp_json_string(bp_json_element(activations, i));
        if (name && strcmp(name, "leaky_relu") == 0)
            return true;
    }
    return false;
}

static const struct bp_names IN_STEPS =
    BP_NAMES("momentum", "nesterov", "weight_decay", "regularization", "lambda", "optimizer",
             "solver", "batch_size", "dropout", "decay", "beta1", "beta2", "shuffle", "seed");
static const struct bp_names SLOPES = BP_NAMES("negative_slope", "slope", "leak");
static const struct bp_names RESULTS =
    BP_NAMES("y_hat", "yhat", "y_pred", "prediction", "predictions", "z", "z1", "h", "h1");
static const struct bp_names LISTS = BP_NAMES("layers", "weights", "biases", "W", "b");

/* True if a list stands here for the members of all layers. */
static bool is_list_of_layers(const struct bp_reader *reader, enum home here, const char *key,
                              const struct bp_value *value)
{
    const enum bp_json_kind kind = bp_json_kind(reader->json, value);
    const bool is_of_biases = *key == 'b' && kind == BP_JSON_MATRIX;
    return here == NETWORK && bp_is_known(key, LISTS) && (kind == BP_JSON_ARRAY || is_of_biases);
}

/* What to do about a member that stands for what there is not; NULL if it does not. */
static const char *not_available(const struct bp_reader *reader, enum home here, const char *key,
                                 const struct bp_value *value)
{
    if (is_list_of_layers(reader, here, key, value))
        return bp_hint_layers;
    if ((here == BODY || here == OPTIONS) && bp_is_known(key, IN_STEPS))
        return "leave it out: a step is plain gradient descent, with all samples together";
    if (here != NOWHERE && strcmp(key, "alpha") == 0 && uses_leaky_relu(reader))
        return "leave it out: the slope of leaky_relu is always 0.01; a learning rate is called "
               "\"learning_rate\"";
    if (here != NOWHERE && bp_is_known(key, SLOPES))
        return "leave it out: the slope of leaky_relu is always 0.01";
    if (here == SAMPLE && bp_is_known(key, RESULTS))
        return "leave it out: it is calculated here; the target is called \"y\"";
    return NULL;
}

/* The name that was meant, unless the object has such a member. */
static void say_name(struct bp_fault *fault, const struct bp_value *object, const char *key,
                     const char *name)
{
    if (object && bp_json_member(object, name)) {
        bp_fault_say(fault, "; leave it out: \"%s\" is here already", name);
        return;
    }
    bp_fault_suggest(fault, name);
    if (bp_suggest_note(key))
        bp_fault_say(fault, " %s", bp_suggest_note(key));
}

/* In: value, of a member that is called activations: one name may stand for the list of them. */
static void say_list(struct bp_fault *fault, const struct bp_reader *reader,
                     const struct bp_value *value)
{
    const char *text = bp_json_string(value);
    const char *more = reader->job->task.network.depth > 1 ? ", ..." : "";
    if (text && bp_find_name(text, bp_activation_names, BP_ACTIVATION_COUNT) < BP_ACTIVATION_COUNT)
        bp_fault_say(fault, " Write \"activations\": [\"%s\"%s], one name for each layer", text,
                     more);
}

void bp_read_unknown(const struct bp_reader *reader, const struct bp_place *object_place,
                     const char *key, const struct bp_value *value, struct bp_names known)
{
    const enum home here = home_at(object_place);
    struct bp_fault *fault = bp_fault_add_member(reader->problem, BP_FAULT_UNKNOWN_MEMBER,
                                                 object_place, key, "unknown member");
    if (reader->problem->n_faults > BP_FAULTS_MAX) /* what is not listed needs no help */
        return;
    const struct misplaced elsewhere = misplaced(reader, here, key);
    const bool is_exact = elsewhere.home && elsewhere.name == key;
    const char *name = is_exact ? NULL : meant(key, known);
    const char *words = not_available(reader, here, key, value);
    const char *more = NULL;
    if (words) {
        bp_fault_say(fault, "; %s", words);
    } else if (is_exact || (elsewhere.home && !name)) {
        say_home(fault, reader, key, &elsewhere, value);
    } else if (!say_operation(fault, here, key)) {
        if (name)
            say_name(fault, object_of(reader, here, object_place->number), key, name);
        else
            more = here == NETWORK ? " and so on" : "";
    }
    if (strcmp(fault->suggestion, "activations") == 0)
        say_list(fault, reader, value);
    bp_fault_list_known(fault, known.names, known.n, more);
}

void bp_read_unknown_members(const struct bp_reader *reader, const struct bp_value *object,
                             const struct bp_place *place, struct bp_names known)
{
    for (struct bp_members m = bp_json_members(object); bp_json_next(&m);)
        if (!bp_is_known(m.name, known))
            bp_read_unknown(reader, place, m.name, m.value, known);
}

/* --- what is missing -------------------------------------------------------------------------- */

#define MISSPELT_AMONG 100

/* The members of an object, but none of hundreds: there it is no slip of the pen, and the search
 * would take seconds. */
static struct bp_members search(const struct bp_value *object)
{
    return bp_json_members(bp_json_count_members(object) <= MISSPELT_AMONG ? object : NULL);
}

bool bp_is_misspelt(const struct bp_value *object, const char *name, struct bp_names known)
{
    for (struct bp_members m = search(object); bp_json_next(&m);) {
        const char *near = bp_is_known(m.name, known) ? NULL : meant(m.name, known);
        const bool is_layers = bp_layer_number(name) && strcmp(m.name, "layers") == 0;
        if (is_layers || (near && strcmp(near, name) == 0))
            return true;
    }
    return false;
}

bool bp_has_misplaced(const struct bp_reader *reader)
{
    for (struct bp_members m = search(reader->root); bp_json_next(&m);)
        if (misplaced(reader, BODY, m.name).home != NOWHERE)
            return true;
    return false;
}

/* True if what an object lacks stands in another one. */
static bool stands_elsewhere(const struct bp_reader *reader, const struct bp_place *object_place,
                             const char *name)
{
    const enum home home = home_at(object_place);
    const enum home needed = home == BODY && strcmp(name, "network") == 0   ? NETWORK
                             : home == BODY && strcmp(name, "samples") == 0 ? SAMPLE
                                                                            : home;
    if (home == NOWHERE)
        return false;
    for (enum home other = BODY; other <= OPTIONS; other++)
        for (struct bp_members m = search(object_of(reader, other, 0)); bp_json_next(&m);) {
            const struct misplaced member = misplaced(reader, other, m.name);
            if ((member.home == home && strcmp(member.name, name) == 0) ||
                (member.home == needed && needed != home))
                return true;
        }
    return false;
}

/* How a member is written, from its colon. */
static const char *form_of(const char *name)
{
    if (strcmp(name, "network") == 0)
        return ": {\"W1\": [[...]], \"b1\": [...]}";
    if (strcmp(name, "samples") == 0)
        return ": [{\"x\": [...], \"y\": [...]}]";
    if (bp_layer_number(name))
        return *name == 'W' ? ": [[...]]" : ": [...], or null for a layer without biases";
    return strcmp(name, "x") == 0 || strcmp(name, "y") == 0 ? ": [...]" : "";
}

struct bp_fault *bp_read_missing(const struct bp_reader *reader, const struct bp_value *object,
                                 const struct bp_place *object_place, const char *name,
                                 struct bp_names known)
{
    if (bp_is_misspelt(object, name, known) || stands_elsewhere(reader, object_place, name))
        return NULL;
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_MISSING_MEMBER,
                                          &(struct bp_place){object_place, name, BP_NO_NUMBER},
                                          "add the missing member \"%s\"%s", name, form_of(name));
    snprintf(fault->own_text, sizeof fault->own_text, "%s", name);
    fault->expected = bp_fact_text(fault->own_text);
    return fault;
}
