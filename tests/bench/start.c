/*
 * From fork and exec to the first 200, and the memory then. The server prints "... on URL" once it
 * listens; nothing polls, so nothing is rounded up to a poll's interval, or takes processor time.
 * Prints one line of JSON: milliseconds, and VmRSS and VmHWM in KiB.
 *
 * usage: start BODY_FILE COMMAND...
 */
#include <signal.h>
#include <sys/wait.h>

#include "client.h"

static long status_field(pid_t pid, const char *name)
{
    char text[4096], file[64];
    snprintf(file, sizeof file, "/proc/%d/status", (int)pid);
    FILE *status = fopen(file, "r");
    size_t n = status ? fread(text, 1, sizeof text - 1, status) : 0;
    if (status)
        fclose(status);
    text[n] = '\0';
    const char *field = strstr(text, name);
    return field ? atol(field + strlen(name)) : -1;
}

static unsigned read_port(int fd)
{
    char line[256];
    size_t have = 0;
    for (ssize_t n; have < sizeof line - 1; have += (size_t)n) {
        n = read(fd, line + have, sizeof line - 1 - have);
        if (n <= 0)
            return 0;
        if (memchr(line + have, '\n', (size_t)n)) {
            line[have + (size_t)n] = '\0';
            const char *port = strrchr(line, ':');
            return port ? (unsigned)atoi(port + 1) : 0;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    size_t size = 0;
    int out[2];
    if (argc < 3 || pipe(out) != 0)
        return 2;
    const char *request = make_request(&size, "/backward", argv[1]);
    if (!request || !size)
        return 2;
    const double start = seconds_now();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execvp(argv[2], argv + 2);
        _exit(127);
    }
    close(out[1]);
    const unsigned port = read_port(out[0]);
    int fd = port ? connect_to(port) : -1;
    struct answer answer = {0};
    if (fd >= 0 && send_all(fd, request, size))
        answer = receive(fd);
    const double milliseconds = (seconds_now() - start) * 1e3;
    printf("{\"status\":%d,\"milliseconds\":%.4f,\"rss\":%ld,\"hwm\":%ld}\n", answer.status,
           milliseconds, status_field(pid, "VmRSS:"), status_field(pid, "VmHWM:"));
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return answer.status != 200;
}
