#include <string.h>

#include "../assets.h"
#include "../reply.h"
#include "../router.h"

extern const struct bp_asset_bytes bp_asset_openapi_yaml, bp_asset_openapi_json,
    bp_asset_openapi_yaml_gz, bp_asset_openapi_json_gz, bp_asset_textbook, bp_asset_textbook_step;

static const struct {
    enum bp_media media;
    const struct bp_asset_bytes *plain, *gzip;
} FILES[BP_ASSET_COUNT] = {
    [BP_ASSET_openapi_yaml] = {BP_MEDIA_YAML, &bp_asset_openapi_yaml, &bp_asset_openapi_yaml_gz},
    [BP_ASSET_openapi_json] = {BP_MEDIA_JSON, &bp_asset_openapi_json, &bp_asset_openapi_json_gz},
    [BP_ASSET_textbook] = {BP_MEDIA_JSON, &bp_asset_textbook, NULL},
    [BP_ASSET_textbook_step] = {BP_MEDIA_JSON, &bp_asset_textbook_step, NULL},
};

const struct bp_asset_bytes *bp_asset_find(enum bp_asset asset, bool gzip)
{
    return gzip ? FILES[asset].gzip : FILES[asset].plain;
}

/* RFC 9110, 13.1.2, by weak comparison: what stands between the quotes. */
static bool names_etag(const char *if_none_match, const char *etag)
{
    const char *opaque = strchr(etag, '"');
    return if_none_match && (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, opaque));
}

static void answer(struct bp_reply *reply, struct bp_service *service,
                   const struct bp_request *request, enum bp_asset asset)
{
    const struct bp_asset_bytes *gzip = bp_asset_find(asset, true);
    const bool is_gzip = gzip && request->accepts_gzip;
    const struct bp_asset_bytes *bytes = is_gzip ? gzip : bp_asset_find(asset, false);
    bp_reply_fixed(reply, FILES[asset].media, bytes->data, bytes->size);
    reply->is_gzip = is_gzip;
    if (names_etag(request->if_none_match, service->etags[asset])) {
        reply->status = 304; /* the body only gives its length, as RFC 9110, 8.6 has it */
        reply->media = BP_MEDIA_NONE;
        reply->is_gzip = false;
    }
    reply->has_gzip = gzip;
    reply->etag = service->etags[asset];
}

#define ANSWER_ASSET(name)                                                                         \
    void bp_answer_##name(struct bp_reply *reply, struct bp_service *service,                      \
                          const struct bp_request *request)                                        \
    {                                                                                              \
        answer(reply, service, request, BP_ASSET_##name);                                          \
    }
BP_ASSETS(ANSWER_ASSET)
