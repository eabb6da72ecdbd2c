/*
 * Reading through the one door (the pass that lifts numbers, and what jansson makes of the rest),
 * against jansson alone: the same verdict for every text, and the same tree with the same bits for
 * every text that both take.
 *
 * They differ where it is meant, and only there:
 *  - a NUL byte anywhere is refused; jansson alone takes one after a number;
 *  - nesting beyond BP_DEPTH_MAX is refused; jansson alone goes to 2,048;
 *  - a number beyond the largest double is read as an infinity, which the readers of a job refuse
 * where it stands; jansson alone refuses the text;
 *  - a byte order mark before the text is skipped; jansson alone refuses it;
 *  - more than BP_VALUES_MAX values outside arrays of numbers are refused: no input here is as long
 * as that. Duplicate members are a fault on one side and an error on the other: both refuse.
 */
#include "../../support/trees.h"
#include "backpropd/encode_problem.h"
#include "codec/fault.h"
#include "codec/read_json.h"
#include "fuzz.h"

#define INPUT_MAX 65536 /* of two bytes a value at least */
_Static_assert(INPUT_MAX / 2 < BP_VALUES_MAX, "no input may reach that limit");

static const struct bp_limits LIMITS = {.samples = SIZE_MAX / 8};

/* Once: what jansson takes for a body is given back with its tree. */
__attribute__((constructor)) static void prepare(void)
{
    bp_json_prepare();
}

/* Line and column must be those of the offset, and the document JSON. */
static void check_problem(const struct bp_problem *problem, const char *body, size_t size)
{
    struct bp_memory memory;
    struct bp_text text;
    fuzz_memory(&memory, SIZE_MAX);
    bp_text_start(&text, &memory, 0);
    bp_encode_problem(&text, problem);
    json_decref(fuzz_own_json(text.data, text.size));
    bp_text_free(&text);
    if (problem->code != BP_PROBLEM_INVALID_JSON)
        return;
    size_t line = 1, column = 1;
    HOLDS(problem->offset <= size, "offset %zu of %zu", problem->offset, size);
    for (size_t i = 0; i < problem->offset; i++) {
        column += ((unsigned char)body[i] & 0xC0) != 0x80;
        line += body[i] == '\n';
        column = body[i] == '\n' ? 1 : column;
    }
    HOLDS(problem->line == line && problem->column == column, "%zu:%zu is not %zu:%zu",
          problem->line, problem->column, line, column);
}

static void compare(const struct bp_json *json, bool is_good, const json_t *plain,
                    const json_error_t *error, const char *body, size_t size)
{
    if (memchr(body, '\0', size)) {
        HOLDS(!is_good, "a NUL is taken");
    } else if (is_good && plain) {
        HOLDS(tree_depth(plain) <= BP_DEPTH_MAX, "%zu levels are taken", tree_depth(plain));
        HOLDS(tree_same(json, json->root, plain), "another tree");
    } else if (is_good) {
        HOLDS(json_error_code(error) == json_error_numeric_overflow && tree_has_infinity(json),
              "jansson alone refuses: %s", error->text);
    } else if (plain) {
        HOLDS(tree_depth(plain) > BP_DEPTH_MAX, "jansson alone takes it: %s", body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bp_memory memory;
    struct bp_json json;
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    json_error_t error;
    if (size > INPUT_MAX)
        return 0;
    char *body = fuzz_text(data, size);
    fuzz_memory(&memory, SIZE_MAX);
    const size_t marked = strncmp(body, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    json_t *plain = json_loadb(body + marked, size - marked, PLAIN, &error);
    const bool is_read = bp_read_json(&json, &problem, body, size, &LIMITS, true, &memory);
    const bool is_good = is_read && problem.n_faults == 0;
    HOLDS(is_read == (json.root && !json.fault), "fault %d", json.fault);
    HOLDS(json.fault != BP_JSON_REFUSED, "jansson refuses the skeleton %s", json.skeleton.data);
    HOLDS(!is_read || json.has_duplicates == !is_good, "%zu duplicates", problem.n_faults);
    compare(&json, is_good, plain, &error, body, size);
    if (is_read && !is_good)
        bp_faults_finish(&problem);
    if (!is_good)
        check_problem(&problem, body, size);
    bp_json_close(&json);
    json_decref(plain);
    fuzz_memory_end(&memory);
    free(body);
    return 0;
}
