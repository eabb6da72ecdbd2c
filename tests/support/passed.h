/* A descriptor passed to this process as systemd would. Check reports over descriptor 3, of all
 * numbers: it is lent only while `call` is on. */
#ifndef TESTS_PASSED_H
#define TESTS_PASSED_H

#include <fcntl.h>
#include <unistd.h>

#include "suite.h"

static inline void passed_variables(const char *count, const char *names)
{
    char pid[24];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", count, 1);
    if (names)
        setenv("LISTEN_FDNAMES", names, 1);
}

/* What descriptor 3 is while `call` runs; -1: closed. Gives what `call` gives. Out: the flags that
 * the descriptor has then, or -1. */
static inline bool passed_as_3(int fd, bool (*call)(void *), void *cls, int *flags, int *status)
{
    const int kept = fcntl(3, F_DUPFD_CLOEXEC, 10);
    if (fd >= 0)
        dup2(fd, 3);
    else
        close(3);
    const bool result = call(cls);
    *flags = fcntl(3, F_GETFD);
    *status = fcntl(3, F_GETFL);
    if (kept >= 0) {
        dup2(kept, 3);
        close(kept);
    }
    return result;
}

#endif
