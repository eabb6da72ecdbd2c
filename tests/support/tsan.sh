#!/bin/sh
# Unit tests, and then the daemon with four threads under the load of integration tests and of hostile clients, with
# ThreadSanitizer. libmicrohttpd is not instrumented; its locks are seen, and nothing had to be suppressed.
# usage: tsan.sh BUILD_DIRECTORY TEST_BINARY...
# SHORT=1: only what has threads: the tests of the HTTP room, of jansson's trees, and fewer requests
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
  case ${SHORT:-}$test in
  1*/http/* | 1*json_tree | [!1]*) "$test" || failed=1 ;;
  esac
done
export BACKPROPD="$build/backpropd"
integration='http limits metrics vectors' rows=81-88,85,87,92,93,95,99
[ -z "${SHORT:-}" ] || integration=http rows=93
for test in $integration; do
  node --test "tests/api/integration/$test.test.mjs" || failed=1
done
CHAOS_ROWS=$rows BACKPROPD_THREADS=4 node --test tests/hostile/chaos/chaos.test.mjs || failed=1

for report in "$reports"/*; do
  [ -e "$report" ] || continue
  failed=1
  cat "$report"
done
[ "$failed" = 0 ] && echo 'tsan: no data race'
exit "$failed"
