/* Files that the build puts into the binary, byte for byte. */
#ifndef BACKPROPD_HTTP_ASSETS_H
#define BACKPROPD_HTTP_ASSETS_H

#include "backpropd/service.h"

struct bp_asset_bytes {
    const char *data;
    uint64_t size;
};

/* A file, or its gzip form; NULL if it is too small to have one. */
const struct bp_asset_bytes *bp_asset_find(enum bp_asset asset, bool gzip);

#endif
