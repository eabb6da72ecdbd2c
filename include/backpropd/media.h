/* Media types of replies. */
#ifndef BACKPROPD_MEDIA_H
#define BACKPROPD_MEDIA_H

#define BP_MEDIA_JSON "application/json"
#define BP_MEDIA_PROBLEM "application/problem+json"
#define BP_MEDIA_HTML "text/html; charset=utf-8"
#define BP_MEDIA_PLAIN "text/plain"     /* of ASCII alone */
#define BP_MEDIA_PYTHON "text/x-python" /* of ASCII alone */
#define BP_MEDIA_METRICS "text/plain; version=0.0.4; charset=utf-8"

#endif
