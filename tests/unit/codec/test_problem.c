#include "backpropd/problem.h"
#include "suite.h"

/* The closed list of the contract. */
static const struct {
    const char *code;
    unsigned status;
} CODES[] = {
    {"invalid_json", 400},       {"bad_request", 400},
    {"unauthorized", 401},       {"not_found", 404},
    {"method_not_allowed", 405}, {"request_timeout", 408},
    {"length_required", 411},    {"body_too_large", 413},
    {"uri_too_long", 414},       {"unsupported_media_type", 415},
    {"expectation_failed", 417}, {"invalid_request", 422},
    {"not_finite", 422},         {"headers_too_large", 431},
    {"not_implemented", 501},    {"overloaded", 503},
    {"out_of_memory", 503},      {"http_version", 505},
    {"misdirected", 421},        {"not_acceptable", 406},
};

TEST(test_codes_and_their_statuses)
{
    ck_assert_uint_eq(BP_PROBLEM_COUNT, LENGTH(CODES));
    for (size_t i = 0; i < LENGTH(CODES); i++) {
        const struct bp_problem_info *info = NULL;
        for (int code = 0; code < BP_PROBLEM_COUNT; code++)
            if (strcmp(bp_problem_info((enum bp_problem_code)code)->code, CODES[i].code) == 0)
                info = bp_problem_info((enum bp_problem_code)code);
        REQUIRE(info, "%s is missing", CODES[i].code);
        REQUIRE(info->status == CODES[i].status, "%s is %u", info->code, info->status);
        ck_assert(*info->title && *info->remedy);
    }
}

TEST(test_set_formats_and_starts_afresh)
{
    struct bp_problem problem;
    memset(&problem, 0xA5, sizeof problem);
    ck_assert(!bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "no %s at %d", "route", 7));
    ck_assert_int_eq(problem.code, BP_PROBLEM_NOT_FOUND);
    ck_assert_str_eq(problem.detail, "no route at 7");
    ck_assert_uint_eq(problem.n_faults, 0);
}

TEST(test_set_cuts_a_long_detail)
{
    struct bp_problem problem;
    char text[4096];
    memset(text, 'd', sizeof text);
    text[sizeof text - 1] = '\0';
    bp_problem_set(&problem, BP_PROBLEM_NOT_FOUND, "%s", text);
    ck_assert_uint_eq(strlen(problem.detail), sizeof problem.detail - 1);
}

TEST(test_tensor_names)
{
    static const struct {
        enum bp_tensor tensor;
        size_t layer, depth;
        const char *name;
    } rows[] = {
        {BP_TENSOR_Z, 0, 2, "z1"},
        {BP_TENSOR_Z, 15, 16, "z16"},
        {BP_TENSOR_LOSS, 0, 2, "loss"},
        {BP_TENSOR_DL_DH, 0, 2, "dL_dh1"},
        {BP_TENSOR_DL_DH, 1, 2, "dL_dy_hat"},
        {BP_TENSOR_DL_DH, 0, 1, "dL_dy_hat"},
        {BP_TENSOR_DL_DZ, 1, 2, "dL_dz2"},
        {BP_TENSOR_DL_DX, 0, 2, "dL_dx"},
        {BP_TENSOR_DL_DW, 0, 2, "dL_dW1"},
        {BP_TENSOR_DL_DW, 1, 2, "dL_dW2"},
        {BP_TENSOR_GRADIENT_W, 1, 2, "gradients.W2"},
        {BP_TENSOR_GRADIENT_B, 0, 2, "gradients.b1"},
        {BP_TENSOR_W, 0, 2, "W1"},
        {BP_TENSOR_B, 9, 12, "b10"},
        {BP_TENSOR_GRADIENT_W, SIZE_MAX - 1, 2, "gradients.W18446744073709551615"},
    };
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const struct bp_overflow overflow = {.tensor = rows[i].tensor, .layer = rows[i].layer};
        const struct bp_job job = {.task.network.depth = rows[i].depth};
        struct bp_problem problem;
        bp_problem_set_overflow(&problem, &overflow, &job);
        ck_assert_str_eq(problem.tensor, rows[i].name);
    }
}

TEST(test_overflow_says_what_it_knows)
{
    struct bp_job job = {.task.network.depth = 2};
    struct bp_problem problem;
    const struct bp_overflow whole = {.tensor = BP_TENSOR_W,
                                      .layer = 1,
                                      .n_index = 2,
                                      .index = {3, 4},
                                      .sample = BP_WHOLE_BATCH,
                                      .step = 5};
    ck_assert(!bp_problem_set_overflow(&problem, &whole, &job));
    ck_assert_int_eq(problem.code, BP_PROBLEM_NOT_FINITE);
    ck_assert_uint_eq(problem.overflow.step, 5);
    ck_assert_ptr_nonnull(strstr(problem.detail, "W2[3][4] at step 5"));
    ck_assert_ptr_null(strstr(problem.detail, "sample"));
    job.is_out_in = true; /* an index is that of the matrix as it was posted */
    bp_problem_set_overflow(&problem, &whole, &job);
    ck_assert_ptr_nonnull(strstr(problem.detail, "W2[4][3] at step 5"));
    ck_assert(problem.overflow.index[0] == 4 && problem.overflow.index[1] == 3);
    const struct bp_overflow one = {
        .tensor = BP_TENSOR_Z, .n_index = 1, .index = {2}, .sample = 6, .step = BP_NOT_IN_DESCENT};
    bp_problem_set_overflow(&problem, &one, &job);
    ck_assert_ptr_nonnull(strstr(problem.detail, "z1[2] of sample 6"));
    ck_assert_ptr_null(strstr(problem.detail, "step"));
}

SUITE("codec/problem", test_codes_and_their_statuses, test_set_formats_and_starts_afresh,
      test_set_cuts_a_long_detail, test_tensor_names, test_overflow_says_what_it_knows)
