#!/bin/sh
# Runs `make deps test` on Debian 13, in a root of its own, and then the binary of this machine there: its
# libmicrohttpd is another version with the same soname. The root is made by mmdebstrap and kept from run to run;
# delete it to begin with a bare one. Packages come from the mirror that apt uses here.
# usage: debian13.sh ROOT BINARY
set -eu
cd "$(dirname "$0")/../.."
binary=$(realpath "$2")

skip() {
  echo "SKIPPED: debian13: $1"
  exit 0
}
[ "$(id -u)" = 0 ] || skip 'root is needed to make a Debian of its own'
command -v mmdebstrap >/dev/null || skip 'mmdebstrap is missing; make packaging-deps installs it'
unshare --mount true 2>/dev/null || skip 'this machine allows no mounts'

# shellcheck disable=SC2016  # expanded by apt-get
mirror() { # of Debian itself: nothing else has this label
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

make_root() { # ROOT
  rm -rf "$1.new"
  mkdir -p "$(dirname "$1")"
  [ -n "$(mirror)" ] || apt-get update -qq
  # without an argument mmdebstrap takes its own mirror
  # shellcheck disable=SC2046
  mmdebstrap --quiet --variant=minbase --include=make trixie "$1.new" $(mirror) >&2 || return 1
  mv "$1.new" "$1"
}

# The sources, as a clone has them, and the machine's binary.
fill_root() { # ROOT
  rm -rf "$1/src"
  mkdir "$1/src"
  tar -c --exclude=./build --exclude=./.git --exclude=node_modules . | tar -x --no-same-owner -C "$1/src"
  [ ! -d build/tools ] || { mkdir "$1/src/build" && cp -a build/tools "$1/src/build/"; }
  install "$binary" "$1/usr/local/bin/backpropd-from-outside"
  cp /etc/resolv.conf "$1/etc/resolv.conf"
}

# Mounts are this command's own, and end with it.
in_root() { # ROOT COMMAND
  # shellcheck disable=SC2016  # expanded by that shell
  unshare --mount sh -c '
    root=$1
    shift
    for folder in dev proc sys; do mount --rbind "/$folder" "$root/$folder"; done
    exec chroot "$root" "$@"' sh "$1" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LC_ALL=C.UTF-8 ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} sh -euc "cd /src; $2"
}

root=$(realpath -m "$1")
[ -d "$root" ] || make_root "$root" || skip 'mmdebstrap made no Debian 13'
fill_root "$root"
in_root "$root" 'make deps test'
# shellcheck disable=SC2016  # expanded in the root
in_root "$root" 'echo "debian13: the binary of the machine outside, with libmicrohttpd $(pkg-config --modversion libmicrohttpd)"
  BACKPROPD=/usr/local/bin/backpropd-from-outside node --test tests/api/contract tests/api/integration/robustness.test.mjs'
