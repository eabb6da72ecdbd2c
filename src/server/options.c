#include "backpropd/options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "backpropd/suggest.h"

#define DEFAULT_HOST "127.0.0.1"

/* A flag is identified by its place in the table. */
struct flag {
    const char *name;
    const char *argument; /* "": the flag takes none, and has no variable */
    const char *standard;
    const char *about;
    /* Writes the value to the options. Returns NULL, or what the value must be. */
    const char *(*set)(struct bp_options *options, const char *value, const struct flag *flag);
    size_t offset;        /* of the member that `set` writes, or 0 */
    uint64_t least, most; /* of a number */
    const char *range;    /* the same as text */
    char letter;          /* for short, or 0 */
};

static bool is_number(const char *text)
{
    return *text && !text[strspn(text, "0123456789")];
}

static const char *set_number(struct bp_options *options, const char *value,
                              const struct flag *flag)
{
    const unsigned long long number = strtoull(value, NULL, 10);
    if (!is_number(value) || number < flag->least || number > flag->most)
        return flag->range;
    *(size_t *)((char *)options + flag->offset) = (size_t)number;
    return NULL;
}

static const char *set_text(struct bp_options *options, const char *value, const struct flag *flag)
{
    *(const char **)((char *)options + flag->offset) = value;
    return NULL;
}

static const char *set_port(struct bp_options *options, const char *port)
{
    const unsigned long number = strtoul(port, NULL, 10);
    if (!is_number(port) || number > 65535)
        return "a port of at most 65535";
    options->port = (unsigned)number;
    return NULL;
}

/* HOST is an address or a name, or an IPv6 address in brackets. */
static bool set_host(struct bp_options *options, const char *host, size_t n)
{
    const bool has_brackets = n > 2 && *host == '[' && host[n - 1] == ']';
    if (!has_brackets && memchr(host, ':', n))
        return false;
    host += has_brackets;
    n -= 2 * (size_t)has_brackets;
    if (n >= sizeof options->address)
        return false;
    memcpy(options->address, host, n);
    options->address[n] = '\0';
    return true;
}

static const char *set_listen(struct bp_options *options, const char *value,
                              const struct flag *flag)
{
    const char *colon = strrchr(value, ':');
    const char *port = colon ? colon + 1 : value;
    if (strncmp(value, "unix:/", 6) == 0) {
        options->socket_path = value + 5;
        return strlen(value + 5) < sizeof(((struct sockaddr_un *)NULL)->sun_path)
                   ? NULL
                   : "a path of at most 107 bytes";
    }
    if (!is_number(port))
        return flag->argument;
    options->socket_path = NULL;
    if (!colon)
        strcpy(options->address, DEFAULT_HOST);
    else if (colon == value)
        strcpy(options->address, BP_ALL_ADDRESSES);
    else if (!set_host(options, value, (size_t)(colon - value)))
        return flag->argument;
    return set_port(options, port);
}

/* The place of a word of `size` bytes among n names; n if it is not there. */
static size_t place_of(const char *const *names, size_t n, const char *word, size_t size)
{
    size_t i = 0;
    while (i < n && (strlen(names[i]) != size || memcmp(names[i], word, size) != 0))
        i++;
    return i;
}

static const char *set_log_format(struct bp_options *options, const char *value,
                                  const struct flag *flag)
{
    static const char *const names[] = {
        [BP_LOG_TEXT] = "text", [BP_LOG_JSON] = "json", [BP_LOG_OFF] = "off"};
    const size_t n = sizeof names / sizeof *names, place = place_of(names, n, value, strlen(value));
    if (place == n)
        return flag->argument;
    options->log_format = (enum bp_log_format)place;
    return NULL;
}

static const char *set_switch(struct bp_options *options, const char *value,
                              const struct flag *flag)
{
    bool *is_on = (bool *)((char *)options + flag->offset);
    *is_on = strcmp(value, "on") == 0;
    return *is_on || strcmp(value, "off") == 0 ? NULL : flag->argument;
}

static const char *set_public(struct bp_options *options, const char *value,
                              const struct flag *flag)
{
#define AS_NAME(name, wire) wire,
    static const char *const names[] = {BP_PUBLIC_GROUPS(AS_NAME)};
#undef AS_NAME
    memset(options->public_groups, 0, sizeof options->public_groups);
    if (strcmp(value, "none") == 0)
        return NULL;
    for (;; value++) {
        const size_t size = strcspn(value, ",");
        const size_t group = place_of(names, BP_GROUP_COUNT, value, size);
        if (group == BP_GROUP_COUNT)
            return flag->argument;
        options->public_groups[group] = true;
        value += size;
        if (!*value)
            return NULL;
    }
}

static const char *set_action(struct bp_options *options, const char *value,
                              const struct flag *flag)
{
    (void)value;
    options->action = (enum bp_action)flag->offset;
    return NULL;
}

#define MEMBER(name) .offset = offsetof(struct bp_options, name)
#define NUMBER(member, low, high)                                                                  \
    .set = set_number, MEMBER(member), .least = low, .most = UINT64_C(high),                       \
    .range = "a whole number from " #low " to " #high
#define TEXT_OF(number) #number
#define AS_FLAG(member, standard, most, about)                                                     \
    {"max-" #member, "N", TEXT_OF(standard), about, NUMBER(limits.member, 1, most)},
#define SWITCH(member) .set = set_switch, MEMBER(member)
#define TEXT(member) .set = set_text, MEMBER(member)
#define ACTION(name, key) .set = set_action, .offset = BP_ACTION_##name, .letter = key

/* clang-format off */
static const struct flag FLAGS[] = {
    {"listen", "ADDR:PORT", DEFAULT_HOST ":8080",
     "address to listen on; also PORT, :PORT for all addresses, or unix:/PATH; port 0 picks a free port", .set = set_listen},
    {"threads", "N", "0", "worker threads; 0: one per processor", NUMBER(threads, 0, 1024)},
    {"drain-delay", "SECONDS", "0", "keep accepting connections for this long after SIGTERM", NUMBER(drain_delay, 0, 86400)},
    {"drain-timeout", "SECONDS", "8", "then give requests in progress this long to finish, before they get 503",
     NUMBER(drain_timeout, 0, 86400)},
    {"head-timeout", "SECONDS", "10", "time limit for a request's headers, counted from the start of a new connection",
     NUMBER(head_timeout, 1, 86400)},
    {"body-timeout", "SECONDS", "20", "time limit for a request's body", NUMBER(body_timeout, 1, 86400)},
    {"reply-timeout", "SECONDS", "60", "time limit for a client to read its reply", NUMBER(reply_timeout, 1, 86400)},
    {"idle-timeout", "SECONDS", "75", "how long an idle keep-alive connection stays open",
     NUMBER(idle_timeout, 1, 86400)},
    {"log-format", "FORMAT", "text", "format of the request log on stderr: text, json or off", .set = set_log_format},
    {"log-health", "SWITCH", "off", "log successful health checks, too: on or off", SWITCH(log_health)},
    {"cors-origin", "ORIGINS", "*", "origins whose web pages may call: a comma-separated list, *, or none",
     TEXT(cors_origins)},
    {"allow-host", "HOSTS", "*", "host names that a request may use: a comma-separated list without ports, or *",
     TEXT(allowed_hosts)},
    {"only", "PATHS", "*", "POST paths to serve, such as /grade,/exercise: a comma-separated list, or *", TEXT(only)},
    {"token-file", "FILE", "", "file of accepted bearer tokens, one per line", TEXT(token_file)},
    {"public", "GROUPS", "health,page,docs", "what is open without a token: a comma-separated list of health, metrics, page and docs, or none",
     .set = set_public},
    {"page", "SWITCH", "on", "serve a web page at / to browsers: on or off", SWITCH(has_page)},
    BP_LIMITS(AS_FLAG)
    {"accept", "TYPES", "*/*", "media types that `call` may print, written as in an Accept header", TEXT(call_accept)},
    {"healthcheck", "", "", "ask the service at --listen whether it is alive; exit 0, or 1 with the reason",
     ACTION(HEALTHCHECK, 0)},
    {"help", "", "", "print this help; also -h", ACTION(HELP, 'h')},
    {"version", "", "", "print the version; also -V", ACTION(VERSION, 'V')},
};
/* clang-format on */
#define FLAG_COUNT (sizeof FLAGS / sizeof *FLAGS)

/* Members have underscores, flags have hyphens. */
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
    for (char *at = name; *at; at++)
        *at = *at == '-' ? '_' : (char)toupper(*at);
}

void bp_options_help(FILE *out)
{
    fprintf(out, "Usage: backpropd [FLAG ...]                    serve over HTTP\n"
                 "       backpropd call PATH [FLAG ...] < BODY   answer one request on stdout\n\n"
                 "Flags, their variables and defaults:\n");
    for (const struct flag *flag = FLAGS; flag < FLAGS + FLAG_COUNT; flag++) {
        char name[48], variable[64], left[80];
        flag_name(name, flag);
        variable_name(variable, flag);
        snprintf(left, sizeof left, "--%s%s%s", name, *flag->argument ? " " : "", flag->argument);
        fprintf(out, "  %-28s %-32s %-16s %s\n", left, *flag->argument ? variable : "",
                flag->standard, flag->about);
    }
    fprintf(out,
            "\nPORT=N means --listen :N if neither --listen nor BACKPROPD_LISTEN is given.\n"
            "On SIGTERM the service finishes the requests in progress and exits 0. `call` exits 0, "
            "or 1 if the reply is a problem document.\n");
}

/* Writes one line that names the flag, or the variable that the value came from, and says what the
 * value must be. Returns false. */
static bool blame(char error[BP_OPTION_ERROR_MAX], const struct flag *flag, const char *value,
                  const char *needed)
{
    char name[64];
    variable_name(name, flag);
    const bool is_variable = value == getenv(name); /* the same pointer: getenv does not copy */
    if (!is_variable)
        flag_name(name, flag);
    snprintf(error, BP_OPTION_ERROR_MAX,
             is_variable ? "%s=%.60s: must be %s (%s)" : "--%s %.60s: must be %s (%s)", name, value,
             needed, flag->about);
    return false;
}

static bool set_defaults_and_environment(struct bp_options *options,
                                         char error[BP_OPTION_ERROR_MAX])
{
    *options = (struct bp_options){.action = BP_ACTION_SERVE};
    for (const struct flag *flag = FLAGS; flag < FLAGS + FLAG_COUNT; flag++) {
        char variable[64];
        if (!*flag->argument)
            continue;
        flag->set(options, flag->standard, flag);
        variable_name(variable, flag);
        const char *value = getenv(variable);
        const char *needed = value ? flag->set(options, value, flag) : NULL;
        if (needed)
            return blame(error, flag, value, needed);
    }
    return true;
}

/* Cloud Run, Heroku, Render and others set PORT to the port that they send requests to. */
static bool read_port(struct bp_options *options, char error[BP_OPTION_ERROR_MAX])
{
    const bool listens =
        options->action == BP_ACTION_SERVE || options->action == BP_ACTION_HEALTHCHECK;
    const char *port = getenv("PORT");
    if (!listens || !port || !*port || options->listen_is_flag || getenv("BACKPROPD_LISTEN"))
        return true;
    strcpy(options->address, BP_ALL_ADDRESSES);
    const char *needed = set_port(options, port);
    if (needed)
        snprintf(error, BP_OPTION_ERROR_MAX, "PORT=%.60s: must be %s; or set --listen instead",
                 port, needed);
    return !needed;
}

static bool read_words(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                       char **argv)
{
    if (optind < argc && strcmp(argv[optind], "call") == 0) {
        options->action = BP_ACTION_CALL;
        options->call_path = argv[optind + 1];
        optind += 2;
    }
    if (options->action == BP_ACTION_CALL && !options->call_path)
        snprintf(error, BP_OPTION_ERROR_MAX, "call needs a path, such as /backward");
    else if (optind < argc)
        snprintf(error, BP_OPTION_ERROR_MAX, "unknown argument: %.80s (see --help)", argv[optind]);
    else
        return true;
    return false;
}

static const struct flag *flag_with_letter(int letter)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (FLAGS[i].letter == letter)
            return &FLAGS[i];
    return NULL;
}

/* The word that getopt_long refuses. It stays at a word of several letters until all are read. */
static const char *refused_word(int argc, char **argv)
{
    const char *here = optind < argc ? argv[optind] : "";
    const bool is_here = optopt > 1 && here[0] == '-' && here[1] != '-' && strchr(here, optopt);
    return is_here ? here : argv[optind - 1];
}

static bool refuse_flag(char error[BP_OPTION_ERROR_MAX], const char *word, bool lacks_value,
                        const struct option *longs)
{
    const char *names[FLAG_COUNT], *name = word + strspn(word, "-");
    char misspelt[48];
    for (size_t i = 0; i < FLAG_COUNT; i++)
        names[i] = longs[i].name;
    snprintf(misspelt, sizeof misspelt, "%.*s", (int)strcspn(name, "="), name);
    const char *near = lacks_value ? NULL : bp_suggest(misspelt, names, FLAG_COUNT);
    snprintf(error, BP_OPTION_ERROR_MAX, "%s: %.80s%s%s%s (see --help)",
             lacks_value ? "flag needs a value" : "unknown flag", word,
             near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
    return false;
}

static bool read_flags(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                       char **argv)
{
    struct option longs[FLAG_COUNT + 1] = {{0}};
    char names[FLAG_COUNT][48];
    int index;
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        flag_name(names[i], &FLAGS[i]);
        longs[i] = (struct option){names[i], *FLAGS[i].argument != '\0', NULL, 1};
    }
    opterr = 0;
    optind = 0; /* from the start, whatever was read before */
    for (int got; (got = getopt_long(argc, argv, ":hV", longs, &index)) != -1;) {
        const struct flag *flag = got == 1 ? &FLAGS[index] : flag_with_letter(got);
        if (!flag)
            return refuse_flag(error, refused_word(argc, argv), got == ':', longs);
        const char *needed = flag->set(options, optarg, flag);
        if (needed)
            return blame(error, flag, optarg, needed);
        if (flag->set == set_listen)
            options->listen_is_flag = true;
    }
    return true;
}

bool bp_options_read(struct bp_options *options, char error[BP_OPTION_ERROR_MAX], int argc,
                     char **argv)
{
    if (!set_defaults_and_environment(options, error) || !read_flags(options, error, argc, argv) ||
        !read_words(options, error, argc, argv) || !read_port(options, error))
        return false;
    if (options->threads == 0)
        options->threads = (size_t)sysconf(_SC_NPROCESSORS_ONLN);
    return true;
}

bool bp_options_check_list(const struct bp_options *options, char error[BP_OPTION_ERROR_MAX],
                           const char *name, bool (*is_proper)(const char *list))
{
    const struct flag *flag = FLAGS;
    while (strcmp(flag->name, name) != 0)
        flag++;
    const char *const *list = (const void *)((const char *)options + flag->offset);
    return is_proper(*list) || blame(error, flag, *list, flag->argument);
}

static bool is_same_program(const char *folder)
{
    struct stat theirs, ours;
    char path[64];
    snprintf(path, sizeof path, "%s/exe", folder);
    return stat(path, &theirs) == 0 && stat("/proc/self/exe", &ours) == 0 &&
           theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

bool bp_options_of_process(struct bp_options *options, const char *folder)
{
    static char line[4096]; /* the options point into it */
    char path[64], error[BP_OPTION_ERROR_MAX], *words[128];
    int n_words = 0;
    snprintf(path, sizeof path, "%s/cmdline", folder);
    FILE *file = is_same_program(folder) ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    const size_t size = fread(line, 1, sizeof line, file);
    fclose(file);
    if (size == sizeof line) /* it may be longer */
        return false;
    for (char *at = line; at < line + size && n_words < 127; at += strlen(at) + 1)
        words[n_words++] = at;
    words[n_words] = NULL;
    return bp_options_read(options, error, n_words, words);
}
