#include "backpropd/systemd.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "suite.h"

/* A socket as systemd's, at a path or, in the abstract namespace, at @NAME. */
static int manager(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    memcpy(at.sun_path, name, strlen(name));
    if (*name == '@')
        at.sun_path[0] = '\0';
    const size_t size = offsetof(struct sockaddr_un, sun_path) + strlen(name);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, (socklen_t)size), 0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void assert_told(int fd, const char *state)
{
    char got[64];
    ck_assert(bp_notify(state));
    const ssize_t n = recv(fd, got, sizeof got - 1, MSG_DONTWAIT);
    ck_assert_int_eq(n, (ssize_t)strlen(state));
    got[n] = '\0';
    ck_assert_str_eq(got, state);
}

TEST(test_the_state_is_sent_as_one_message)
{
    char name[64];
    snprintf(name, sizeof name, "/tmp/test_notify.%d", (int)getpid());
    int fd = manager(name);
    assert_told(fd, "READY=1");
    assert_told(fd, "STOPPING=1");
    close(fd);
    unlink(name);
    ck_assert(!bp_notify("READY=1"));
    *name = '@';
    name[4] = '-';
    fd = manager(name);
    assert_told(fd, "READY=1");
    close(fd);
}

TEST(test_nobody_to_tell)
{
    unsetenv("NOTIFY_SOCKET");
    ck_assert(bp_notify("READY=1"));
}

TEST(test_names_that_are_none)
{
    char path[200] = "/";
    memset(path + 1, 'a', sizeof path - 2);
    const char *const names[] = {"", "relative", "vsock:2:1234", path, "/nowhere/notify"};
    for (size_t i = 0; i < LENGTH(names); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        ck_assert_msg(!bp_notify("READY=1"), "%s", names[i]);
    }
}

SUITE("http/notify", test_the_state_is_sent_as_one_message, test_nobody_to_tell,
      test_names_that_are_none)
