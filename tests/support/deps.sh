#!/bin/sh
# Installs what is missing, and nothing that is there: Debian's packages, then the pinned test tools
# of tests/package-lock.json. `deps.sh use` leaves out what only tests need; `packaging`, `chaos`, `fuzz`,
# `bench`, `container` and `proxy` add what these need. `deps.sh promtool` fetches nothing but promtool, to
# build/tools: it comes with all of Prometheus, which is not to be installed.
set -eu
cd "$(dirname "$0")/.."

have() { command -v "$1" >/dev/null 2>&1; }

if [ "${1:-}" = promtool ]; then
  ! have promtool || exit 0
  mkdir -p ../build/tools/prometheus
  cd ../build/tools
  [ ! -x prometheus/usr/bin/promtool ] || exit 0
  rm -f prometheus_*.deb
  apt-get download -qq prometheus || {
    echo 'SKIPPED: promtool is missing, and apt-get cannot download the package prometheus (after apt-get update it may)'
    exit 0
  }
  dpkg-deb -x prometheus_*.deb prometheus
  rm -f prometheus_*.deb
  exit 0
fi

missing=''
need() { # PACKAGE TEST...: the package, if the test fails
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
need gcc have gcc
need g++ have g++
need libc6-dev test -e /usr/include/stdio.h
need pkg-config have pkg-config
need libmicrohttpd-dev pkg-config --exists libmicrohttpd
need libjansson-dev pkg-config --exists jansson
need zlib1g-dev pkg-config --exists zlib
need curl have curl
need jq have jq
need python3 test -x /usr/bin/python3
need python3-yaml /usr/bin/python3 -c 'import yaml'

if [ "${1:-}" != use ]; then
  need check pkg-config --exists check
  need clang have clang
  need clang-format have clang-format
  need clang-tidy have clang-tidy
  need cppcheck have cppcheck
  need shellcheck have shellcheck
  need gcovr have gcovr
  need patch have patch
  need binutils have objdump
  need procps have ps
  need util-linux have prlimit
  need nodejs have node
  need npm have npm
fi

if [ "${1:-}" = packaging ]; then
  need systemd have systemd-analyze
  need python3-seccomp /usr/bin/python3 -c 'import seccomp'
  need man-db have man
  need mandoc have mandoc
  need dpkg-dev have dpkg-shlibdeps
  need lintian have lintian
  need mmdebstrap have mmdebstrap
fi

if [ "${1:-}" = fuzz ]; then
  need libclang-rt-dev sh -c 'ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a'
fi

if [ "${1:-}" = bench ]; then
  need wrk have wrk
  need valgrind have valgrind
  need util-linux have taskset
  need golang-go have go
  for module in numpy uvicorn uvloop httptools fastapi; do
    need "python3-$module" /usr/bin/python3 -c "import $module"
  done
  need libopenblas0-pthread test -n "$(find /usr/lib -name 'libopenblasp*' | head -n 1)"
fi

if [ "${1:-}" = chaos ]; then
  need slowhttptest have slowhttptest
  need strace have strace
  need libfaketime sh -c 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'
  need valgrind have valgrind
fi

if [ "${1:-}" = container ]; then
  need docker.io have dockerd
  need docker-compose have docker-compose
  need mmdebstrap have mmdebstrap
  need iptables have iptables
  need iproute2 have ip
  need git have git
  need kubernetes-client have kubectl
fi

if [ "${1:-}" = proxy ]; then
  need nginx-light test -x /usr/sbin/nginx
  need haproxy test -x /usr/sbin/haproxy
fi

if [ -n "$missing" ]; then
  sudo=''
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "installing:$missing"
  $sudo apt-get update -qq
  # shellcheck disable=SC2086  # the list is words
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

[ "${1:-}" != use ] || exit 0
[ "${1:-}" != container ] || cd container
installed=node_modules/.package-lock.json # npm writes it
if [ ! -e $installed ] || [ -n "$(find package-lock.json -newer $installed)" ]; then
  npm ci --no-progress
  touch $installed
fi
