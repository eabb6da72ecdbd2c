#include "backpropd/options.h"

#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Flags are told apart by their place in the table. */
struct flag {
    const char *name;
    const char *argument; /* NULL: the flag takes none, and has no variable */
    const char *standard;
    const char *about;
    bool (*set)(struct bp_options *options, const char *value, size_t offset);
    size_t offset; /* of the member that `set` writes, where it is a number */
};

static bool set_size(struct bp_options *options, const char *value, size_t offset)
{
    const unsigned long long most = UINT64_C(1) << 53; /* what JSON readers hold exactly */
    char *end;
    unsigned long long number = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || *end || number > most)
        return false;
    *(size_t *)((char *)options + offset) = (size_t)number;
    return true;
}

static bool set_count(struct bp_options *options, const char *value, size_t offset)
{
    return set_size(options, value, offset) && *(size_t *)((char *)options + offset) > 0;
}

static bool set_listen(struct bp_options *options, const char *value, size_t offset)
{
    const char *colon = strrchr(value, ':');
    char *end;
    (void)offset;
    if (!colon || !colon[1])
        return false;
    const bool has_brackets = *value == '[' && colon > value && colon[-1] == ']';
    const char *host = value + has_brackets;
    size_t n = (size_t)(colon - host) - has_brackets;
    unsigned long port = strtoul(colon + 1, &end, 10);
    if (*end || port > 65535 || n == 0 || n >= sizeof options->address ||
        (!has_brackets && memchr(host, ':', n)))
        return false;
    memcpy(options->address, host, n);
    options->address[n] = '\0';
    options->port = (unsigned)port;
    return true;
}

static bool set_log_format(struct bp_options *options, const char *value, size_t offset)
{
#define AS_NAME(name, wire) wire,
    static const char *const names[] = {BP_LOG_FORMATS(AS_NAME)};
#undef AS_NAME
    (void)offset;
    for (int i = 0; i < BP_LOG_COUNT; i++)
        if (strcmp(value, names[i]) == 0) {
            options->log_format = (enum bp_log_format)i;
            return true;
        }
    return false;
}

static bool set_cors_origins(struct bp_options *options, const char *value, size_t offset)
{
    (void)offset;
    options->cors_origins = value;
    return true;
}

static bool set_allowed_hosts(struct bp_options *options, const char *value, size_t offset)
{
    (void)offset;
    options->allowed_hosts = value;
    return true;
}

static bool set_token_file(struct bp_options *options, const char *value, size_t offset)
{
    (void)offset;
    options->token_file = value;
    return true;
}

static bool set_public(struct bp_options *options, const char *value, size_t offset)
{
#define AS_NAME(name, wire) wire,
    static const char *const names[] = {BP_PUBLIC_GROUPS(AS_NAME)};
#undef AS_NAME
    (void)offset;
    memset(options->public_groups, 0, sizeof options->public_groups);
    if (strcmp(value, "none") == 0)
        return true;
    for (;; value++) {
        const size_t size = strcspn(value, ",");
        int group = 0;
        while (group < BP_GROUP_COUNT &&
               (strlen(names[group]) != size || memcmp(value, names[group], size) != 0))
            group++;
        if (group == BP_GROUP_COUNT)
            return false;
        options->public_groups[group] = true;
        value += size;
        if (!*value)
            return true;
    }
}

static bool set_action(struct bp_options *options, const char *value, size_t action)
{
    (void)value;
    options->action = (enum bp_action)action;
    return true;
}

#define TEXT_OF(number) #number
#define AS_FLAG(member, standard, about)                                                           \
    {"max-" #member, "N",       TEXT_OF(standard),                                                 \
     about,          set_count, offsetof(struct bp_options, limits.member)},

static const struct flag FLAGS[] = {
    {"listen", "ADDR:PORT", "127.0.0.1:8080", "where to listen; port 0 picks a free one",
     set_listen, 0},
    {"threads", "N", "0", "threads that serve; 0: one for each processor", set_size,
     offsetof(struct bp_options, threads)},
    {"drain-delay", "SECONDS", "0", "go on accepting so long after SIGTERM", set_size,
     offsetof(struct bp_options, drain_delay)},
    {"head-timeout", "SECONDS", "10",
     "a request's head takes at most so long, and a pause before it", set_count,
     offsetof(struct bp_options, head_timeout)},
    {"body-timeout", "SECONDS", "20", "a request's body takes at most so long", set_count,
     offsetof(struct bp_options, body_timeout)},
    {"reply-timeout", "SECONDS", "60", "a client takes its reply within so long", set_count,
     offsetof(struct bp_options, reply_timeout)},
    {"log-format", "FORMAT", "text", "requests on stderr: text, json or off", set_log_format, 0},
    {"cors-origin", "ORIGINS", "*", "origins whose pages may call: a list with commas, *, or none",
     set_cors_origins, 0},
    {"allow-host", "HOSTS", "*",
     "hosts that a request may name: a list with commas, without ports, or *", set_allowed_hosts,
     0},
    {"token-file", "FILE", "", "tokens of which a caller must bring one, one a line",
     set_token_file, 0},
    {"public", "GROUPS", "health,docs",
     "open without a token: of health, metrics and docs; or none", set_public, 0},
    BP_LIMITS(AS_FLAG){"healthcheck", NULL, NULL,
                       "ask the service at --listen whether it lives; exit 0 or 1", set_action,
                       BP_ACTION_HEALTHCHECK},
    {"help", NULL, NULL, "print this", set_action, BP_ACTION_HELP},
    {"version", NULL, NULL, "print the version", set_action, BP_ACTION_VERSION},
};
#define FLAG_COUNT (sizeof FLAGS / sizeof *FLAGS)

/* --max-body_bytes reads badly: in flags an underscore is a hyphen. */
static void flag_name(char name[48], const struct flag *flag)
{
    snprintf(name, 48, "%s", flag->name);
    for (char *at = name; *at; at++)
        if (*at == '_')
            *at = '-';
}

static void variable_name(char name[64], const struct flag *flag)
{
    snprintf(name, 64, "BACKPROPD_%s", flag->name);
    for (char *at = name; *at; at++) {
        if (*at == '-')
            *at = '_';
        else if (*at >= 'a' && *at <= 'z')
            *at = (char)(*at - 'a' + 'A');
    }
}

void bp_options_help(FILE *out)
{
    fprintf(out, "Usage: backpropd [FLAG ...]                    serve over HTTP\n"
                 "       backpropd call PATH [FLAG ...] < BODY   answer one request on stdout\n\n"
                 "Flags, their variables and defaults:\n");
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        char name[48], variable[64], left[80];
        flag_name(name, &FLAGS[i]);
        variable_name(variable, &FLAGS[i]);
        snprintf(left, sizeof left, "--%s%s%s", name, FLAGS[i].argument ? " " : "",
                 FLAGS[i].argument ? FLAGS[i].argument : "");
        if (FLAGS[i].argument)
            fprintf(out, "  %-28s %-32s %-15s %s\n", left, variable, FLAGS[i].standard,
                    FLAGS[i].about);
        else
            fprintf(out, "  %-28s %-32s %-15s %s\n", left, "", "", FLAGS[i].about);
    }
    fprintf(out, "\nSIGTERM finishes what is in flight and exits 0. `call` exits 0, or 1 with a "
                 "problem document.\n");
}

void bp_options_blame(char error[BP_OPTION_ERROR_MAX], const char *flag, const char *value)
{
    const struct flag *at = FLAGS;
    char name[48], variable[64];
    while (strcmp(at->name, flag) != 0)
        at++;
    flag_name(name, at);
    variable_name(variable, at);
    if (value == getenv(variable)) /* a variable's value stays where it is */
        snprintf(error, BP_OPTION_ERROR_MAX, "%s=%.60s: %s is needed (%s)", variable, value,
                 at->argument, at->about);
    else
        snprintf(error, BP_OPTION_ERROR_MAX, "--%s %.60s: %s is needed (%s)", name, value,
                 at->argument, at->about);
}

static bool set_defaults_and_environment(struct bp_options *options,
                                         char error[BP_OPTION_ERROR_MAX])
{
    *options = (struct bp_options){.action = BP_ACTION_SERVE};
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        char variable[64];
        if (!FLAGS[i].argument)
            continue;
        FLAGS[i].set(options, FLAGS[i].standard, FLAGS[i].offset);
        variable_name(variable, &FLAGS[i]);
        const char *value = getenv(variable);
        if (!value || FLAGS[i].set(options, value, FLAGS[i].offset))
            continue;
        bp_options_blame(error, FLAGS[i].name, value);
        return false;
    }
    return true;
}

static bool read_words(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                       char **argv)
{
    if (optind < argc && strcmp(argv[optind], "call") == 0) {
        options->action = BP_ACTION_CALL;
        options->call_path = optind + 1 < argc ? argv[optind + 1] : NULL;
        optind += 2;
        if (!options->call_path) {
            snprintf(error, BP_OPTION_ERROR_MAX, "call needs a path, such as /backward");
            return false;
        }
    }
    if (optind >= argc)
        return true;
    snprintf(error, BP_OPTION_ERROR_MAX, "unknown word: %.80s (see --help)", argv[optind]);
    return false;
}

bool bp_options_read(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                     char **argv)
{
    struct option longs[FLAG_COUNT + 1] = {{0}};
    char names[FLAG_COUNT][48];
    int index;
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        flag_name(names[i], &FLAGS[i]);
        longs[i] =
            (struct option){names[i], FLAGS[i].argument ? required_argument : no_argument, NULL, 1};
    }
    if (!set_defaults_and_environment(options, error))
        return false;
    opterr = 0;
    for (int got; (got = getopt_long(argc, argv, ":", longs, &index)) != -1;) {
        if (got != 1) {
            if (optopt > 1) /* one letter, perhaps of several; a known long flag has 1 */
                snprintf(error, BP_OPTION_ERROR_MAX, "unknown flag: -%c (see --help)", optopt);
            else
                snprintf(error, BP_OPTION_ERROR_MAX, "%s: %.80s (see --help)",
                         got == ':' ? "flag needs a value" : "unknown flag", argv[optind - 1]);
            return false;
        }
        const struct flag *flag = &FLAGS[index];
        if (!flag->set(options, flag->argument ? optarg : "", flag->offset)) {
            bp_options_blame(error, flag->name, optarg);
            return false;
        }
    }
    if (options->limits.body_bytes >= UINT32_MAX) {
        snprintf(error, BP_OPTION_ERROR_MAX, "--max-body-bytes %zu: less than 4 GiB is needed",
                 options->limits.body_bytes);
        return false;
    }
    if (options->threads == 0)
        options->threads = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    return read_words(options, error, argc, argv);
}
