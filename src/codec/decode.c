#include <string.h>

#include "reader.h"

static const char *const MEMBERS[] = {"network", "samples",       "options",
                                      "include", "learning_rate", "steps"};

static const struct bp_place LEARNING_RATE = {&bp_place_body, "learning_rate", BP_NO_NUMBER};
static const struct bp_place STEPS = {&bp_place_body, "steps", BP_NO_NUMBER};

/* /step alone knows the last two. */
static struct bp_names members_of(enum bp_endpoint endpoint)
{
    return (struct bp_names){MEMBERS, endpoint == BP_STEP ? 6 : 4};
}

static void set_defaults(struct bp_job *job, enum bp_endpoint endpoint)
{
    *job = (struct bp_job){.endpoint = endpoint, .steps = 1};
    job->task.rules = (struct bp_rules){.loss = BP_LOSS_MSE, .round_decimals = 10};
    for (size_t part = 0; part < BP_PART_COUNT; part++)
        job->include[part] = endpoint != BP_STEP;
}

/* One block for the layers and the samples, however many the body has; readers fill it. */
static bool make_views(struct bp_reader *reader, const struct bp_value *network, size_t n_samples,
                       struct bp_memory *memory)
{
    struct bp_task *task = &reader->job->task;
    const size_t depth = bp_count_layers(network, reader->limits->layers);
    const size_t layers_size = depth * sizeof *task->network.layers;
    bool over_budget;
    char *views =
        bp_memory_take(memory, layers_size + n_samples * sizeof *task->samples, &over_budget);
    if (!views)
        return bp_problem_set_memory(reader->problem, over_budget);
    memset(views, 0, layers_size);
    reader->job->views = views;
    task->network = (struct bp_network){depth, (struct bp_layer *)views};
    task->samples = (struct bp_sample *)(views + layers_size);
    task->n_samples = n_samples;
    return true;
}

/* The length of the first sample's x, 0 if there is none to be seen. */
static size_t first_x(const struct bp_reader *reader, const struct bp_value *samples)
{
    const struct bp_value *x = bp_json_member(bp_json_element(samples, 0), "x");
    return x && bp_json_kind(reader->json, x) == BP_JSON_VECTOR
               ? bp_json_numbers(reader->json, x).columns
               : 0;
}

static void read_learning_rate(struct bp_reader *reader, const struct bp_value *root)
{
    const struct bp_value *value = bp_json_member(root, "learning_rate");
    double *rate = &reader->job->learning_rate;
    if (!value) {
        bp_read_missing(reader, root, &bp_place_body, "learning_rate", members_of(BP_STEP));
        return;
    }
    if (bp_read_number(reader, value, &LEARNING_RATE, rate) && *rate < 0)
        bp_fault_add(reader->problem, BP_FAULT_OUT_OF_RANGE, &LEARNING_RATE,
                     "a learning rate of 0 or more is needed here")
            ->got = bp_fact_number(*rate);
}

static void read_rest(struct bp_reader *reader, const struct bp_value *root)
{
    const enum bp_endpoint endpoint = reader->job->endpoint;
    const struct bp_value *steps = bp_json_member(root, "steps");
    if (endpoint == BP_STEP) {
        read_learning_rate(reader, root);
        if (steps)
            bp_read_integer(reader, steps, &STEPS, 1, reader->limits->steps,
                            BP_FAULT_LIMIT_EXCEEDED, &reader->job->steps);
    }
    for (struct bp_members m = bp_json_members(root); bp_json_next(&m);) {
        if (bp_is_known(m.name, members_of(endpoint)))
            continue;
        if (strcmp(m.name, "learning_rate") == 0 || strcmp(m.name, "steps") == 0)
            bp_fault_add_member(reader->problem, BP_FAULT_UNKNOWN_MEMBER, &bp_place_body, m.name,
                                "only /step knows the member");
        else
            bp_read_unknown(reader, &bp_place_body, m.name, members_of(endpoint));
    }
}

/* Limits that only a whole job can exceed. */
static void check_work(const struct bp_reader *reader)
{
    const struct bp_job *job = reader->job;
    const size_t work = bp_job_multiply_adds(job), numbers = bp_job_reply_numbers(job);
    if (work > reader->limits->multiply_adds)
        bp_read_limit(reader, job->endpoint == BP_STEP ? &STEPS : &bp_place_samples,
                      "multiply-adds", reader->limits->multiply_adds, work);
    if (numbers > reader->limits->reply_numbers)
        bp_read_limit(reader, &bp_place_include, "numbers in the reply",
                      reader->limits->reply_numbers, numbers);
}

static bool read_root(struct bp_reader *reader, const struct bp_value *root,
                      struct bp_memory *memory)
{
    const struct bp_names known = members_of(reader->job->endpoint);
    const struct bp_value *network = bp_json_member(root, "network");
    const struct bp_value *samples = bp_json_member(root, "samples");
    const struct bp_value *options = bp_json_member(root, "options");
    const struct bp_value *include = bp_json_member(root, "include");
    struct bp_lengths lengths = {0, 0};

    if (bp_json_kind(reader->json, root) != BP_JSON_OBJECT) {
        bp_read_wrong(reader, root, &bp_place_body, "an object");
        return bp_faults_finish(reader->problem);
    }
    if (!make_views(reader, network, bp_json_count_elements(samples), memory))
        return false;
    if (network)
        lengths = bp_read_network(reader, network, first_x(reader, samples));
    else
        bp_read_missing(reader, root, &bp_place_body, "network", known);
    if (samples)
        bp_read_samples(reader, samples, lengths);
    else
        bp_read_missing(reader, root, &bp_place_body, "samples", known);
    if (options)
        bp_read_options(reader, options);
    if (include)
        bp_read_include(reader, include);
    read_rest(reader, root);
    if (reader->problem->n_faults == 0)
        check_work(reader);
    return reader->problem->n_faults == 0 || bp_faults_finish(reader->problem);
}

void bp_decode_prepare(void)
{
    bp_json_prepare();
}

bool bp_decode(struct bp_job *job, struct bp_problem *problem, enum bp_endpoint endpoint,
               const char *body, size_t size, const struct bp_limits *limits,
               struct bp_memory *memory)
{
    struct bp_json json;
    struct bp_reader reader = {job, problem, &json, limits};

    set_defaults(job, endpoint);
    const bool good = bp_read_json(problem, &json, body, size, limits, memory) &&
                      read_root(&reader, json.root, memory);
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
    job->numbers = NULL;
    job->views = NULL;
}
