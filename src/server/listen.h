/* Sockets: one to listen on, and one to ask with. */
#ifndef BACKPROPD_SERVER_LISTEN_H
#define BACKPROPD_SERVER_LISTEN_H

#include <netdb.h>

#include "backpropd/options.h"

#define BP_URL_MAX 128

struct bp_listening {
    int fd;
    bool is_inherited;    /* whoever passed it holds it, too, and outlives this process */
    unsigned port;        /* 0 without one */
    char url[BP_URL_MAX]; /* http://ADDR:PORT or unix:PATH */
};

/* Where the options say, with flags of getaddrinfo, to be freed with freeaddrinfo; NULL if that is
 * nowhere. */
struct addrinfo *bp_listen_resolve(const struct bp_options *options, int flags);

/* A socket that listens: the one that was passed to the process, or else one at the options'
 * address. Fails (false) with one line in `error`. */
bool bp_listen(struct bp_listening *out, const struct bp_options *options,
               char error[BP_OPTION_ERROR_MAX]);

/* Whether the system holds bytes of this port's connections that no client has taken, closed ones
 * included. Where the system does not tell, it holds none; an inherited socket outlives us, and so
 * does all that was sent. */
bool bp_listen_has_unsent(const struct bp_listening *listening);

#endif
