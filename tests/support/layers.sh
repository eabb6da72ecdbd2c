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

# includes
TEXT='memory|text|json|number'
CORE='network|layout|loss|overflow|activation|matmul|pass|reason|descent'
LESSON='textbook|mistakes|steps|grade|verdict|gradient_check|exercise'
CODEC='job|problem|encode|limits'
HTTP='service|exchange|head|metrics|access|reply_headers'
SERVER='server|options|notify'
upward() { # ROOM FORBIDDEN...: no file of the room includes a header of a room above it
  room=$1
  shift
  forbid "$room looks up" "include \"backpropd/($(IFS='|'; echo "$*"))\.h\"" $(find "src/$room" -name '*.[chS]' -o -name "*.cc")
  forbid "$room reaches into another room" "include \"(\.\./)?(\.\./)?(text|core|lesson|codec|http|server)/" $(find "src/$room" -name '*.[chS]' -o -name "*.cc")
}
upward text "$CORE" "$LESSON" "$CODEC" "$HTTP" "$SERVER"
upward core "$TEXT" "$LESSON" "$CODEC" "$HTTP" "$SERVER"
upward lesson "$TEXT" "$CODEC" "$HTTP" "$SERVER"
upward codec "$HTTP" "$SERVER"
upward http "$SERVER"
others=$(find src include -name '*.[ch]' ! -path 'src/codec/*')
# shellcheck disable=SC2086  # the list is words
forbid 'only codec knows jansson' 'include <jansson' $others
others=$(find src include -name '*.[ch]' ! -path src/server/server.c)
# shellcheck disable=SC2086  # the list is words
forbid 'only server/server.c knows libmicrohttpd' 'include <microhttpd' $others
forbid 'a contract between rooms names a library' 'json_t|struct MHD_' include/backpropd/*.h
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
# two things, of a thread: the arena that jansson's allocators look for, and the last shape
state=$(state_of "$build"/obj/src/codec/*.o | grep -vxE 'open_arena|last' || true)
[ -z "$state" ] || complain "codec keeps state: $state"

[ "$failed" = 0 ] && echo "layers: main -> server -> http -> codec -> lesson -> core, text below holds"
exit "$failed"
