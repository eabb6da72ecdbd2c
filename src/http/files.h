/* Files in the binary: src/files.py makes their table. A new one is a file in its folder. */
#ifndef BACKPROPD_HTTP_FILES_H
#define BACKPROPD_HTTP_FILES_H

#include <stddef.h>

struct bp_file {
    const char *path;
    const char *link; /* its name in the links of GET /, or NULL */
    const char *media_type;
    const char *csp; /* Content-Security-Policy, or NULL */
    const char *etag;
    const unsigned char *data;
    size_t size;
    const unsigned char *gzip; /* or NULL: it would not be smaller */
    size_t gzip_size;
};

extern const struct bp_file bp_files[]; /* the last has no path */

#endif
