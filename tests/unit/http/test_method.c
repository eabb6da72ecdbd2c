#include "backpropd/method.h"

#include "suite.h"

#define GETS (BP_METHOD_GET | BP_METHOD_HEAD)

TEST(test_methods_as_text)
{
    static const struct {
        unsigned methods;
        const char *text;
    } rows[] = {{0, ""},
                {BP_METHOD_GET, "GET"},
                {GETS | BP_METHOD_OPTIONS, "GET, HEAD, OPTIONS"},
                {BP_METHOD_POST | BP_METHOD_OPTIONS, "POST, OPTIONS"},
                {GETS | BP_METHOD_POST | BP_METHOD_OPTIONS, "GET, HEAD, POST, OPTIONS"}};
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[33];
        memset(text, '#', sizeof text);
        bp_methods_text(text, rows[i].methods);
        ck_assert_str_eq(text, rows[i].text);
    }
}

SUITE("http/method", test_methods_as_text)
