#!/bin/sh
# Breaks the code in small ways, one patch at a time: it must still build, and a test that the patch names
# must fail. Patches lie in folders as src does, named for what they break; mutant.py writes them. Above its diff a patch says
#   rejected by: TEST...
#   what the mistake is
#   test: PATTERN         (only of these tests in files of many slow ones)
# usage: run.sh [NAME...]     a NAME is core/bias-last
# MUTANTS_EVERY=n: only each n-th of all, from one day to the next another n-th
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$root/build/mutants
clean=$work/clean
# what a make above has set is not meant for the copies
unset MAKEFLAGS MFLAGS MAKELEVEL CONFIG
# a test that hangs has failed; the slowest passes in a fraction of this
export CK_TIMEOUT_MULTIPLIER=0.25 PATIENCE_SECONDS=60 CK_VERBOSITY=silent
newline='
'

copy() { # TO NAME..., but no tests of clients: they have packages of 400 MB, and no mutant needs them
  to=$1
  shift
  for name; do
    case ${name##*/} in .git | build | tests | node_modules | clients) continue ;; esac
    cp -a "$name" "$to/"
  done
}

# A copy knows by preserved times what is built already, and compiles only what a patch touches.
make_copies() {
  make -s -C "$root" all
  rm -rf "$work"
  mkdir -p "$clean/build/release" "$clean/tests" "$work/taken" "$work/verdicts"
  cd "$root"
  copy "$clean" ./* ./.[a-z]*
  copy "$clean/tests" tests/*
  copy "$clean/build" build/files.c
  copy "$clean/build/release" build/release/obj build/release/flags build/release/backpropd
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
  make -s -C "$1" "$target" >"$1/log" 2>&1
}

kill_group() { # GROUP
  kill -s KILL -- "-$1" 2>/dev/null || true
}

# Runs in a process group of its own, none of which outlives the test, and ends at the first failure.
passes() { # TREE TEST PATTERN
  rm -f "$1/output"
  mkfifo "$1/output"
  (
    cd "$1"
    export BACKPROPD="$1/build/release/backpropd"
    case $2 in
    *.c) exec timeout -k 5 600 "build/release/${2%.c}" ;;
    *) exec timeout -k 5 600 node --test-reporter=tap --test-name-pattern="${3:-.}" "$2" ;;
    esac
  ) >"$1/output" 2>"$1/log" &
  group=$!
  status=0
  if grep -q '^not ok' "$1/output"; then kill_group "$group"; fi
  wait "$group" 2>/dev/null || status=$?
  kill_group "$group"
  return "$status"
}

tests_of() { # NAME
  sed -n '1s/^rejected by: //p' "$here/$1.patch"
}

pattern_of() { # NAME
  sed -n '3s/^test: //p' "$here/$1.patch"
}

judge_clean() { # TREE 'TEST PATTERN': prints what is wrong with tests of the unchanged code
  test=${2%% *} pattern=${2#* }
  build "$1" "$test" || { echo "ERROR $test does not build" && return; }
  passes "$1" "$test" "$pattern" || echo "ERROR $test fails without any mutant"
}

judge_mutant() { # TREE NAME: prints the verdict
  patch -fs -F0 --no-backup-if-mismatch -p1 -d "$1" <"$here/$2.patch" >"$1/log" 2>&1 ||
    { echo "ERROR $2 does not apply: see mutant.py" && return; }
  for test in $(tests_of "$2"); do
    build "$1" "$test" || { echo "ERROR $2 does not build" && return; }
    passes "$1" "$test" "$(pattern_of "$2")" || { echo "rejected $2" && return; }
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
  turn=$(($(date +%s) / 86400))
  for name in $(cd "$here" && find . -name '*.patch' | sort); do
    name=${name#./}
    turn=$((turn + 1))
    [ $((turn % ${MUTANTS_EVERY:-1})) != 0 ] || set -- "$@" "${name%.patch}"
  done
fi
checks=$(
  for name; do
    [ -n "$(tests_of "$name")" ] || echo "ERROR $name names no test" >&2
    for test in $(tests_of "$name"); do echo "$test $(pattern_of "$name")"; done
  done | sort -ru # the slow ones first
)

make_copies
IFS=$newline
# shellcheck disable=SC2086  # a list of lines
in_parallel judge_clean $checks
unset IFS
[ "$(count ERROR)" = 0 ] || exit 1
in_parallel judge_mutant "$@"

rejected=$(count rejected)
echo "mutants: $#, rejected $rejected, survived $(count SURVIVED)"
[ "$rejected" = $# ]
