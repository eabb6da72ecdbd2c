#include "shared.h"

#include "backpropd/reason.h"

struct product {
    double *out;
    double *db; /* of the outer product alone */
    const double *const *x;
    const double *w, *b, *dl_dz;
    size_t m, n_in, n_out;
};

static void share(const struct bp_team *team, bp_part *part, struct product *p, size_t n)
{
    if (team && p->m * p->n_in * p->n_out >= BP_SHARE_FROM)
        team->share(team, part, p, n);
    else
        part(p, 0, n);
}

static void affine(void *cls, size_t begin, size_t end)
{
    const struct product *p = cls;
    bp_affine(p->out + begin * p->n_out, p->x + begin, p->w, p->b, end - begin, p->n_in, p->n_out);
}

void bp_shared_affine(const struct bp_team *team, double *z, const double *const *x,
                      const double *w, const double *b, size_t m, size_t n_in, size_t n_out)
{
    struct product p = {.out = z, .x = x, .w = w, .b = b, .m = m, .n_in = n_in, .n_out = n_out};
    share(team, affine, &p, m);
}

static void affine_back(void *cls, size_t begin, size_t end)
{
    const struct product *p = cls;
    bp_affine_back(p->out + begin * p->n_in, p->w, p->dl_dz + begin * p->n_out, end - begin,
                   p->n_in, p->n_out);
}

void bp_shared_affine_back(const struct bp_team *team, double *dl_dh, const double *w,
                           const double *dl_dz, size_t m, size_t n_in, size_t n_out)
{
    struct product p = {.out = dl_dh, .w = w, .dl_dz = dl_dz, .m = m, .n_in = n_in, .n_out = n_out};
    share(team, affine_back, &p, m);
}

/* Rows are those of dw; whoever has the first one adds up db. */
static void outer_add(void *cls, size_t begin, size_t end)
{
    const struct product *p = cls;
    const double *x[BP_BLOCK];
    for (size_t s = 0; s < p->m; s++)
        x[s] = p->x[s] + begin;
    bp_outer_add(p->out + begin * p->n_out, begin == 0 ? p->db : NULL, x, p->dl_dz, p->m,
                 end - begin, p->n_out);
}

void bp_shared_outer_add(const struct bp_team *team, double *dw, double *db, const double *const *x,
                         const double *dl_dz, size_t m, size_t n_in, size_t n_out)
{
    struct product p = {
        .out = dw, .db = db, .x = x, .dl_dz = dl_dz, .m = m, .n_in = n_in, .n_out = n_out};
    share(team, outer_add, &p, n_in);
}
