#include "unknown.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/suggest.h"
#include "member_names.h"

/* --- what is meant ---------------------------------------------------------------------------- */

/* The name among those known here, NULL if none is meant. */
static const char *meant(const char *key, struct bp_names known)
{
    const char *name = bp_suggest_synonym(key, known.names, known.n);
    if (!name)
        name = bp_tensor_meant(key, known);
    return name ? name : bp_suggest(key, known.names, known.n);
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

static void say_home(struct bp_fault *fault, const char *key, const struct misplaced *member)
{
    static const struct {
        const char *says, *pointer;
    } homes[] = {[BODY] = {"to the top level, beside network", "#/"},
                 [NETWORK] = {"into network", "#/network/"},
                 [SAMPLE] = {"into samples[0]", "#/samples/0/"},
                 [OPTIONS] = {"into options", "#/options/"}};
    if (strcmp(key, member->name) == 0)
        bp_fault_say(fault, "; move it %s", homes[member->home].says);
    else
        bp_fault_say(fault, "; call it \"%s\" and move it %s", member->name,
                     homes[member->home].says);
    snprintf(fault->suggestion, sizeof fault->suggestion, "%s%.20s", homes[member->home].pointer,
             member->name);
}

/* Says which operations know the member here. False if none does. */
static bool say_operations(struct bp_fault *fault, enum home here, const char *key)
{
    size_t n = 0;
    for (const struct bp_operation *const *other = bp_operations; *other; other++) {
        const struct bp_names known = here == BODY ? (*other)->members : bp_sample_names(*other);
        if ((here == BODY || here == SAMPLE) && bp_is_known(key, known))
            bp_fault_say(fault, "%s %s", n++ ? "," : "; leave it out, or post to", (*other)->path);
    }
    if (n)
        bp_fault_say(fault, n == 1 ? ", which knows it" : ", which know it");
    return n;
}

void bp_read_unknown(const struct bp_reader *reader, const struct bp_place *object_place,
                     const char *key, struct bp_names known)
{
    const enum home here = home_at(object_place);
    struct bp_fault *fault = bp_fault_add_member(reader->problem, BP_FAULT_UNKNOWN_MEMBER,
                                                 object_place, key, "unknown member");
    if (reader->problem->n_faults > BP_FAULTS_MAX) /* what is not listed needs no help */
        return;
    const struct misplaced elsewhere = misplaced(reader, here, key);
    const bool is_exact = elsewhere.home && elsewhere.name == key;
    const char *name = is_exact ? NULL : meant(key, known);
    if (is_exact || (elsewhere.home && !name))
        say_home(fault, key, &elsewhere);
    else if (!say_operations(fault, here, key) && name)
        bp_fault_suggest(fault, name);
    bp_fault_list_known(fault, known.names, known.n);
}

/* --- what is missing -------------------------------------------------------------------------- */

#define MISSPELT_AMONG 100

/* Among hundreds of members it is no slip of the pen, and the search would take seconds. */
static bool is_searched(const struct bp_value *object)
{
    return object && bp_json_count_members(object) <= MISSPELT_AMONG;
}

bool bp_is_misspelt(const struct bp_value *object, const char *name, struct bp_names known)
{
    if (!is_searched(object))
        return false;
    for (struct bp_members m = bp_json_members(object); bp_json_next(&m);) {
        const char *near = bp_is_known(m.name, known) ? NULL : meant(m.name, known);
        if (near && strcmp(near, name) == 0)
            return true;
    }
    return false;
}

bool bp_has_misplaced(const struct bp_reader *reader)
{
    if (!is_searched(reader->root))
        return false;
    for (struct bp_members m = bp_json_members(reader->root); bp_json_next(&m);)
        if (misplaced(reader, BODY, m.name).home != NOWHERE)
            return true;
    return false;
}

/* True if what an object lacks stands in another one. Of samples only the first is asked: a member
 * that stands elsewhere is one sample's. */
static bool stands_elsewhere(const struct bp_reader *reader, const struct bp_place *object_place,
                             const char *name)
{
    const enum home home = home_at(object_place);
    const struct {
        enum home home;
        const struct bp_value *object;
    } others[] = {{BODY, reader->root},
                  {NETWORK, reader->network},
                  {OPTIONS, bp_json_member(reader->root, "options")},
                  {SAMPLE, bp_json_element(reader->samples, 0)}};
    const enum home needed = home == BODY && strcmp(name, "network") == 0   ? NETWORK
                             : home == BODY && strcmp(name, "samples") == 0 ? SAMPLE
                                                                            : home;
    if (home == NOWHERE || (home == SAMPLE && object_place->number != 0))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (!is_searched(others[i].object))
            continue;
        for (struct bp_members m = bp_json_members(others[i].object); bp_json_next(&m);) {
            const struct misplaced member = misplaced(reader, others[i].home, m.name);
            if ((member.home == home && strcmp(member.name, name) == 0) ||
                (member.home == needed && needed != home))
                return true;
        }
    }
    return false;
}

void bp_read_missing(const struct bp_reader *reader, const struct bp_value *object,
                     const struct bp_place *object_place, const char *name, struct bp_names known)
{
    if (bp_is_misspelt(object, name, known) || stands_elsewhere(reader, object_place, name))
        return;
    struct bp_fault *fault = bp_fault_add(reader->problem, BP_FAULT_MISSING_MEMBER,
                                          &(struct bp_place){object_place, name, BP_NO_NUMBER},
                                          "the member \"%s\" is missing", name);
    snprintf(fault->own_text, sizeof fault->own_text, "%s", name);
    fault->expected = bp_fact_text(fault->own_text);
}
