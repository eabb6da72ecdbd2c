#!/bin/sh
# Unit tests and the daemon under memcheck: no error, nothing of their own lost.
# usage: valgrind.sh TEST_BINARY...
# SHORT=1: only the daemon
set -eu
if ! command -v valgrind >/dev/null; then
  echo 'SKIPPED: valgrind: it is not installed (make chaos-deps)'
  exit 0
fi
# "possibly lost" is left out: the C library keeps the stacks of threads that have ended, and that is what it finds there
memcheck='valgrind -q --error-exitcode=99 --leak-check=full --num-callers=30
  --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect'

# each test is a process of its own, which ends with 99 if there is anything: Check takes that for an error
for test in "$@"; do
  [ -z "${SHORT:-}" ] || break
  # shellcheck disable=SC2086  # the command is words
  CK_TIMEOUT_MULTIPLIER=50 $memcheck "$test"
done

# shellcheck disable=SC2086
BACKPROPD=$PWD/build/debug/backpropd node tests/hostile/chaos/memcheck.mjs $memcheck
