#!/bin/sh
# Proves the house's one direction, main -> server -> http -> codec -> lesson -> core, text below, from sources and objects.
# usage: layers.sh BUILD_DIRECTORY
set -eu
build=$1
failed=0
complain() {
  echo "layers: $1" >&2
  failed=1
}
forbid() { # WHAT PATTERN FILE...: no file has a line that matches
  what=$1 pattern=$2
  shift 2
  found=$(grep -nE "$pattern" "$@" || true)
  [ -z "$found" ] || complain "$what:
$found"
}

# includes: which rooms each room may look into, and no circle of modules
files=$(find src include -name '*.[ch]' -o -name '*.cc')
may() { # ROOM
  case $1 in
  text | core) echo "$1" ;;
  lesson) echo lesson core ;;
  codec) echo codec lesson core text ;;
  http) echo http codec lesson core text ;;
  server) echo server http codec lesson core text ;;
  main) echo main server http codec lesson core text ;;
  esac
}
# shellcheck disable=SC2086  # the list is words
includes=$(awk -v alone='network=core json=text json_write=text job=codec limits=codec media=codec verdict=lesson' -f tests/support/includes.awk $files)
for room in text core lesson codec http server main; do
  found=$(echo "$includes" | awk -v room="$room" -v may=" $(may $room) " '{
    split($2, from, "/"); split($3, to, "/")
    is_private = $4 ~ /^src/ && to[1] != room
    if (from[1] == room && (is_private || !index(may, " " to[1] " "))) print "  " $1 " includes " $4
  }')
  [ -z "$found" ] || complain "$room must only look into $(may $room), and into others by their public headers:
$found"
done
circles=$(echo "$includes" | awk '$2 != $3 {print $2, $3}' | sort -u | tsort 2>&1 >/dev/null | sed 's/^tsort: //')
[ -z "$circles" ] || complain "modules include each other in a circle:
$circles"

# functions: what X.h declares, X.c of the same room defines
# shellcheck disable=SC2046  # the list is words
strays=$(awk -f tests/support/headers.awk $(echo "$files" | grep '\.h$') | while read -r header name; do
  module=${header%.h}
  case $header in include/*) module='src/*/'${module##*/} ;; esac
  # shellcheck disable=SC2086  # a pattern
  nm --defined-only "$build"/obj/$module.c*.o 2>/dev/null | grep -q " T $name\$" || echo "  $header: $name"
done)
[ -z "$strays" ] || complain "declared in a header, and not defined in the source of its name:
$strays"

# libraries
others=$(find src include -name '*.[ch]' ! -path 'src/text/*')
# shellcheck disable=SC2086  # the list is words
forbid 'only text knows jansson' 'include <jansson' $others
others=$(find src include -name '*.[ch]' ! -path src/server/server.c ! -path 'src/server/read_head.[ch]' ! -path 'src/server/self_check.[ch]')
# shellcheck disable=SC2086  # the list is words
forbid 'only server, read_head and self_check know libmicrohttpd' 'include <microhttpd' $others
forbid 'a contract between rooms names a library' '\bjson_t\b|struct MHD_' include/backpropd/*.h
# shellcheck disable=SC2046  # the list is words
forbid 'nothing below main exits' '\bexit\(' $(find src -name '*.c' ! -path src/main.c)

# symbols: what a room's objects ask for beyond themselves, rooms to the right and mathematics
numbers_alone() { # ROOM OBJECT...
  room=$1
  shift
  needed=$(nm -u "$build/obj/src/$room"/*.o | awk 'NF == 2 {print $2}' | sort -u)
  defined=$(nm --defined-only "$@" | awk 'NF == 3 {print $3}' | sort -u)
  foreign=$(echo "$needed" | grep -vxF "$defined" |
    grep -vxE 'exp|log|log1p|fma|tanh|memcmp|memcpy|memset|memmove|(__memcpy|__memset|__memmove)_chk|__stack_chk_fail|__assert_fail|_GLOBAL_OFFSET_TABLE_|__cpu_model|__cpu_indicator_init' || true)
  [ -z "$foreign" ] || complain "$room asks for more than numbers: $foreign"
}
numbers_alone core "$build"/obj/src/core/*.o
numbers_alone lesson "$build"/obj/src/core/*.o "$build"/obj/src/lesson/*.o
state_of() { objdump -t "$@" | awk '$NF !~ /^(__PRETTY_FUNCTION__|\.)/ && / \.t?(bss|data)\t/ {print $NF}'; }
state=$(state_of "$build"/obj/src/core/*.o "$build"/obj/src/lesson/*.o)
[ -z "$state" ] || complain "core or lesson keeps state: $state"
state=$(state_of "$build"/obj/src/codec/*.o "$build"/obj/src/codec/*/*.o)
[ -z "$state" ] || complain "codec keeps state: $state"
# one thing, of a thread: what jansson's allocators look for, and its last tree
state=$(state_of "$build"/obj/src/text/*.o | grep -vx tree || true)
[ -z "$state" ] || complain "text keeps state: $state"

[ "$failed" = 0 ] && echo "layers: main -> server -> http -> codec -> lesson -> core, text below holds"
exit "$failed"
