/* Files in the binary, plain or as gzip; 304 for a client that has them. */
#include <string.h>

#include "../files.h"
#include "backpropd/exchange.h"

bp_handler bp_answer_file;

/* RFC 9110, 13.1.2, weak comparison: only the text between the quotes counts. */
static bool names_etag(const char *if_none_match, const char *etag)
{
    const char *opaque = strchr(etag, '"');
    return if_none_match && (strcmp(if_none_match, "*") == 0 || strstr(if_none_match, opaque));
}

void bp_answer_file(struct bp_exchange *exchange)
{
    const struct bp_file *file = exchange->route->file;
    struct bp_reply *reply = &exchange->reply;
    const bool is_gzip = file->gzip && exchange->accepts_gzip;
    reply->fixed = (const char *)(is_gzip ? file->gzip : file->data);
    reply->fixed_size = is_gzip ? file->gzip_size : file->size;
    reply->is_gzip = is_gzip;
    reply->csp = file->csp;
    if (names_etag(exchange->if_none_match, file->etag)) {
        reply->status = 304; /* the body only gives its length, as RFC 9110, 8.6 has it */
        reply->media_type = NULL;
        reply->is_gzip = false;
    }
    reply->has_gzip = file->gzip;
    reply->etag = file->etag;
}
