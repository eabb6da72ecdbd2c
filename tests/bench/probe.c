/*
 * A load of one request, repeated: as fast as replies come, with pauses, or at a fixed rate
 * whatever the replies do. Prints one line of JSON: what came back, how fast, after what time.
 *
 * usage: probe PORT PATH [-b BODY_FILE] [-c CONNECTIONS] [-t SECONDS] [-n REQUESTS_A_CONNECTION]
 *              [-p PAUSE_MS] [-r REQUESTS_A_SECOND]
 *
 * Ends after -t seconds or -n requests or at SIGTERM; what is under way then is waited for. With -r
 * a request's time starts when it was due, so that a server that stalls cannot hide it.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "client.h"

struct sample {
    int status;
    double seconds;
};

struct connection {
    pthread_t thread;
    struct sample *samples;
    size_t n, capacity;
    size_t n_good, n_retry_after;
    double last_good; /* when the last 2xx had come */
};

static struct {
    unsigned port;
    const char *request;
    size_t request_size;
    long requests;
    double seconds, pause, rate;
    double start;
    atomic_long n_due;
    atomic_bool stop;
} load = {.requests = -1, .seconds = 1e9};

static void sleep_until(double time)
{
    const struct timespec wake = {.tv_sec = (time_t)time,
                                  .tv_nsec = (long)((time - (double)(time_t)time) * 1e9)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
}

static void record(struct connection *connection, struct answer answer, double start)
{
    const double now = seconds_now();
    if (connection->n == connection->capacity) {
        connection->capacity = connection->capacity ? 2 * connection->capacity : 256;
        connection->samples =
            realloc(connection->samples, connection->capacity * sizeof *connection->samples);
    }
    connection->samples[connection->n++] = (struct sample){answer.status, now - start};
    connection->n_retry_after += answer.status == 503 && answer.retry_after;
    if (answer.status >= 200 && answer.status < 300) {
        connection->n_good++;
        connection->last_good = now - load.start;
    }
}

/* Waits until the next request is due; 0 when there is none. */
static double next_start(long done)
{
    if (load.rate > 0) {
        double due = load.start + (double)atomic_fetch_add(&load.n_due, 1) / load.rate;
        if (due >= load.start + load.seconds)
            return 0;
        sleep_until(due);
        return load.stop ? 0 : due;
    }
    if (done && load.pause > 0)
        sleep_until(seconds_now() + load.pause);
    double now = seconds_now();
    return load.stop || done == load.requests || now >= load.start + load.seconds ? 0 : now;
}

static void *run(void *cls)
{
    struct connection *connection = cls;
    double start;
    int fd = -1;
    for (long done = 0; (start = next_start(done)) > 0; done++) {
        struct answer answer = {0};
        if (fd < 0)
            fd = connect_to(load.port);
        if (fd >= 0 && send_all(fd, load.request, load.request_size))
            answer = receive(fd);
        record(connection, answer, start);
        if (fd >= 0 && (!answer.status || answer.closes)) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0)
        close(fd);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    const struct sample *x = a, *y = b;
    if (x->status != y->status)
        return x->status < y->status ? -1 : 1;
    return (x->seconds > y->seconds) - (x->seconds < y->seconds);
}

/* Times in milliseconds by status: the samples are sorted by status, then by time. */
static void print_statuses(const struct sample *samples, size_t n)
{
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && samples[end].status == samples[i].status;)
            end++;
        const double count = (double)(end - i);
        printf("%s\"%d\":{\"count\":%zu,\"p50\":%.4f,\"p99\":%.4f,\"max\":%.4f}", i ? "," : "",
               samples[i].status, end - i, samples[i + (size_t)(count * 0.5)].seconds * 1e3,
               samples[i + (size_t)(count * 0.99)].seconds * 1e3, samples[end - 1].seconds * 1e3);
    }
}

static void report(const struct connection *connections, size_t n_connections)
{
    size_t n = 0, n_good = 0, n_retry_after = 0, filled = 0;
    double sum_of_rates = 0, last_good = 0;
    for (size_t i = 0; i < n_connections; i++) {
        const struct connection *connection = &connections[i];
        n += connection->n;
        n_good += connection->n_good;
        n_retry_after += connection->n_retry_after;
        if (connection->n_good)
            sum_of_rates += (double)connection->n_good / connection->last_good;
        if (connection->last_good > last_good)
            last_good = connection->last_good;
    }
    struct sample *samples = malloc((n + 1) * sizeof *samples);
    for (size_t i = 0; i < n_connections; i++) {
        if (connections[i].n)
            memcpy(samples + filled, connections[i].samples, connections[i].n * sizeof *samples);
        filled += connections[i].n;
    }
    qsort(samples, n, sizeof *samples, compare);
    /* Each connection's own rate: the last of a few long requests need not end together. */
    const double rate = load.rate > 0 && n_good ? (double)n_good / last_good : sum_of_rates;
    printf("{\"requests\":%zu,\"good_per_second\":%.4f,\"retry_after\":%zu,\"statuses\":{", n, rate,
           n_retry_after);
    print_statuses(samples, n);
    printf("}}\n");
    free(samples);
}

static void *wait_for_signal(void *cls)
{
    int number;
    sigwait(cls, &number);
    load.stop = true;
    return NULL;
}

int main(int argc, char **argv)
{
    const char *body_file = NULL;
    size_t n_connections = 1;
    pthread_attr_t small;
    pthread_t waiter;
    sigset_t signals;
    for (int option; (option = getopt(argc, argv, "b:c:t:n:p:r:")) != -1;) {
        switch (option) {
        case 'b':
            body_file = optarg;
            break;
        case 'c':
            n_connections = (size_t)atol(optarg);
            break;
        case 't':
            load.seconds = atof(optarg);
            break;
        case 'n':
            load.requests = atol(optarg);
            break;
        case 'p':
            load.pause = atof(optarg) / 1e3;
            break;
        case 'r':
            load.rate = atof(optarg);
            break;
        default:
            return 2;
        }
    }
    if (argc - optind != 2)
        return 2;
    load.port = (unsigned)atoi(argv[optind]);
    load.request = make_request(&load.request_size, argv[optind + 1], body_file);
    if (!load.request || !load.request_size)
        return 2;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    pthread_create(&waiter, NULL, wait_for_signal, &signals);
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 262144);
    struct connection *connections = calloc(n_connections, sizeof *connections);
    load.start = seconds_now();
    for (size_t i = 0; i < n_connections; i++)
        pthread_create(&connections[i].thread, &small, run, &connections[i]);
    for (size_t i = 0; i < n_connections; i++)
        pthread_join(connections[i].thread, NULL);
    report(connections, n_connections);
    return 0;
}
