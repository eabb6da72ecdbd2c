/* Files that the build puts into the binary, byte for byte. */
#ifndef BACKPROPD_HTTP_ASSETS_H
#define BACKPROPD_HTTP_ASSETS_H

extern const char bp_asset_openapi_yaml[], bp_asset_openapi_yaml_end[];
extern const char bp_asset_openapi_json[], bp_asset_openapi_json_end[];
extern const char bp_asset_textbook[], bp_asset_textbook_end[];
extern const char bp_asset_textbook_step[], bp_asset_textbook_step_end[];

#endif
