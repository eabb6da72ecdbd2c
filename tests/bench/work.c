/*
 * How good the estimate of work is: decodes bodies, then calculates and writes the reply of each
 * again and again. Prints the estimates and the median times of this thread on a processor.
 *
 * usage: work PATH BODY_FILE...
 */
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/standard_limits.h"
#include "backpropd/decode.h"
#include "file.h"

#define RUNS 7
#define RUN_NANOSECONDS 5e6

static double now(void)
{
    struct timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec;
}

static const struct bp_operation *operation_at(const char *path)
{
    for (const struct bp_operation *const *row = bp_operations; *row; row++)
        if (strcmp((*row)->path, path) == 0)
            return *row;
    return NULL;
}

/* What a job asks of a thread once it is decoded. */
static bool complete(const struct bp_job *job, struct bp_memory *memory)
{
    struct bp_layout layout = {NULL, 0};
    struct bp_overflow overflow;
    struct bp_text text;
    bool over_budget;
    job->operation->layout(&layout, job);
    layout = (struct bp_layout){bp_memory_take(memory, layout.used, &over_budget), 0};
    void *result = job->operation->layout(&layout, job);
    const bool good = job->operation->run(result, &overflow, job);
    bp_text_start(&text, memory, job->estimate.reply_bytes);
    if (good)
        job->operation->representations->encode(&text, job, result);
    bp_text_free(&text);
    bp_memory_give(layout.base);
    return good;
}

static int compare(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double median_time(const struct bp_job *job, struct bp_memory *memory)
{
    double spent[RUNS];
    if (!complete(job, memory)) /* warms up */
        return -1;
    for (size_t run = 0; run < RUNS; run++) {
        size_t times = 0;
        const double start = now();
        do {
            complete(job, memory);
            times++;
            spent[run] = now() - start;
        } while (spent[run] < RUN_NANOSECONDS);
        spent[run] /= (double)times;
    }
    qsort(spent, RUNS, sizeof *spent, compare);
    return spent[RUNS / 2];
}

static bool measure(const char *path, const char *file, struct bp_memory *memory)
{
    static const struct bp_limits limits = STANDARD_LIMITS;
    struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    struct bp_job job;
    size_t size = 0;
    char *body = file_read(file, &size);
    const struct bp_operation *operation = operation_at(path);
    if (!body || !operation)
        return false;
    if (!bp_decode(&job, &problem, operation, body, size, &limits, memory)) {
        fprintf(stderr, "%s: %s\n", file, problem.detail);
        return false;
    }
    printf("{\"work\":%.0f,\"nanoseconds\":%.1f}", job.estimate.work, median_time(&job, memory));
    bp_job_free(&job);
    free(body);
    return true;
}

int main(int argc, char **argv)
{
    static struct bp_memory memory = {.limit = SIZE_MAX};
    bool good = argc > 2;
    mallopt(M_MMAP_THRESHOLD, BP_MEMORY_KEPT); /* as in the service */
    mallopt(M_TRIM_THRESHOLD, 2 * BP_MEMORY_KEPT);
    bp_decode_prepare();
    for (int i = 1; i + 1 < argc && good; i += 2) {
        putchar(i == 1 ? '[' : ',');
        good = measure(argv[i], argv[i + 1], &memory);
    }
    puts("]");
    return !good;
}
