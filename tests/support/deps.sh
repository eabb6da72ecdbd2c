#!/bin/sh
# Installs what is missing, and nothing that is there: Debian's packages, for lint and container npm's too.
# usage: deps.sh [check] [SCOPE]
#   build       what compiling needs
#   use         and what make demo needs
#   test        and what make test needs: the default
#   coverage, lint, packaging, fuzz, bench, chaos, clients, container, page, proxy: what test needs, and what these need besides
#   promtool    promtool alone, to build/tools: it comes with all of Prometheus, which is not to be installed
# With check it installs nothing: it tells in one line what is missing, if anything is, and exits 1.
# shellcheck disable=SC2086  # commands and lists are words
set -eu
cd "$(dirname "$0")/.."
mode=install
if [ "${1:-}" = check ]; then
  mode=check
  shift
fi
scope=${1:-test}

have() { command -v "$1" >/dev/null 2>&1; }

if [ "$scope" = promtool ]; then
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

python=${PYTHON:-/usr/bin/python3}
missing=''
need() { # PACKAGE TEST...: the package, if the test fails
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
need gcc have ${CC:-gcc}
need g++ have ${CXX:-g++}
need libc6-dev test -e /usr/include/stdio.h
need pkg-config have pkg-config
need libmicrohttpd-dev pkg-config --exists libmicrohttpd
need libjansson-dev pkg-config --exists jansson
need zlib1g-dev pkg-config --exists zlib
need python3 have "$python"
need python3-yaml "$python" -c 'import yaml'

if [ "$scope" != build ]; then
  need curl have curl
  need jq have jq
fi

if [ "$scope" != build ] && [ "$scope" != use ]; then
  need check pkg-config --exists check
  need patch have patch
  need util-linux have prlimit
  need netbase getent hosts localhost # it makes /etc/hosts, which a minimal system lacks
  need nodejs have node
  need node-ajv test -e /usr/share/nodejs/ajv
  need python3-requests "$python" -c 'import requests'
  need node-yaml test -e /usr/share/nodejs/yaml
  need python3-numpy "$python" -c 'import numpy'
fi

npm_folder=''
if [ "$scope" = lint ] || [ "$scope" = coverage ]; then
  need gcovr have gcovr
fi
if [ "$scope" = lint ]; then
  for tool in clang clang-format clang-tidy cppcheck shellcheck npm; do
    need $tool have $tool
  done
  npm_folder=.
fi

if [ "$scope" = packaging ]; then
  need systemd have systemd-analyze
  need python3-seccomp /usr/bin/python3 -c 'import seccomp'
  need man-db have man
  need mandoc have mandoc
  need dpkg-dev have dpkg-shlibdeps
  need lintian have lintian
  need mmdebstrap have mmdebstrap
fi

if [ "$scope" = fuzz ]; then
  need clang have clang
  need libclang-rt-dev sh -c 'ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a'
fi

if [ "$scope" = bench ]; then
  need wrk have wrk
  need valgrind have valgrind
  need util-linux have taskset
  need golang-go have go
  for module in numpy torch uvicorn uvloop httptools fastapi; do
    need "python3-$module" /usr/bin/python3 -c "import $module"
  done
  need libopenblas0-pthread test -n "$(find /usr/lib -name 'libopenblasp*' | head -n 1)"
fi

if [ "$scope" = chaos ]; then
  need slowhttptest have slowhttptest
  need strace have strace
  need libfaketime sh -c 'ls /usr/lib/*/faketime/libfaketimeMT.so.1'
  need valgrind have valgrind
fi

if [ "$scope" = proxy ]; then
  need nginx-light test -x /usr/sbin/nginx
  need haproxy test -x /usr/sbin/haproxy
fi
if [ "$scope" = page ]; then
  need chromium have chromium
  need npm have npm
  npm_folder=page
fi
if [ "$scope" = clients ]; then
  need npm have npm
  npm_folder=clients
fi
if [ "$scope" = container ]; then
  need docker.io have dockerd
  need docker-compose have docker-compose
  need mmdebstrap have mmdebstrap
  need iptables have iptables
  need iproute2 have ip
  need git have git
  need kubernetes-client have kubectl
  need procps have pgrep
  need npm have npm
  npm_folder=deploy/container
fi

# npm writes the second of these
if [ -n "$npm_folder" ] && [ -z "$(find $npm_folder/package-lock.json -newer $npm_folder/node_modules/.package-lock.json 2>&1)" ]; then
  npm_folder=''
fi

if [ $mode = check ]; then
  [ -n "$missing$npm_folder" ] || exit 0
  case $scope in
  build | use | test) target=deps ;;
  coverage) target=lint-deps ;;
  *) target=$scope-deps ;;
  esac
  echo "missing:${missing:-" npm's packages of tests/package-lock.json"}; run: make $target" >&2
  exit 1
fi

sudo=''
why_not() { # prints why packages cannot be installed, if so
  if ! have apt-get; then
    echo 'There is no apt-get here'
  elif [ -n "$sudo" ] && ! have sudo; then
    echo 'Only root may install them, and there is no sudo'
  elif ! $sudo true; then
    echo 'Only root may install them, and sudo refuses'
  fi
}
sizes() { # what apt-get says of it, shortened
  awk '/newly installed/ { n = $3 }
    sub(/^Need to get /, "") && sub(/ of archives.*/, "") { download = $0 }
    sub(/^After this operation, /, "") && sub(/ of additional.*/, "") { disk = $0 }
    END { printf "%s packages, %s to download, %s on disk", n, download, disk }'
}
install_packages() {
  [ "$(id -u)" = 0 ] || sudo=sudo
  install="apt-get install --no-install-recommends$missing"
  why=$(why_not)
  if [ -n "$why" ]; then
    printf 'missing:%s\n%s. Ask the administrator of this machine to run:\n  %s\n' "$missing" "$why" "$install" >&2
    exit 1
  fi
  echo "missing:$missing"
  $sudo apt-get update -qq
  echo "installing these and what they depend on: $($sudo env LC_ALL=C $install --assume-no 2>/dev/null | sizes)"
  $sudo env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes $install -y -qq >/dev/null
}
[ -z "$missing" ] || install_packages

[ -n "$npm_folder" ] || exit 0
cd $npm_folder
echo "npm installs $(grep -c '"integrity"' package-lock.json) packages to $PWD/node_modules"
npm ci --no-progress
touch node_modules/.package-lock.json
