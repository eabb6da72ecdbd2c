/* Files that the build puts into the binary, byte for byte. */
#ifndef BACKPROPD_HTTP_ASSETS_H
#define BACKPROPD_HTTP_ASSETS_H

#include <stdint.h>

extern const char bp_asset_openapi_yaml[], bp_asset_openapi_json[], bp_asset_textbook[],
    bp_asset_textbook_step[];
extern const uint64_t bp_asset_openapi_yaml_size, bp_asset_openapi_json_size,
    bp_asset_textbook_size, bp_asset_textbook_step_size;

#endif
