#include "backpropd/service.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "assets.h"
#include "metrics.h"

/* A weak one, since it stands for the gzip form too. FNV-1a (Fowler, Noll, Vo) over the bytes: it
 * need only differ between versions. */
static void make_etag(char etag[BP_ETAG_MAX], const struct bp_asset_bytes *bytes)
{
    uint64_t hash = 0xCBF29CE484222325;
    for (size_t i = 0; i < bytes->size; i++)
        hash = (hash ^ (unsigned char)bytes->data[i]) * 0x100000001B3;
    snprintf(etag, BP_ETAG_MAX, "W/\"%016llx\"", (unsigned long long)hash);
}

bool bp_service_start(struct bp_service *service, const struct bp_limits *limits)
{
    service->limits = *limits;
    service->memory.limit = limits->memory_bytes;
    service->own_memory.limit = SIZE_MAX;
    atomic_init(&service->memory.used, 0);
    atomic_init(&service->own_memory.used, 0);
    atomic_init(&service->draining, false);
    *service->unsafe = '\0';
    service->access = (struct bp_access){.n_tokens = 0};
    service->allowed_hosts = "*";
    for (int asset = 0; asset < BP_ASSET_COUNT; asset++)
        make_etag(service->etags[asset], bp_asset_find((enum bp_asset)asset, false));
    service->metrics = calloc(1, sizeof *service->metrics);
    return service->metrics;
}

void bp_service_free(struct bp_service *service)
{
    free(service->metrics);
}
