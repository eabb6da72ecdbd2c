#include "assets.h"
#include "reply.h"
#include "router.h"

#define ANSWER_ASSET(name, media)                                                                  \
    void bp_answer_##name(struct bp_reply *reply, struct bp_service *service,                      \
                          const struct bp_request *request)                                        \
    {                                                                                              \
        (void)service;                                                                             \
        (void)request;                                                                             \
        bp_reply_fixed(reply, media, bp_asset_##name, bp_asset_##name##_size);                     \
    }

ANSWER_ASSET(openapi_yaml, BP_MEDIA_YAML)
ANSWER_ASSET(openapi_json, BP_MEDIA_JSON)
ANSWER_ASSET(textbook, BP_MEDIA_JSON)
ANSWER_ASSET(textbook_step, BP_MEDIA_JSON)
