/* Characters of UTF-8. */
#ifndef BACKPROPD_UTF8_H
#define BACKPROPD_UTF8_H

#include <stddef.h>

/* The bytes of the character at `at`, 0 if it is not UTF-8 (RFC 3629). A NUL stands at the end of
 * the text. Inline: readers ask it of each character beyond ASCII. */
static inline size_t bp_utf8_size(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    const unsigned char least = *c == 0xE0 ? 0xA0 : *c == 0xF0 ? 0x90 : 0x80;
    const unsigned char most = *c == 0xED ? 0x9F : *c == 0xF4 ? 0x8F : 0xBF;
    const size_t more = *c < 0xE0 ? 1 : *c < 0xF0 ? 2 : 3;
    if (*c < 0xC2 || *c > 0xF4)
        return *c < 0x80;
    if (c[1] < least || c[1] > most)
        return 0;
    for (size_t i = 2; i <= more; i++)
        if ((c[i] & 0xC0) != 0x80)
            return 0;
    return 1 + more;
}

#endif
