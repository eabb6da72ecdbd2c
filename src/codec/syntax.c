#include "syntax.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "backpropd/utf8.h"

/* A fault, and the text around it. */
struct spot {
    enum bp_json_fault fault;
    const char *body, *at, *end; /* a NUL stands at the end */
};

static bool starts(const char *at, const char *with)
{
    return strncmp(at, with, strlen(with)) == 0;
}

static bool is_of_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static size_t word_size(const char *at)
{
    size_t n = 0;
    while (is_of_word(at[n]))
        n++;
    return n;
}

#define GZIP "\x1F\x8B" /* its first bytes */

/* --- the whole body --------------------------------------------------------------------------- */

/* True if each other byte of the first four is NUL, or a mark of UTF-16 stands before them. */
static bool is_utf16(const struct spot *spot)
{
    const char *b = spot->body;
    const size_t size = (size_t)(spot->end - b);
    return (size >= 2 && (starts(b, "\xFF\xFE") || starts(b, "\xFE\xFF"))) ||
           (size >= 4 && ((b[0] && !b[1] && b[2] && !b[3]) || (!b[0] && b[1] && !b[2] && b[3])));
}

/* True if the body is one word such as body.json, ./body.json or @body. */
static bool is_file_name(const struct spot *spot)
{
    const char *at = spot->body;
    const size_t n = strcspn(at, " \t\r\n\"{}[],=");
    const bool is_whole = at + n + strspn(at + n, " \r\n") == spot->end;
    return is_whole && n > 1 && (*at == '@' || memchr(at, '/', n) || memchr(at, '.', n)) &&
           strcspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") < n;
}

/* True if the body starts as network=... does. */
static bool is_form(const struct spot *spot)
{
    const size_t n = strcspn(spot->body, "= \t\r\n\"{},:");
    return n > 0 && spot->body[n] == '=' && is_of_word(*spot->body);
}

/* What is wrong with the body as a whole; NULL if that is not the cause. */
static const char *of_whole_body(const struct spot *spot)
{
    const char *body = spot->body;
    if (is_utf16(spot))
        return (unsigned char)*body >= 0xFE
                   ? "save or send the text as UTF-8; this is UTF-16 with a byte order mark "
                     "(PowerShell: -Encoding utf8)"
                   : "save or send the text as UTF-8; this is UTF-16 without a byte order mark "
                     "(.NET: Encoding.UTF8)";
    if (starts(body, GZIP))
        return "send the text as it is; this is compressed by gzip";
    if (starts(body, "[object Object]"))
        return "send JSON.stringify(body); JavaScript writes an object as [object Object] where "
               "a text is needed";
    if (starts(body, "--") && !isdigit((unsigned char)body[2]))
        return "send the JSON text alone; this is a form of several parts (with curl: "
               "-d @body.json, not -F)";
    if (*body == '<')
        return "send JSON, which starts with {; this is HTML or XML";
    if (is_file_name(spot))
        return "send what the file holds, not its name (with curl: -d @body.json, the @ before "
               "the name)";
    if (is_form(spot))
        return "send JSON such as {\"network\": {...}, \"samples\": [...]}; this is a form, "
               "name=value";
    if (starts(body, "'{") || starts(body, "\"{\\") || starts(body, "'["))
        return "leave out the quotes around the body; where the shell passes them on, as on "
               "Windows, put the body into a file and send -d @body.json";
    return NULL;
}

/* --- characters that look right --------------------------------------------------------------- */

static const char *of_character(const char *at)
{
    static const struct {
        const char *bytes, *says;
    } characters[] = {
        {"\xE2\x80\x9C", "write straight double quotes (\") in place of curly ones"},
        {"\xE2\x80\x9D", "write straight double quotes (\") in place of curly ones"},
        {"\xE2\x80\x9E", "write straight double quotes (\") in place of curly ones"},
        {"\xC2\xAB", "write straight double quotes (\") in place of these"},
        {"\xE2\x80\x98", "write straight double quotes (\") in place of single, curly ones"},
        {"\xE2\x80\x99", "write straight double quotes (\") in place of single, curly ones"},
        {"`", "write double quotes (\") in place of backticks"},
        {"\xE2\x88\x92", "write the minus sign of the keyboard (-); this is another character"},
        {"\xE2\x80\x93", "write the minus sign of the keyboard (-); this is a dash"},
        {"\xE2\x80\xA6", "write the numbers out; JSON has no ..."},
        {"\xC2\xA0", "write a plain space; this is a space that does not break"},
        {"\xE2\x80\x8B", "leave out the invisible character that stands here"},
        {"\xEF\xBB\xBF", "leave out this byte order mark; one is allowed, before the text"},
        {"(", "write [ ] in place of ( )"},
        {"\\", "leave out the backslash; outside of strings JSON has none"},
    };
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++)
        if (starts(at, characters[i].bytes))
            return characters[i].says;
    return NULL;
}

/* --- numbers and words ------------------------------------------------------------------------ */

/* In: at, in the body, after which digits may stand before a comma. */
static bool follows_decimal_comma(const struct spot *spot)
{
    const char *at = spot->at;
    return at - spot->body >= 2 && at[-1] == ',' && isdigit((unsigned char)at[-2]);
}

static const char *of_number(const struct spot *spot)
{
    const char *at = spot->at + (*spot->at == '-');
    const char *after = at + strspn(at, "0123456789");
    if (starts(at, ".."))
        return "write the numbers out; JSON has no ...";
    if (*at == '.')
        return "start the number with a digit: 0.5, not .5";
    if (*at == '+')
        return "write the number without its plus sign";
    if (*at == '-')
        return "write one minus sign";
    if (*at == '0' && (at[1] | 0x20) == 'x')
        return "write the number in decimal digits";
    if (*at == '0' && isdigit((unsigned char)at[1]))
        return follows_decimal_comma(spot) ? "write a decimal point: 0.05, not 0,05"
                                           : "leave out the zeros before the number";
    if (*after == '_' || *after == '\'')
        return "leave out what separates the digits: 1000, not 1_000";
    if (*after == '.' && !isdigit((unsigned char)after[1]))
        return "end the number with a digit: 1.0, not 1.";
    if (after > at && (*after | 0x20) == 'e')
        return "write digits after the e: 1e-3";
    return "write the number as JSON does: -12.5 or 1e-3";
}

static const char *of_word(const struct spot *spot)
{
    const char *at = spot->at;
    const size_t n = word_size(at);
    if (at[n] == '(' || (at[n] == '.' && is_of_word(at[n + 1])))
        return "write the numbers themselves in [ ]; this is how a program prints an array (NumPy, "
               "PyTorch: send x.tolist())";
    if (n == 9 && starts(at, "undefined"))
        return "leave the member out, or write a value; JSON has no undefined";
    if (n == 1 && at[1] == '"')
        return "leave out the letter before the quotes";
    return "put text in double quotes; the only words of JSON are true, false and null";
}

/* --- brackets, commas, colons ----------------------------------------------------------------- */

static const char *of_comma(const struct spot *spot)
{
    const char c = *spot->at;
    if (c == ';')
        return "write a comma in place of the semicolon";
    if (c == '/' && isdigit((unsigned char)spot->at[1]))
        return "write the result of the division: 0.5, not 1/2";
    if (c == ':')
        return "put names and their values in { }; in [ ] there are values alone";
    if (strchr("*+^%", c))
        return "write the result; JSON does not calculate";
    if (c == '=')
        return "write a colon in place of the equals sign";
    return "put a comma before this, or close the bracket";
}

static const char *of_colon(const struct spot *spot)
{
    if (*spot->at == '=')
        return "write a colon in place of the equals sign";
    if (*spot->at == ',' || *spot->at == '}')
        return "give the name a value, \"name\": value; a list without names stands in [ ]";
    return "put a colon between the name and its value";
}

static const char *of_value(const struct spot *spot)
{
    if (*spot->at == ',')
        return "leave out this comma, or put a value before it";
    if (*spot->at == ']' || *spot->at == '}')
        return "put a value before this bracket";
    return "put a value here: a number, a string, an array or an object";
}

static const char *of_python(const struct spot *spot)
{
    switch (*spot->at) {
    case 'T':
        return "write true; True is Python's (json.dumps(body) writes JSON, str(body) does not)";
    case 'F':
        return "write false; False is Python's (json.dumps(body) writes JSON, str(body) does not)";
    default:
        return "write null; None is Python's (json.dumps(body) writes JSON, str(body) does not)";
    }
}

static const char *of_rest(const struct spot *spot)
{
    if (*spot->at == ']' || *spot->at == '}')
        return "leave out this bracket; all are closed already";
    if (*spot->at == ',')
        return "leave out what follows the end; if this is a member, a bracket before it is one "
               "too many";
    return "leave out what follows the end of the text; a body is one JSON object";
}

static const char *fixed(enum bp_json_fault fault)
{
    switch ((int)fault) {
    case BP_JSON_UNCLOSED_STRING:
        return "close the string with a double quote";
    case BP_JSON_NUL:
        return "leave out the NUL byte; JSON is text";
    case BP_JSON_TOO_DEEP:
        return "leave out some brackets; at most 8 may be open at a time";
    case BP_JSON_BYTE_ORDER_MARK:
        return "leave out the second byte order mark";
    case BP_JSON_BAD_UTF8:
        return "save or send the text as UTF-8; these bytes are not";
    case BP_JSON_CONTROL_CHARACTER:
        return "write \\n for a line break and \\t for a tab; a string ends on its line";
    case BP_JSON_BAD_ESCAPE:
        return "write \\\\ for a backslash; others are \\\" \\/ \\b \\f \\n \\r \\t \\uXXXX";
    case BP_JSON_HALF_PAIR:
        return "write the character itself; this is half of a surrogate pair";
    case BP_JSON_NUL_ESCAPE:
        return "leave out \\u0000; no string here may hold it";
    case BP_JSON_NOT_FINITE:
        return "write a number; JSON has no NaN and no Infinity (they come from a "
               "division by 0, an overflow or a missing value)";
    case BP_JSON_SINGLE_QUOTES:
        return "write double quotes; JSON has no single ones (Python: "
               "json.dumps(body) writes JSON, str(body) does not)";
    case BP_JSON_COMMENT:
        return "leave out the comment; JSON has no comments";
    case BP_JSON_MISSING_NAME:
        return "write a name in double quotes here";
    case BP_JSON_TRAILING_COMMA:
        return "leave out the comma before the closing bracket";
    case BP_JSON_WRONG_BRACKET:
        return "close [ with ] and { with }; the bracket that is open here is "
               "of the other kind";
    default:
        return "the text is not JSON";
    }
}

/* --- what has parts of the text in it --------------------------------------------------------- */

/* The brackets that close what is open at the end. Out: closers, a text. */
static void list_open(char closers[16], const struct spot *spot)
{
    size_t depth = 0;
    char open[16];
    bool in_string = false;
    for (const char *at = spot->body; at < spot->at; at++) {
        if (in_string && *at == '\\')
            at++;
        else if (*at == '"')
            in_string = !in_string;
        else if (!in_string && (*at == '[' || *at == '{') && depth < sizeof open)
            open[depth++] = *at == '[' ? ']' : '}';
        else if (!in_string && (*at == ']' || *at == '}') && depth)
            depth--;
    }
    size_t n = 0;
    while (depth && n < 15)
        closers[n++] = open[--depth];
    closers[n] = '\0';
}

/* What depends on the text at the place. */
static const char *of_place(const struct spot *spot)
{
    switch ((int)spot->fault) {
    case BP_JSON_EMPTY:
        return "send a JSON object; the body is empty (with curl: -d @body.json; GET /examples/ "
               "lists bodies to start from)";
    case BP_JSON_BAD_NUMBER:
        return of_number(spot);
    case BP_JSON_UNKNOWN_WORD:
        return of_word(spot);
    case BP_JSON_PYTHON:
        return of_python(spot);
    case BP_JSON_MISSING_COMMA:
        return of_comma(spot);
    case BP_JSON_MISSING_COLON:
        return of_colon(spot);
    case BP_JSON_MISSING_VALUE:
        return of_value(spot);
    case BP_JSON_TRAILING_TEXT:
        return of_rest(spot);
    default:
        return fixed(spot->fault);
    }
}

#define NAME_SHOWN 40

static void say_words(char *out, size_t room, const struct spot *spot)
{
    const char *of_body = of_whole_body(spot);
    const bool is_any = spot->fault >= BP_JSON_UNKNOWN_WORD || spot->fault == BP_JSON_BAD_UTF8;
    const char *of_this = is_any ? of_character(spot->at) : NULL;
    const size_t size = word_size(spot->at);
    char closers[16];
    if (of_body) {
        snprintf(out, room, "%s", of_body);
    } else if (spot->fault == BP_JSON_ENDS_EARLY) {
        list_open(closers, spot);
        snprintf(out, room,
                 "the text ends too early; write %s at its end, or look why not all of it was sent",
                 closers);
    } else if (spot->fault == BP_JSON_UNQUOTED_NAME) {
        snprintf(out, room,
                 "write the name in double quotes: \"%.*s\" (where the shell has taken them away, "
                 "put the body into a file and send -d @body.json)",
                 (int)(size < NAME_SHOWN ? size : NAME_SHOWN), spot->at);
    } else {
        snprintf(out, room, "%s", of_this ? of_this : of_place(spot));
    }
}

/* --- the quotation ---------------------------------------------------------------------------- */

#define QUOTED_BEFORE 12
#define QUOTED_AFTER 24

/* True of faults that are seen only with what stands before them. */
static bool looks_back(const struct spot *spot)
{
    switch ((int)spot->fault) {
    case BP_JSON_CONTROL_CHARACTER:
    case BP_JSON_BAD_NUMBER:
    case BP_JSON_MISSING_COLON:
    case BP_JSON_MISSING_COMMA:
    case BP_JSON_TRAILING_COMMA:
    case BP_JSON_WRONG_BRACKET:
        return true;
    default:
        return spot->at == spot->end;
    }
}

static const char *quotation_start(const struct spot *spot)
{
    const char *at = spot->at;
    while (looks_back(spot) && at > spot->body && spot->at - at < QUOTED_BEFORE && at[-1] != '\n')
        at--;
    return at;
}

/* Quotes to the end of the line at most; what cannot be shown becomes a question mark. */
static size_t put_quotation(char *out, const struct spot *spot)
{
    const char *at = quotation_start(spot);
    size_t n = 0;
    while (at > spot->body && at < spot->at && ((unsigned char)*at & 0xC0) == 0x80)
        at++;
    while (at < spot->end && at - spot->at < QUOTED_AFTER && *at != '\n' && *at != '\r') {
        const size_t size = bp_utf8_size(at);
        const bool is_invisible = starts(at, "\xEF\xBB\xBF") || starts(at, "\xE2\x80\x8B");
        const bool is_shown = size && (unsigned char)*at >= ' ' && !is_invisible;
        memcpy(out + n, is_shown ? at : "?", is_shown ? size : 1);
        n += is_shown ? size : 1;
        at += size ? size : 1;
    }
    out[n] = '\0';
    return n;
}

/* True if a quotation would show nothing. */
static bool is_binary(const struct spot *spot)
{
    return is_utf16(spot) || starts(spot->body, GZIP);
}

void bp_syntax_say(char words[BP_SYNTAX_MAX], enum bp_json_fault fault, const char *body,
                   size_t size, size_t offset)
{
    const struct spot spot = {fault, body, body + offset, body + size};
    char quotation[QUOTED_BEFORE + QUOTED_AFTER + 8];
    int n = 0;
    if (!is_binary(&spot) && put_quotation(quotation, &spot))
        n = snprintf(words, BP_SYNTAX_MAX, "%s `%s`: ",
                     spot.at == spot.end ? "after"
                     : looks_back(&spot) ? "near"
                                         : "at",
                     quotation);
    say_words(words + n, BP_SYNTAX_MAX - (size_t)n, &spot);
}
