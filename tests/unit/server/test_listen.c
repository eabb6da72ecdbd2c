#include "server/listen.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "passed.h"
#include "suite.h"

static char error[BP_OPTION_ERROR_MAX];
static struct bp_listening listening;

static bool call(void *options)
{
    return bp_listen(&listening, options, error);
}

/* bp_listen, where `fd` has been passed to this process. */
static bool listen_with(int fd, struct bp_options *options)
{
    int flags, status;
    passed_variables("1", NULL);
    return passed_as_3(fd, call, options, &flags, &status);
}

/* A socket that listens at `path`, whose first byte may be NUL. */
static int listen_unix(const char *path, size_t size)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, path, size);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
                     0);
    ck_assert_int_eq(listen(fd, 1), 0);
    return fd;
}

TEST(test_own_sockets_are_told_as_they_were_asked_for)
{
    static const char *const cases[][2] = {{"127.0.0.1", "http://127.0.0.1:"},
                                           {"localhost", "http://localhost:"}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct bp_options options = {.port = 0};
        snprintf(options.address, sizeof options.address, "%s", cases[i][0]);
        ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
        ck_assert(!listening.is_inherited);
        const size_t n = strlen(cases[i][1]);
        ck_assert_int_eq(strncmp(listening.url, cases[i][1], n), 0);
        ck_assert_int_gt(atoi(listening.url + n), 0);
        close(listening.fd);
    }
}

TEST(test_an_inherited_socket_is_told_by_its_own_address)
{
    struct bp_options elsewhere = {.address = "192.0.2.1", .port = 80};
    struct bp_options options = {.address = "127.0.0.1"};
    char url[BP_URL_MAX];
    ck_assert(bp_listen(&listening, &options, error));
    memcpy(url, listening.url, sizeof url);
    ck_assert_msg(listen_with(listening.fd, &elsewhere), "%s", error);
    ck_assert(listening.is_inherited);
    ck_assert_int_eq(listening.fd, 3);
    ck_assert_str_eq(listening.url, url);
}

TEST(test_unix_sockets_are_told_by_their_path)
{
    struct bp_options options = {.address = "127.0.0.1"};
    char path[64], url[BP_URL_MAX];
    int n = snprintf(path, sizeof path, "/tmp/test_listen.%d", (int)getpid());
    ck_assert_msg(listen_with(listen_unix(path, (size_t)n + 1), &options), "%s", error);
    unlink(path);
    snprintf(url, sizeof url, "unix:%s", path);
    ck_assert_str_eq(listening.url, url);
    path[0] = '\0'; /* a name that is in no file system */
    ck_assert_msg(listen_with(listen_unix(path, (size_t)n), &options), "%s", error);
    snprintf(url, sizeof url, "unix:@%s", path + 1);
    ck_assert_str_eq(listening.url, url);
}

TEST(test_nowhere_to_listen)
{
    const struct bp_options options = {.address = "192.0.2.1", .port = 80};
    setenv("LISTEN_FDS", "1", 1); /* for nobody: there is no LISTEN_PID */
    ck_assert(!bp_listen(&listening, &options, error));
    ck_assert_str_eq(error, "--listen 192.0.2.1:80: Cannot assign requested address");
}

SUITE("http/listen", test_own_sockets_are_told_as_they_were_asked_for,
      test_an_inherited_socket_is_told_by_its_own_address, test_unix_sockets_are_told_by_their_path,
      test_nowhere_to_listen)
