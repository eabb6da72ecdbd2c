/*
 * The service without a socket: answers one body from a file N times, and prints the time for each.
 * Under `valgrind --tool=callgrind` its instruction count repeats, whatever else the machine does.
 *
 * usage: answer PATH BODY_FILE TIMES
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../support/answer.h"
#include "file.h"

int main(int argc, char **argv)
{
    static const struct bp_limits limits = BP_LIMITS_DEFAULT;
    struct bp_service service;
    struct timespec start, end;
    size_t size = 0, body_size;
    unsigned status = 0;
    if (argc < 4)
        return 2;
    char *body = file_read(argv[2], &body_size);
    bp_decode_prepare();
    if (!body || !bp_service_start(&service, &limits, "*"))
        return 1;
    const long times = atol(argv[3]);
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < times; i++) {
        struct bp_reply reply = answer(&service, BP_METHOD_POST, argv[1], body, body_size);
        bp_reply_body(&reply, &size);
        status = reply.status;
        bp_reply_free(&reply);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds =
        (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("{\"status\":%u,\"reply_bytes\":%zu,\"microseconds\":%.3f}\n", status, size,
           seconds * 1e6 / (double)times);
    bp_service_free(&service);
    free(body);
    return status != 200;
}
