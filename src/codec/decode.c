#include "backpropd/decode.h"

#include <string.h>

#include "estimate.h"
#include "member_names.h"
#include "read_json.h"
#include "read_network.h"
#include "unknown.h"

static void set_defaults(struct bp_job *job, const struct bp_operation *operation,
                         struct bp_memory *memory)
{
    *job = (struct bp_job){.operation = operation, .include = operation->included};
    job->notes.memory = memory;
    job->task.rules = (struct bp_rules){.loss = BP_LOSS_MSE, .round_decimals = 10};
}

/* One block for the layers, the samples and the operation's own data. Readers fill it. */
static bool make_views(struct bp_reader *reader)
{
    struct bp_job *job = reader->job;
    const struct bp_operation *operation = job->operation;
    const size_t depth = bp_count_layers(reader);
    const size_t posted = bp_json_count_elements(reader->samples);
    const size_t n_samples =
        posted <= reader->limits->samples ? posted : 0; /* more are refused unread */
    const size_t layers_size = depth * sizeof *job->task.network.layers;
    const size_t values_size = depth * sizeof *reader->layers;
    const size_t samples_size = n_samples * sizeof *job->task.samples;
    const size_t own_size = operation->own.once + depth * operation->own.per_layer;
    const size_t size = layers_size + values_size + samples_size + own_size;
    char *views = bp_memory_take(reader->memory, size, &reader->over_budget);
    if (!views)
        return bp_problem_set_memory(reader->problem, reader->over_budget);
    job->views = views;
    job->own = views + size - own_size; /* last, because its size need not be aligned */
    memset(views, 0, layers_size + values_size);
    memset(job->own, 0, own_size);
    job->task.network = (struct bp_network){depth, (struct bp_layer *)views};
    reader->layers = (struct bp_layer_values *)(views + layers_size);
    job->task.samples = (struct bp_sample *)(views + layers_size + values_size);
    job->task.n_samples = n_samples;
    return true;
}

/* Limits that only a whole job can exceed. */
static void check_work(const struct bp_reader *reader)
{
    const struct bp_operation *operation = reader->job->operation;
    const struct bp_estimate *estimate = &reader->job->estimate;
    const struct bp_place member = {&bp_place_body, operation->work_member, BP_NO_NUMBER};
    const struct bp_place *work = operation->work_member ? &member : &bp_place_body;
    bp_estimate_make(reader->job);
    bp_read_work_limit(reader, work, estimate->work);
    if (bp_read_limit(reader, &bp_place_body, "products and values to write out",
                      reader->limits->explained_terms, estimate->explained_terms))
        bp_read_limit(reader, operation->parts.n ? &bp_place_include : work, "numbers in the reply",
                      reader->limits->reply_numbers, estimate->reply_numbers);
}

static bool read_root(struct bp_reader *reader)
{
    if (bp_json_kind(reader->json, reader->root) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, reader->root, &bp_place_body, BP_EXPECTED_OBJECT);
        return bp_faults_finish(reader->problem);
    }
    reader->network = bp_json_member(reader->root, "network");
    reader->samples = bp_json_member(reader->root, "samples");
    if (!make_views(reader))
        return false;
    reader->job->operation->read(reader);
    if (reader->lacks_memory || reader->job->notes.failed)
        return bp_problem_set_memory(reader->problem, reader->lacks_memory
                                                          ? reader->over_budget
                                                          : reader->job->notes.over_budget);
    bp_read_unknown_members(reader, reader->root, &bp_place_body, reader->job->operation->members);
    if (reader->problem->n_faults == 0)
        check_work(reader);
    if (reader->problem->n_faults > 0)
        return bp_faults_finish(reader->problem);
    return bp_turn_weights(reader) || bp_problem_set_memory(reader->problem, reader->over_budget);
}

void bp_decode_prepare(void)
{
    bp_json_prepare();
}

bool bp_decode(struct bp_job *job, struct bp_problem *problem, const struct bp_operation *operation,
               const char *body, size_t size, const struct bp_limits *limits,
               struct bp_memory *memory)
{
    struct bp_json json;
    struct bp_reader reader = {
        .job = job, .problem = problem, .json = &json, .limits = limits, .memory = memory};

    set_defaults(job, operation, memory);
    bool good = bp_read_json(&json, problem, body, size, limits, operation->has_cells, memory);
    reader.root = json.root;
    good = good && read_root(&reader);
    if (good)
        job->numbers = bp_json_take_numbers(&json);
    else
        bp_job_free(job);
    bp_json_close(&json);
    return good;
}

void bp_job_free(struct bp_job *job)
{
    bp_memory_give(job->numbers);
    bp_memory_give(job->views);
    bp_memory_give(job->weights);
    bp_memory_give(job->block);
    bp_text_free(&job->notes);
    *job = (struct bp_job){.operation = NULL};
}
