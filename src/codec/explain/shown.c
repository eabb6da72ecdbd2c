#include "shown.h"

#include <math.h>

double bp_shown(const struct bp_explanation *e, double value)
{
    static const double powers_of_ten[] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,
                                           1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17};
    if (e->shown_decimals == BP_SHOW_ALL)
        return value;
    const double power = powers_of_ten[e->shown_decimals], t = value * power;
    return fabs(t) < 0x1p53 ? rint(t) / power : value;
}

void bp_put_shown(struct bp_text *text, const struct bp_explanation *e, double value)
{
    if (isinf(value))
        bp_text_put(text, "null", 4);
    else
        bp_text_put_double(text, bp_shown(e, value));
}
