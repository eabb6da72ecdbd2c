#include "backpropd/encode_problem.h"

#include "backpropd/json_write.h"

void bp_encode_slug(struct bp_text *text, enum bp_problem_code code)
{
    for (const char *at = bp_problem_info(code)->code; *at; at++)
        bp_text_putc(text, *at == '_' ? '-' : *at);
}

static void put_names(struct bp_text *text, const struct bp_fact *fact)
{
    const char *name = fact->text;
    bp_text_putc(text, '[');
    for (size_t i = 0; i < fact->n_names; i++) {
        if (fact->kind == BP_FACT_NAMES)
            name = fact->names[i];
        bp_put_comma(text);
        bp_text_put_string(text, name);
        name += strlen(name) + 1;
    }
    bp_text_putc(text, ']');
}

static void put_fact(struct bp_text *text, const char *name, const struct bp_fact *fact)
{
    if (fact->kind != BP_FACT_NONE)
        bp_put_key(text, name);
    switch (fact->kind) {
    case BP_FACT_NONE:
        break;
    case BP_FACT_NUMBER:
        bp_text_put_double(text, fact->number);
        break;
    case BP_FACT_TEXT:
        bp_text_put_string(text, fact->text);
        break;
    case BP_FACT_SHAPE:
        bp_text_put_doubles(text, fact->shape, 2);
        break;
    case BP_FACT_NAMES:
    case BP_FACT_WORDS:
        put_names(text, fact);
        break;
    }
}

#define AS_WIRE(name, wire) wire,
static const char *const FAULT_NAMES[] = {BP_FAULTS(AS_WIRE)};

static void put_faults(struct bp_text *text, const struct bp_problem *problem)
{
    bp_put_key(text, "errors");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < problem->n_faults && i < BP_FAULTS_MAX; i++) {
        const struct bp_fault *fault = &problem->faults[i];
        bp_put_comma(text);
        bp_text_putc(text, '{');
        bp_put_member_string(text, "pointer", fault->pointer);
        bp_put_member_string(text, "code", FAULT_NAMES[fault->code]);
        bp_put_member_string(text, "detail", fault->detail);
        put_fact(text, "expected", &fault->expected);
        put_fact(text, "got", &fault->got);
        if (*fault->suggestion)
            bp_put_member_string(text, "suggestion", fault->suggestion);
        bp_text_putc(text, '}');
    }
    bp_text_putc(text, ']');
    if (problem->n_faults > BP_FAULTS_MAX) {
        bp_put_key(text, "truncated");
        bp_text_puts(text, "true");
    }
}

static void put_overflow(struct bp_text *text, const struct bp_problem *problem)
{
    const struct bp_overflow *overflow = &problem->overflow;
    bp_put_member_string(text, "tensor", problem->tensor);
    bp_put_key(text, "index");
    bp_text_putc(text, '[');
    for (size_t i = 0; i < overflow->n_index; i++) {
        bp_put_comma(text);
        bp_text_put_size(text, overflow->index[i]);
    }
    bp_text_putc(text, ']');
    if (overflow->sample != BP_WHOLE_BATCH)
        bp_put_member_size(text, "sample", overflow->sample);
    if (overflow->step != BP_NOT_IN_DESCENT)
        bp_put_member_size(text, "step", overflow->step);
}

void bp_encode_problem(struct bp_text *text, const struct bp_problem *problem)
{
    const struct bp_problem_info *info = bp_problem_info(problem->code);
    bp_text_putc(text, '{');
    bp_put_key(text, "type");
    bp_text_puts(text, "\"/problems/");
    bp_encode_slug(text, problem->code);
    bp_text_putc(text, '"');
    bp_put_member_string(text, "title", info->title);
    bp_put_member_size(text, "status", info->status);
    bp_put_member_string(text, "code", info->code);
    bp_put_member_string(text, "detail", problem->detail);
    if (problem->code == BP_PROBLEM_INVALID_JSON) {
        bp_put_member_size(text, "line", problem->line);
        bp_put_member_size(text, "column", problem->column);
        bp_put_member_size(text, "offset", problem->offset);
    }
    if (problem->code == BP_PROBLEM_INVALID_REQUEST)
        put_faults(text, problem);
    if (problem->code == BP_PROBLEM_NOT_FINITE)
        put_overflow(text, problem);
    if (problem->code == BP_PROBLEM_NOT_ACCEPTABLE)
        put_fact(text, "expected", &problem->expected);
    if (problem->code == BP_PROBLEM_BODY_TOO_LARGE)
        bp_put_member_size(text, "limit", problem->limit);
    bp_text_putc(text, '}');
}
