/* Methods of HTTP that routes take, each a bit: a set of them is a sum. */
#ifndef BACKPROPD_METHOD_H
#define BACKPROPD_METHOD_H

#define BP_METHODS(X)                                                                              \
    X(GET, 1)                                                                                      \
    X(HEAD, 2)                                                                                     \
    X(POST, 4)                                                                                     \
    X(OPTIONS, 8)

#define BP_AS_METHOD(name, bit) BP_METHOD_##name = (bit),
enum bp_method {
    BP_METHODS(BP_AS_METHOD) BP_METHOD_OTHER = 16 /* known to HTTP, taken by no route: 405 */
};
#undef BP_AS_METHOD

/* The name of one method, "other" for OTHER. */
const char *bp_method_name(enum bp_method method);

/* Writes a set of methods as Allow does: "GET, HEAD, OPTIONS". At most 32 characters. */
void bp_methods_text(char *out, unsigned methods);

#endif
