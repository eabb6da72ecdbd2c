#include "negotiate.h"

#include <string.h>
#include <strings.h>

#include "parameter.h"

/* One of the ranges that Accept lists, such as text/plain;charset=utf-8;q=0.5. */
struct range {
    const char *name; /* type/subtype */
    size_t name_size;
    const char *parameters; /* those of the media type, which stand before q */
    size_t n_parameters;
    int q; /* thousandths */
};

/* Thousandths; -1 if it is malformed. */
static int read_q(const char *text, size_t size)
{
    int q = 0, weight = 1000;
    if (size < 1 || size > 5 || (size > 1 && text[1] != '.'))
        return -1;
    for (size_t i = 0; i < size; i++) {
        if (i == 1)
            continue;
        if (text[i] < '0' || text[i] > '9')
            return -1;
        q += weight * (text[i] - '0');
        weight /= 10;
    }
    return q <= 1000 ? q : -1;
}

/* Reads a range. In/out: at, where it starts, and what follows it. False if it is malformed. */
static bool read_range(struct range *range, const char **at)
{
    struct bp_parameter parameter;
    const size_t type = bp_token_size(*at);
    const size_t subtype = (*at)[type] == '/' ? bp_token_size(*at + type + 1) : 0;
    bool before_q = true;
    *range = (struct range){*at, type + 1 + subtype, *at + type + 1 + subtype, 0, 1000};
    if (!type || !subtype || (**at == '*' && strncmp(*at, "*/*", range->name_size) != 0))
        return false;
    for (*at = range->parameters; bp_parameter_next(&parameter, at);) {
        if (before_q && bp_is_word(parameter.name, parameter.name_size, "q")) {
            range->q = read_q(parameter.value, parameter.value_size);
            before_q = false;
        }
        range->n_parameters += before_q;
    }
    return range->q >= 0 && (**at == '\0' || **at == ',');
}

static const char *skip_commas(const char *at)
{
    return at + strspn(at, ", \t");
}

static bool has_parameter(const char *media_type, const struct bp_parameter *wanted)
{
    const char *at = media_type + strcspn(media_type, ";");
    struct bp_parameter own;
    while (bp_parameter_next(&own, &at))
        if (own.name_size == wanted->name_size && own.value_size == wanted->value_size &&
            strncasecmp(own.name, wanted->name, own.name_size) == 0 &&
            strncasecmp(own.value, wanted->value, own.value_size) == 0)
            return true;
    return false;
}

/* How closely a range names a media type: 0 if it does not, 1 for any type, 2 for one with any
 * subtype, then 3 and one more for each parameter. */
static size_t closeness(const struct range *range, const char *media_type)
{
    const size_t size = strcspn(media_type, ";");
    const char *parameters = range->parameters, *last = range->name + range->name_size - 2;
    struct bp_parameter parameter;
    size_t close = 0;
    if (range->name[0] == '*')
        close = 1;
    else if (memcmp(last, "/*", 2) == 0)
        close = strncasecmp(range->name, media_type, range->name_size - 1) == 0 ? 2 : 0;
    else if (range->name_size == size && strncasecmp(range->name, media_type, size) == 0)
        close = 3;
    for (size_t i = 0; close && i < range->n_parameters; i++) {
        bp_parameter_next(&parameter, &parameters);
        close = has_parameter(media_type, &parameter) ? close + 1 : 0;
    }
    return close;
}

/* In thousandths; -1 if Accept lists nothing or a malformed range, or came in more lines than are
 * kept. */
static int q_of(const struct bp_head *head, const char *media_type)
{
    struct range range;
    size_t closest = 0, n = 0;
    int q = 0;
    if (head->n_accept > BP_ACCEPT_MAX)
        return -1;
    for (size_t line = 0; line < head->n_accept; line++)
        for (const char *at = skip_commas(head->accept[line]); *at; at = skip_commas(at), n++) {
            if (!read_range(&range, &at))
                return -1;
            const size_t close = closeness(&range, media_type);
            if (close > closest || (close && close == closest && range.q > q))
                q = range.q;
            closest = close > closest ? close : closest;
        }
    return n ? q : -1;
}

int bp_negotiate(const struct bp_head *head, const char *const *media_types)
{
    int best = -1, best_q = 0;
    for (int i = 0; media_types[i]; i++) {
        const int q = q_of(head, media_types[i]);
        if (q < 0)
            return 0;
        if (q > best_q) {
            best = i;
            best_q = q;
        }
    }
    return best;
}
