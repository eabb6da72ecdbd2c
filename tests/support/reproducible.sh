#!/bin/sh
# Builds twice from nothing, in folders of different names and depths, with different clocks, jobs, umasks and
# locales, and compares the binaries bit by bit. Then a source with __DATE__ in it shows that a difference is seen.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

copy() { # FOLDER
  mkdir -p "$1"
  tar -c Makefile openapi.yaml include src | tar -x -C "$1"
}
build() { # FOLDER MAKE-ARGUMENT...
  folder=$1
  shift
  make -s -C "$folder" "$@" >/dev/null
  sha256sum <"$folder/build/release/backpropd"
}

copy "$work/here"
copy "$work/another/place with/a-longer-name"
find "$work/another" -exec touch -d 2001-01-01 '{}' +
first=$(build "$work/here" -j2)
sleep 1 # for whatever would write the time
second=$(umask 077 && TZ=Asia/Tokyo LC_ALL=C build "$work/another/place with/a-longer-name" -j1)
if [ "$first" != "$second" ]; then
  echo "reproducible: two builds of the same sources differ: $first $second" >&2
  exit 1
fi

echo 'const char *bp_built_at(void); const char *bp_built_at(void) { return __DATE__ " " __TIME__; }' >>"$work/here/src/main.c"
third=$(SOURCE_DATE_EPOCH=1000000000 build "$work/here") # which the compiler takes for the time
touch "$work/here/src/main.c"
if [ "$third" = "$(SOURCE_DATE_EPOCH=2000000000 build "$work/here")" ]; then
  echo 'reproducible: a binary that holds the time of its build was not noticed' >&2
  exit 1
fi
echo "reproducible: two builds in two places gave the same binary, sha256 ${first%% *}"
