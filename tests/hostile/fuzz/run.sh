#!/bin/sh
# Fuzzes each target for some seconds, starting from its corpus and from what earlier runs have kept in build/fuzz/found.
# What fails goes to build/fuzz/findings, to be run again with build/fuzz/fuzz/TARGET FILE.
# usage: run.sh SECONDS TARGET...
set -eu
cd "$(dirname "$0")/../../.."
seconds=$1
shift
out=build/fuzz
mkdir -p "$out/found" "$out/findings" "$out/logs"

probe=$out/probe
printf 'int LLVMFuzzerTestOneInput(void);\nint LLVMFuzzerTestOneInput(void) { return 0; }\n' >"$probe.c"
if ! clang -fsanitize=fuzzer,address,undefined -o "$probe" "$probe.c" 2>/dev/null; then
  echo 'SKIPPED: fuzz: clang with libFuzzer is missing; make fuzz-deps installs it'
  exit 0
fi
# what a make above has set is not meant for another compiler
for target; do
  env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s CONFIG=fuzz CC=clang CXX=clang++ "$out/fuzz/$target"
done

dictionary() {
  case $1 in
  body | lift) echo tests/hostile/fuzz/json.dict ;;
  *) echo "tests/hostile/fuzz/$1.dict" ;;
  esac
}

fuzz() { # TARGET
  target=$1
  log=$out/logs/$target
  mkdir -p "$out/found/$target"
  echo "fuzz: $target for $seconds s"
  if ! "$out/fuzz/$target" -max_total_time="$seconds" -max_len=20000 -timeout=20 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$out/findings/$target-" -dict="$(dictionary "$target")" \
    "$out/found/$target" "tests/hostile/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "fuzz: $target: FOUND something; see $log and $out/findings" >&2
    touch "$out/found-something"
  fi
  sed -n 's/^stat::number_of_executed_units: */fuzz: '"$target"': executions: /p' "$log"
  sed -n 's/^#[0-9]*\t*DONE *\(cov: [0-9]* ft: [0-9]*\).*/fuzz: '"$target"': \1/p' "$log"
}

rm -f "$out/found-something"
for target; do
  fuzz "$target" &
done
wait
[ ! -e "$out/found-something" ]
