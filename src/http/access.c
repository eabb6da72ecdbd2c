#include "backpropd/access.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "backpropd/head.h"
#include "list.h"

#define TEXT_OF(number) #number
#define AS_TEXT(macro) TEXT_OF(macro)

/* For a token, the blanks after it, and a NUL. */
#define LINE_ROOM 256

/* RFC 6750, 2.1: what a token is made of. */
static bool is_token_text(const char *text, size_t size)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-._~+/=";
    return size >= BP_TOKEN_MIN && size <= BP_TOKEN_MAX && strspn(text, allowed) == size;
}

/* Reads a line: a comment to its end, any other line up to one byte beyond its limit. Out: line, as
 * much of it as fits, without the newline; size, what was read. */
static bool read_line(char line[LINE_ROOM], size_t *size, FILE *in)
{
    int c = getc_unlocked(in);
    if (c == EOF)
        return false;
    for (*size = 0; c != '\n' && c != EOF; c = getc_unlocked(in)) {
        if (*size < LINE_ROOM)
            line[*size] = (char)c;
        else if (*line != '#')
            break;
        ++*size;
    }
    return true;
}

/* Adds the line's token, if it has one. Returns what is wrong with the line, or NULL. */
static const char *add_line(struct bp_access *access, char line[LINE_ROOM], size_t size)
{
    if (size && *line == '#')
        return NULL;
    if (size >= LINE_ROOM)
        return "a line must have less than " AS_TEXT(LINE_ROOM) " bytes";
    while (size && memchr(" \t\r", line[size - 1], 3))
        size--;
    line[size] = '\0';
    if (size == 0)
        return NULL;
    if (!is_token_text(line, size))
        return "a token must have " AS_TEXT(BP_TOKEN_MIN) " to " AS_TEXT(
            BP_TOKEN_MAX) " letters, digits and -._~+/=";
    if (access->n_tokens == BP_TOKENS_MAX)
        return "there must be at most " AS_TEXT(BP_TOKENS_MAX) " tokens";
    struct bp_token *token = &access->tokens[access->n_tokens++];
    memset(token, 0, sizeof *token);
    memcpy(token->text, line, size);
    token->size = size;
    return NULL;
}

bool bp_access_read(struct bp_access *access, const char *file, char error[BP_ACCESS_ERROR_MAX])
{
    char line[LINE_ROOM];
    size_t number = 0, size;
    const char *fault = NULL;
    FILE *in = fopen(file, "re");
    access->n_tokens = 0;
    if (!in) {
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: %s", file, strerror(errno));
        return false;
    }
    for (; !fault && read_line(line, &size, in); number++)
        fault = add_line(access, line, size);
    const bool was_read = !ferror(in);
    fclose(in);
    if (!was_read)
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: cannot be read", file);
    else if (fault)
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s, line %zu: %s", file, number,
                 fault);
    else if (access->n_tokens == 0)
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: it has no token", file);
    return was_read && !fault && access->n_tokens > 0;
}

/* The token after "Bearer ", in any case; NULL unless there is exactly one such header. */
static const char *bearer(const struct bp_head *head)
{
    if (head->n_authorization != 1 || strncasecmp(head->authorization, "Bearer ", 7) != 0)
        return NULL;
    return head->authorization + 7 + strspn(head->authorization + 7, " ");
}

/* Compares every byte with every token, so the time reveals nothing. */
static bool is_known(const struct bp_access *access, const char *text)
{
    struct bp_token brought = {.size = strlen(text)};
    size_t n_equal = 0;
    if (brought.size > BP_TOKEN_MAX)
        return false;
    memcpy(brought.text, text, brought.size);
    for (size_t i = 0; i < access->n_tokens; i++) {
        const volatile unsigned char *known = access->tokens[i].text;
        size_t different = access->tokens[i].size ^ brought.size;
        for (size_t at = 0; at < BP_TOKEN_MAX; at++)
            different |= known[at] ^ brought.text[at];
        n_equal += different == 0;
    }
    return n_equal > 0;
}

bool bp_access_allows(const struct bp_access *access, enum bp_group group,
                      const struct bp_head *head)
{
    const char *text = bearer(head);
    if (access->n_tokens == 0 || (group < BP_GROUP_COUNT && access->public_groups[group]) ||
        strcmp(head->method, "OPTIONS") == 0) /* browsers send it without credentials */
        return true;
    return text && is_known(access, text);
}

/* --- hosts ------------------------------------------------------------------------------------ */

/* The length of an authority's host, without a dot at the end; 0 if it is not valid. */
static size_t host_size(const char *authority)
{
    const size_t host = bp_host_size(authority, strcspn(authority, "/?# \t"));
    return host - (host && authority[host - 1] == '.');
}

static bool is_listed(const char *allowed, const char *authority)
{
    return bp_list_has(allowed, authority, host_size(authority), strncasecmp);
}

bool bp_hosts_allow(const char *allowed, const struct bp_head *head)
{
    if (strcmp(allowed, "*") == 0)
        return true;
    const char *authority = bp_head_authority(head);
    return (authority || head->host) && (!authority || is_listed(allowed, authority)) &&
           (!head->host || is_listed(allowed, head->host));
}

static bool is_entry(const char *text, size_t size)
{
    return size && text[size - 1] != '.' && bp_host_size(text, size) == size;
}

bool bp_hosts_are_proper(const char *allowed)
{
    return bp_list_is_proper(allowed, is_entry);
}
