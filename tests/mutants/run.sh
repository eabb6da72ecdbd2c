#!/bin/sh
# Breaks the code in small ways, one patch of this folder at a time: it must still build, and a test
# that the patch names must fail. A patch starts with `rejected by: TEST...` and a line that says
# what the mistake is.
# usage: run.sh [NAME...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/build/mutants
clean=$work/clean
# what a `make` above has set is not for the copies
unset MAKEFLAGS MFLAGS MAKELEVEL MAKE_TERMOUT MAKE_TERMERR CONFIG
# a test that hangs has failed; the slowest passes in a fraction of this
export CK_TIMEOUT_MULTIPLIER=0.25 CK_VERBOSITY=silent

# A copy knows what is built already, by preserved times, and compiles only what a patch touches.
make_clean() {
  make -s -C "$root" all
  rm -rf "$work"
  mkdir -p "$clean/build/release" "$work/taken" "$work/verdicts"
  (
    cd "$root"
    for name in * .[a-z]*; do
      case $name in build | tests | .git) continue ;; esac
      cp -a "$name" "$clean/"
    done
    cp -a build/openapi.json "$clean/build/"
    cp -a build/release/obj build/release/flags build/release/backpropd "$clean/build/release/"
    mkdir "$clean/tests"
    for name in tests/*; do
      case $name in tests/node_modules) continue ;; esac
      cp -a "$name" "$clean/tests/"
    done
    ln -s "$root/tests/node_modules" "$clean/tests/"
  )
  cp -a "$clean" "$work/tree-1"
  cp -a "$clean" "$work/tree-2"
}

refresh() { # TREE: undoes a mutant, times included
  rm -rf "$1/src" "$1/include" "$1/build"
  cp -a "$clean/src" "$clean/include" "$clean/build" "$1/"
}

build() { # TREE TEST
  target=all
  case $2 in *.c) target=build/release/${2%.c} ;; esac
  make -s -C "$1" "$target"
}

# In a process group of its own, none of which outlives the test; what has failed once need not go
# on.
passes() { # TREE TEST
  rm -f "$1/output"
  mkfifo "$1/output"
  (
    cd "$1"
    case $2 in
    *.c) exec timeout -k 5 120 "build/release/${2%.c}" ;;
    *) BACKPROPD=$1/build/release/backpropd exec timeout -k 5 120 node --test-reporter=tap "$2" ;;
    esac
  ) >"$1/output" &
  group=$!
  status=0
  if grep -q '^not ok' "$1/output"; then kill_group "$group"; fi
  wait "$group" || status=$?
  kill_group "$group"
  return "$status"
}

kill_group() { # GROUP
  kill -s KILL -- "-$1" 2>/dev/null || true
}

tests_of() { # NAME
  sed -n '1s/^rejected by: //p' "$here/$1.patch"
}

judge_clean() { # TREE TEST: prints what is wrong with a test of the unchanged tree
  build "$1" "$2" >"$1/log" 2>&1 || { echo "ERROR $2 does not build" && return; }
  passes "$1" "$2" >"$1/log" 2>&1 || echo "ERROR $2 fails without any mutant"
}

judge_mutant() { # TREE NAME: prints the verdict
  patch -fs -p1 -d "$1" <"$here/$2.patch" >"$1/log" 2>&1 ||
    { echo "ERROR $2 does not apply" && return; }
  for test in $(tests_of "$2"); do
    build "$1" "$test" >"$1/log" 2>&1 || { echo "ERROR $2 does not build" && return; }
    passes "$1" "$test" >"$1/log" 2>&1 || { echo "rejected $2" && return; }
  done
  echo "SURVIVED $2"
}

work_through() { # TREE JUDGE JOB...: the jobs that the other worker has not taken
  tree=$1 judge=$2
  shift 2
  for job; do
    key=$(echo "$job" | tr / _)
    mkdir "$work/taken/$key" 2>/dev/null || continue
    "$judge" "$tree" "$job" | tee "$work/verdicts/$key"
    refresh "$tree"
  done
}

in_parallel() { # JUDGE JOB...
  work_through "$work/tree-1" "$@" &
  one=$!
  work_through "$work/tree-2" "$@" &
  two=$!
  trap 'kill "$one" "$two" 2>/dev/null; exit 130' INT TERM
  wait "$one" "$two"
}

count() { # WORD: verdicts that start with it
  cat "$work"/verdicts/* | grep -c "^$1" || true
}

if [ $# = 0 ]; then
  for file in "$here"/*.patch; do
    name=${file##*/}
    set -- "$@" "${name%.patch}"
  done
fi
for name; do
  [ -n "$(tests_of "$name")" ] || { echo "ERROR $name names no test" && exit 1; }
done
tests=$(for name; do tests_of "$name"; done | tr ' ' '\n' | sort -u)

make_clean
# shellcheck disable=SC2086  # a list of words
in_parallel judge_clean $tests
[ "$(count ERROR)" = 0 ] || exit 1
in_parallel judge_mutant "$@"

rejected=$(count rejected)
echo "mutants: $#, rejected $rejected, survived $(count SURVIVED)"
[ "$rejected" = $# ]
