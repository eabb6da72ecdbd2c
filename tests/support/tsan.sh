#!/bin/sh
# Unit tests, and then the daemon with four threads under the load of integration tests and of hostile clients, with
# ThreadSanitizer. libmicrohttpd is not instrumented; its locks are seen, and nothing had to be suppressed.
# usage: tsan.sh BUILD_DIRECTORY TEST_BINARY...
set -eu
build=$PWD/$1
shift
if ! "$build/backpropd" --version >/dev/null; then
  echo 'SKIPPED: tsan: what ThreadSanitizer has instrumented does not run on this machine'
  exit 0
fi
reports=$build/reports
rm -rf "$reports"
mkdir -p "$reports"
export TSAN_OPTIONS="log_path=$reports/tsan exitcode=66"

failed=0
for test in "$@"; do
  "$test" || failed=1
done
export BACKPROPD="$build/backpropd"
for test in http limits metrics vectors; do
  node --test "tests/integration/$test.test.mjs" || failed=1
done
CHAOS_ROWS=${TSAN_ROWS:-81-88,85,87,92,93,95,99} BACKPROPD_THREADS=4 node --test tests/chaos/chaos.test.mjs || failed=1

for report in "$reports"/*; do
  [ -e "$report" ] || continue
  failed=1
  cat "$report"
done
[ "$failed" = 0 ] && echo 'tsan: no data race'
exit "$failed"
