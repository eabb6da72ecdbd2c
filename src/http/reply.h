/* Making replies: every status goes out through here. */
#ifndef BACKPROPD_HTTP_REPLY_H
#define BACKPROPD_HTTP_REPLY_H

#include "backpropd/service.h"

/* A 200 whose text is to be written: room for `capacity` bytes. Finish with bp_reply_finish. */
void bp_reply_start(struct bp_reply *reply, struct bp_service *service, enum bp_media media,
                    size_t capacity);

/* A 200 around a text already written: takes it over. A text that ran out of memory becomes
 * the problem that says so. */
void bp_reply_finish(struct bp_reply *reply, struct bp_service *service);

/* A 200 with a body that is always there. */
void bp_reply_fixed(struct bp_reply *reply, enum bp_media media, const char *body, size_t size);

#endif
