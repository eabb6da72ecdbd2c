# Sourced by run and long: runs checks one after the other, and counts what passed, failed and was skipped.
# A check that says "SKIPPED: why" on a line of its own has skipped that part, and does not count as passed.
# shellcheck shell=bash
passed=0 failed=0 skipped=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

check() { # NAME COMMAND...
  local name=$1 start=$SECONDS status skips
  shift
  echo "=== $name: $*"
  "$@" 2>&1 | tee "$output"
  status=${PIPESTATUS[0]}
  skips=$(grep -cE '^(# )?SKIPPED: |^ *ok .* # SKIP' "$output")
  if [ "$status" != 0 ]; then
    failed=$((failed + 1))
    echo "=== $name: FAILED after $((SECONDS - start)) s"
  elif [ "$skips" != 0 ]; then
    skipped=$((skipped + 1))
    echo "=== $name: SKIPPED in part ($skips) after $((SECONDS - start)) s"
  else
    passed=$((passed + 1))
    echo "=== $name: passed in $((SECONDS - start)) s"
  fi
}

finish() {
  echo
  echo "$passed passed, $failed failed, $skipped skipped in ${SECONDS} s"
  [ "$failed" = 0 ]
}
