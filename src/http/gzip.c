#include "gzip.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

/* The fastest level: it halves numbers at 45 MB/s, and higher levels do no better. */
#define LEVEL 1
#define GZIP_WINDOW (15 + 16) /* zlib writes gzip's head and tail for this */
#define MEMORY_LEVEL 8

/* RFC 9110, 12.5.3: a quality of 0 refuses a coding. */
static bool is_refused(const char *parameters, size_t size)
{
    const char *q = memchr(parameters, '=', size);
    if (!q)
        return false;
    const size_t n = strspn(q + 1, "0.");
    return n > 0 && !(q[1 + n] >= '1' && q[1 + n] <= '9');
}

bool bp_accepts_gzip(const char *accept_encoding)
{
    const char *at = accept_encoding ? accept_encoding : "";
    bool accepts = false;
    while (*(at += strspn(at, ", \t"))) {
        const size_t size = strcspn(at, ","), name = strcspn(at, ",; \t");
        if (name == 4 && strncasecmp(at, "gzip", 4) == 0)
            return !is_refused(at + name, size - name);
        if (name == 1 && *at == '*')
            accepts = !is_refused(at + name, size - name);
        at += size;
    }
    return accepts;
}

static void *take(void *memory, unsigned n, unsigned size)
{
    bool over_budget;
    return bp_memory_take(memory, (size_t)n * size, &over_budget);
}

static void give(void *memory, void *block)
{
    (void)memory;
    bp_memory_give(block);
}

bool bp_gzip(struct bp_text *text)
{
    z_stream stream = {.zalloc = take, .zfree = give, .opaque = text->memory};
    struct bp_text out;
    if (text->size > UINT32_MAX || deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW,
                                                MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    bp_text_start(&out, text->memory, text->size);
    stream.next_in = (unsigned char *)text->data;
    stream.avail_in = (unsigned)text->size;
    stream.next_out = (unsigned char *)out.data;
    stream.avail_out = (unsigned)(out.failed ? 0 : text->size);
    const bool is_shorter = !out.failed && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.size = text->size - stream.avail_out;
    deflateEnd(&stream);
    if (!is_shorter) {
        bp_text_free(&out);
        return false;
    }
    bp_text_free(text);
    *text = out;
    return true;
}
