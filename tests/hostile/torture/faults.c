#include "faults.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static _Thread_local bool is_spared;
static atomic_bool is_armed, is_every_second;
static atomic_size_t countdown, n_allocations, n_failed, n_live;
static atomic_uint armed_variant;
static _Atomic(const char *) fired;

void faults_spare_me(bool spared)
{
    is_spared = spared;
}

void faults_arm(size_t n, unsigned variant)
{
    atomic_store(&fired, NULL);
    atomic_store(&countdown, n);
    atomic_store(&armed_variant, variant);
    atomic_store(&is_armed, true);
}

void faults_arm_allocations(void)
{
    atomic_store(&fired, NULL);
    atomic_store(&is_every_second, true);
}

const char *faults_disarm(void)
{
    atomic_store(&is_armed, false);
    atomic_store(&is_every_second, false);
    return atomic_load(&fired);
}

size_t faults_total(void)
{
    return atomic_load(&n_failed);
}

size_t faults_live(void)
{
    return atomic_load(&n_live);
}

static bool fail(const char *name, int error)
{
    atomic_store(&fired, name);
    atomic_fetch_add(&n_failed, 1);
    errno = error;
    return true;
}

/* True if this call is the one to fail; errno is set then. */
static bool is_due(const char *name, const int *errors, size_t n)
{
    const unsigned variant = atomic_load(&armed_variant);
    if (is_spared || !atomic_load(&is_armed) || variant >= n)
        return false;
    return atomic_fetch_sub(&countdown, 1) == 1 && fail(name, errors[variant]);
}

static bool is_allocation_due(const char *name)
{
    static const int errors[] = {ENOMEM};
    if (!is_spared && atomic_load(&is_every_second))
        return atomic_fetch_add(&n_allocations, 1) % 2 == 0 && fail(name, ENOMEM);
    return is_due(name, errors, 1);
}

/* ---- Memory ---- */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_realloc(void *block, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
void __real_free(void *block);
void __wrap_free(void *block);
void *__real_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset);
int __real_munmap(void *at, size_t size);
int __wrap_munmap(void *at, size_t size);

static void *count(void *block)
{
    atomic_fetch_add(&n_live, block != NULL);
    return block;
}

void *__wrap_malloc(size_t size)
{
    return is_allocation_due("malloc") ? NULL : count(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
    return is_allocation_due("calloc") ? NULL : count(__real_calloc(n, size));
}

void *__wrap_realloc(void *block, size_t size)
{
    if (is_allocation_due("realloc"))
        return NULL;
    return block ? __real_realloc(block, size) : count(__real_realloc(block, size));
}

char *__wrap_strdup(const char *text)
{
    return is_allocation_due("strdup") ? NULL : count(__real_strdup(text));
}

void __wrap_free(void *block)
{
    atomic_fetch_sub(&n_live, block != NULL);
    __real_free(block);
}

void *__wrap_mmap(void *at, size_t size, int access, int flags, int fd, off_t offset)
{
    if (is_allocation_due("mmap"))
        return MAP_FAILED;
    void *mapped = __real_mmap(at, size, access, flags, fd, offset);
    atomic_fetch_add(&n_live, mapped != MAP_FAILED);
    return mapped;
}

int __wrap_munmap(void *at, size_t size)
{
    atomic_fetch_sub(&n_live, 1);
    return __real_munmap(at, size);
}

/* ---- System calls: type, name, parameters, arguments, what a failed call returns, its errors ----
 */

#define FAULTY(type, name, parameters, arguments, failure, ...)                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        static const int errors[] = {__VA_ARGS__};                                                 \
        if (is_due(#name, errors, sizeof errors / sizeof *errors))                                 \
            return failure;                                                                        \
        return __real_##name arguments;                                                            \
    }

FAULTY(int, accept4, (int fd, struct sockaddr *from, socklen_t *size, int flags),
       (fd, from, size, flags), -1, EMFILE, ECONNABORTED, ENOMEM)
FAULTY(int, bind, (int fd, const struct sockaddr *at, socklen_t size), (fd, at, size), -1,
       EADDRINUSE, EACCES)
FAULTY(int, epoll_create1, (int flags), (flags), -1, EMFILE, ENOMEM)
FAULTY(int, epoll_wait, (int fd, struct epoll_event *events, int n, int timeout),
       (fd, events, n, timeout), -1, EINTR)
FAULTY(int, eventfd, (unsigned value, int flags), (value, flags), -1, EMFILE, ENOMEM)
FAULTY(FILE *, fopen, (const char *path, const char *mode), (path, mode), NULL, EMFILE, ENOMEM)
FAULTY(int, getaddrinfo,
       (const char *node, const char *service, const struct addrinfo *hints,
        struct addrinfo **found),
       (node, service, hints, found), EAI_MEMORY, ENOMEM)
FAULTY(ssize_t, getrandom, (void *bytes, size_t n, unsigned flags), (bytes, n, flags), -1, ENOSYS,
       EINTR)
FAULTY(int, getrusage, (__rusage_who_t who, struct rusage *usage), (who, usage), -1, EINVAL)
FAULTY(int, getsockname, (int fd, struct sockaddr *at, socklen_t *size), (fd, at, size), -1,
       ENOBUFS)
FAULTY(int, getsockopt, (int fd, int level, int option, void *value, socklen_t *size),
       (fd, level, option, value, size), -1, ENOPROTOOPT)
FAULTY(int, listen, (int fd, int backlog), (fd, backlog), -1, EADDRINUSE)
FAULTY(int, nanosleep, (const struct timespec *time, struct timespec *left), (time, left), -1,
       EINTR)
FAULTY(int, poll, (struct pollfd * fds, nfds_t n, int timeout), (fds, n, timeout), -1, EINTR,
       ENOMEM)
FAULTY(int, pthread_create,
       (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *cls),
       (thread, attributes, run, cls), EAGAIN, EAGAIN)
FAULTY(ssize_t, recv, (int fd, void *bytes, size_t n, int flags), (fd, bytes, n, flags), -1,
       ECONNRESET, ENOMEM, ETIMEDOUT)
FAULTY(ssize_t, send, (int fd, const void *bytes, size_t n, int flags), (fd, bytes, n, flags), -1,
       EPIPE, ENOBUFS, ECONNRESET)
FAULTY(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags),
       -1, EPIPE, ENOBUFS, ECONNRESET)
FAULTY(int, setpriority, (__priority_which_t which, id_t who, int priority), (which, who, priority),
       -1, EPERM)
FAULTY(int, setsockopt, (int fd, int level, int option, const void *value, socklen_t size),
       (fd, level, option, value, size), -1, ENOMEM, EINVAL)
FAULTY(int, socket, (int family, int type, int protocol), (family, type, protocol), -1, EMFILE,
       ENOBUFS)

int __real_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epoll, int what, int fd, struct epoll_event *event)
{
    static const int errors[] = {ENOMEM, ENOSPC};
    if (what == EPOLL_CTL_ADD && is_due("epoll_ctl", errors, 2))
        return -1;
    return __real_epoll_ctl(epoll, what, fd, event);
}

ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    static const int errors[] = {EIO, EPIPE, ENOSPC};
    if (fd != STDERR_FILENO) /* an eventfd */
        return __real_write(fd, bytes, n);
    return is_due("write", errors, 3) ? -1 : (ssize_t)n; /* the log is discarded */
}
