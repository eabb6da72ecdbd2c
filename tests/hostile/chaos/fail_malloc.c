/* Preloaded, makes chosen allocations of a running program fail. A test drives it through the file
 * named by FAIL_MALLOC, which is mapped: see `struct control`. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *block, size_t size);

/* Little-endian 32-bit words, as the test reads and writes them. */
struct control {
    _Atomic int32_t countdown; /* the allocation that brings it from 1 to 0 fails */
    _Atomic uint32_t every;    /* each that is a multiple of it fails; 0: none */
    _Atomic uint32_t seen;
    _Atomic uint32_t failed;
};

static _Atomic(struct control *) control;

__attribute__((constructor)) static void start(void)
{
    const char *name = getenv("FAIL_MALLOC");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *at = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (at != MAP_FAILED)
        control = at;
}

static int fails(void)
{
    struct control *now = control;
    if (!now)
        return 0;
    const uint32_t seen = atomic_fetch_add(&now->seen, 1) + 1;
    const uint32_t every = atomic_load(&now->every);
    int hit = every && seen % every == 0;
    if (atomic_load(&now->countdown) > 0 && atomic_fetch_sub(&now->countdown, 1) == 1)
        hit = 1;
    if (!hit)
        return 0;
    atomic_fetch_add(&now->failed, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}
