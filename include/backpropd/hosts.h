/*
 * The hosts that requests may name. A web page can make its own host name resolve to this machine
 * (DNS rebinding). Its requests then have the same origin as the page, and only their Host header
 * gives them away.
 */
#ifndef BACKPROPD_HOSTS_H
#define BACKPROPD_HOSTS_H

#include "backpropd/head.h"

/* True if `allowed` is "*", or if it lists the host in the Host header and the one in an absolute
 * target. At least one of the two must be present. Port, case and a final dot do not matter. */
bool bp_hosts_allow(const char *allowed, const struct bp_head *head);

/* True if `allowed` is a valid value of --allow-host: *, or a comma-separated list of names and
 * addresses without ports, IPv6 addresses in brackets. */
bool bp_hosts_are_proper(const char *allowed);

#endif
