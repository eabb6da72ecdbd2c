#include "read_json.h"

#include <string.h>

#include "backpropd/json_read.h"
#include "fault.h"
#include "syntax_words.h"

/*
 * What a body of `size` bytes may hold. jansson takes 60 bytes for a short string and 200 for an
 * object, of a text of 4 or 3: so what goes beyond the needs of as many samples as there may be, as
 * faulty as they may be, is bound to the size.
 */
static struct bp_json_limits limits_of(const struct bp_limits *limits, bool has_cells, size_t size)
{
    /* each graded cell may be a text, a row of one, a step of its own; each sample, an answer */
    const size_t cells = has_cells ? limits->graded_cells : 0;
    const size_t answers = has_cells ? limits->samples : 0;
    return (struct bp_json_limits){
        .depth = BP_DEPTH_MAX,
        .values = BP_VALUES_MAX,
        .names = 2 * limits->samples + 4 * limits->layers + 64 + size / 10 + cells,
        .nameless =
            5 * limits->samples + 8 * limits->layers + limits->units + 64 + size / 8 + cells,
        /* a sample has its x and y, a layer its W and b, and a ragged W a row for each unit */
        .containers =
            3 * limits->samples + 4 * limits->layers + limits->units + 64 + cells + answers,
        .objects = 2 * limits->samples + 64 + answers};
}

/* Some editors and shells write one before the text. */
static const char MARK[] = "\xEF\xBB\xBF";

/* In: text, of `size` bytes; marked, the bytes of the mark before it, which count as one character.
 */
static bool set_fault(struct bp_problem *problem, const struct bp_json *json, const char *text,
                      size_t size, size_t marked)
{
    char words[BP_SYNTAX_MAX];
    if (json->fault == BP_JSON_OVER_BUDGET || json->fault == BP_JSON_NO_MEMORY)
        return bp_problem_set_memory(problem, json->fault == BP_JSON_OVER_BUDGET);
    if (json->fault == BP_JSON_TOO_MANY) {
        bp_fault_add(problem, BP_FAULT_LIMIT_EXCEEDED, &bp_place_body,
                     "more values outside arrays of numbers than any network needs")
            ->expected = bp_fact_number(BP_VALUES_MAX);
        return bp_faults_finish(problem);
    }
    problem->line = json->line;
    problem->column = json->column + (marked && json->line == 1);
    problem->offset = json->offset + marked;
    bp_syntax_say(words, json->fault, text, size, json->offset);
    return bp_problem_set(problem, BP_PROBLEM_INVALID_JSON, "line %zu, column %zu, %s",
                          problem->line, problem->column, words);
}

static void note_duplicate(void *context, const struct bp_place *object, const char *name)
{
    bp_fault_say(bp_fault_add_member(context, BP_FAULT_DUPLICATE_MEMBER, object, name,
                                     "leave out one member"),
                 ": it stands here twice");
}

bool bp_read_json(struct bp_json *json, struct bp_problem *problem, const char *body, size_t size,
                  const struct bp_limits *limits, bool has_cells, struct bp_memory *memory)
{
    const struct bp_json_listener listener = {note_duplicate, problem};
    const struct bp_json_limits json_limits = limits_of(limits, has_cells, size);

    const size_t mark = sizeof MARK - 1;
    const size_t marked = size >= mark && memcmp(body, MARK, mark) == 0 ? mark : 0;

    problem->n_faults = 0;
    return (bp_json_open(json, body + marked, size - marked, &json_limits, memory) &&
            (!json->has_duplicates || bp_json_list_duplicates(json, &listener))) ||
           set_fault(problem, json, body + marked, size - marked, marked);
}
