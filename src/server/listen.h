/* The socket to listen on. */
#ifndef BACKPROPD_SERVER_LISTEN_H
#define BACKPROPD_SERVER_LISTEN_H

#include <sys/types.h>

#include "address.h"
#include "backpropd/options.h"

struct bp_listening {
    int fd;
    bool is_inherited;    /* whoever passed it holds it, too, and outlives this process */
    unsigned port;        /* 0 without one */
    char url[BP_URL_MAX]; /* where it listens: http://ADDR:PORT or unix:PATH */
    const char *path;     /* of a Unix socket of its own, or NULL */
    dev_t device;         /* with the inode: of the file that was made at the path */
    ino_t inode;
};

/*
 * A socket that listens: the one that was passed to the process, or else one at the options'
 * address, of a name's several the first that this machine has. A Unix socket that nobody listens
 * on is replaced. Fails (false) with one line in `error`.
 */
bool bp_listen(struct bp_listening *out, const struct bp_options *options,
               char error[BP_OPTION_ERROR_MAX]);

/* Refuses whoever connects from now on, and removes the file of a Unix socket, unless another has
 * taken its place. An inherited socket is left as it is. The descriptor stays open. */
void bp_listen_end(const struct bp_listening *listening);

/* Whether the system holds bytes of this port's connections that no client has taken, closed ones
 * included. Where the system does not tell, it holds none; an inherited socket outlives us, and so
 * does all that was sent. */
bool bp_listen_has_unsent(const struct bp_listening *listening);

#endif
