#include "syntax_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

/* True if a command, an assignment or a line of Markdown stands before the {. */
static bool has_something_before(const struct spot *spot)
{
    const char *body = spot->body;
    const size_t n = strcspn(body, "{[\"\n");
    return spot->at == body && (isalpha((unsigned char)*body) || *body == '$') && body[n] == '{' &&
           n > 1 && strchr("=' ", body[n - 1]);
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
                     "(in an editor: Save as, encoding UTF-8)";
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
        return *body == '@' ? "send what the file holds, not its name (with curl: -d @body.json or "
                              "--data-binary @body.json, not --data-raw)"
                            : "send what the file holds, not its name (with curl: -d @body.json, "
                              "the @ before the name)";
    if (starts(body, "```"))
        return "leave out the lines with ```; they are Markdown's, not JSON's";
    if (is_form(spot))
        return "send a JSON object; this is a form, name=value (GET /examples/ lists bodies to "
               "start from)";
    if (has_something_before(spot))
        return "leave out what stands before the {, and what stands after its }";
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
        {"\xEF\xBB\xBF", "leave out the invisible character here, a byte order mark"},
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
               "PyTorch: a.tolist() gives them)";
    if (n == 9 && starts(at, "undefined"))
        return "leave this member out, or write a value; JSON has no undefined";
    if (n == 1 && at[1] == '"')
        return "leave out the letter before the quotes";
    return "put text in double quotes; the only words of JSON are true, false and null";
}

/* --- what is open ----------------------------------------------------------------------------- */

#define OPEN_MAX 15 /* more than may be */

/* The brackets that are open at a place, from the outside, and the string that is, or NULL. */
struct open {
    const char *brackets[OPEN_MAX];
    size_t n;
    const char *string;
};

static struct open open_at(const struct spot *spot)
{
    struct open open = {.n = 0};
    for (const char *at = spot->body; at < spot->at; at++) {
        if (open.string && *at == '\\')
            at++;
        else if (*at == '"')
            open.string = open.string ? NULL : at;
        else if (!open.string && (*at == '[' || *at == '{') && open.n < OPEN_MAX)
            open.brackets[open.n++] = at;
        else if (!open.string && (*at == ']' || *at == '}') && open.n)
            open.n--;
    }
    return open;
}

/* The bracket that is open at a level, 0 being the innermost; NUL beyond the outermost. */
static char bracket_at(const struct open *open, size_t level)
{
    return level < open->n ? *open->brackets[open->n - 1 - level] : '\0';
}

static char closer_of(char bracket)
{
    return bracket == '[' ? ']' : '}';
}

/* True if a string and a colon stand here. */
static bool is_of_name(const char *at)
{
    at += strspn(at, " \t\r\n");
    if (*at != '"')
        return false;
    at += 1 + strcspn(at + 1, "\"\n");
    return *at == '"' && at[1 + strspn(at + 1, " ")] == ':';
}

/* True if a bracket that is left out before the one at the place is the mistake, not a wrong one:
 * both have something to close, and what follows can follow. */
static bool lacks_bracket(const struct spot *spot, const struct open *open)
{
    const char *after = spot->at + 1;
    after += strspn(after, " \t\r\n");
    return closer_of(bracket_at(open, 1)) == *spot->at && bracket_at(open, 1) &&
           !(*after == ',' && is_of_name(after + 1) && bracket_at(open, 2) == '[') &&
           !(*after == ',' && !is_of_name(after + 1) && bracket_at(open, 2) != '[');
}

/* --- brackets, commas, colons ----------------------------------------------------------------- */

/* The double quote that opens the name before a colon in an array, if a comma stands before it, so
 * that the array may have ended there; or else NULL. Out: comma. */
static const char *name_after_comma(const struct spot *spot, const char **comma)
{
    const char *at = spot->at;
    if (spot->fault != BP_JSON_MISSING_COMMA || *at != ':')
        return NULL;
    while (at > spot->body && at[-1] == ' ')
        at--;
    const char *end = at - 1;
    for (at = end; at > spot->body && is_of_word(at[-1]);)
        at--;
    const char *name = at - 1;
    if (at == end || name <= spot->body || *name != '"' || *end != '"')
        return NULL;
    for (at = name; at > spot->body && strchr(" \t\r\n", at[-1]);)
        at--;
    *comma = at - 1;
    return at > spot->body && **comma == ',' ? name : NULL;
}

/* The start of a name that is not closed before its colon, as "b1: [0], " before W1; or NULL. */
static const char *unclosed_name(const struct spot *spot)
{
    const char *at = spot->at;
    while (at > spot->body && at[-1] == ' ')
        at--;
    if (at - spot->body < 2 || at[-1] != '"' || !is_of_word(*spot->at))
        return NULL;
    for (at -= 2; at > spot->body && *at != '"'; at--)
        ;
    return at[1 + word_size(at + 1)] == ':' ? at : NULL;
}

/* --- what the fault says ---------------------------------------------------------------------- */

#define PYTHON_WRITES "json.dumps(body) writes JSON, str(body) does not"

/* What to say of a fault, and of the character at its place. A row without characters fits any
 * character. The first row that fits counts. */
static const struct {
    enum bp_json_fault fault;
    const char *characters, *says;
} ADVICE[] = {
    {BP_JSON_EMPTY, NULL,
     "send a JSON object; the body is empty (with curl: -d @body.json; GET /examples/ lists bodies "
     "to start from)"},
    {BP_JSON_NUL, NULL, "leave out the NUL byte; JSON is text"},
    {BP_JSON_TOO_DEEP, NULL, "leave out some brackets; at most 8 may be open at a time"},
    {BP_JSON_BYTE_ORDER_MARK, NULL,
     "leave out the invisible character here, a second byte order mark (in an editor: Save as, "
     "encoding UTF-8 without BOM)"},
    {BP_JSON_BAD_UTF8, NULL,
     "save or send the text as UTF-8; this byte is of another encoding, as of a letter such as "
     "\xC3\xA4"},
    {BP_JSON_CONTROL_CHARACTER, NULL,
     "write \\n for a line break and \\t for a tab; a string ends on its line"},
    {BP_JSON_BAD_ESCAPE, NULL,
     "write \\\\ for a backslash; others are \\\" \\/ \\b \\f \\n \\r \\t \\uXXXX"},
    {BP_JSON_HALF_PAIR, NULL, "write the character itself; this is half of a surrogate pair"},
    {BP_JSON_NUL_ESCAPE, NULL, "leave out \\u0000; no string here may hold it"},
    {BP_JSON_NOT_FINITE, NULL,
     "write the number that belongs here; JSON has no NaN and no Infinity (look where it comes "
     "from: a division by 0, an overflow or a missing value)"},
    {BP_JSON_PYTHON, "T", "write true; True is Python's (" PYTHON_WRITES ")"},
    {BP_JSON_PYTHON, "F", "write false; False is Python's (" PYTHON_WRITES ")"},
    {BP_JSON_PYTHON, NULL, "write null; None is Python's (" PYTHON_WRITES ")"},
    {BP_JSON_SINGLE_QUOTES, NULL,
     "write double quotes; JSON has no single ones (Python: " PYTHON_WRITES ")"},
    {BP_JSON_COMMENT, NULL, "leave out the comment; JSON has no comments"},
    {BP_JSON_MISSING_NAME, NULL, "write a name in double quotes here"},
    {BP_JSON_MISSING_COLON, "=", "write a colon in place of the equals sign"},
    {BP_JSON_MISSING_COLON, ",}",
     "give the name a value, \"name\": value; a list without names stands in [ ]"},
    {BP_JSON_MISSING_COLON, NULL, "put a colon between the name and its value"},
    {BP_JSON_MISSING_COMMA, ";", "write a comma in place of the semicolon"},
    {BP_JSON_MISSING_COMMA, ":",
     "put names and their values in { }; in [ ] there are values alone"},
    {BP_JSON_MISSING_COMMA, "*+^%", "write the result; JSON does not calculate"},
    {BP_JSON_MISSING_COMMA, "=", "write a colon in place of the equals sign"},
    {BP_JSON_MISSING_COMMA, NULL, "put a comma before this"},
    {BP_JSON_MISSING_VALUE, ",", "leave out this comma, or put a value before it"},
    {BP_JSON_MISSING_VALUE, "]}", "put a value before this bracket"},
    {BP_JSON_MISSING_VALUE, NULL, "put a value here: a number, a string, an array or an object"},
    {BP_JSON_TRAILING_COMMA, NULL, "leave out the comma before the closing bracket"},
    {BP_JSON_TRAILING_TEXT, "]}", "leave out this bracket; all are closed already"},
    {BP_JSON_TRAILING_TEXT, "{[",
     "leave out what follows the end of the text; a body is one JSON object, so send each in a "
     "request of its own"},
    {BP_JSON_TRAILING_TEXT, NULL,
     "leave out what follows the end of the text; a body is one JSON object"},
};

static const char *of_place(const struct spot *spot)
{
    const char *at = spot->at;
    if (spot->fault == BP_JSON_BAD_NUMBER)
        return of_number(spot);
    if (spot->fault == BP_JSON_UNKNOWN_WORD)
        return of_word(spot);
    if (spot->fault == BP_JSON_MISSING_COMMA && *at == '/' && isdigit((unsigned char)at[1]))
        return "write the result of the division: 0.5, not 1/2";
    if (spot->fault == BP_JSON_TRAILING_TEXT && *at == ',' && is_of_name(at + 1))
        return "leave out the bracket before this comma; it ends the body, and a member follows";
    for (size_t i = 0; i < sizeof ADVICE / sizeof *ADVICE; i++)
        if (ADVICE[i].fault == spot->fault &&
            (!ADVICE[i].characters || (*at && strchr(ADVICE[i].characters, *at))))
            return ADVICE[i].says;
    return "the text is not JSON";
}

/* --- what has parts of the text in it --------------------------------------------------------- */

/* Appends what stands in the text from `at` to before `end`, on one line; what cannot be shown
 * becomes a question mark. Returns how many bytes. */
static size_t put_quotation(char *out, const char *at, const char *end)
{
    size_t n = 0;
    while (at < end && *at != '\n' && *at != '\r') {
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

/* The end of what is quoted: at most n bytes. */
static const char *cut(const char *at, ptrdiff_t n, const char *end)
{
    return n < end - at ? at + n : end;
}

#define OPENED_SHOWN 12 /* of what an open bracket holds */
#define NAME_SHOWN 40

static int shown_size(size_t size)
{
    return (int)(size < NAME_SHOWN ? size : NAME_SHOWN);
}

/* --- what quotes parts of the text: false if it has nothing to say ---------------------------- */

/* Names the brackets that close what is open at the end. */
static bool say_end(char *out, size_t room, const struct spot *spot)
{
    const struct open open = open_at(spot);
    char closers[OPEN_MAX + 1] = "";
    for (size_t i = 0; i < open.n; i++)
        closers[i] = closer_of(bracket_at(&open, i));
    snprintf(
        out, room,
        "write %s at the end of the text, which ends too early, or look why not all of it was sent",
        closers);
    return true;
}

static bool say_unclosed(char *out, size_t room, const struct spot *spot)
{
    const char *string =
        spot->fault == BP_JSON_MISSING_COLON ? unclosed_name(spot) : open_at(spot).string;
    char shown[NAME_SHOWN + 4];
    if (!string)
        return false;
    const char *name = string + 1;
    const size_t size = word_size(name);
    if (size && name[size] == ':') {
        snprintf(out, room, "close the string that starts at `\"%.*s`: write \"%.*s\"",
                 shown_size(size + 1), name, shown_size(size), name);
    } else {
        put_quotation(shown, name, name + strnlen(name, NAME_SHOWN));
        snprintf(out, room, "close the string that starts at `\"%s` with a double quote", shown);
    }
    return true;
}

static bool say_bracket(char *out, size_t room, const struct spot *spot)
{
    const struct open open = open_at(spot);
    const char *opened = open.n ? open.brackets[open.n - 1] : spot->at;
    const char closer = closer_of(*opened);
    char shown[OPENED_SHOWN + 4];
    put_quotation(shown, opened, cut(opened, OPENED_SHOWN, spot->at));
    snprintf(out, room,
             lacks_bracket(spot, &open) ? "write %c before this %c; the %c of `%s` is still open"
                                        : "write %c in place of this %c; it closes the %c of `%s`",
             closer, *spot->at, *opened, shown);
    return true;
}

/* Says that arrays are still open where a member follows, if that is the mistake. */
static bool say_open_array(char *out, size_t room, const struct spot *spot)
{
    const struct open open = open_at(spot);
    const char *comma = NULL, *name = name_after_comma(spot, &comma);
    char closers[OPEN_MAX + 1] = "", shown[OPENED_SHOWN + 4];
    size_t n = 0;
    for (; bracket_at(&open, n) == '['; n++)
        closers[n] = ']';
    if (!name || !n || n == open.n)
        return false;
    const char *opened = open.brackets[open.n - n];
    put_quotation(shown, opened, cut(opened, OPENED_SHOWN, comma));
    snprintf(out, room,
             "write %s before the comma that precedes \"%.*s\"; the [ of `%s` is still open%s",
             closers, shown_size(word_size(name + 1)), name + 1, shown,
             comma[-1] == '}' ? "; or leave out the } before that comma" : "");
    return true;
}

static bool say_name(char *out, size_t room, const struct spot *spot)
{
    const char *at = spot->at, *whole = at;
    const size_t size = word_size(at);
    while (whole > spot->body && strchr("0123456789,-", whole[-1]))
        whole--;
    if (isdigit((unsigned char)*at) && follows_decimal_comma(spot) && at - whole < NAME_SHOWN)
        snprintf(out, room, "write a decimal point: %.*s.%.*s, not %.*s,%.*s",
                 (int)(at - whole) - 1, whole, shown_size(size), at, (int)(at - whole) - 1, whole,
                 shown_size(size), at);
    else
        snprintf(out, room,
                 "write the name in double quotes: \"%.*s\" (where the shell has taken them away, "
                 "put the body into a file and send -d @body.json)",
                 shown_size(size), at);
    return true;
}

static bool (*const QUOTES[BP_JSON_REFUSED + 1])(char *, size_t, const struct spot *) = {
    [BP_JSON_ENDS_EARLY] = say_end,         [BP_JSON_UNCLOSED_STRING] = say_unclosed,
    [BP_JSON_MISSING_COLON] = say_unclosed, [BP_JSON_MISSING_COMMA] = say_open_array,
    [BP_JSON_WRONG_BRACKET] = say_bracket,  [BP_JSON_UNQUOTED_NAME] = say_name};

static void say_words(char *out, size_t room, const struct spot *spot)
{
    const char *of_body = of_whole_body(spot);
    const bool is_any = spot->fault >= BP_JSON_UNKNOWN_WORD || spot->fault == BP_JSON_BAD_UTF8;
    const char *of_this = is_any ? of_character(spot->at) : NULL;
    if (of_body || !QUOTES[spot->fault] || !QUOTES[spot->fault](out, room, spot))
        snprintf(out, room, "%s", of_body ? of_body : of_this ? of_this : of_place(spot));
}

/* --- the quotation ---------------------------------------------------------------------------- */

#define QUOTED_BEFORE 12
#define QUOTED_AFTER 24

/* Faults that are seen only with what stands before them. */
static const bool LOOKS_BACK[BP_JSON_REFUSED + 1] = {
    [BP_JSON_CONTROL_CHARACTER] = true, [BP_JSON_BAD_NUMBER] = true,
    [BP_JSON_MISSING_COLON] = true,     [BP_JSON_MISSING_COMMA] = true,
    [BP_JSON_TRAILING_COMMA] = true,    [BP_JSON_WRONG_BRACKET] = true};

/* What stands before the place, on its line: from a character's first byte. */
static size_t put_before(char *out, const struct spot *spot)
{
    const bool looks_back = LOOKS_BACK[spot->fault] || spot->at == spot->end;
    const char *at = spot->at;
    while (looks_back && at > spot->body && spot->at - at < QUOTED_BEFORE && at[-1] != '\n')
        at--;
    while (at > spot->body && at < spot->at && ((unsigned char)*at & 0xC0) == 0x80)
        at++;
    return put_quotation(out, at, spot->at);
}

void bp_syntax_say(char words[BP_SYNTAX_MAX], enum bp_json_fault fault, const char *body,
                   size_t size, size_t offset)
{
    const struct spot spot = {fault, body, body + offset, body + size};
    const char *end = cut(spot.at, QUOTED_AFTER, spot.end);
    const bool is_text = !is_utf16(&spot) && !starts(body, GZIP);
    char quotation[QUOTED_BEFORE + QUOTED_AFTER + 8];
    int n = 0;
    if (is_text && put_before(quotation, &spot))
        n = snprintf(words, BP_SYNTAX_MAX, "after `%s`", quotation);
    if (is_text && put_quotation(quotation, spot.at, end))
        n += snprintf(words + n, BP_SYNTAX_MAX - (size_t)n, "%sat `%s`", n ? ", " : "", quotation);
    if (n)
        n += snprintf(words + n, BP_SYNTAX_MAX - (size_t)n, ": ");
    say_words(words + n, BP_SYNTAX_MAX - (size_t)n, &spot);
}
