/*
 * Calls that can be made to fail: every allocation and every system call of the program and of the
 * libraries in it (libmicrohttpd and jansson are linked statically for this), by the linker's
 * --wrap.
 *
 * Left out is what cannot fail in life and what libmicrohttpd aborts for: close, shutdown, mutexes,
 * reading and writing an eventfd, taking a socket out of epoll.
 */
#ifndef TESTS_TORTURE_FAULTS_H
#define TESTS_TORTURE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

/* Errors that one call can be made to fail with, counted from 0: most calls know the first alone.
 */
#define FAULT_VARIANTS 3

/* In this thread no call fails, and none is counted. */
void faults_spare_me(bool spared);

/* From now on the n-th call (from 1) fails, and then no other. */
void faults_arm(size_t n, unsigned variant);

/* From now on every second allocation fails. */
void faults_arm_allocations(void);

/* No call fails any more. Returns the name of the one that did, NULL if none was reached. */
const char *faults_disarm(void);

/* Calls made to fail so far. */
size_t faults_total(void);

/* Blocks and mappings that are held at the moment. */
size_t faults_live(void);

#endif
