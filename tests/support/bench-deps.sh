#!/bin/sh
# Installs what `make bench` needs besides what deps.sh installs: tools, and peers from Debian.
set -eu
missing=''
need() { # PACKAGE TEST...: the package, if the test fails
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}
need wrk command -v wrk
need valgrind command -v valgrind
need util-linux command -v taskset
need golang-go command -v go
for module in numpy uvicorn uvloop httptools fastapi; do
  need "python3-$module" /usr/bin/python3 -c "import $module"
done
need libopenblas0-pthread test -n "$(find /usr/lib -name 'libopenblasp*' | head -n 1)"

[ -n "$missing" ] || exit 0
sudo=''
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086  # the list is words
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
