#include "backpropd/systemd.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "passed.h"
#include "suite.h"

static char error[BP_OPTION_ERROR_MAX];

static int passed = -1;   /* what is descriptor 3 */
static int flags, status; /* what bp_inherit made of it */

static void pass(int fd)
{
    if (passed >= 0)
        close(passed);
    passed = fd;
}

static bool call(void *fd)
{
    return bp_inherit(fd, error);
}

static bool inherit(int *fd)
{
    return passed_as_3(passed, call, fd, &flags, &status);
}

static int listening(int family, int type)
{
    struct sockaddr_storage at = {.ss_family = (sa_family_t)family};
    int fd = socket(family, type, 0);
    const socklen_t size =
        family == AF_UNIX ? sizeof at.ss_family : (socklen_t)sizeof(struct sockaddr_in6);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, size), 0);
    if (type != SOCK_DGRAM)
        ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

static void assert_unset(void)
{
    ck_assert_ptr_null(getenv("LISTEN_PID"));
    ck_assert_ptr_null(getenv("LISTEN_FDS"));
    ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
}

static void assert_none(void)
{
    int fd = 7;
    ck_assert(inherit(&fd));
    ck_assert_int_eq(fd, -1);
    assert_unset();
}

static void assert_refused(const char *message)
{
    int fd = 7;
    ck_assert(!inherit(&fd));
    ck_assert_str_eq(error, message);
    ck_assert_int_eq(fd, -1);
    assert_unset();
}

TEST(test_listening_sockets_are_taken)
{
    static const int families[] = {AF_INET, AF_UNIX, AF_INET6};
    for (size_t i = 0; i < LENGTH(families); i++) {
        int fd = socket(families[i], SOCK_STREAM, 0);
        if (fd < 0 && families[i] == AF_INET6)
            continue; /* a kernel without */
        close(fd);
        pass(listening(families[i], SOCK_STREAM));
        passed_variables("1", i ? "web" : NULL);
        ck_assert_msg(inherit(&fd), "%s", error);
        ck_assert_int_eq(fd, 3);
        ck_assert_int_eq(flags & FD_CLOEXEC, FD_CLOEXEC);
        ck_assert_int_eq(status & O_NONBLOCK, O_NONBLOCK);
        assert_unset();
    }
}

TEST(test_nothing_is_passed)
{
    assert_none();
    passed_variables("0", "");
    assert_none();
    passed_variables("1", NULL);
    unsetenv("LISTEN_FDS");
    assert_none();
}

TEST(test_what_is_for_another_process_is_left_alone)
{
    static const char *const pids[] = {"1", "", "x", "-1", "99999999999999999999"};
    pass(listening(AF_INET, SOCK_STREAM));
    for (size_t i = 0; i < LENGTH(pids); i++) {
        passed_variables("1", "web");
        setenv("LISTEN_PID", pids[i], 1);
        assert_none();
    }
    char almost[32]; /* the right number with something behind it */
    snprintf(almost, sizeof almost, "%d ", (int)getpid());
    passed_variables("1", "web");
    setenv("LISTEN_PID", almost, 1);
    assert_none();
    passed_variables("2", "web");
    unsetenv("LISTEN_PID");
    assert_none();
    ck_assert_int_eq(flags, 0);
}

TEST(test_more_than_one)
{
    pass(listening(AF_INET, SOCK_STREAM));
    passed_variables("2", "web:metrics");
    assert_refused("LISTEN_FDS=2, LISTEN_FDNAMES=web:metrics: must be one socket");
    passed_variables("3", NULL);
    assert_refused("LISTEN_FDS=3: must be one socket");
}

TEST(test_no_number)
{
    static const char *const counts[] = {"", "one", "-1", "1 ", "+1", "99999999999999999999"};
    for (size_t i = 0; i < LENGTH(counts); i++) {
        char message[BP_OPTION_ERROR_MAX];
        passed_variables(counts[i], NULL);
        snprintf(message, sizeof message, "LISTEN_FDS=%s: must be a number", counts[i]);
        assert_refused(message);
    }
}

TEST(test_what_does_not_listen)
{
    int pair[2];
    passed_variables("1", NULL);
    assert_refused("LISTEN_FDS=1: descriptor 3 is not open");
    pass(open("/dev/null", O_RDWR));
    passed_variables("1", "null");
    assert_refused("LISTEN_FDS=1, LISTEN_FDNAMES=null: descriptor 3 is not a socket");
    pass(listening(AF_INET, SOCK_DGRAM));
    passed_variables("1", NULL);
    assert_refused("LISTEN_FDS=1: descriptor 3 is not a TCP or Unix stream socket");
    pass(listening(AF_UNIX, SOCK_SEQPACKET));
    passed_variables("1", NULL);
    assert_refused("LISTEN_FDS=1: descriptor 3 is not a TCP or Unix stream socket");
    pass(socket(AF_INET, SOCK_STREAM, 0));
    passed_variables("1", NULL);
    assert_refused("LISTEN_FDS=1: descriptor 3 is a socket that does not listen");
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pass(pair[0]);
    passed_variables("1", NULL);
    assert_refused("LISTEN_FDS=1: descriptor 3 is a socket that does not listen");
}

SUITE("server/socket_activation", test_listening_sockets_are_taken, test_nothing_is_passed,
      test_what_is_for_another_process_is_left_alone, test_more_than_one, test_no_number,
      test_what_does_not_listen)
