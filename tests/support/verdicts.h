/*
 * Requests to the referee and what it must reply, as text. A case, a line each:
 *   task          depth, sizes, activations, loss, reduction, round_decimals (-1: null),
 * relu_at_zero, learning_rate (-1: none), samples, 0 or 1 for each layer's biases; then the numbers
 *                 of W1, b1, ..., weights fan-in x fan-out, and x and y of each sample
 *   marking       decimals (-1: as shown), rtol, follow_through, 1 if pairs are tried
 *   weight        step, weight
 *   answer        step, u if something of it is unreadable, cells as typed: see case_read_cell
 *   score         score, all_zero_score, decimals
 *   verdict       step, status, reason, credit, weight, the cells' marks: r, f, w, _
 *   found         code, steps, or, with, at (step.cell)
 *   end
 * Steps are counted from 0 in the order of bp_steps.
 */
#ifndef TESTS_VERDICTS_H
#define TESTS_VERDICTS_H

#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "backpropd/grade.h"
#include "suite.h"

#define CASE_DEPTH_MAX 8
#define CASE_SAMPLES_MAX 16
#define CASE_FOUND_MAX 64

/* A task in one block: numbers of W1, b1, ..., x and y. */
struct case_task {
    struct bp_task task;
    struct bp_layer layers[CASE_DEPTH_MAX];
    struct bp_sample samples[CASE_SAMPLES_MAX];
    double learning_rate;
    double numbers[20000];
};

/* --- words -------------------------------------------------------------------------------------
 */

#define AS_WIRE(name, wire) wire,
#define AS_LOSS_WIRE(name, wire, kind, c) wire,
static const char *const CASE_CODES[] = {BP_MISTAKE_CODES(AS_WIRE) BP_OTHER_CODES(AS_WIRE) "-"};
static const char *const CASE_STATUSES[] = {BP_STEP_STATUSES(AS_WIRE)};
static const char *const CASE_ACTIVATIONS[] = {BP_ACTIVATIONS(AS_WIRE)};
static const char *const CASE_LOSSES[] = {BP_LOSSES(AS_LOSS_WIRE)};
static const char *const CASE_REDUCTIONS[] = {BP_REDUCTIONS(AS_WIRE)};
#undef AS_WIRE
#undef AS_LOSS_WIRE

static inline unsigned case_word(const char *const *words, size_t n, const char *word)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(words[i], word) == 0)
            return (unsigned)i;
    ck_abort_msg("no such word: %s", word);
}

#define CASE_WORD(words, word) case_word(words, LENGTH(words), word)

/* --- reading ------------------------------------------------------------------------------------
 */

/* Words of a text, one after the other. */
struct case_reader {
    char *next; /* of a text that is written to */
    char *word;
};

static inline const char *case_next(struct case_reader *in)
{
    in->word = strtok_r(NULL, " \n", &in->next);
    return in->word;
}

static inline double case_number(struct case_reader *in)
{
    return strtod(case_next(in), NULL);
}

static inline size_t case_size(struct case_reader *in)
{
    return (size_t)strtoul(case_next(in), NULL, 10);
}

/* depth, sizes, activations, loss, reduction, decimals of rounding, relu at zero, learning rate,
 * samples, a 0 or 1 for each layer's biases; all numbers. */
static inline void case_read_task(struct case_task *to, struct case_reader *in)
{
    size_t sizes[CASE_DEPTH_MAX + 1];
    double *at = to->numbers;
    const size_t depth = case_size(in);
    for (size_t k = 0; k <= depth; k++)
        sizes[k] = case_size(in);
    for (size_t k = 0; k < depth; k++)
        to->layers[k] = (struct bp_layer){
            .n_in = sizes[k],
            .n_out = sizes[k + 1],
            .activation = (enum bp_activation)CASE_WORD(CASE_ACTIVATIONS, case_next(in))};
    to->task = (struct bp_task){.network = {depth, to->layers}, .samples = to->samples};
    to->task.rules.loss = (enum bp_loss)CASE_WORD(CASE_LOSSES, case_next(in));
    to->task.rules.reduction = (enum bp_reduction)CASE_WORD(CASE_REDUCTIONS, case_next(in));
    to->task.rules.round_decimals = (int)case_number(in);
    to->task.rules.relu_at_zero = case_number(in);
    to->learning_rate = case_number(in);
    to->task.n_samples = case_size(in);
    assert(depth <= CASE_DEPTH_MAX && to->task.n_samples <= CASE_SAMPLES_MAX);
    for (size_t k = 0; k < depth; k++)
        to->layers[k].b = case_size(in) ? to->numbers : NULL;
    for (size_t k = 0; k < depth; k++) {
        struct bp_layer *layer = &to->layers[k];
        layer->w = at;
        for (size_t i = 0; i < bp_layer_weights(layer); i++)
            *at++ = case_number(in);
        layer->b = layer->b ? at : NULL;
        for (size_t j = 0; j < bp_layer_biases(layer); j++)
            *at++ = case_number(in);
    }
    for (size_t s = 0; s < to->task.n_samples; s++) {
        to->samples[s] = (struct bp_sample){.x = at, .y = at + sizes[0]};
        for (size_t i = 0; i < sizes[0] + sizes[depth]; i++)
            *at++ = case_number(in);
    }
}

/* A cell as typed: 0.125, 1/8, n31 (a count), T or F (a mask), _ (blank). Returns its decimals. */
static inline int16_t case_read_cell(double *value, const char *text)
{
    char *end;
    *value = 0;
    if (strcmp(text, "_") == 0)
        return BP_PLACES_BLANK;
    if (strcmp(text, "T") == 0 || strcmp(text, "F") == 0) {
        *value = *text == 'T';
        return BP_PLACES_EXACT;
    }
    if (*text == 'n') {
        *value = strtod(text + 1, NULL);
        return BP_PLACES_EXACT;
    }
    *value = strtod(text, &end);
    if (*end == '/') {
        *value /= strtod(end + 1, NULL);
        return BP_PLACES_EXACT;
    }
    const char *point = strchr(text, '.'), *power = strpbrk(text, "eE");
    const char *last = power ? power : end;
    const long places = (point ? last - point - 1 : 0) - (power ? strtol(power + 1, NULL, 10) : 0);
    return (int16_t)(places > 0 ? places : 0);
}

static inline void case_read_answer(struct bp_grade *grade, struct case_reader *in)
{
    const size_t i = case_size(in);
    const struct bp_step *step = &grade->steps.list[i];
    grade->answers.asked[i] = true;
    grade->answers.unreadable[i] = strcmp(case_next(in), "u") == 0;
    for (size_t cell = step->first; cell < step->first + step->rows * step->n; cell++)
        grade->answers.places[cell] = case_read_cell(&grade->answers.values[cell], case_next(in));
}

/* --- a grading in memory ------------------------------------------------------------------------
 */

/* A block of exactly the size that a layout counted, to be freed. */
static inline void *case_block(size_t size)
{
    void *block = aligned_alloc(64, size);
    REQUIRE(block, "no memory for %zu bytes", size);
    memset(block, 0xFF, size); /* NaN: what is not set must not look like an answer */
    return block;
}

/* Lays out a grading. Returns its block, to be freed. */
static inline void *case_layout(struct bp_grade *grade, const struct case_task *task)
{
    struct bp_layout layout = {NULL, 0};
    bp_grade_layout(grade, &layout, &task->task, task->learning_rate);
    void *block = case_block(layout.used);
    layout = (struct bp_layout){block, 0};
    bp_grade_layout(grade, &layout, &task->task, task->learning_rate);
    return block;
}

/* The file's text, to be freed. VERDICTS names another file in its place. */
static inline char *case_read_file(const char *path)
{
    path = getenv("VERDICTS") ? getenv("VERDICTS") : path;
    FILE *file = fopen(path, "rb");
    REQUIRE(file, "cannot open %s", path);
    fseek(file, 0, SEEK_END);
    const size_t size = (size_t)ftell(file);
    char *text = malloc(size + 1);
    rewind(file);
    REQUIRE(text && fread(text, 1, size, file) == size, "cannot read %s", path);
    text[size] = '\0';
    fclose(file);
    return text;
}

#endif
