/* The socket to listen on. */
#ifndef BACKPROPD_SERVER_LISTEN_H
#define BACKPROPD_SERVER_LISTEN_H

#include <sys/types.h>

#include "address.h"
#include "backpropd/options.h"

struct bp_listening {
    int fd;
    bool is_inherited;    /* the process that passed it keeps it open after this one ends */
    unsigned port;        /* 0 without one */
    char url[BP_URL_MAX]; /* where it listens: http://ADDR:PORT or unix:PATH */
    const char *path;     /* of a Unix socket of its own, or NULL */
    dev_t device;         /* with the inode: of the file that was made at the path */
    ino_t inode;
};

/*
 * A listening socket: the one that was passed to the process, or else one at the options' address.
 * If a name has several addresses, the first one that this machine has. A Unix socket that nobody
 * listens on is replaced. Fails (false) with one line in `error`.
 */
bool bp_listen(struct bp_listening *out, const struct bp_options *options,
               char error[BP_OPTION_ERROR_MAX]);

/* Refuses new connections, and removes the file of a Unix socket, unless another process has
 * replaced it. An inherited socket is left as it is. The descriptor stays open. */
void bp_listen_end(const struct bp_listening *listening);

/* True if the system still holds bytes that clients of this port have not read, on closed
 * connections too. False if the system does not report this, and for an inherited socket, which
 * stays open after this process together with all that was sent. */
bool bp_listen_has_unsent(const struct bp_listening *listening);

#endif
