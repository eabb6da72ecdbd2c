#include "backpropd/method.h"

#include <string.h>

const char *bp_method_name(enum bp_method method)
{
#define AS_NAME(name, bit) #name,
    static const char *const names[] = {BP_METHODS(AS_NAME) "other"};
#undef AS_NAME
    return names[__builtin_ctz(method)];
}

void bp_methods_text(char *out, unsigned methods)
{
    const char *between = "";
    *out = '\0';
    for (unsigned method = 1; method < BP_METHOD_OTHER; method <<= 1) {
        if (!(methods & method))
            continue;
        out = stpcpy(stpcpy(out, between), bp_method_name((enum bp_method)method));
        between = ", ";
    }
}
