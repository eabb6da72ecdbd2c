/*
 * The check at the start: known bad heads go through the libmicrohttpd that is loaded, which may be
 * another than the one this was built with, and through our own checks. Each must be refused.
 */
#ifndef BACKPROPD_SERVER_SELF_CHECK_H
#define BACKPROPD_SERVER_SELF_CHECK_H

#include <stdbool.h>

#include "backpropd/service.h"
#include "smuggling_check.h"

/*
 * Checks, in this thread and over socket pairs, with a daemon that nobody else can reach: nothing
 * is logged or counted. Returns true if each bad head was refused, and a proper one was not.
 * Otherwise false, with the reason in `unsafe`.
 */
bool bp_self_check(char unsafe[BP_UNSAFE_MAX], const struct bp_smuggling_check *check);

#endif
