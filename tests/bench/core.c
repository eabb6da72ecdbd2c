/*
 * The arithmetic alone: decodes a /backward body once, then runs forward and backward N times, and
 * prints the time for each.
 *
 * usage: core BODY_FILE TIMES
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../support/standard_limits.h"
#include "backpropd/decode.h"
#include "file.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    static const struct bp_limits limits = STANDARD_LIMITS;
    static struct bp_memory memory = {.limit = SIZE_MAX};
    static struct bp_fault faults[BP_FAULTS_ROOM];
    struct bp_problem problem = {.faults = faults};
    struct bp_overflow overflow;
    struct bp_job job;
    struct bp_pass pass;
    size_t size = 0;
    char *body = argc < 3 ? NULL : file_read(argv[1], &size);
    if (!body)
        return 2;
    bp_decode_prepare();
    if (!bp_decode(&job, &problem, bp_operations[1], body, size, &limits, &memory))
        return 1;
    struct bp_layout layout = {NULL, 0};
    bp_layout_pass(&pass, &layout, &job.task, BP_PASS_BACKWARD | BP_PASS_REASONS);
    layout = (struct bp_layout){malloc(layout.used), 0};
    bp_layout_pass(&pass, &layout, &job.task, BP_PASS_BACKWARD | BP_PASS_REASONS);
    const long times = atol(argv[2]);
    const double start = seconds();
    for (long i = 0; i < times; i++)
        if (!bp_backward(&pass, &overflow, &job.task))
            return 1;
    printf("{\"loss\":%.17g,\"milliseconds\":%.4f}\n", pass.loss,
           (seconds() - start) * 1e3 / (double)times);
    free(layout.base);
    bp_job_free(&job);
    free(body);
    return 0;
}
