#include "fault.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_MAX_SHOWN 40

const struct bp_place bp_place_body = {NULL, "", BP_NO_NUMBER};
const struct bp_place bp_place_network = {&bp_place_body, "network", BP_NO_NUMBER};
const struct bp_place bp_place_samples = {&bp_place_body, "samples", BP_NO_NUMBER};
const struct bp_place bp_place_options = {&bp_place_body, "options", BP_NO_NUMBER};
const struct bp_place bp_place_include = {&bp_place_body, "include", BP_NO_NUMBER};

struct bp_fault *bp_fault_add(struct bp_problem *problem, enum bp_fault_code code,
                              const struct bp_place *place, const char *format, ...)
{
    size_t at = problem->n_faults < BP_FAULTS_MAX ? problem->n_faults : BP_FAULTS_MAX;
    struct bp_fault *fault = &problem->faults[at];
    va_list arguments;
    problem->n_faults++;
    fault->code = code;
    fault->expected = fault->got = (struct bp_fact){.kind = BP_FACT_NONE};
    fault->suggestion[0] = '\0';
    bp_place_pointer(fault->pointer, place);
    va_start(arguments, format);
    vsnprintf(fault->detail, sizeof fault->detail, format, arguments);
    va_end(arguments);
    return fault;
}

bool bp_faults_finish(struct bp_problem *problem)
{
    const struct bp_fault *first = &problem->faults[0];
    problem->code = BP_PROBLEM_INVALID_REQUEST;
    int n =
        snprintf(problem->detail, sizeof problem->detail, "%s: %s", first->pointer, first->detail);
    if (problem->n_faults > 1)
        snprintf(problem->detail + n, sizeof problem->detail - (size_t)n, " (and %zu more)",
                 problem->n_faults - 1);
    return false;
}

/* What RFC 3986 lets stand in a fragment; the rest is percent-encoded. */
static bool stands_in_fragment(unsigned char c)
{
    return isalnum(c) || strchr("-._~!$&'()*+,;=:@/?", c);
}

static size_t put_escaped(char *out, const char *name)
{
    char *start = out;
    for (; *name; name++) {
        unsigned char c = (unsigned char)*name;
        if (c == '~' || c == '/')
            out += sprintf(out, "~%c", c == '~' ? '0' : '1');
        else if (stands_in_fragment(c))
            *out++ = (char)c;
        else
            out += sprintf(out, "%%%02X", (unsigned)c);
    }
    return (size_t)(out - start);
}

/* Appends the steps that lead to a place. False if not all of them can be shown. */
static bool put_place(char *pointer, size_t *length, const struct bp_place *place)
{
    char step[3 * NAME_MAX_SHOWN + 24] = "/";
    size_t n = 1;
    if (!place->up)
        return true;
    if (!put_place(pointer, length, place->up) || strlen(place->name) > NAME_MAX_SHOWN)
        return false;
    n += put_escaped(step + n, place->name);
    if (place->number != BP_NO_NUMBER)
        n += (size_t)sprintf(step + n, "%zu", place->number);
    if (*length + n >= BP_POINTER_MAX)
        return false;
    memcpy(pointer + *length, step, n);
    *length += n;
    return true;
}

void bp_place_pointer(char pointer[BP_POINTER_MAX], const struct bp_place *place)
{
    size_t length = 1;
    pointer[0] = '#';
    put_place(pointer, &length, place);
    pointer[length] = '\0';
}

/* The length of the name's start that is at most NAME_MAX_SHOWN bytes and ends with a character. */
static int shown_length(const char *name)
{
    size_t n = strnlen(name, NAME_MAX_SHOWN);
    while (n > 0 && ((unsigned char)name[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

struct bp_fault *bp_fault_add_member(struct bp_problem *problem, enum bp_fault_code code,
                                     const struct bp_place *object, const char *name,
                                     const char *says)
{
    const struct bp_place member = {object, name, BP_NO_NUMBER};
    const int shown = shown_length(name);
    if (name[shown])
        return bp_fault_add(problem, code, &member, "%s \"%.*s...\" (%zu bytes)", says, shown, name,
                            strlen(name));
    return bp_fault_add(problem, code, &member, "%s \"%s\"", says, name);
}

void bp_fault_say(struct bp_fault *fault, const char *format, ...)
{
    const size_t length = strlen(fault->detail);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->detail + length, sizeof fault->detail - length, format, arguments);
    va_end(arguments);
}

void bp_fault_suggest(struct bp_fault *fault, const char *meant)
{
    bp_fault_say(fault, "; did you mean \"%s\"?", meant);
    snprintf(fault->suggestion, sizeof fault->suggestion, "%s", meant);
}

#define NAMES_IN_DETAIL 240 /* bytes of all names shown */

static void say_known(struct bp_fault *fault, const char *const *names, size_t n, const char *more)
{
    const char last = *fault->detail ? fault->detail[strlen(fault->detail) - 1] : '\0';
    size_t used = 0, told = 0;
    bp_fault_say(fault, last == '?' ? " Known here: " : "; known here: ");
    while (told < n && used + strlen(names[told]) + 1 < NAMES_IN_DETAIL) {
        used += strlen(names[told]) + 1;
        bp_fault_say(fault, "%s%s", told ? ", " : "", names[told]);
        told++;
    }
    if (told < n)
        bp_fault_say(fault, " and %zu more", n - told);
    else
        bp_fault_say(fault, "%s", more);
}

void bp_fault_list_known(struct bp_fault *fault, const char *const *names, size_t n,
                         const char *more)
{
    size_t used = 0, shown = 0;
    while (shown < n && shown < BP_WORDS_MAX &&
           used + strlen(names[shown]) < sizeof fault->own_words) {
        memcpy(fault->own_words + used, names[shown], strlen(names[shown]) + 1);
        used += strlen(names[shown]) + 1;
        shown++;
    }
    fault->expected =
        (struct bp_fact){.kind = BP_FACT_WORDS, .text = fault->own_words, .n_names = shown};
    if (more)
        say_known(fault, names, n, more);
}

void bp_fault_got_text(struct bp_fault *fault, const char *text)
{
    const int shown = shown_length(text);
    snprintf(fault->own_text, sizeof fault->own_text, "%.*s%s", shown, text,
             text[shown] ? "..." : "");
    fault->got = bp_fact_text(fault->own_text);
}
