#include "server/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* In place of the C library's: a machine without IPv6 makes no such sockets. */
static bool lacks_ipv6;
int socket(int family, int type, int protocol)
{
    if (family == AF_INET6 && lacks_ipv6) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return (int)syscall(SYS_socket, family, type, protocol);
}

static struct bp_options at_address(const char *address)
{
    struct bp_options options = {.port = 0};
    snprintf(options.address, sizeof options.address, "%s", address);
    return options;
}

/* True if a client reaches the port through the address. */
static bool is_reached(const char *address, unsigned port)
{
    struct addrinfo *found = bp_address_find(address, port);
    ck_assert_ptr_nonnull(found);
    int fd = socket(found->ai_family, SOCK_STREAM, 0);
    const bool reached = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
    close(fd);
    freeaddrinfo(found);
    return reached;
}

TEST(test_own_sockets_are_told_as_they_are)
{
    /* localhost is ::1 on some machines */
    static const char *const cases[][3] = {{"127.0.0.1", "http://127.0.0.1:", "127.0.0.1"},
                                           {"0.0.0.0", "http://0.0.0.0:", "127.0.0.1"},
                                           {"localhost", "http://", "localhost"}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct bp_options options = at_address(cases[i][0]);
        ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
        ck_assert(!listening.is_inherited);
        const size_t n = strlen(cases[i][1]);
        ck_assert_int_eq(strncmp(listening.url, cases[i][1], n), 0);
        ck_assert_int_gt(atoi(strrchr(listening.url, ':') + 1), 0);
        ck_assert_msg(is_reached(cases[i][2], listening.port), "%s", cases[i][0]);
        close(listening.fd);
    }
}

TEST(test_all_addresses_are_of_both_families)
{
    static const char *const cases[] = {BP_ALL_ADDRESSES, "::"};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd < 0)
        return; /* a kernel without */
    close(fd);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const struct bp_options options = at_address(cases[i]);
        ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
        ck_assert_int_eq(strncmp(listening.url, "http://[::]:", 12), 0);
        ck_assert(is_reached("127.0.0.1", listening.port));
        close(listening.fd);
    }
}

TEST(test_all_addresses_without_ipv6)
{
    const struct bp_options options = at_address(BP_ALL_ADDRESSES);
    lacks_ipv6 = true;
    ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
    ck_assert_int_eq(strncmp(listening.url, "http://0.0.0.0:", 15), 0);
    ck_assert(is_reached("127.0.0.1", listening.port));
    struct bp_options taken = options;
    taken.port = listening.port;
    ck_assert(!bp_listen(&listening, &taken, error));
    REQUIRE(strstr(error, ": Address already in use"), "%s", error);
    struct bp_options ipv6 = at_address("::");
    ipv6.port = 80;
    ck_assert(!bp_listen(&listening, &ipv6, error));
    ck_assert_str_eq(error, "--listen [::]:80: Address family not supported by protocol");
    lacks_ipv6 = false;
}

/* IPv4 alone is no substitute where a port is taken. */
TEST(test_all_addresses_where_one_is_taken)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6};
    struct bp_options options = at_address(BP_ALL_ADDRESSES);
    const int on = 1;
    socklen_t size = sizeof at;
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    if (fd < 0)
        return; /* a kernel without */
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    options.port = ntohs(at.sin6_port);
    ck_assert(!bp_listen(&listening, &options, error));
    REQUIRE(strstr(error, ": Address already in use"), "%s", error);
    close(fd);
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

static const char *socket_path(void)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/test_listen.%d.own", (int)getpid());
    return path;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

TEST(test_a_unix_socket_of_its_own_is_removed_at_the_end)
{
    const struct bp_options options = {.socket_path = socket_path()};
    char url[BP_URL_MAX];
    ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
    snprintf(url, sizeof url, "unix:%s", options.socket_path);
    ck_assert_str_eq(listening.url, url);
    ck_assert_uint_eq(listening.port, 0);
    ck_assert(exists(options.socket_path));
    bp_listen_end(&listening);
    ck_assert(!exists(options.socket_path));
    close(listening.fd);
}

TEST(test_a_unix_socket_that_nobody_listens_on_is_replaced)
{
    const struct bp_options options = {.socket_path = socket_path()};
    struct stat before, after;
    const int left = listen_unix(options.socket_path, strlen(options.socket_path) + 1);
    ck_assert_int_eq(stat(options.socket_path, &before), 0);
    ck_assert(!bp_listen(&listening, &options, error)); /* it is live */
    REQUIRE(strstr(error, options.socket_path) && strstr(error, ": Address already in use"), "%s",
            error);
    ck_assert_int_eq(stat(options.socket_path, &after), 0);
    ck_assert_uint_eq(before.st_ino, after.st_ino);
    close(left);
    ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
    bp_listen_end(&listening);
    close(listening.fd);
}

TEST(test_a_unix_socket_of_another_is_not_removed)
{
    const struct bp_options options = {.socket_path = socket_path()};
    ck_assert_msg(bp_listen(&listening, &options, error), "%s", error);
    ck_assert_int_eq(unlink(options.socket_path), 0);
    const int other = listen_unix(options.socket_path, strlen(options.socket_path) + 1);
    bp_listen_end(&listening);
    close(listening.fd);
    ck_assert(exists(options.socket_path));
    close(other);
    unlink(options.socket_path);
}

TEST(test_a_file_that_is_no_socket_is_left_alone)
{
    const struct bp_options options = {.socket_path = socket_path()};
    FILE *file = fopen(options.socket_path, "w");
    ck_assert_ptr_nonnull(file);
    fclose(file);
    ck_assert(!bp_listen(&listening, &options, error));
    REQUIRE(strstr(error, ": File exists"), "%s", error);
    ck_assert(exists(options.socket_path));
    unlink(options.socket_path);
}

TEST(test_nowhere_to_listen)
{
    const struct bp_options options = {.address = "192.0.2.1", .port = 80};
    setenv("LISTEN_FDS", "1", 1); /* ignored: there is no LISTEN_PID */
    ck_assert(!bp_listen(&listening, &options, error));
    ck_assert_str_eq(error, "--listen 192.0.2.1:80: Cannot assign requested address");
}

SUITE("http/listen", test_own_sockets_are_told_as_they_are, test_all_addresses_are_of_both_families,
      test_all_addresses_without_ipv6, test_all_addresses_where_one_is_taken,
      test_an_inherited_socket_is_told_by_its_own_address, test_unix_sockets_are_told_by_their_path,
      test_a_unix_socket_of_its_own_is_removed_at_the_end,
      test_a_unix_socket_that_nobody_listens_on_is_replaced,
      test_a_unix_socket_of_another_is_not_removed, test_a_file_that_is_no_socket_is_left_alone,
      test_nowhere_to_listen)
