#include "backpropd/reason.h"

#include <assert.h>

/* `seen` holds one bit for each reason a single term can have, and this one for a term that is not
 * zero. A reason needs no bit beyond UNDERFLOW: MIXED and CANCELS are made of the others. */
#define BIT(reason) ((uint8_t)(1U << (reason)))
#define SEEN_NONZERO BIT(BP_REASON_UNDERFLOW + 1)

static inline bp_set whole_block(size_t m)
{
    assert(m >= 1 && m <= BP_BLOCK);
    return ~(bp_set)0 >> (BP_BLOCK - m);
}

/* The samples, of m, whose v is zero; v steps by n. */
static bp_set zeros(const double *v, size_t m, size_t n)
{
    bp_set set = 0;
    for (size_t s = 0; s < m; s++)
        set |= (bp_set)(v[s * n] == 0) << s;
    return set;
}

void bp_reason_units(struct bp_unit_sets *units, const double *dl_dh, const double *dh_dz,
                     const double *dl_dz, bp_set direct, size_t m, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        bp_set error_zero = zeros(dl_dh + j, m, n) & ~direct;
        if (direct)
            error_zero |= zeros(dl_dz + j, m, n) & direct;
        bp_set closed = zeros(dh_dz + j, m, n) & ~(direct | error_zero);
        units[j] = (struct bp_unit_sets){
            .error_zero = error_zero,
            .closed = closed,
            .open = whole_block(m) & ~(error_zero | closed),
        };
    }
}

void bp_reason_sources(struct bp_source_sets *sources, const double *const *x,
                       const double *relu_dh_dz, size_t m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bp_set zero = 0;
        for (size_t s = 0; s < m; s++)
            zero |= (bp_set)(x[s][i] == 0) << s;
        bp_set dead = relu_dh_dz ? zeros(relu_dh_dz + i, m, n) : 0;
        sources[i] = (struct bp_source_sets){.dead = dead, .zero = zero & ~dead};
    }
}

/* What the products x[s][i] * dz[s] of the samples in `live` were: neither factor is zero, so each
 * product is a term that counts, unless it underflowed. */
static uint8_t seen_in_products(bp_set live, const double *const *x, size_t i, const double *dz,
                                size_t n_out)
{
    uint8_t seen = 0;
    for (; live && !(seen & SEEN_NONZERO); live &= live - 1) {
        size_t s = (size_t)__builtin_ctzll(live);
        seen |= x[s][i] * dz[s * n_out] != 0 ? SEEN_NONZERO : BIT(BP_REASON_UNDERFLOW);
    }
    return seen;
}

/* Notes the sums that are not zero; true if all are, or have been. */
static bool note_nonzero(uint8_t *seen, const double *sums, size_t n)
{
    uint8_t in_all = SEEN_NONZERO;
    for (size_t j = 0; j < n; j++) {
        seen[j] |= sums[j] != 0 ? SEEN_NONZERO : 0;
        in_all &= seen[j];
    }
    return in_all;
}

void bp_reason_note(uint8_t *seen, const double *sums, const struct bp_unit_sets *units,
                    const struct bp_source_sets *sources, const double *const *x,
                    const double *dl_dz, enum bp_activation activation, bool has_biases, size_t m,
                    size_t n_in, size_t n_out)
{
    const uint8_t seen_closed =
        activation == BP_ACTIVATION_RELU ? BIT(BP_REASON_NEURON_DEAD) : BIT(BP_REASON_SATURATED);
    static const double one = 1;
    const double *ones[BP_BLOCK];
    for (size_t s = 0; s < m; s++)
        ones[s] = &one; /* a bias is the weight of an input that is always 1 */

    for (size_t i = 0; i < n_in + has_biases; i++, seen += n_out, sums += n_out) {
        const bool is_bias = i == n_in;
        struct bp_source_sets source = is_bias ? (struct bp_source_sets){0, 0} : sources[i];
        if (note_nonzero(seen, sums, n_out)) /* the usual case needs no more than this */
            continue;
        for (size_t j = 0; j < n_out; j++) {
            if (seen[j] & SEEN_NONZERO)
                continue;
            seen[j] |= units[j].error_zero ? BIT(BP_REASON_ERROR_ZERO) : 0;
            seen[j] |= units[j].closed ? seen_closed : 0;
            seen[j] |= units[j].open & source.dead ? BIT(BP_REASON_SOURCE_DEAD) : 0;
            seen[j] |= units[j].open & source.zero ? BIT(BP_REASON_INPUT_ZERO) : 0;
            seen[j] |= seen_in_products(units[j].open & ~(source.dead | source.zero),
                                        is_bias ? ones : x, is_bias ? 0 : i, dl_dz + j, n_out);
        }
    }
}

static enum bp_reason settle_one(uint8_t seen, double sum, double mean)
{
    if (mean != 0)
        return BP_REASON_NONE;
    if (sum != 0)
        return BP_REASON_UNDERFLOW;
    if (seen & SEEN_NONZERO)
        return BP_REASON_CANCELS;
    if (seen & (seen - 1))
        return BP_REASON_MIXED;
    return (enum bp_reason)__builtin_ctz(seen);
}

void bp_reason_settle(uint8_t *seen, double *sum, size_t counts[BP_REASON_COUNT + 1],
                      size_t divisor, size_t n)
{
    size_t nonzero = 0;
    for (size_t i = 0; i < n; i++) {
        const double mean = sum[i] / (double)divisor;
        const enum bp_reason reason = settle_one(seen[i], sum[i], mean);
        seen[i] = (uint8_t)reason;
        sum[i] = mean;
        if (reason == BP_REASON_NONE)
            nonzero++; /* nearly all of them, and a register is faster */
        else
            counts[reason]++;
    }
    counts[BP_REASON_NONE] += nonzero;
}
