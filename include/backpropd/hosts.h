/*
 * The hosts that requests may name. A page from elsewhere can have its own name lead to this
 * machine (DNS rebinding), and its requests are none from another origin then: only the host that
 * they name tells.
 */
#ifndef BACKPROPD_HOSTS_H
#define BACKPROPD_HOSTS_H

#include "backpropd/head.h"

/* True if `allowed` is "*", or if the Host header and the authority of an absolute target, at least
 * one of which there must be, are hosts of this list. Neither the port counts, nor the case, nor a
 * dot at the end. */
bool bp_hosts_allow(const char *allowed, const struct bp_head *head);

/* True if it is what may be said of the hosts that a request may name: *, or a list with commas of
 * names and addresses without ports, IPv6 ones in brackets. */
bool bp_hosts_are_proper(const char *allowed);

#endif
