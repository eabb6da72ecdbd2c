#include "access.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* RFC 6750, 2.1: what a token is made of. */
static bool is_token_text(const char *text, size_t size)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-._~+/=";
    return size >= BP_TOKEN_MIN && size <= BP_TOKEN_MAX && strspn(text, allowed) == size;
}

static bool add_line(struct bp_access *access, char *line)
{
    size_t size = strcspn(line, "\r\n");
    while (size && (line[size - 1] == ' ' || line[size - 1] == '\t'))
        size--;
    line[size] = '\0';
    if (size == 0 || *line == '#')
        return true;
    if (!is_token_text(line, size) || access->n_tokens == BP_TOKENS_MAX)
        return false;
    struct bp_token *token = &access->tokens[access->n_tokens++];
    memset(token, 0, sizeof *token);
    memcpy(token->text, line, size);
    token->size = size;
    return true;
}

bool bp_access_read(struct bp_access *access, const char *file, char error[BP_ACCESS_ERROR_MAX])
{
    char line[2 * BP_TOKEN_MAX];
    size_t number = 0;
    bool good = true;
    FILE *in = fopen(file, "re");
    access->n_tokens = 0;
    if (!in) {
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: %s", file, strerror(errno));
        return false;
    }
    while (good && fgets(line, sizeof line, in)) {
        number++;
        good = add_line(access, line);
    }
    const bool was_read = !ferror(in);
    fclose(in);
    if (!was_read)
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: cannot be read", file);
    else if (!good)
        snprintf(error, BP_ACCESS_ERROR_MAX,
                 "--token-file %.100s, line %zu: at most %d tokens of %d to %d letters, digits and "
                 "-._~+/= are needed",
                 file, number, BP_TOKENS_MAX, BP_TOKEN_MIN, BP_TOKEN_MAX);
    else if (access->n_tokens == 0)
        snprintf(error, BP_ACCESS_ERROR_MAX, "--token-file %.100s: it has no token", file);
    return was_read && good && access->n_tokens > 0;
}

/* What follows "Bearer ", whose case does not matter; NULL if there is no single such header. */
static const char *bearer(const struct bp_head *head)
{
    if (head->n_authorization != 1 || strncasecmp(head->authorization, "Bearer ", 7) != 0)
        return NULL;
    return head->authorization + 7 + strspn(head->authorization + 7, " ");
}

/* Compares all of the longest token with each, whatever they hold: time tells nothing. */
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
        strcmp(head->method, "OPTIONS") == 0) /* a browser asks that without credentials */
        return true;
    return text && is_known(access, text);
}
