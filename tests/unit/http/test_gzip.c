#include "http/gzip.h"

#include <zlib.h>

#include "budget.h"
#include "random.h"

TEST(test_who_takes_gzip)
{
    static const struct {
        const char *header;
        bool takes;
    } rows[] = {{NULL, false},
                {"", false},
                {"gzip", true},
                {"GZIP", true},
                {"deflate, gzip", true},
                {"br;q=1.0, gzip;q=0.8, *;q=0.1", true},
                {"gzip;q=0", false},
                {"gzip;q=0.000", false},
                {"gzip; q=0.001", true},
                {"gzip;q=0, *", false},
                {"*", true},
                {"*;q=0", false},
                {"identity", false},
                {"x-gzip", false},
                {"gzipped", false},
                {"br", false},
                {",,, gzip", true},
                {"deflate;q=0,gzip", true}};
    for (size_t i = 0; i < LENGTH(rows); i++)
        REQUIRE(bp_accepts_gzip(rows[i].header) == rows[i].takes, "%s",
                rows[i].header ? rows[i].header : "no header");
}

static void fill(struct bp_text *text, struct bp_memory *memory, size_t n, unsigned kinds)
{
    uint64_t seed = 1;
    bp_text_start(text, memory, n);
    for (size_t i = 0; i < n; i++)
        bp_text_putc(text, (char)random_below(&seed, kinds));
}

TEST(test_what_is_unpacked_is_the_text)
{
    enum { N = 100000 };
    static char unpacked[N + 1];
    struct bp_memory memory;
    struct bp_text text, copy;
    budget_make(&memory, BUDGET_ENOUGH);
    fill(&text, &memory, N, 16);
    fill(&copy, &memory, N, 16);
    ck_assert(bp_gzip(&text));
    ck_assert_uint_lt(text.size, N * 6 / 10);
    z_stream stream = {.next_in = (unsigned char *)text.data,
                       .avail_in = (unsigned)text.size,
                       .next_out = (unsigned char *)unpacked,
                       .avail_out = sizeof unpacked};
    ck_assert_int_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    ck_assert_int_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    ck_assert_uint_eq(stream.total_out, N);
    ck_assert_mem_eq(unpacked, copy.data, N);
    inflateEnd(&stream);
    bp_text_free(&text);
    bp_text_free(&copy);
    budget_end(&memory);
}

/* Whatever cannot be done leaves the text as it is. */
static void require_left_alone(size_t budget, unsigned kinds)
{
    enum { N = 20000 };
    struct bp_memory memory;
    struct bp_text text, copy;
    budget_make(&memory, budget);
    fill(&text, &memory, N, kinds);
    fill(&copy, &memory, N, kinds);
    ck_assert(!bp_gzip(&text));
    ck_assert_uint_eq(text.size, N);
    ck_assert_mem_eq(text.data, copy.data, N);
    bp_text_free(&text);
    bp_text_free(&copy);
    budget_end(&memory);
}

TEST(test_noise_gains_nothing)
{
    require_left_alone(BUDGET_ENOUGH, 256);
}

TEST(test_without_memory)
{
    require_left_alone(41000, 16);  /* none for zlib */
    require_left_alone(310000, 16); /* for zlib, but not for what it writes */
}

SUITE("http/gzip", test_who_takes_gzip, test_what_is_unpacked_is_the_text, test_noise_gains_nothing,
      test_without_memory)
