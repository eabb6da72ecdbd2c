#include "bodies.h"
#include "codec/fault.h"

/* The document to its last byte, with ' for ". */
static void require_document(const struct bp_problem *problem, const char *expected)
{
    struct bp_memory memory;
    struct bp_text text;
    char *quoted_text = quoted(expected);
    budget_make(&memory, BUDGET_ENOUGH);
    bp_text_start(&text, &memory, 0);
    bp_encode_problem(&text, problem);
    bp_text_putc(&text, '\0');
    ck_assert_str_eq(text.data, quoted_text);
    bp_text_free(&text);
    budget_end(&memory);
    free(quoted_text);
}

TEST(test_plain_problem)
{
    struct bp_problem problem;
    bp_problem_set(&problem, BP_PROBLEM_METHOD_NOT_ALLOWED, "/forward takes POST");
    require_document(
        &problem,
        "{'type':'/problems/method-not-allowed','title':'This path does not support this "
        "method','status':405,'code':'method_not_allowed','detail':'/forward takes POST'}");
}

/* No member of one kind of problem shows in another. */
TEST(test_each_kind_has_its_own_members)
{
    static const char *const own[] = {"line",  "column", "offset", "errors", "truncated", "tensor",
                                      "index", "sample", "step",   "limit",  "expected"};
    static const struct {
        enum bp_problem_code code;
        const char *members; /* of `own`, each with a space after it */
    } rows[] = {{BP_PROBLEM_INVALID_JSON, "line column offset "},
                {BP_PROBLEM_INVALID_REQUEST, "errors "},
                {BP_PROBLEM_NOT_FINITE, "tensor index sample "},
                {BP_PROBLEM_BODY_TOO_LARGE, "limit "},
                {BP_PROBLEM_NOT_ACCEPTABLE, "expected "}};
    for (int code = 0; code < BP_PROBLEM_COUNT; code++) {
        struct bp_problem problem;
        const char *expected = "";
        memset(&problem, 0, sizeof problem);
        problem.overflow.step = BP_NOT_IN_DESCENT;
        problem.expected.kind = BP_FACT_NAMES;
        bp_problem_set(&problem, (enum bp_problem_code)code, "detail");
        for (size_t i = 0; i < LENGTH(rows); i++)
            expected = (int)rows[i].code == code ? rows[i].members : expected;
        json_t *document = document_of(&problem);
        for (size_t i = 0; i < LENGTH(own); i++) {
            char word[16];
            snprintf(word, sizeof word, "%s ", own[i]);
            REQUIRE(!strstr(expected, word) == !json_object_get(document, own[i]), "%s: %s",
                    bp_problem_info(problem.code)->code, own[i]);
        }
        json_decref(document);
    }
}

TEST(test_invalid_json)
{
    struct bp_problem problem;
    bp_problem_set(&problem, BP_PROBLEM_INVALID_JSON, "line 2, column 3: oops");
    problem.line = 2;
    problem.column = 3;
    problem.offset = 17;
    require_document(&problem,
                     "{'type':'/problems/invalid-json','title':'The body is not valid JSON',"
                     "'status':400,'code':'invalid_json','detail':'line 2, column 3: oops',"
                     "'line':2,'column':3,'offset':17}");
}

TEST(test_body_too_large)
{
    struct bp_problem problem;
    bp_problem_set(&problem, BP_PROBLEM_BODY_TOO_LARGE, "too large");
    problem.limit = 8388608;
    require_document(&problem, "{'type':'/problems/body-too-large','title':'The body is too large',"
                               "'status':413,'code':'body_too_large','detail':'too large',"
                               "'limit':8388608}");
}

TEST(test_not_acceptable)
{
    static const char *const types[] = {"application/json", "text/html; charset=utf-8"};
    struct bp_problem problem;
    bp_problem_set(&problem, BP_PROBLEM_NOT_ACCEPTABLE, "no");
    problem.expected = (struct bp_fact){.kind = BP_FACT_NAMES, .names = types, .n_names = 2};
    require_document(&problem,
                     "{'type':'/problems/not-acceptable','title':'None of the media types "
                     "offered is acceptable','status':406,'code':'not_acceptable','detail':'no',"
                     "'expected':['application/json','text/html; charset=utf-8']}");
}

#define NOT_FINITE                                                                                 \
    "{'type':'/problems/not-finite','title':'A result is beyond the largest double','status':422," \
    "'code':'not_finite','detail':'"

TEST(test_not_finite)
{
    const struct bp_job job = {.task.network.depth = 2};
    struct bp_problem problem;
    const struct bp_overflow scalar = {
        .tensor = BP_TENSOR_LOSS, .sample = 3, .step = BP_NOT_IN_DESCENT};
    bp_problem_set_overflow(&problem, &scalar, &job);
    strcpy(problem.detail, "d");
    require_document(&problem, NOT_FINITE "d','tensor':'loss','index':[],'sample':3}");
    const struct bp_overflow weight = {
        .tensor = BP_TENSOR_W, .n_index = 2, .index = {0, 2}, .sample = BP_WHOLE_BATCH, .step = 4};
    bp_problem_set_overflow(&problem, &weight, &job);
    strcpy(problem.detail, "d");
    require_document(&problem, NOT_FINITE "d','tensor':'W1','index':[0,2],'step':4}");
    const struct bp_overflow error = {
        .tensor = BP_TENSOR_DL_DH, .layer = 1, .n_index = 1, .index = {7}, .sample = 0, .step = 0};
    bp_problem_set_overflow(&problem, &error, &job);
    strcpy(problem.detail, "d");
    require_document(&problem,
                     NOT_FINITE "d','tensor':'dL_dy_hat','index':[7],'sample':0,'step':0}");
}

TEST(test_invalid_request)
{
    static const char *const names[] = {"mse", "sse"};
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    struct bp_fault *fault =
        bp_fault_add(&problem, BP_FAULT_SHAPE_MISMATCH, &bp_place_network, "shapes");
    fault->expected = bp_fact_shape(3, 2);
    fault->got = bp_fact_shape(2, 3);
    fault = bp_fault_add(&problem, BP_FAULT_UNKNOWN_VALUE, &bp_place_options, "value");
    bp_fault_got_text(fault, "m\"se<");
    bp_fault_suggest(fault, "mse");
    bp_fault_list_known(fault, names, LENGTH(names), "");
    fault = bp_fault_add(&problem, BP_FAULT_OUT_OF_RANGE, &bp_place_include, "range");
    fault->expected = bp_fact_number(1);
    fault->got = bp_fact_number(-0.5);
    bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_samples, "none");
    bp_faults_finish(&problem);
    require_document(
        &problem,
        "{'type':'/problems/invalid-request','title':'The body is valid JSON, but not a valid "
        "request',"
        "'status':422,'code':'invalid_request','detail':'#/network: shapes (and 3 more)','errors':["
        "{'pointer':'#/"
        "network','code':'shape_mismatch','detail':'shapes','expected':[3,2],'got':[2,3]},"
        "{'pointer':'#/options','code':'unknown_value','detail':'value; did you mean \\'mse\\'? "
        "Known "
        "here: mse, sse',"
        "'expected':['mse','sse'],'got':'m\\'se\\u003c','suggestion':'mse'},"
        "{'pointer':'#/include','code':'out_of_range','detail':'range','expected':1,'got':-0.5},"
        "{'pointer':'#/samples','code':'empty','detail':'none'}]}");
}

TEST(test_names_of_faults)
{
    static const char *const names[] = {"missing_member", "unknown_member", "duplicate_member",
                                        "wrong_type",     "empty",          "ragged_matrix",
                                        "shape_mismatch", "unknown_value",  "out_of_range",
                                        "limit_exceeded", "incompatible"};
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    ck_assert_uint_eq(BP_FAULT_COUNT, LENGTH(names));
    for (int code = 0; code < BP_FAULT_COUNT; code++)
        bp_fault_add(&problem, (enum bp_fault_code)code, &bp_place_body, "d");
    bp_faults_finish(&problem);
    json_t *document = document_of(&problem);
    for (size_t i = 0; i < LENGTH(names); i++) {
        char line[64];
        fault_line(line, sizeof line, document, i);
        ck_assert(strncmp(line, names[i], strlen(names[i])) == 0);
    }
    json_decref(document);
}

TEST(test_truncated_beyond_twenty)
{
    for (size_t n = 19; n <= 22; n++) {
        struct bp_fault faults[BP_FAULTS_ROOM];
        struct bp_problem problem = {.faults = faults};
        for (size_t i = 0; i < n; i++)
            bp_fault_add(&problem, BP_FAULT_EMPTY, &bp_place_body, "%zu", i);
        bp_faults_finish(&problem);
        json_t *document = document_of(&problem);
        ck_assert_uint_eq(json_array_size(json_object_get(document, "errors")), n < 20 ? n : 20);
        ck_assert(json_is_true(json_object_get(document, "truncated")) == (n > 20));
        ck_assert((json_object_get(document, "truncated") != NULL) == (n > 20));
        json_decref(document);
    }
}

TEST(test_slug)
{
    struct bp_memory memory;
    struct bp_text text;
    budget_make(&memory, BUDGET_ENOUGH);
    bp_text_start(&text, &memory, 0);
    bp_encode_slug(&text, BP_PROBLEM_UNSUPPORTED_MEDIA_TYPE);
    bp_text_putc(&text, '\0');
    ck_assert_str_eq(text.data, "unsupported-media-type");
    bp_text_free(&text);
    budget_end(&memory);
}

SUITE("codec/encode_problem", test_plain_problem, test_each_kind_has_its_own_members,
      test_invalid_json, test_body_too_large, test_not_acceptable, test_not_finite,
      test_invalid_request, test_names_of_faults, test_truncated_beyond_twenty, test_slug)
