#include "backpropd/mistakes.h"

#define AS_ROW(kind, name, code, words, condition, formula)                                        \
    {BP_STEP_##kind, BP_CODE_##code, BP_MISTAKE_##words},
static const struct bp_mistake_row ROWS[] = {BP_MISTAKES(AS_ROW)};
#undef AS_ROW

const struct bp_mistake_row *bp_mistake_row(enum bp_mistake mistake)
{
    return &ROWS[mistake];
}
