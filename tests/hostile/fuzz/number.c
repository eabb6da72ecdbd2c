/*
 * Numbers, both ways. An input is read as text and, its first eight bytes, taken as a double.
 *
 * Reading: what the grammar of JSON takes for a number, and that alone; its value is strtod's, bit
 * for bit. Writing: it reads back to the same bits, is a number of the grammar, has no more digits
 * than the fewest that printf needs, and is laid out as promised.
 */
#include <ctype.h>
#include <math.h>

#include "backpropd/number_read.h"
#include "backpropd/number_write.h"
#include "fuzz.h"

static const char *digits(const char *at)
{
    while (isdigit((unsigned char)*at))
        at++;
    return at;
}

/* RFC 8259, section 6, read slowly: the end of the longest number at `at`, or NULL. */
static const char *longest_number(const char *at)
{
    const char *whole = at + (*at == '-');
    const char *end = *whole == '0' ? whole + 1 : digits(whole);
    if (end == whole)
        return NULL;
    if (*end == '.' && isdigit((unsigned char)end[1]))
        end = digits(end + 1);
    if (*end == 'e' || *end == 'E') {
        const char *power = end + 1 + (end[1] == '+' || end[1] == '-');
        if (isdigit((unsigned char)*power))
            end = digits(power);
    }
    return end;
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* Digits that count: neither zeros at the ends, nor those of the exponent. */
static int significant(const char *text)
{
    int n = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (!isdigit((unsigned char)*text))
            continue;
        if (*text == '0') {
            zeros += n > 0;
        } else {
            n += zeros + 1;
            zeros = 0;
        }
    }
    return n;
}

static int fewest_digits(double value)
{
    char text[40];
    for (int n = 1; n < 17; n++) {
        snprintf(text, sizeof text, "%.*e", n - 1, value);
        if (same_bits(strtod(text, NULL), value))
            return significant(text);
    }
    return 17;
}

static void check_write(double value)
{
    char *room = malloc(BP_NUMBER_ROOM), text[BP_NUMBER_MAX + 1];
    if (value == 0)
        value = 0; /* never -0 */
    HOLDS(room, "no memory");
    const size_t length = (size_t)(bp_number_write(room, value) - room);
    HOLDS(length <= BP_NUMBER_MAX, "%zu characters for %a", length, value);
    memcpy(text, room, length);
    text[length] = '\0';
    free(room);
    HOLDS(same_bits(strtod(text, NULL), value), "%a is written as %s", value, text);
    HOLDS(longest_number(text) == text + length, "%s is no JSON", text);
    HOLDS(significant(text) <= fewest_digits(value), "%s is not the shortest for %a", text, value);
    const double magnitude = fabs(value);
    const bool is_plain = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
    HOLDS(is_plain == !strchr(text, 'e'), "%s is not laid out as JSON.stringify does", text);
}

static void check_read(const char *text, size_t size)
{
    double value;
    const char *end = bp_number_read(&value, text, text + size);
    const char *expected = longest_number(text);
    if (expected && *expected && strchr("0123456789.+-eE", *expected))
        expected = NULL;
    HOLDS(end == expected, "ends at %td, not %td: %s", end ? end - text : -1,
          expected ? expected - text : -1, text);
    if (!end)
        return;
    char *alone = fuzz_text((const uint8_t *)text, (size_t)(end - text));
    const double nearest = strtod(alone, NULL);
    HOLDS(same_bits(value, nearest), "%s is read as %a, not %a", alone, value, nearest);
    free(alone);
    if (isfinite(value))
        check_write(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    double value = 0;
    memcpy(&value, data, size < sizeof value ? size : sizeof value);
    if (isfinite(value))
        check_write(value);
    check_read(text, size);
    free(text);
    return 0;
}
